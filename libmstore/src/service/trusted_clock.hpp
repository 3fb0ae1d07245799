// TrustedClock: the time by which something may be lost for good: retention, holds, the archive.
//
// A clock that is set ahead for a moment would let everything grow old at once. So the time of the day is
// held against the time that passes: what runs ahead of it by more than five minutes is not believed for a
// day; meanwhile time goes on as it passes. A clock set back is followed at once: then nothing is due early.
// Over a restart the store remembers what it believed; when it was closed for more than a day, that is a
// leap too. docs/decisions/clock-jumps.md says why.
//
// Threads: any.
#pragma once

#include <mutex>
#include <optional>

#include "env/env.hpp"

namespace x400::mstore::service {

class TrustedClock {
 public:
  using Milliseconds = std::int64_t;
  static constexpr Milliseconds tolerance = 5 * 60 * 1000;
  static constexpr Milliseconds patience = 24 * 3600 * 1000;

  explicit TrustedClock(Env& env);

  /// What is kept over a restart.
  struct Seen {
    Milliseconds trusted = 0;
    Milliseconds wall = 0;
    Milliseconds apart = 0;  ///< how long the two have been apart
  };
  void begin(const Seen& seen);
  Seen seen();

  /// Since 1970 UTC.
  Milliseconds now();

  struct Change {
    bool believed = false;  ///< else it has leapt ahead
    Milliseconds ahead = 0;
  };
  /// What happened since it was asked last.
  std::optional<Change> take_change();

 private:
  Milliseconds look();
  void follow(Milliseconds wall, Milliseconds passing);

  static constexpr Milliseconds renewal = 3600 * 1000;  // two clocks drift apart slowly; that is no leap

  Env& env_;
  std::mutex mutex_;
  Milliseconds base_wall_;
  Milliseconds base_passing_;
  std::optional<Milliseconds> apart_since_;
  Milliseconds apart_by_ = 0;
  std::optional<Change> change_;
};

}  // namespace x400::mstore::service
