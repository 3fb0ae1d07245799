#include "latencies.hpp"

#include <algorithm>

namespace bench {

double Latencies::milliseconds(double percentile) const {
  if (all_.empty()) return 0;
  std::vector<double> times;
  times.reserve(all_.size());
  for (const Span& s : all_) times.push_back(s.milliseconds());
  const auto at = static_cast<std::ptrdiff_t>(percentile / 100 * static_cast<double>(times.size() - 1));
  std::nth_element(times.begin(), times.begin() + at, times.end());
  return times[static_cast<std::size_t>(at)];
}

Latencies Latencies::outside(const std::vector<Span>& apart) const {
  Latencies out;
  for (const Span& s : all_) {
    const bool met = std::any_of(apart.begin(), apart.end(),
                                 [&](const Span& a) { return s.begin <= a.end && a.begin <= s.end; });
    if (!met) out.all_.push_back(s);
  }
  return out;
}

}  // namespace bench
