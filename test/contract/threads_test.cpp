// Contract of a Backend: many threads at once. Readers never wait for a writer's sync.
#include <atomic>
#include <thread>

#include "mstore/contract_store.hpp"
#include "mstore/gate_env.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::backend;
using namespace x400::mstore::test;

TEST_CASE("contract: many threads: numbers without gap, own writes read, every entry once") {
  Subject s(GENERATE(backends()));
  constexpr int threads = 8;
  constexpr int each = 60;
  const std::vector<MailboxNumber> boxes{s.box, *s->create_mailbox("b", {})};
  std::atomic<int> wrong{0};
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t)
    workers.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        const MailboxNumber box = boxes[static_cast<std::size_t>((t + i) % 2)];
        const std::string text = std::to_string(t) + "/" + std::to_string(i);
        auto made = s->commit(creating(box, message(text)));
        if (!made.ok()) {
          ++wrong;
          continue;
        }
        const SequenceNumber n = made->numbers[0];
        auto stored = s->read(box, EntryBase::stored, n);
        auto content =
            stored.ok() && stored->content ? stored->content->read_all() : Result<Octets>(Octets{});
        if (!content.ok() || chars(*content) != text) ++wrong;
        if (!s->commit(raising(box, {{n, n}}, RetrievalStatus::listed)).ok()) ++wrong;
        const auto row = s->row(box, EntryBase::stored, n);
        if (!row.ok() || row->status != RetrievalStatus::listed) ++wrong;
        if (i % 3 != 0) continue;
        ChangeSet gone = removing(box, {n});
        gone.remove.front().archive = i % 2 == 0;
        if (!s->commit(gone).ok() || s->row(box, EntryBase::stored, n).ok()) ++wrong;
        if (s->row(box, EntryBase::archive, n).ok() != (i % 2 == 0)) ++wrong;
      }
    });
  for (auto& worker : workers) worker.join();
  CHECK(wrong == 0);
  std::uint64_t count = 0;
  for (const MailboxNumber box : boxes) {
    CHECK(s->mailbox(box)->next == threads * each / 2 + 1);
    Query query{.mailbox = box, .classes = delivered};
    query.limit = 10'000;
    count += numbers(*s, query).size();
    std::uint64_t counted = 0;
    const auto counters = s->counters(box, EntryBase::stored);
    REQUIRE(counters.ok());
    for (const Counter& c : *counters) counted += c.count;
    CHECK(counted == numbers(*s, query).size());
  }
  CHECK(count == threads * each * 2 / 3);
}

TEST_CASE("contract: threads that fill a quota stop at it exactly") {
  Subject s(GENERATE(backends()));
  std::atomic<int> taken{0}, wrong{0};
  std::vector<std::thread> workers;
  for (int t = 0; t < 6; ++t)
    workers.emplace_back([&] {
      for (int i = 0; i < 40; ++i) {
        ChangeSet set = creating(s.box, message("12345"));
        set.quotas.push_back({EntryClass::delivery, 1000, 5 * 100, {}});
        const auto made = s->commit(std::move(set));
        if (made.ok()) {
          ++taken;
          if (made->usage.at(0).octets != 5 * made->usage.at(0).entries) ++wrong;
        } else if (!made.error().over_quota) {
          ++wrong;
        }
      }
    });
  for (auto& worker : workers) worker.join();
  CHECK(taken == 100);
  CHECK(wrong == 0);
  CHECK(all(*s, s.box).size() == 100);
}

TEST_CASE("readers do not wait for a sync under way, and see what was acknowledged before it") {
  ::x400::test::TempFolder folder;
  GateEnv env;
  auto opened = open_local(small_store(folder.path()), env);
  REQUIRE(opened.ok());
  Backend& store = **opened;
  const MailboxNumber box = *store.create_mailbox("a", {});
  CHECK(deliver(store, box, message("before")) == 1);

  env.shut();
  std::atomic<bool> acknowledged{false};
  std::thread writer([&] {
    ChangeSet set = creating(box, message("behind the gate"));
    set.remove.push_back({EntryBase::stored, {1}, false});
    if (store.commit(std::move(set)).ok()) acknowledged = true;
  });
  env.wait_for_one();
  // The writer stands in its sync; all of this would hang if a reader waited for it.
  CHECK(all(store, box) == Numbers{1});
  CHECK(content_of(*store.read(box, EntryBase::stored, 1)) == "before");
  CHECK(store.row(box, EntryBase::stored, 1).ok());
  CHECK(store.counters(box, EntryBase::stored)->size() == 1);
  CHECK(store.items(box, 1)->empty());
  CHECK_FALSE(store.find_duplicate(box, view("k"))->has_value());
  CHECK_FALSE(store.row(box, EntryBase::stored, 2).ok());  // nobody was told of it
  done(store.commit(raising(box, {{1, 1}}, RetrievalStatus::listed)));
  CHECK(store.row(box, EntryBase::stored, 1)->status == RetrievalStatus::listed);
  CHECK(store.mailboxes()->size() == 1);
  CHECK_FALSE(acknowledged);
  env.open_gate();
  writer.join();
  CHECK(acknowledged);
  CHECK(all(store, box) == Numbers{2});
}
