#include "service/worker_pool.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <latch>

#include "x400_peers.hpp"

using namespace x400::server;
using x400::test::Inbox;

namespace {

// Holds one worker until it is let go.
struct Gate {
  std::promise<void> entered, opened;
  std::shared_future<void> open = opened.get_future().share();
  auto task() {
    return [this] {
      entered.set_value();
      open.wait();
    };
  }
};

// Of a pool of one thread: the first time what was being done has ended, the second time what came of that.
void run_what_waits(WorkerPool& pool) {
  for (int i = 0; i < 2; ++i) {
    std::promise<void> reached;
    REQUIRE(pool.post([&] { reached.set_value(); }));
    reached.get_future().wait();
  }
}

}  // namespace

TEST_CASE("worker pool: does what is posted, on other threads") {
  std::atomic<int> done{0};
  std::latch all(100);
  WorkerPool pool(3, 0);
  for (int i = 0; i < 100; ++i) REQUIRE(pool.post([&] { ++done, all.count_down(); }));
  all.wait();
  CHECK(done == 100);
}

TEST_CASE("worker pool: a full queue refuses, and takes again later") {
  WorkerPool pool(1, 2);
  Gate gate;
  REQUIRE(pool.post(gate.task()));
  gate.entered.get_future().wait();
  std::latch both(2);
  CHECK(pool.post([&] { both.count_down(); }));
  CHECK(pool.post([&] { both.count_down(); }));
  CHECK(pool.waiting() == 2);
  CHECK_FALSE(pool.post([] {}));
  gate.opened.set_value();
  both.wait();
  std::promise<void> again;
  CHECK(pool.post([&] { again.set_value(); }));
  again.get_future().wait();
}

TEST_CASE("worker pool: stop finishes what waits and takes no more") {
  std::atomic<int> done{0};
  WorkerPool pool(2, 0);
  for (int i = 0; i < 50; ++i) REQUIRE(pool.post([&] { ++done; }));
  pool.stop();
  CHECK(done == 50);
  CHECK_FALSE(pool.post([&] { ++done; }));
  CHECK(done == 50);
}

TEST_CASE("worker pool: a refused task is dropped with what it owns") {
  WorkerPool pool(1, 0);
  pool.stop();
  auto owned = std::make_shared<int>(1);
  CHECK_FALSE(pool.post([owned] { (void)owned; }));
  CHECK(owned.use_count() == 1);
}

