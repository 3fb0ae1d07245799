// Retention: what goes, what stays, when, and what a clock that leaps can do.
#include "mstore/service_world.hpp"
#include "mstore/waiting.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;

namespace {

constexpr std::int64_t minute = 60, hour = 3600, day = 24 * hour;

Options keeping(std::int64_t seconds, Retention::Of of = Retention::Of::all) {
  Options o;
  o.ageing = false;  // the test says when
  o.policy.in_box = Retention{std::chrono::seconds(seconds), of};
  return o;
}

SequenceNumber one(World& w, const std::string& id) {
  Envelope e;
  e.id = id;
  return w.deliver(e, ipm(id));
}

// Without making anything listed.
List stored(World& w, backend::EntryClass c = backend::EntryClass::delivery) {
  backend::Query q;
  q.mailbox = w.alice;
  q.classes.add(c);
  List out;
  for (const auto& row : get(w.backend->select(q)).rows) out.push_back(row.number);
  return out;
}

}  // namespace

TEST_CASE("ageing: to the minute, by creation") {
  World w(GENERATE(Kind::memory, Kind::local), keeping(30 * day));
  one(w, "a");
  w.tick(minute);
  one(w, "b");
  w.tick(30 * day - minute - 1);
  CHECK(get(w.store->age()).removed == 0);
  w.tick(1);
  CHECK(get(w.store->age()).removed == 1);
  CHECK(stored(w) == List{2});
  CHECK(get(w.store->age()).removed == 0);
  w.tick(minute - 1);
  CHECK(get(w.store->age()).removed == 0);
  w.tick(1);
  CHECK(get(w.store->age()).removed == 1);
  CHECK(stored(w).empty());
  one(w, "c");
  w.tick(30 * day);
  CHECK(get(w.store->age()).removed == 1);
}

TEST_CASE("ageing: only what was read, or nothing that is new, what changes later goes then") {
  const Kind kind = GENERATE(Kind::memory, Kind::local);
  const Retention::Of of = GENERATE(Retention::Of::processed, Retention::Of::not_new);
  World w(kind, keeping(day, of));
  for (const char* id : {"new", "listed", "processed", "later"}) one(w, id);
  w.set_status(2, backend::RetrievalStatus::listed);
  w.set_status(3, backend::RetrievalStatus::processed);
  w.tick(2 * day);
  get(w.store->age());
  const bool listed_stay = of == Retention::Of::processed;
  CHECK(stored(w) == (listed_stay ? List{1, 2, 4} : List{1, 4}));
  CHECK(get(w.store->age()).removed == 0);

  one(w, "young");
  w.set_status(5, backend::RetrievalStatus::processed);
  w.set_status(4, backend::RetrievalStatus::processed);
  // The event of the change is told after the change; with the local disk a moment later.
  until([&] { return get(w.store->age()).removed == 1; });
  CHECK(stored(w) == (listed_stay ? List{1, 2, 5} : List{1, 5}));
}

TEST_CASE("ageing: a mailbox's own rule goes before that of the store, and a change of rules holds at once") {
  World w(GENERATE(Kind::memory, Kind::local), keeping(day));
  MailboxSettings bob{"bob", {name(bob_address)}, true, true, {}};
  bob.policy.in_box = Retention{};  // for ever
  const MailboxNumber bobs = get(w.store->create_mailbox(bob));
  Envelope e;
  e.recipient = bob_address;
  get(w.store->deliver({bobs, e.encode(), Content::own(ipm("b"))}));
  one(w, "a");
  w.tick(100 * day);
  CHECK(get(w.store->age()).removed == 1);
  CHECK(stored(w).empty());
  CHECK(get(w.store->usage(bobs)).delivery.entries == 1);
  bob.policy.in_box = Retention{std::chrono::hours(24 * 99), Retention::Of::processed};
  good(w.store->configure_mailbox(bobs, bob));
  CHECK(get(w.store->age()).removed == 0);
  bob.policy.in_box->of = Retention::Of::all;
  good(w.store->configure_mailbox(bobs, bob));
  CHECK(get(w.store->age()).removed == 1);
  bob.policy.hold = std::chrono::seconds(-1);
  CHECK(w.store->configure_mailbox(bobs, bob).error().kind() == ErrorKind::invalid);
}

TEST_CASE("ageing: what has become old while the store was closed goes after it is opened") {
  World w(Kind::local, keeping(day));
  for (int i = 0; i < 5; ++i) {
    one(w, "m" + std::to_string(i));
    w.tick(6 * hour);
  }
  get(w.store->age());
  CHECK(stored(w) == List{3, 4, 5});
  w.env.milliseconds += 13 * hour * 1000;
  w.reopen();
  CHECK(get(w.store->age()).removed == 2);
  CHECK(stored(w) == List{5});
}

TEST_CASE("ageing: many entries go in steps, with their children, and others are served in between") {
  World w(GENERATE(Kind::memory, Kind::local), keeping(day));
  w.fill_m1();
  for (int i = 0; i < 450; ++i) one(w, "m" + std::to_string(i));
  std::size_t deleted = 0;
  bool kept_going = true;
  std::mutex mutex;
  const auto watching = w.store->subscribe([&](const Event& e) {
    if (e.kind != Event::Kind::deleted) return;
    const std::lock_guard lock(mutex);
    kept_going = kept_going && w.store->mailbox(w.alice).ok();
    deleted += e.numbers.to - e.numbers.from + 1;
  });
  w.tick(2 * day);
  CHECK(get(w.store->age()).removed == 6 + 450);
  until([&] {
    const std::lock_guard lock(mutex);
    return deleted == 8 + 450;
  });
  CHECK(kept_going);
  CHECK(get(w.store->usage(w.alice)).delivery.entries == 0);
}

