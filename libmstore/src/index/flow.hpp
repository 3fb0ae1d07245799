// Flow: how many came within the last moments, forgetting gradually.
//
// Threads: none.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>

namespace x400::mstore::storage {

class Flow {
 public:
  using Clock = std::chrono::steady_clock;

  /// Of a steady stream, count() tends to what comes in one `span`.
  explicit Flow(Clock::duration span) : span_(std::max(span, Clock::duration(1))) {}

  void add(std::size_t n, Clock::time_point now = Clock::now()) {
    count_ = count(now) + static_cast<double>(n);
    last_ = now;
  }
  double count(Clock::time_point now = Clock::now()) const {
    if (now <= last_) return count_;
    return count_ *
           std::exp(-std::chrono::duration<double>(now - last_) / std::chrono::duration<double>(span_));
  }

 private:
  Clock::duration span_;
  Clock::time_point last_{};
  double count_ = 0;
};

}  // namespace x400::mstore::storage
