#include "x400/access/runtime.hpp"

#include <algorithm>

#include "connection.hpp"
#include "runtime_state.hpp"
#include "x400/access/asio.hpp"

namespace x400::access {

RuntimeState::RuntimeState(unsigned threads) {
  for (unsigned i = 0; i < std::max(1u, threads); ++i) loops_.push_back(std::make_unique<Loop>());
  for (const auto& loop : loops_) loop->thread = std::thread([&io = loop->io] { io.run(); });
}

std::size_t RuntimeState::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

bool RuntimeState::enter(std::uint64_t id, std::shared_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return false;
  connections_.emplace(id, std::move(connection));
  return true;
}

void RuntimeState::leave(std::uint64_t id) {
  std::shared_ptr<Connection> left;  // may be the last: not to go under the lock
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  left = std::move(found->second);
  connections_.erase(found);
  if (connections_.empty()) empty_.notify_all();
}

void RuntimeState::stop() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  std::vector<std::shared_ptr<Connection>> alive;
  for (const auto& [id, connection] : connections_) alive.push_back(connection);
  lock.unlock();
  for (const auto& connection : alive) connection->kill();
  alive.clear();
  lock.lock();
  empty_.wait(lock, [this] { return connections_.empty(); });
  lock.unlock();
  for (const auto& loop : loops_) loop->io.stop();
  for (const auto& loop : loops_) loop->thread.join();
  for (const auto& loop : loops_) loop->io.drop_handlers();
}

std::uint64_t RuntimeState::next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

Runtime::Runtime(unsigned threads)
    : state_(std::make_shared<RuntimeState>(threads ? threads
                                                    : std::max(1u, std::thread::hardware_concurrency()))) {}

Runtime::~Runtime() { state_->stop(); }

unsigned Runtime::threads() const { return state_->threads(); }
std::size_t Runtime::associations() const { return state_->connections(); }

boost::asio::io_context& io_context(Runtime& runtime) { return runtime.state()->io(); }

}  // namespace x400::access
