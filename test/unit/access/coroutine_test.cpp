// Pending: taken by blocking, by a function, by a coroutine.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <thread>

#include "support.hpp"
#include "x400/access/asio.hpp"

using namespace x400;
using namespace x400::access;
using namespace x400::access::test;

namespace {

using Answer = Result<Connected, ConnectFailure>;
int fallback() { return -1; }

boost::asio::awaitable<void> dialogue(Runtime& runtime, ConnectOptions options,
                                      std::shared_ptr<Watched<std::vector<std::string>>> log) {
  auto connecting = connect(runtime, std::move(options));
  Answer answer = co_await wait(std::move(connecting));
  if (!answer.ok()) co_return;
  const AssociationPtr association = answer->association;
  for (int i = 0; i < 3; ++i) {
    osi::Chain argument(value("question"));
    auto invoking = association->invoke(operations::list, std::move(argument));
    const Outcome outcome = co_await wait(std::move(invoking));
    log->change([&](auto& lines) { lines.push_back(to_string(outcome)); });
  }
  auto closing = association->close();
  const Ending ending = co_await wait(std::move(closing));
  log->change([&](auto& lines) { lines.emplace_back(name(ending.cause)); });
}

}  // namespace

TEST_CASE("pending: in coroutines of the runtime, several at once") {
  House house;
  house.open();
  std::vector<std::shared_ptr<Watched<std::vector<std::string>>>> logs;
  for (int i = 0; i < 5; ++i) {
    auto log = std::make_shared<Watched<std::vector<std::string>>>();
    logs.push_back(log);
    boost::asio::co_spawn(io_context(house.runtime), dialogue(house.runtime, house.dial(), log),
                          boost::asio::detached);
  }
  const std::vector<std::string> expected = {"result", "result", "result", "released"};
  for (const auto& log : logs) {
    CHECK(log->wait([](const auto& lines) { return lines.size() == 4; }));
    CHECK(log->get() == expected);
  }
}

TEST_CASE("pending: in a coroutine of another io_context, which runs out of work by itself") {
  House house;
  house.open();
  boost::asio::io_context own;
  auto log = std::make_shared<Watched<std::vector<std::string>>>();
  boost::asio::co_spawn(own, dialogue(house.runtime, house.dial(), log), boost::asio::detached);
  own.run();
  CHECK(log->get().size() == 4);
}

TEST_CASE("pending: set before and after it is asked for, from another thread") {
  Promise<int> promise(fallback);
  auto pending = promise.pending();
  CHECK(!pending.is_ready());
  CHECK(!pending.wait_for(milliseconds(1)));
  std::thread setter([&] { promise.set(7); });
  CHECK(pending.get() == 7);
  setter.join();
  CHECK(!pending.valid());

  Promise<int> early(fallback);
  auto ready = early.pending();
  early.set(8);
  early.set(9);  // the first one counts
  CHECK(ready.is_ready());
  CHECK(ready.get() == 8);
  CHECK(Pending<int>::ready(3).get() == 3);
}

TEST_CASE("pending: a function gets the value whenever it comes, move-only things may be captured") {
  int got = 0;
  Promise<int> promise(fallback);
  promise.pending().then([&, owned = std::make_unique<int>(1)](int v) { got = v + *owned; });
  CHECK(got == 0);
  promise.set(4);
  CHECK(got == 5);
  Pending<int>::ready(6).then([&](int v) { got = v; });
  CHECK(got == 6);
}

TEST_CASE("pending: a promise that goes unkept tells its fallback") {
  auto promise = std::make_unique<Promise<int>>(fallback);
  auto pending = promise->pending();
  promise.reset();
  CHECK(pending.get() == -1);

  Promise<int> a(fallback), b(fallback);
  auto of_a = a.pending(), of_b = b.pending();
  a = std::move(b);
  CHECK(of_a.get() == -1);
  a.set(2);
  CHECK(of_b.get() == 2);
}
