#include "checkpoints.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

namespace bench {
namespace {

constexpr auto every = std::chrono::milliseconds(2);
// A checkpoint that could not reset the log ends like this.
constexpr auto quiet = std::chrono::milliseconds(500);

std::int64_t written(const std::filesystem::path& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) return 0;
  return std::int64_t{st.st_mtim.tv_sec} * 1'000'000'000 + st.st_mtim.tv_nsec;
}

struct Wal {
  std::uint64_t size = 0;
  std::array<unsigned char, 4> resets{};
};

Wal look_at(const std::filesystem::path& path) {
  Wal wal;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return wal;
  struct stat st {};
  if (::fstat(fd, &st) == 0) wal.size = static_cast<std::uint64_t>(st.st_size);
  if (::pread(fd, wal.resets.data(), wal.resets.size(), 12) != 4) wal.resets = {};
  ::close(fd);
  return wal;
}

}  // namespace

CheckpointWatch::CheckpointWatch(const std::filesystem::path& store)
    : database_(store / "shard0" / "index.db"), wal_(store / "shard0" / "index.db-wal") {
  thread_ = std::thread([this] { run(); });
}

std::vector<Span> CheckpointWatch::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  return std::move(spans_);
}

void CheckpointWatch::run() {
  std::int64_t last = written(database_);
  Wal wal = look_at(wal_);
  std::optional<Clock::time_point> begin;
  Clock::time_point changed;
  for (; !stop_; std::this_thread::sleep_for(every)) {
    const auto now = Clock::now();
    const std::int64_t time = written(database_);
    if (time != last) {
      last = time;
      changed = now;
      if (!begin) begin = now - 2 * every;
    }
    const Wal next = look_at(wal_);
    largest_wal_ = std::max(largest_wal_.load(), next.size);
    const bool reset = next.resets != wal.resets;
    wal = next;
    if (begin && (reset || now - changed > quiet)) {
      spans_.push_back({*begin, reset ? now : changed});
      begin.reset();
    }
  }
  if (begin) spans_.push_back({*begin, Clock::now()});
}

}  // namespace bench
