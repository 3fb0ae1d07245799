#include "directory/bind_throttle.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <thread>

#include "directory/throttle_timer.hpp"

using namespace x400::server;
using namespace std::chrono_literals;
using Permit = BindThrottle::Permit;
using State = Permit::State;

namespace {

// A throttle whose clock stands still unless it is told; three failures a name, six an address, a minute.
struct House {
  explicit House(BindThrottle::Limits given = limits()) {
    BindThrottle::Hooks hooks;
    hooks.now = [this] { return now; };
    hooks.slowed = [this](bool of_user, const std::string& who) {
      slowed.push_back((of_user ? "name " : "address ") + who);
    };
    throttle = BindThrottle::make(given, std::move(hooks));
  }
  static BindThrottle::Limits limits() {
    BindThrottle::Limits l;
    l.per_user = 3;
    l.per_address = 6;
    l.span = 60s;
    l.wait = 25s;
    return l;
  }
  Permit enter(const std::string& address, const std::string& user) {
    return throttle->enter(address, user, [this, user](Permit p) {
      came.push_back(user);
      later.push_back(std::move(p));
    });
  }
  void fail(const std::string& address, const std::string& user, int times = 1) {
    for (int i = 0; i < times; ++i) {
      Permit p = enter(address, user);
      REQUIRE(p.state() == State::granted);
      p.decided(false);
    }
  }
  void succeed(const std::string& address, const std::string& user) {
    Permit p = enter(address, user);
    REQUIRE(p.state() == State::granted);
    p.decided(true);
  }
  // Time passes in steps, as a timer would have it.
  void pass(BindThrottle::Clock::duration time) {
    const auto end = now + time;
    for (auto next = throttle->next(); next && *next <= end; next = throttle->next()) {
      now = std::max(now, *next);
      throttle->tick();
    }
    now = end;
    throttle->tick();
  }

  BindThrottle::Clock::time_point now{};
  std::vector<std::string> slowed, came;
  std::vector<Permit> later;
  std::shared_ptr<BindThrottle> throttle;
};

}  // namespace

TEST_CASE("throttle: right binds are never slowed, however many") {
  House h;
  for (int i = 0; i < 1000; ++i) h.succeed("10.0.0.1", "alice");
  CHECK(h.slowed.empty());
  CHECK(h.throttle->waiting() == 0);
}

TEST_CASE("throttle: after the failures of a name the next attempt waits, and then may be checked") {
  House h;
  h.fail("10.0.0.1", "alice", 3);
  CHECK(h.slowed == std::vector<std::string>{"name alice"});
  CHECK(h.enter("10.0.0.2", "alice").state() == State::waiting);
  h.pass(19s);
  CHECK(h.later.empty());
  h.pass(2s);
  REQUIRE(h.later.size() == 1);
  CHECK(h.later[0].state() == State::granted);
  h.later[0].decided(false);
  CHECK(h.enter("10.0.0.3", "alice").state() == State::waiting);
}

TEST_CASE("throttle: another name from another address is not touched") {
  House h;
  h.fail("10.0.0.1", "alice", 3);
  h.fail("10.0.0.1", "bob", 3);
  CHECK(h.enter("10.0.0.1", "carol").state() == State::waiting);  // six from one address
  CHECK(h.enter("10.0.0.2", "dave").state() == State::granted);
  CHECK(h.slowed == std::vector<std::string>{"name alice", "name bob", "address 10.0.0.1"});
}

TEST_CASE("throttle: attempts under way count as failures until they are decided") {
  House h;
  std::vector<Permit> parallel;
  for (int i = 0; i < 3; ++i) {
    parallel.push_back(h.enter("10.0.0." + std::to_string(i), "alice"));
    REQUIRE(parallel.back().state() == State::granted);
  }
  for (int i = 0; i < 5; ++i) CHECK(h.enter("10.0.1.1", "alice").state() == State::waiting);
  CHECK(h.throttle->waiting() == 5);
  // One is right: as many go as there were failures before, which is three less the two under way.
  parallel[0].decided(true);
  CHECK(h.later.size() == 1);
  // One was never decided: that place is free too.
  parallel[1] = Permit();
  CHECK(h.later.size() == 2);
  // A wrong one frees nothing.
  parallel[2].decided(false);
  CHECK(h.later.size() == 2);
  for (auto& p : h.later) p.decided(false);
  CHECK(h.throttle->waiting() == 3);
}

