// How many records came within the last moments.
#include "index/flow.hpp"

#include <catch2/catch.hpp>

namespace x400::mstore::storage {
namespace {

using namespace std::chrono_literals;
const Flow::Clock::time_point begin = Flow::Clock::time_point{} + 1h;

double after_steady(Flow::Clock::duration between, int n) {
  Flow flow(10ms);
  auto now = begin;
  for (int i = 0; i < n; ++i) flow.add(1, now += between);
  return flow.count(now);
}

TEST_CASE("a steady stream tends to what comes in one span") {
  CHECK(after_steady(100us, 10'000) == Approx(100).epsilon(0.01));
  CHECK(after_steady(1ms, 1'000) == Approx(10).epsilon(0.06));
}

TEST_CASE("what came long ago counts no more") {
  Flow flow(10ms);
  flow.add(1000, begin);
  CHECK(flow.count(begin) == Approx(1000));
  CHECK(flow.count(begin + 10ms) == Approx(1000 / 2.71828).epsilon(0.001));
  CHECK(flow.count(begin + 1s) < 1e-9);
}

TEST_CASE("a span of nothing forgets at once") {
  Flow flow(0ms);
  flow.add(1000, begin);
  CHECK(flow.count(begin + 1us) < 1e-9);
}

}  // namespace
}  // namespace x400::mstore::storage
