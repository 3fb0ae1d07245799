// Who writes a batch, and who does it next: nobody is forgotten, and nobody is told before the sync.
#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "log/bodies.hpp"
#include "log/crc32c.hpp"
#include "log/log.hpp"
#include "mstore/gate_env.hpp"
#include "mstore/memory_env.hpp"
#include "mstore/store_folder.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::storage;
using namespace x400::mstore::test;

namespace {

// Told of batches by one leader at a time; so nothing here is guarded, and the thread sanitizer sees it.
struct Sink final : BatchSink {
  void wait_room() override {}
  void take(std::shared_ptr<const SyncedBatch> batch) override {
    for (const SyncedRecord& r : batch->records) {
      if (r.header.lsn <= last) ++out_of_order;
      last = r.header.lsn;
      ++taken;
    }
    ++batches;
  }
  Lsn last = 0;
  int taken = 0;
  int batches = 0;
  int out_of_order = 0;
};

std::vector<LogRecord> event(std::uint32_t number) {
  std::vector<LogRecord> records(1);
  LogRecord& r = records.front();
  r.header.type = RecordType::event;
  r.header.mailbox = 7;
  r.header.number = number;
  r.body = encode(EventBody{1, view("event")});
  r.header.body_size = static_cast<std::uint32_t>(r.body.size());
  r.header.body_crc = crc32c(r.body);
  return records;
}

backend::Options options(std::uint32_t batch) {
  backend::Options o;
  o.segment_size = 1u << 20;
  o.fill_ahead = 0;
  o.max_batch_records = batch;
  o.lazy_ms = 1;
  return o;
}

struct Running {
  Running(Env& env, const Path& folder, std::uint32_t batch) {
    const LogFolders folders{folder / "log", folder / "torn"};
    REQUIRE(env.make_folder(folders.log).ok());
    auto recovered = recover_log(env, folders, StoreId{}, {});
    REQUIRE(recovered.ok());
    auto started = Log::start(env, folders, StoreId{}, options(batch), *recovered, sink);
    REQUIRE(started.ok());
    log = std::move(*started);
  }

  std::shared_ptr<Log::Ticket> enqueue() {
    auto ticket = std::make_shared<Log::Ticket>();
    REQUIRE(log->enqueue(
                   event(1), Log::Wait::lead, [this](const Status&) { ++told; }, ticket)
                .ok());
    return ticket;
  }
  std::future<bool> enqueue(Log::Wait wait) {
    auto promise = std::make_shared<std::promise<bool>>();
    auto future = promise->get_future();
    const auto done = [promise](const Status& s) { promise->set_value(s.ok()); };
    REQUIRE(log->enqueue(event(1), wait, done).ok());
    return future;
  }

  Sink sink;
  int told = 0;
  std::unique_ptr<Log> log;
};

}  // namespace

TEST_CASE("log: the next leader need not have come yet, and need not lead when it comes") {
  MemoryEnv env;
  Running r(env, "/", 1);
  const auto a = r.enqueue(), b = r.enqueue(), c = r.enqueue(), d = r.enqueue();
  r.log->settle(*b);  // writes a's on the way
  CHECK(r.told == 2);
  r.log->settle(*d);  // c was asked to lead, and is not here
  CHECK(r.told == 4);
  r.log->settle(*c);
  r.log->settle(*a);
  CHECK(r.told == 4);
  CHECK(r.sink.batches == 4);
  CHECK(r.log->close().ok());
}

TEST_CASE("log: what nobody waits for is written, also behind those who do") {
  MemoryEnv env;
  Running r(env, "/", 1);
  const auto ticket = r.enqueue();
  auto lazy = r.enqueue(Log::Wait::lazy);
  auto second = r.enqueue(Log::Wait::lazy);
  r.log->settle(*ticket);
  CHECK(lazy.get());
  CHECK(second.get());
  auto alone = r.enqueue(Log::Wait::lazy);
  CHECK(alone.get());
  auto at_once = r.enqueue(Log::Wait::none);
  CHECK(at_once.get());
  CHECK(r.log->close().ok());
}

TEST_CASE("log: what comes while a leader stands in its sync is written after it, by whoever is left") {
  const bool someone_waits = GENERATE(false, true);
  ::x400::test::TempFolder folder;
  GateEnv env;
  Running r(env, folder.path(), 2);
  env.shut();
  std::thread leader([&] { r.log->settle(*r.enqueue()); });
  env.wait_for_one();
  std::vector<std::future<bool>> told;
  std::shared_ptr<Log::Ticket> ticket;
  for (int i = 0; i < 3; ++i) told.push_back(r.enqueue(Log::Wait::lazy));
  if (someone_waits) ticket = r.enqueue();
  for (int i = 0; i < 3; ++i) told.push_back(r.enqueue(Log::Wait::none));
  for (auto& f : told) CHECK(f.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  std::thread waiter([&] {
    if (ticket) r.log->settle(*ticket);
  });
  env.open_gate();
  for (auto& f : told) CHECK(f.get());
  leader.join();
  waiter.join();
  CHECK(r.told == (someone_waits ? 2 : 1));
  CHECK(r.log->close().ok());
}

TEST_CASE("log: closing waits for the leader and for those behind it") {
  ::x400::test::TempFolder folder;
  GateEnv env;
  Running r(env, folder.path(), 1);
  env.shut();
  std::thread leader([&] { r.log->settle(*r.enqueue()); });
  env.wait_for_one();
  const auto ticket = r.enqueue();
  auto lazy = r.enqueue(Log::Wait::lazy);
  std::thread waiter([&] { r.log->settle(*ticket); });
  std::thread closer([&] { CHECK(r.log->close().ok()); });
  env.open_gate();
  closer.join();
  CHECK(r.sink.taken == 3);
  CHECK(lazy.get());
  leader.join();
  waiter.join();
  CHECK(r.told == 2);
}

TEST_CASE("log: many threads, batches too small for them: all are told once, in order, behind the sync") {
  MemoryEnv env;
  Running r(env, "/", 3);
  constexpr int threads = 12, each = 150;
  int early = 0;  // not guarded: only leaders touch it, one after the other
  int told = 0;
  std::atomic<int> unsettled{0};
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t)
    workers.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        auto heard = std::make_shared<std::promise<void>>();
        auto future = heard->get_future();
        const auto done = [&, heard](const Status& s) {
          if (!s.ok() || ++told > r.sink.taken) ++early;
          heard->set_value();
        };
        const auto wait = t % 4 == 0 ? Log::Wait::none : t % 4 == 1 ? Log::Wait::lazy : Log::Wait::lead;
        const auto ticket = wait == Log::Wait::lead ? std::make_shared<Log::Ticket>() : nullptr;
        if (!r.log->enqueue(event(1), wait, done, ticket).ok()) ++unsettled;
        if (ticket) {
          r.log->settle(*ticket);
          if (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready) ++unsettled;
        } else if (i % 16 == 0) {
          future.wait();
        }
      }
    });
  for (auto& worker : workers) worker.join();
  r.log->flush();
  CHECK(unsettled == 0);
  CHECK(r.log->close().ok());
  CHECK(told == threads * each);
  CHECK(early == 0);
  CHECK(r.sink.taken == threads * each);
  CHECK(r.sink.out_of_order == 0);
}