TEST_CASE("throttle: a thousand at once are not more guesses than one after another") {
  House h;
  int checked = 0;
  for (int i = 0; i < 1000; ++i) {
    Permit p = h.enter("10.0.0.1", "alice");
    if (p.state() != State::granted) continue;
    ++checked;
    p.decided(false);
  }
  for (int i = 0; i < 300; ++i) {
    h.pass(1s);
    for (auto& p : h.later)
      if (p.state() == State::granted) {
        ++checked;
        p.decided(false);
      }
    h.later.clear();
    (void)h.enter("10.0.0.1", "alice");
  }
  // Three at once, and three a minute in five minutes.
  CHECK(checked >= 17);
  CHECK(checked <= 19);
}

TEST_CASE("throttle: who waited too long is refused unchecked") {
  auto limits = House::limits();
  limits.wait = 5s;
  House h(limits);
  h.fail("10.0.0.1", "alice", 3);
  CHECK(h.enter("10.0.0.1", "alice").state() == State::waiting);
  h.pass(4s);
  CHECK(h.later.empty());
  h.pass(1s);
  REQUIRE(h.later.size() == 1);
  CHECK(h.later[0].state() == State::refused);
}

TEST_CASE("throttle: the room to wait in is bounded, of one address and in all") {
  auto limits = House::limits();
  limits.waiting = 4;
  limits.waiting_in_all = 6;
  House h(limits);
  h.fail("10.0.0.1", "alice", 3);
  h.fail("10.0.0.1", "bob", 3);
  for (int i = 0; i < 4; ++i) CHECK(h.enter("10.0.0.1", "n" + std::to_string(i)).state() == State::waiting);
  CHECK(h.enter("10.0.0.1", "n4").state() == State::refused);
  for (int i = 0; i < 2; ++i) CHECK(h.enter("10.0.0.2", "alice").state() == State::waiting);
  CHECK(h.enter("10.0.0.3", "bob").state() == State::refused);
  CHECK(h.enter("10.0.0.3", "carol").state() == State::granted);
  h.throttle->stop();
  CHECK(h.later.size() == 6);
  for (const auto& p : h.later) CHECK(p.state() == State::refused);
  CHECK(h.enter("10.0.0.4", "dave").state() == State::refused);
  CHECK(h.throttle->waiting() == 0);
}

TEST_CASE("throttle: an attempt decided after its timer has gone disturbs nothing") {
  BindThrottle::Limits limits;
  limits.per_user = 1;
  auto timer = std::make_optional<ThrottleTimer>(limits, BindThrottle::Hooks{});
  const auto throttle = timer->throttle().shared_from_this();
  Permit permit = throttle->enter("10.0.0.1", "alice", [](Permit) {});
  REQUIRE(permit.state() == State::granted);
  timer.reset();
  permit.decided(false);
  CHECK(throttle->enter("10.0.0.1", "alice", [](Permit) {}).state() == State::refused);
}

TEST_CASE("throttle: those who wait go in the order in which they came") {
  House h;
  h.fail("10.0.0.1", "alice", 3);
  h.fail("10.0.0.1", "bob", 3);
  for (const char* name : {"carol", "dave", "erin"})
    CHECK(h.enter("10.0.0.1", name).state() == State::waiting);
  for (int i = 0; i < 60; ++i) {
    h.pass(1s);
    for (auto& p : h.later) p.decided(false);
    h.later.clear();
  }
  // Erin's time was over before a third failure was forgotten.
  CHECK(h.came == std::vector<std::string>{"carol", "dave", "erin"});
}

