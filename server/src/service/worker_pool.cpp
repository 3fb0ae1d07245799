#include "service/worker_pool.hpp"

namespace x400::server {

WorkerPool::WorkerPool(unsigned threads, std::size_t queue) : queue_limit_(queue) {
  for (unsigned i = 0; i < (threads == 0 ? 1 : threads); ++i) threads_.emplace_back([this] { run(); });
}

bool WorkerPool::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || (queue_limit_ != 0 && queue_.size() >= queue_limit_)) return false;
    queue_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

void WorkerPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::size_t WorkerPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkerPool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Task task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    task();
    task = Task();
    lock.lock();
  }
}

Turn& Turn::operator=(Turn&& other) noexcept {
  if (this == &other) return *this;
  end();
  queue_ = std::move(other.queue_);
  return *this;
}

void Turn::end() {
  if (const auto queue = std::move(queue_)) queue->turn_ended();
}

bool SerialQueue::post(Job<Turn> work) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    if (!begins()) return true;
  }
  return schedule();
}

bool SerialQueue::begins() {
  if (running_ || queue_.empty() || charged_ > most_) return false;
  running_ = true;
  return true;
}

std::optional<Turn> SerialQueue::take_turn() {
  {
    const std::lock_guard lock(mutex_);
    if (running_ || !queue_.empty() || charged_ > most_) return std::nullopt;
    running_ = true;
  }
  return Turn(shared_from_this());
}

void SerialQueue::charge(std::size_t octets) {
  const std::lock_guard lock(mutex_);
  charged_ += octets;
}

void SerialQueue::release(std::size_t octets) {
  {
    const std::lock_guard lock(mutex_);
    charged_ -= octets;
    if (!begins()) return;
  }
  schedule();
}

// Called by whoever set running_ or had the turn, so that at most one is on the pool. Each piece goes to the
// end of the pool's queue: one busy association must not keep a thread for itself.
bool SerialQueue::schedule() {
  if (pool_.post([self = shared_from_this()] { self->run_one(); })) return true;
  std::deque<Job<Turn>> dropped;
  const std::lock_guard lock(mutex_);
  running_ = false;
  dropped.swap(queue_);
  return false;
}

void SerialQueue::run_one() {
  Job<Turn> work;
  {
    const std::lock_guard lock(mutex_);
    work = std::move(queue_.front());
    queue_.pop_front();
  }
  work(Turn(shared_from_this()));
}

void SerialQueue::turn_ended() {
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
    if (!begins()) return;
  }
  schedule();
}

}  // namespace x400::server
