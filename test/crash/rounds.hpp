// Rounds: each makes a store of its own, does harm to it, and says what promise was broken. A seed makes the
// same round again, as far as threads let it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "inspection.hpp"
#include "points.hpp"

namespace x400::mstore::crash {

/// Processes killed with -9: after a random line of the score, at a random call, at a named point; while
/// working, while recovering.
Report kill_round(std::uint64_t seed);
/// Power cuts: what is not synced is lost, torn, reordered; of the index too, which may also be gone or old.
/// `mutant`: changes what is done with a call, for controls.
using Mutant = std::function<Decision(const Hit&)>;
Report cut_round(std::uint64_t seed, const Mutant& mutant = nullptr);
/// A system call fails, once or for a while; then all goes on, is killed or loses power.
Report fail_round(std::uint64_t seed);
/// Octets at rest are changed.
Report flip_round(std::uint64_t seed);

/// Breakages that a cut round must notice.
struct Control {
  std::string name;
  Mutant mutant;
};
std::vector<Control> controls();

/// Points worth stopping at, with how often one comes.
struct Stop {
  Point point;
  std::uint64_t nth = 1;
  enum class Moment : std::uint8_t { before, half, after } moment = Moment::before;
};
Stop random_stop(std::mt19937_64& dice);
/// A clock set back or forth by up to two days.
std::int64_t random_clock(std::mt19937_64& dice);
std::string text(const Stop& stop);

}  // namespace x400::mstore::crash
