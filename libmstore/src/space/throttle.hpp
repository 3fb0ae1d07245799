// Throttle: lets background work take a share of the disk, and tells it when to stop.
//
// Threads: any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace x400::mstore::space {

class Throttle {
 public:
  /// `rate` octets a second; 0: without bound.
  explicit Throttle(std::uint64_t rate) : rate_(rate) {}

  /// Says that so much was read or written; waits until there was time for it. False: stop.
  bool spend(std::uint64_t octets) {
    std::unique_lock lock(mutex_);
    if (rate_ == 0 || stop_) return !stop_;
    const auto now = std::chrono::steady_clock::now();
    if (free_ < now) free_ = now;
    free_ += std::chrono::nanoseconds(octets * 1'000'000'000 / rate_);
    wake_.wait_until(lock, free_, [this] { return stop_; });
    return !stop_;
  }
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
  }
  bool stopped() const {
    const std::lock_guard lock(mutex_);
    return stop_;
  }

 private:
  const std::uint64_t rate_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::chrono::steady_clock::time_point free_{};
  bool stop_ = false;
};

}  // namespace x400::mstore::space
