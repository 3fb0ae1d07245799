#include "log/filler.hpp"

#include <algorithm>

namespace x400::mstore::storage {
namespace {
constexpr std::uint64_t chunk = 1u << 20;
}

Filler::Filler(std::uint64_t ahead, std::uint64_t segment_size, std::function<void(const Error&)> failed,
               std::function<bool()> spare)
    : ahead_(ahead), segment_size_(segment_size), failed_(std::move(failed)), spare_(std::move(spare)) {
  if (ahead_ != 0) thread_ = std::thread([this] { run(); });
}

Filler::~Filler() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Filler::use(std::shared_ptr<File> file, std::uint64_t from) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return busy_begin_ == busy_end_; });
  file_ = std::move(file);
  filled_ = from;
  target_ = file_ ? std::min(from + ahead_, segment_size_) : 0;
  changed_.notify_all();
}

void Filler::before_write(std::uint64_t begin, std::uint64_t end) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return busy_begin_ == busy_end_ || busy_end_ <= begin || busy_begin_ >= end; });
  filled_ = std::max(filled_, end);
}

void Filler::after_write(std::uint64_t end) {
  if (ahead_ == 0) return;
  {
    const std::lock_guard lock(mutex_);
    // A whole chunk at a time: each costs a sync beside the writer's.
    const std::uint64_t target = std::min(end + ahead_, segment_size_);
    if (target < filled_ + chunk && target != segment_size_) return;
    target_ = target;
  }
  changed_.notify_all();
}

void Filler::run() {
  const Octets zeroes(chunk);
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || (file_ && filled_ < target_); });
    if (stop_) return;
    if (spare_ && !spare_()) {
      target_ = 0;
      continue;
    }
    const auto file = file_;
    busy_begin_ = filled_;
    busy_end_ = std::min(filled_ + chunk, target_);
    filled_ = busy_end_;
    lock.unlock();
    const Status written = file->write(busy_begin_, View(zeroes).first(busy_end_ - busy_begin_));
    const Status synced = written.ok() ? file->sync() : Status(Ok{});
    if (!synced.ok()) failed_(synced.error());
    lock.lock();
    busy_begin_ = busy_end_ = 0;
    // Without room nothing is lost: the writer meets the same error with its own octets.
    if (!written.ok() || !synced.ok()) target_ = 0;
    changed_.notify_all();
  }
}

}  // namespace x400::mstore::storage
