#include "service/trusted_clock.hpp"

#include <catch2/catch.hpp>

#include "mstore/clock_env.hpp"

using namespace x400::mstore;
using namespace x400::mstore::test;
using service::TrustedClock;

namespace {
constexpr std::int64_t second = 1000, hour = 3600 * second, day = 24 * hour;
void pass(ClockEnv& env, std::int64_t ms) { env.milliseconds += ms; }
}  // namespace

TEST_CASE("trusted clock: it is the clock as long as that goes with the time that passes") {
  ClockEnv env;
  TrustedClock clock(env);
  for (int i = 0; i < 1000; ++i) {
    pass(env, hour);
    env.leap(i % 2);  // drifts by half a second an hour: 500 s in all, more than a leap may have
    REQUIRE(clock.now() == env.milliseconds);
  }
  CHECK_FALSE(clock.take_change());
  env.leap(299);
  CHECK(clock.now() == env.milliseconds);
  CHECK_FALSE(clock.take_change());
}

TEST_CASE("trusted clock: a leap ahead is believed after a day, another one begins anew") {
  ClockEnv env;
  TrustedClock clock(env);
  const std::int64_t start = env.milliseconds;
  env.leap(3600);
  CHECK(clock.now() == start);
  auto change = clock.take_change();
  REQUIRE(change);
  CHECK_FALSE(change->believed);
  CHECK(change->ahead == hour);
  pass(env, 23 * hour);
  CHECK(clock.now() == start + 23 * hour);
  env.leap(3600);
  pass(env, 2 * hour);
  CHECK(clock.now() == start + 25 * hour);
  REQUIRE(clock.take_change());
  pass(env, day);
  CHECK(clock.now() == env.milliseconds);
  change = clock.take_change();
  REQUIRE(change);
  CHECK(change->believed);
  pass(env, hour);
  CHECK(clock.now() == env.milliseconds);
}

TEST_CASE("trusted clock: set back it is followed, and its return is no leap") {
  ClockEnv env;
  TrustedClock clock(env);
  env.leap(-86400);
  CHECK(clock.now() == env.milliseconds);
  pass(env, hour);
  env.leap(86400);
  CHECK(clock.now() == env.milliseconds);
  CHECK_FALSE(clock.take_change());
}

TEST_CASE("trusted clock: once it was back for a day, going ahead again is a leap") {
  ClockEnv env;
  TrustedClock clock(env);
  env.leap(-10 * 86400);
  clock.now();
  pass(env, day);
  CHECK(clock.now() == env.milliseconds);
  env.leap(10 * 86400);
  CHECK(clock.now() == env.milliseconds - 10 * day);
}

TEST_CASE("trusted clock: over a restart") {
  ClockEnv env;
  TrustedClock::Seen seen;
  const std::int64_t start = env.milliseconds;
  {
    TrustedClock clock(env);
    seen = clock.seen();
    CHECK(seen.trusted == start);
  }
  SECTION("soon: it goes on") {
    pass(env, 20 * hour);
    TrustedClock clock(env);
    clock.begin(seen);
    CHECK(clock.now() == env.milliseconds);
  }
  SECTION("after long: not believed for a day") {
    pass(env, 3 * day);
    TrustedClock clock(env);
    clock.begin(seen);
    CHECK(clock.now() == start);
    CHECK(clock.take_change());
    pass(env, hour);
    CHECK(clock.now() == start + hour);
    pass(env, 23 * hour);
    CHECK(clock.now() == env.milliseconds);
  }
  SECTION("with the clock before what was seen") {
    env.leap(-100 * 86400);
    TrustedClock clock(env);
    clock.begin(seen);
    CHECK(clock.now() == env.milliseconds);
  }
  SECTION("in the middle of a leap") {
    std::int64_t expected = start;
    {
      TrustedClock clock(env);
      env.leap(30 * 86400);
      clock.now();
      pass(env, 10 * hour);
      seen = clock.seen();
      expected += 10 * hour;
      CHECK(seen.trusted == expected);
    }
    pass(env, 10 * hour);
    TrustedClock clock(env);
    clock.begin(seen);
    CHECK(clock.now() == expected + 10 * hour);
    pass(env, 4 * hour);
    CHECK(clock.now() == env.milliseconds);
  }
}