TEST_CASE("serial queue: in order, one at a time, while others go on") {
  WorkerPool pool(4, 0);
  const auto queue = SerialQueue::make(pool);
  std::vector<int> order;  // only the queue's tasks touch it, so a race would be a fault of the queue
  std::atomic<int> inside{0}, most{0};
  std::latch all(200);
  for (int i = 0; i < 200; ++i) {
    REQUIRE(queue->post([&, i](Turn) {
      most = std::max(most.load(), ++inside);
      order.push_back(i);
      --inside;
      all.count_down();
    }));
  }
  all.wait();
  pool.stop();
  CHECK(most == 1);
  REQUIRE(order.size() == 200);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("serial queue: a busy one does not hold up another on the same thread") {
  WorkerPool pool(1, 0);
  const auto a = SerialQueue::make(pool), b = SerialQueue::make(pool);
  Gate gate;
  std::vector<char> order;
  REQUIRE(a->post([task = gate.task()](Turn) { task(); }));
  gate.entered.get_future().wait();
  std::latch all(3);
  const auto note = [&](char c) { return [&, c](Turn) { order.push_back(c), all.count_down(); }; };
  REQUIRE(a->post(note('a')));
  REQUIRE(a->post(note('A')));
  REQUIRE(b->post(note('b')));
  gate.opened.set_value();
  all.wait();
  pool.stop();
  CHECK(std::string(order.begin(), order.end()) == "baA");
}

TEST_CASE("serial queue: the next begins when the turn is given back, not when the function returns") {
  WorkerPool pool(2, 0);
  const auto queue = SerialQueue::make(pool);
  std::promise<Turn> handed;
  std::promise<void> second;
  std::atomic<bool> second_ran{false};
  REQUIRE(queue->post([&](Turn turn) { handed.set_value(std::move(turn)); }));
  REQUIRE(queue->post([&](Turn) { second_ran = true, second.set_value(); }));
  Turn turn = handed.get_future().get();
  // The pool is idle now: whatever is posted to it runs, but not the second piece.
  std::promise<void> other;
  REQUIRE(pool.post([&] { other.set_value(); }));
  other.get_future().wait();
  CHECK_FALSE(second_ran);
  turn.end();
  second.get_future().wait();
  CHECK(second_ran);
}

TEST_CASE("serial queue: what waits when the pool stops is dropped, with what it owns") {
  WorkerPool pool(1, 0);
  const auto queue = SerialQueue::make(pool);
  std::promise<Turn> handed;
  auto owned = std::make_shared<int>(1);
  REQUIRE(queue->post([&](Turn turn) { handed.set_value(std::move(turn)); }));
  REQUIRE(queue->post([owned](Turn) { ++*owned; }));
  Turn turn = handed.get_future().get();
  pool.stop();
  turn.end();
  CHECK(owned.use_count() == 1);
  CHECK(*owned == 1);
  CHECK_FALSE(queue->post([](Turn) {}));
}

TEST_CASE("serial queue: the turn is taken only where nobody has it and nothing waits") {
  WorkerPool pool(1, 0);
  const auto queue = SerialQueue::make(pool);
  std::optional<Turn> turn = queue->take_turn();
  REQUIRE(turn);
  CHECK_FALSE(queue->take_turn());
  std::promise<void> ran;
  std::atomic<bool> done{false};
  REQUIRE(queue->post([&](Turn) { done = true, ran.set_value(); }));
  CHECK_FALSE(queue->take_turn());
  // What waits begins when the turn goes, not before: the pool has had time for something else.
  std::promise<void> other;
  REQUIRE(pool.post([&] { other.set_value(); }));
  other.get_future().wait();
  CHECK_FALSE(done);
  turn.reset();
  ran.get_future().wait();
}

TEST_CASE("serial queue: nothing begins while results hold more than they may") {
  Inbox<int> ran;  // outlives the thread that puts
  WorkerPool pool(1, 0);
  const auto queue = SerialQueue::make(pool, 100);
  const auto piece = [&](int n, std::size_t octets) {
    return [&, n, octets](Turn) { queue->charge(octets), ran.put(n); };
  };
  REQUIRE(queue->post(piece(1, 100)));
  REQUIRE(queue->post(piece(2, 1)));
  REQUIRE(queue->post(piece(3, 0)));
  CHECK(ran.take() == 1);
  CHECK(ran.take() == 2);
  run_what_waits(pool);
  CHECK(ran.size() == 0);
  CHECK_FALSE(queue->take_turn());
  queue->release(1);
  CHECK(ran.take() == 3);
}

TEST_CASE("serial queue: the turn is not taken where there is no room, and again where there is") {
  WorkerPool pool(1, 0);
  const auto queue = SerialQueue::make(pool, 100);
  queue->charge(101);
  CHECK_FALSE(queue->take_turn());
  queue->release(101);
  CHECK(queue->take_turn());
}

TEST_CASE("serial queue: room that comes while somebody has the turn begins nothing beside it") {
  Inbox<int> ran;  // outlives the thread that puts
  WorkerPool pool(1, 0);
  const auto queue = SerialQueue::make(pool, 100);
  auto turn = queue->take_turn();
  REQUIRE(turn);
  queue->charge(101);
  REQUIRE(queue->post([&](Turn) { ran.put(1); }));
  queue->release(101);
  run_what_waits(pool);
  CHECK(ran.size() == 0);
  turn.reset();
  CHECK(ran.take() == 1);
}

TEST_CASE("serial queue: what waits for room when the pool stops is dropped, with what it owns") {
  WorkerPool pool(1, 0);
  const auto queue = SerialQueue::make(pool, 100);
  auto owned = std::make_shared<int>(1);
  queue->charge(101);
  REQUIRE(queue->post([owned](Turn) { ++*owned; }));
  pool.stop();
  queue->release(101);
  CHECK(owned.use_count() == 1);
  CHECK(*owned == 1);
}