TEST_CASE("throttle: who has bound well from an address is not slowed by what others do") {
  House h;
  h.succeed("10.0.0.1", "alice");
  // Guesses at alice from elsewhere, and a neighbour's failures at alice's own address.
  h.fail("10.9.9.9", "alice", 3);
  h.fail("10.0.0.1", "bob", 3);
  h.fail("10.0.0.1", "carol", 3);
  for (int i = 0; i < 10; ++i) h.succeed("10.0.0.1", "alice");
  CHECK(h.enter("10.9.9.8", "alice").state() == State::waiting);
  // Trust is no free guessing.
  h.fail("10.0.0.1", "alice", 3);
  CHECK(h.enter("10.0.0.1", "alice").state() == State::waiting);
}

TEST_CASE("throttle: a success clears the name, not the address") {
  House h;
  h.fail("10.0.0.1", "alice", 2);
  h.succeed("10.0.0.2", "alice");
  h.fail("10.0.0.1", "alice", 3);
  h.succeed("10.0.0.1", "mallory");  // an account of his own does not buy him guesses
  CHECK(h.enter("10.0.0.1", "bob").state() == State::granted);  // five of six: not decided, so not counted
  h.fail("10.0.0.1", "bob", 1);
  CHECK(h.enter("10.0.0.1", "carol").state() == State::waiting);
}

TEST_CASE("throttle: limits of 0 are none") {
  auto limits = House::limits();
  limits.per_user = limits.per_address = 0;
  House h(limits);
  h.fail("10.0.0.1", "alice", 500);
  CHECK(h.slowed.empty());
  limits.per_address = 2;
  House a(limits);
  a.fail("10.0.0.1", "alice", 2);
  CHECK(a.enter("10.0.0.1", "bob").state() == State::waiting);
  CHECK(a.enter("10.0.0.2", "alice").state() == State::granted);
}

TEST_CASE("throttle: told once, and again after it has calmed down") {
  House h;
  h.fail("10.0.0.1", "alice", 3);
  h.pass(21s);
  h.fail("10.0.0.1", "alice");
  CHECK(h.slowed.size() == 1);
  h.pass(10min);
  h.fail("10.0.0.1", "alice", 3);
  CHECK(h.slowed.size() == 2);
}

TEST_CASE("throttle: what has calmed down is forgotten, whatever was guessed at") {
  auto limits = House::limits();
  limits.per_address = 0;
  House h(limits);
  for (int i = 0; i < 50'000; ++i) {
    h.fail("10.0.0.1", "nobody" + std::to_string(i));
    h.pass(1s);
  }
  CHECK(h.throttle->accounts() < 3000);
}

TEST_CASE("throttle: addresses as they are counted") {
  CHECK(throttled_address("192.0.2.7:40213") == "192.0.2.7");
  CHECK(throttled_address("[2001:db8:1:2:3:4:5:6]:102") == "2001:db8:1:2::/64");
  CHECK(throttled_address("[2001:db8:1:2::9]:103") == "2001:db8:1:2::/64");
}

TEST_CASE("throttle: the timer lets a waiting attempt go, and refuses those left at the end") {
  BindThrottle::Limits limits;
  limits.per_user = 1;
  limits.span = 500ms;
  limits.wait = 1h;
  std::mutex mutex;
  std::condition_variable came;
  std::vector<State> states;
  const auto later = [&](Permit p) {
    p.decided(false);
    const std::lock_guard lock(mutex);
    states.push_back(p.state());
    came.notify_all();
  };
  {
    ThrottleTimer timer(limits, {});
    timer.throttle().enter("10.0.0.1", "alice", later).decided(false);
    REQUIRE(timer.throttle().enter("10.0.0.1", "alice", later).state() == State::waiting);
    std::unique_lock lock(mutex);
    REQUIRE(came.wait_for(lock, 60s, [&] { return states.size() == 1; }));
    lock.unlock();
    limits.span = 1h;
  }
  CHECK(states == std::vector<State>{State::granted});
  {
    ThrottleTimer timer(limits, {});
    timer.throttle().enter("10.0.0.1", "bob", later).decided(false);
    REQUIRE(timer.throttle().enter("10.0.0.1", "bob", later).state() == State::waiting);
  }
  CHECK(states == std::vector<State>{State::granted, State::refused});
}
