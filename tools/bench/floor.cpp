#include "floor.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bench {
namespace {

using namespace x400;
using Clock = std::chrono::steady_clock;

constexpr std::size_t answer_size = 64, request_size = 128;
constexpr std::size_t file_size = std::size_t{1} << 30;

Error failed(const char* what) {
  return Error(ErrorKind::io, std::string(what) + ": " + std::strerror(errno));
}

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

bool read_all(int fd, std::uint8_t* to, std::size_t n) {
  while (n > 0) {
    const ssize_t got = ::read(fd, to, n);
    if (got <= 0) return false;
    to += got;
    n -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_all(int fd, const std::uint8_t* from, std::size_t n) {
  while (n > 0) {
    const ssize_t put = ::write(fd, from, n);
    if (put <= 0) return false;
    from += put;
    n -= static_cast<std::size_t>(put);
  }
  return true;
}

// A connected pair over the loopback interface, as client and server have it.
Result<std::pair<Fd, Fd>> loopback_pair() {
  const Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener.get(), raw, length) != 0 || ::listen(listener.get(), 1) != 0 ||
      ::getsockname(listener.get(), raw, &length) != 0)
    return failed("listen");
  Fd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(client.get(), raw, length) != 0) return failed("connect");
  Fd server(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (server.get() < 0) return failed("accept");
  const int on = 1;
  for (const int fd : {client.get(), server.get()})
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return std::pair<Fd, Fd>(std::move(client), std::move(server));
}

// Bare group commit: the first to come writes and syncs for all that wait.
class GroupFile {
 public:
  explicit GroupFile(Fd file) : file_(std::move(file)) {}

  bool append(const std::vector<std::uint8_t>& octets) {
    std::unique_lock lock(mutex_);
    pending_.insert(pending_.end(), octets.begin(), octets.end());
    const std::uint64_t mine = ++queued_;
    while (synced_ < mine) {
      if (!syncing_) {
        lead(lock);
        continue;
      }
      done_.wait(lock);
    }
    return ok_;
  }

 private:
  void lead(std::unique_lock<std::mutex>& lock) {
    syncing_ = true;
    std::vector<std::uint8_t> batch = std::move(pending_);
    pending_.clear();
    const std::uint64_t upto = queued_;
    if (offset_ + batch.size() > file_size) offset_ = 0;
    const std::size_t at = offset_;
    offset_ += batch.size();
    lock.unlock();
    const bool ok = ::pwrite(file_.get(), batch.data(), batch.size(), static_cast<off_t>(at)) ==
                        static_cast<ssize_t>(batch.size()) &&
                    ::fdatasync(file_.get()) == 0;
    lock.lock();
    ok_ = ok_ && ok;
    synced_ = upto;
    syncing_ = false;
    done_.notify_all();
  }

  Fd file_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::vector<std::uint8_t> pending_;
  std::size_t offset_ = 0;
  std::uint64_t queued_ = 0, synced_ = 0;
  bool syncing_ = false, ok_ = true;
};

Result<Fd> zero_filled(const std::filesystem::path& path) {
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (file.get() < 0) return failed("open");
  const std::vector<std::uint8_t> zeroes(1 << 20);
  for (std::size_t at = 0; at < file_size; at += zeroes.size())
    if (!write_all(file.get(), zeroes.data(), zeroes.size())) return failed("fill");
  if (::fsync(file.get()) != 0) return failed("fsync");
  return file;
}

struct Tally {
  std::mutex mutex;
  std::uint64_t count = 0;
  Latencies latencies;

  void add(std::uint64_t n, const Latencies& l) {
    const std::lock_guard lock(mutex);
    count += n;
    latencies.add(l);
  }
};

void append_client(int fd, std::size_t size, Clock::time_point end, Tally& tally) {
  const std::vector<std::uint8_t> message(size, 0x5a);
  std::uint8_t answer[answer_size];
  std::uint64_t count = 0;
  Latencies latencies;
  for (auto begin = Clock::now(); begin < end; begin = Clock::now()) {
    if (!write_all(fd, message.data(), size) || !read_all(fd, answer, answer_size)) break;
    latencies.add(Clock::now() - begin);
    ++count;
  }
  ::shutdown(fd, SHUT_RDWR);
  tally.add(count, latencies);
}

FloorResult result_of(Tally& tally, std::chrono::milliseconds time) {
  return {static_cast<double>(tally.count) / std::chrono::duration<double>(time).count(),
          std::move(tally.latencies)};
}

}  // namespace

Result<FloorResult> append_floor(const std::filesystem::path& folder, unsigned connections, std::size_t size,
                                 std::chrono::milliseconds time) {
  const auto path = folder / "floor";
  X400_TRY(file, zero_filled(path));
  GroupFile group(std::move(file));
  Tally tally;
  std::vector<std::pair<Fd, Fd>> pairs;
  for (unsigned i = 0; i < connections; ++i) {
    X400_TRY(pair, loopback_pair());
    pairs.push_back(std::move(pair));
  }
  std::vector<std::thread> threads;
  const auto end = Clock::now() + time;
  for (auto& pair : pairs) {
    threads.emplace_back([&group, size, fd = pair.second.get()] {
      std::vector<std::uint8_t> message(size);
      const std::uint8_t answer[answer_size] = {};
      while (read_all(fd, message.data(), size) && group.append(message) &&
             write_all(fd, answer, answer_size)) {
      }
    });
    threads.emplace_back([&tally, size, end, fd = pair.first.get()] { append_client(fd, size, end, tally); });
  }
  for (auto& t : threads) t.join();
  std::error_code ec;
  std::filesystem::remove(path, ec);
  return result_of(tally, time);
}

Result<FloorResult> round_trip_floor(std::size_t size, unsigned outstanding, std::chrono::milliseconds time) {
  X400_TRY(pair, loopback_pair());
  Tally tally;
  std::thread server([size, fd = pair.second.get()] {
    std::uint8_t request[request_size];
    const std::vector<std::uint8_t> answer(size, 0x5a);
    while (read_all(fd, request, request_size) && write_all(fd, answer.data(), size)) {
    }
  });
  const int fd = pair.first.get();
  const std::uint8_t request[request_size] = {};
  std::vector<std::uint8_t> answer(size);
  std::uint64_t count = 0, begun = 0;
  Latencies latencies;
  const auto end = Clock::now() + time;
  for (auto begin = Clock::now(); begin < end; begin = Clock::now()) {
    while (begun - count < outstanding && write_all(fd, request, request_size)) ++begun;
    if (!read_all(fd, answer.data(), size)) break;
    if (outstanding == 1) latencies.add(Clock::now() - begin);
    ++count;
  }
  ::shutdown(fd, SHUT_RDWR);
  server.join();
  tally.add(count, latencies);
  return result_of(tally, time);
}

}  // namespace bench