TEST_CASE("ageing: the Out Box and the logs, a submission under way stays") {
  Options o;
  o.ageing = false;
  o.policy.out_box = Retention{std::chrono::hours(1), Retention::Of::not_new};
  o.policy.logs = std::chrono::hours(2);
  World w(GENERATE(Kind::memory, Kind::local), o);
  w.mta.answers.push_back(MtsResult{mts_result("s.1")});
  const auto submit = [&](const std::string& id) {
    Submission s;
    s.mailbox = w.alice;
    s.envelope = Outgoing().encode();
    s.content = Content::own(ipm(id));
    w.store->submit(std::move(s), [](const Outcome<Submitted>&) {});
  };
  submit("answered");
  submit("under way");
  until([&] {
    const std::lock_guard lock(w.mta.mutex);
    return w.mta.waiting.size() == 1;
  });
  backend::ChangeSet log;
  log.mailbox = w.alice;
  backend::NewEntry entry;
  entry.entry_class = backend::EntryClass::submission_log;
  entry.number = 1;
  log.create.push_back(entry);
  REQUIRE(w.backend->commit(log).ok());

  w.tick(hour);
  until([&] { return get(w.store->submissions(w.alice)).front().state == SubmissionState::submitted; });
  CHECK(get(w.store->age()).removed == 1);
  CHECK(stored(w, backend::EntryClass::submission) == List{2});
  CHECK(stored(w, backend::EntryClass::submission_log) == List{1});
  w.tick(hour);
  CHECK(get(w.store->age()).removed == 1);
  CHECK(stored(w, backend::EntryClass::submission_log).empty());
  CHECK(stored(w, backend::EntryClass::submission) == List{2});
  w.mta.waiting.front()(MtsResult{mts_result("s.2")});
  until([&] { return get(w.store->submissions(w.alice)).front().state == SubmissionState::submitted; });
  CHECK(get(w.store->age()).removed == 1);
  CHECK(stored(w, backend::EntryClass::submission).empty());
}

TEST_CASE("ageing: a clock set ahead for a moment takes nothing away") {
  World w(GENERATE(Kind::memory, Kind::local), keeping(30 * day));
  std::vector<Notice> notices;
  const auto watching = w.store->subscribe_notices([&](const Notice& n) { notices.push_back(n); });
  one(w, "a");
  w.tick(hour);
  get(w.store->age());
  w.env.leap(365 * day);
  w.tick(hour);
  CHECK(get(w.store->age()).removed == 0);
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].kind == Notice::Kind::clock_ahead);
  CHECK(notices[0].ahead == std::chrono::hours(365 * 24));
  w.env.leap(-365 * day);
  w.tick(hour);
  CHECK(get(w.store->age()).removed == 0);
  REQUIRE(notices.size() == 2);
  CHECK(notices[1].kind == Notice::Kind::clock_believed);
  CHECK(stored(w) == List{1});
  // Time went on as it passed.
  w.tick(30 * day - 3 * hour);
  CHECK(get(w.store->age()).removed == 1);
}

TEST_CASE(
    "ageing: while a leap is not believed, things grow old as time passes, after a day it is believed") {
  World w(GENERATE(Kind::memory, Kind::local), keeping(2 * hour));
  one(w, "a");
  get(w.store->age());
  w.env.leap(1000 * day);
  w.tick(2 * hour - 1);
  CHECK(get(w.store->age()).removed == 0);
  w.tick(1);
  CHECK(get(w.store->age()).removed == 1);
  w.tick(23 * hour);
  one(w, "b");  // created by the clock as it is
  CHECK(get(w.store->age()).removed == 0);
  w.tick(2 * hour);
  CHECK(get(w.store->age()).removed == 1);
}

TEST_CASE("ageing: a clock set back, and right again, does no harm") {
  World w(GENERATE(Kind::memory, Kind::local), keeping(10 * day));
  one(w, "a");
  w.tick(hour);
  w.env.leap(-100 * day);
  one(w, "b");  // its creation time does not fall
  CHECK(get(w.store->age()).removed == 0);
  w.tick(hour);
  w.env.leap(100 * day);
  w.tick(10 * day - 2 * hour - 1);
  CHECK(get(w.store->age()).removed == 0);
  w.tick(1);
  CHECK(get(w.store->age()).removed == 2);
}

TEST_CASE("ageing: a leap stays a leap over restarts, and so does the time it has stood") {
  World w(Kind::local, keeping(30 * day));
  one(w, "a");
  get(w.store->age());
  w.env.leap(365 * day);
  w.tick(hour);
  w.reopen();  // as if the machine had come up with a wrong clock
  CHECK(get(w.store->age()).removed == 0);
  for (int i = 0; i < 11; ++i) {
    w.tick(2 * hour);
    w.reopen();
    CHECK(get(w.store->age()).removed == 0);
  }
  w.tick(2 * hour);
  w.reopen();
  CHECK(get(w.store->age()).removed == 1);
}

TEST_CASE("ageing: a store closed for long waits a day before it takes away") {
  World w(Kind::local, keeping(10 * day));
  one(w, "a");
  get(w.store->age());
  w.tick(100 * day);
  w.reopen();
  CHECK(get(w.store->age()).removed == 0);
  w.tick(day + hour);
  CHECK(get(w.store->age()).removed == 1);
}

TEST_CASE("ageing: by the store's own thread") {
  Options o = keeping(hour);
  o.ageing = true;
  World w(GENERATE(Kind::memory, Kind::local), o, std::chrono::milliseconds(1));
  one(w, "a");
  w.tick(minute);
  one(w, "b");
  w.tick(hour - 1);
  until([&] { return stored(w) == List{2}; });
  w.tick(2);
  until([&] { return stored(w).empty(); });
}
