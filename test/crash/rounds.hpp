// Rounds: each makes a store of its own, does harm to it, and says what promise was broken. A seed makes the
// same round again, as far as threads let it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
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
  std::optional<Point> behind{};  ///< counted only behind the first call of this: steps of one work
  bool cleaning = false;          ///< a step of cleaning, which needs work enough to come
  enum class Moment : std::uint8_t { before, half, after } moment = Moment::before;
};
/// For one of cleaning.
void work_enough(WorkOptions& how, std::mt19937_64& dice);

/// Says at which call a stop is due.
class StopWatch {
 public:
  explicit StopWatch(const Stop& stop) : stop_(stop), begun_(!stop.behind) {}
  /// At each call, before it is done. Any thread.
  void arrive(const Hit& hit);
  bool reached() const { return call_.load() != 0; }
  bool due(const Hit& hit) const { return hit.call == call_.load(); }

 private:
  const Stop stop_;
  std::mutex mutex_;
  bool begun_;
  std::uint64_t count_ = 0;
  std::atomic<std::uint64_t> call_{0};
};
Stop random_stop(std::mt19937_64& dice);
/// A clock set back or forth by up to two days.
std::int64_t random_clock(std::mt19937_64& dice);
std::string text(const Stop& stop);
/// Without number and moment.
std::string place(const Stop& stop);

}  // namespace x400::mstore::crash
