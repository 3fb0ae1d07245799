#include "service/trusted_clock.hpp"

#include <algorithm>
#include <cstdlib>

namespace x400::mstore::service {

TrustedClock::TrustedClock(Env& env) : env_(env), base_wall_(env.now()), base_passing_(env.monotonic()) {}

void TrustedClock::begin(const Seen& seen) {
  const std::lock_guard lock(mutex_);
  const Milliseconds wall = env_.now();
  base_passing_ = env_.monotonic();
  const Milliseconds closed = wall - seen.wall;
  const bool plausible = closed >= -tolerance && closed <= patience;
  base_wall_ = seen.trusted + (plausible ? std::max<Milliseconds>(closed, 0) : 0);
  apart_since_.reset();
  apart_by_ = wall - base_wall_;
  // A leap of before the restart: the time it has stood so far counts on.
  if (plausible && std::abs(apart_by_) > tolerance) apart_since_ = base_passing_ - seen.apart - closed;
}

TrustedClock::Seen TrustedClock::seen() {
  const std::lock_guard lock(mutex_);
  const Milliseconds trusted = look();
  return {trusted, env_.now(), apart_since_ ? env_.monotonic() - *apart_since_ : 0};
}

TrustedClock::Milliseconds TrustedClock::now() {
  const std::lock_guard lock(mutex_);
  return look();
}

std::optional<TrustedClock::Change> TrustedClock::take_change() {
  const std::lock_guard lock(mutex_);
  return std::exchange(change_, std::nullopt);
}

TrustedClock::Milliseconds TrustedClock::look() {
  const Milliseconds wall = env_.now();
  const Milliseconds passing = env_.monotonic();
  const Milliseconds expected = base_wall_ + (passing - base_passing_);
  const Milliseconds by = wall - expected;
  if (std::abs(by) <= tolerance) {
    if (apart_since_ || passing - base_passing_ >= renewal) follow(wall, passing);
    return wall;
  }
  if (!apart_since_ || std::abs(by - apart_by_) > tolerance) {
    apart_since_ = passing;
    apart_by_ = by;
    if (by > 0) change_ = Change{false, by};
  }
  if (passing - *apart_since_ < patience) return std::min(wall, expected);
  follow(wall, passing);
  return wall;
}

void TrustedClock::follow(Milliseconds wall, Milliseconds passing) {
  if (apart_since_ && apart_by_ > 0) change_ = Change{true, apart_by_};
  apart_since_.reset();
  base_wall_ = wall;
  base_passing_ = passing;
}

}  // namespace x400::mstore::service
