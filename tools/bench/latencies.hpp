// Latencies: when operations began and ended, and percentiles of how long they took.
//
// Threads: one at a time.
#pragma once

#include <chrono>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

struct Span {
  Clock::time_point begin, end;
  double milliseconds() const { return std::chrono::duration<double, std::milli>(end - begin).count(); }
};

class Latencies {
 public:
  void add(Clock::time_point begin, Clock::time_point end) { all_.push_back({begin, end}); }
  void add(const Latencies& other) { all_.insert(all_.end(), other.all_.begin(), other.all_.end()); }
  std::size_t size() const { return all_.size(); }
  double milliseconds(double percentile) const;  ///< 0 if there is none
  /// Those that overlap none of `apart`, which are in order.
  Latencies outside(const std::vector<Span>& apart) const;

 private:
  std::vector<Span> all_;
};

}  // namespace bench
