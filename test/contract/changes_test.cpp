// Contract of a Backend: status and counters, the archive, quotas, items, events.
#include <condition_variable>
#include <mutex>

#include "mstore/contract_store.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::backend;
using namespace x400::mstore::test;

namespace {

Numbers by_status(Subject& s, RetrievalStatus status) {
  Query query{.mailbox = s.box, .classes = delivered};
  query.status = status;
  return numbers(*s, query);
}

ChangeSet archiving(MailboxNumber box, Numbers which) {
  ChangeSet set = removing(box, std::move(which));
  set.remove.front().archive = true;
  return set;
}

Numbers archived(Subject& s) {
  Query query{.mailbox = s.box, .classes = delivered};
  query.archived = true;
  return numbers(*s, query);
}

// Sums of the counters of a base, children and all.
Usage counted(Subject& s, EntryBase base) {
  const auto counters = s->counters(s.box, base);
  REQUIRE(counters.ok());
  Usage sum;
  for (const Counter& c : *counters) {
    sum.entries += c.count;
    sum.octets += c.octets;
  }
  return sum;
}

// Collects events; wait(n) returns the first n.
class Seen {
 public:
  void operator()(const Event& e) {
    const std::lock_guard lock(mutex_);
    events_.push_back(e);
    come_.notify_all();
  }
  std::vector<Event> wait(std::size_t n) {
    std::unique_lock lock(mutex_);
    come_.wait(lock, [&] { return events_.size() >= n; });
    return events_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable come_;
  std::vector<Event> events_;
};

}  // namespace

TEST_CASE("contract: status goes forward only, is seen at once, and is counted") {
  Subject s(GENERATE(backends()));
  for (int i = 0; i < 10; ++i) deliver(*s, s.box, message("m"));
  done(s->commit(raising(s.box, {{3, 5}}, RetrievalStatus::listed)));
  done(s->commit(raising(s.box, {{5, 6}, {40, 50}}, RetrievalStatus::processed)));
  done(s->commit(raising(s.box, {{6, 6}}, RetrievalStatus::listed)));
  CHECK(by_status(s, RetrievalStatus::new_entry) == Numbers{1, 2, 7, 8, 9, 10});
  CHECK(by_status(s, RetrievalStatus::listed) == Numbers{3, 4});
  CHECK(by_status(s, RetrievalStatus::processed) == Numbers{5, 6});
  Query query{.mailbox = s.box, .classes = delivered};
  query.status = RetrievalStatus::processed;
  query.order = Order::descending;
  query.limit = 1;
  CHECK(numbers(*s, query) == Numbers{6});
  query.after = 6;
  CHECK(numbers(*s, query) == Numbers{5});
  CHECK(s->row(s.box, EntryBase::stored, 4)->status == RetrievalStatus::listed);
  CHECK(s->read(s.box, EntryBase::stored, 6)->row.status == RetrievalStatus::processed);
  const auto counters = s->counters(s.box, EntryBase::stored);
  REQUIRE(counters.ok());
  REQUIRE(counters->size() == 3);
  CHECK(counters->at(0).count == 6);
  CHECK(counters->at(1).count == 2);
  CHECK(counters->at(2).count == 2);
  CHECK(counters->at(2).octets == 2);

  ChangeSet back = raising(s.box, {{6, 6}}, RetrievalStatus::new_entry, Durability::synced);
  back.status.front().backwards = true;
  done(s->commit(back));
  CHECK(s->row(s.box, EntryBase::stored, 6)->status == RetrievalStatus::new_entry);
  s.reopen();
  CHECK(by_status(s, RetrievalStatus::new_entry) == Numbers{1, 2, 6, 7, 8, 9, 10});
  CHECK(by_status(s, RetrievalStatus::processed) == Numbers{5});
}

// The index gets to know of it while it is asked.
TEST_CASE("contract: what was raised is found by its status at any moment") {
  Subject s(GENERATE(backends()));
  constexpr SequenceNumber entries = 1000;
  for (SequenceNumber i = 1; i <= entries; ++i) deliver(*s, s.box, message("m"));
  Query query{.mailbox = s.box, .classes = delivered};
  query.status = RetrievalStatus::processed;
  query.order = Order::descending;
  query.limit = 1;
  for (SequenceNumber i = 1; i <= entries; ++i) {
    done(s->commit(raising(s.box, {{i, i}}, RetrievalStatus::processed)));
    REQUIRE(numbers(*s, query) == Numbers{i});
    REQUIRE(numbers(*s, query) == Numbers{i});
  }
}

TEST_CASE("contract: a status set back is not covered by an older one on its way") {
  Subject s(GENERATE(backends()));
  deliver(*s, s.box, message("m"));
  for (int i = 0; i < 300; ++i) {
    done(s->commit(raising(s.box, {{1, 1}}, RetrievalStatus::processed)));
    ChangeSet back = raising(s.box, {{1, 1}}, RetrievalStatus::new_entry, Durability::synced);
    back.status.front().backwards = true;
    done(s->commit(back));
    REQUIRE(s->row(s.box, EntryBase::stored, 1)->status == RetrievalStatus::new_entry);
    REQUIRE(s->read(s.box, EntryBase::stored, 1)->row.status == RetrievalStatus::new_entry);
    REQUIRE(by_status(s, RetrievalStatus::new_entry) == Numbers{1});
  }
}

TEST_CASE("contract: the archive keeps what was removed, out of sight and out of the counters") {
  Subject s(GENERATE(backends()));
  ChangeSet family = creating(s.box, message("heading[inner]", 2));
  family.create.front().duplicate_key = to_octets("key");
  NewEntry child;
  child.parent = 0;
  child.content.slice = ContentSlice{8, 5};
  child.size = 5;
  family.create.push_back(child);
  done(s->commit(family));
  deliver(*s, s.box, message("other"));
  s.env.milliseconds += 60'000;
  deliver(*s, s.box, message("third"));
  done(s->commit(raising(s.box, {{1, 1}}, RetrievalStatus::listed)));
  CHECK(counted(s, EntryBase::archive) == Usage{});

  done(s->commit(archiving(s.box, {1, 3})));
  for (int round = 0; round < 2; ++round) {
    CHECK(all(*s, s.box) == Numbers{4});
    CHECK_FALSE(s->row(s.box, EntryBase::stored, 1).ok());
    CHECK_FALSE(s->row(s.box, EntryBase::stored, 2).ok());
    CHECK(counted(s, EntryBase::stored) == Usage{1, 5});
    CHECK(archived(s) == Numbers{1, 3});
    CHECK(counted(s, EntryBase::archive) == Usage{3, 14 + 5 + 5});
    const auto kept = s->read(s.box, EntryBase::archive, 1);
    REQUIRE(kept.ok());
    CHECK(content_of(*kept) == "heading[inner]");
    CHECK(chars(*kept->attributes) == "attributes of heading[inner]");
    CHECK(kept->row.status == RetrievalStatus::listed);
    CHECK(kept->row.priority == 2);
    CHECK(kept->row.descendants == 1);
    CHECK(kept->row.entry_class == EntryClass::delivery);
    CHECK(content_of(*s->read(s.box, EntryBase::archive, 2)) == "inner");
    CHECK(s->row(s.box, EntryBase::archive, 2)->parent == 1);
    s.reopen();
  }
  Query old{.mailbox = s.box, .classes = delivered};
  old.archived = true;
  old.until = s.env.milliseconds - 60'000;
  CHECK(numbers(*s, old) == Numbers{1, 3});
  old.until = s.env.milliseconds - 60'001;
  CHECK(numbers(*s, old).empty());

  // Still a duplicate; not to be removed twice; from the archive it goes for good.
  family.create.resize(1);
  CHECK(done(s->commit(family)).duplicate);
  CHECK(refused(s->commit(removing(s.box, {1}))).error.kind() == ErrorKind::not_found);
  ChangeSet purge = removing(s.box, {1});
  purge.remove.front().base = EntryBase::archive;
  done(s->commit(purge));
  CHECK(refused(s->commit(purge)).error.kind() == ErrorKind::not_found);
  CHECK(done(s->commit(family)).duplicate);
  s.reopen();
  CHECK(archived(s) == Numbers{3});
  CHECK_FALSE(s->row(s.box, EntryBase::archive, 2).ok());
  CHECK(counted(s, EntryBase::archive) == Usage{1, 5});
  CHECK(done(s->commit(family)).duplicate);
}

TEST_CASE("contract: into the archive and out of it at once, and what cannot go there") {
  Subject s(GENERATE(backends()));
  deliver(*s, s.box, message("a"));
  ChangeSet purge = removing(s.box, {1});
  purge.remove.front().base = EntryBase::archive;
  bool moved = false, gone = false;
  s->commit(archiving(s.box, {1}), [&](CommitResult r) { moved = r.ok(); });
  s->commit(purge, [&](CommitResult r) { gone = r.ok(); });
  deliver(*s, s.box, message("b"));  // whose sync is also theirs
  CHECK(moved);
  CHECK(gone);
  CHECK(archived(s).empty());
  CHECK(all(*s, s.box) == Numbers{2});
  ChangeSet wrong = archiving(s.box, {2});
  wrong.remove.front().base = EntryBase::archive;
  CHECK(refused(s->commit(wrong)).error.kind() == ErrorKind::invalid);
  wrong.remove.front().base = EntryBase::log;
  CHECK(refused(s->commit(wrong)).error.kind() == ErrorKind::invalid);
  Query logs{.mailbox = s.box, .classes = {EntryClass::delivery_log}};
  logs.archived = true;
  CHECK(s->select(logs).error().kind() == ErrorKind::invalid);
}

TEST_CASE("contract: a quota is held to the entry and the octet") {
  Subject s(GENERATE(backends()));
  const auto limited = [&](const std::string& text, std::uint64_t entries, std::uint64_t octets) {
    ChangeSet set = creating(s.box, message(text));
    set.quotas.push_back({EntryClass::delivery, entries, octets, {}});
    return s->commit(std::move(set));
  };
  CHECK(done(limited("12345", 3, 100)).usage == std::vector<Usage>{{1, 5}});
  CHECK(done(limited("12345", 3, 10)).usage == std::vector<Usage>{{2, 10}});
  const Refusal octets = refused(limited("1", 3, 10));
  CHECK(octets.error.kind() == ErrorKind::unavailable);
  CHECK(octets.over_quota == Usage{2, 10});
  CHECK(done(limited("", 3, 10)).usage == std::vector<Usage>{{3, 10}});
  CHECK(refused(limited("", 3, 10)).over_quota == Usage{3, 10});
  CHECK(s->mailbox(s.box)->next == 4);  // no number was used

  // Another class, children and other bases do not count.
  ChangeSet other = creating(s.box, message("x"));
  other.create.front().entry_class = EntryClass::submission;
  NewEntry child;
  child.parent = 0;
  child.size = 1000;
  child.entry_class = EntryClass::submission;
  other.create.push_back(child);
  NewEntry log;
  log.entry_class = EntryClass::submission_log;
  log.same_number_as = 0;
  log.size = 1000;
  other.create.push_back(log);
  other.quotas.push_back({EntryClass::submission, 1, 1, {}});
  other.quotas.push_back({EntryClass::delivery, 3, 10, {}});
  CHECK(done(s->commit(other)).usage == std::vector<Usage>{{1, 1}, {3, 10}});

  // What lessens it is taken, though there is still too much; what is archived is out of it.
  ChangeSet lessen = archiving(s.box, {1});
  lessen.quotas.push_back({EntryClass::delivery, 1, 1, {}});
  CHECK(done(s->commit(lessen)).usage == std::vector<Usage>{{2, 5}});
  s.reopen();
  CHECK(refused(limited("1", 2, 10)).over_quota == Usage{2, 5});
  CHECK(done(limited("1", 3, 6)).usage == std::vector<Usage>{{3, 6}});
  // One comes and one goes.
  ChangeSet exchange = removing(s.box, {2});
  exchange.create.push_back(message("12345"));
  exchange.quotas.push_back({EntryClass::delivery, 3, 6, {}});
  CHECK(done(s->commit(exchange)).usage == std::vector<Usage>{{3, 6}});
  // A type that counts without its size.
  ChangeSet light = creating(s.box, message(std::string(100, 'x')));
  light.create.front().entry_type = 4;
  light.quotas.push_back({EntryClass::delivery, 4, 6, std::uint8_t{4}});
  CHECK(done(s->commit(light)).usage == std::vector<Usage>{{4, 6}});
}

TEST_CASE("contract: change sets under way count for a quota") {
  Subject s(GENERATE(backends()));
  int taken = 0, full = 0;
  for (int i = 0; i < 20; ++i) {
    ChangeSet set = creating(s.box, message("m"));
    set.quotas.push_back({EntryClass::delivery, 7, 100, {}});
    s->commit(std::move(set), [&](CommitResult r) {
      if (r.ok()) {
        ++taken;
        CHECK(r->usage.at(0).entries <= 7);
      } else if (r.error().over_quota) {
        ++full;
      }
    });
  }
  deliver(*s, s.box, message("m"));  // whose sync is also theirs
  CHECK(taken == 7);
  CHECK(full == 13);
}

TEST_CASE("contract: items are put, replaced, erased, found by prefix and when due") {
  Subject s(GENERATE(backends()));
  ChangeSet set;
  set.mailbox = s.box;
  set.items.push_back({1, to_octets("ab"), to_octets("1"), 500, {}});
  set.items.push_back({1, to_octets("ac"), to_octets("2"), 400, {}});
  set.items.push_back({1, to_octets("b"), to_octets("3"), {}, {}});
  set.items.push_back({1, Octets{0xff, 0xff, 1}, to_octets("f"), {}, {}});
  set.items.push_back({2, to_octets("ab"), to_octets("4"), 900, {}});
  set.create.push_back(message("m"));
  set.items.push_back({3, to_octets("x"), to_octets("5"), {}, std::size_t{0}});
  done(s->commit(set));
  s.reopen();
  CHECK(chars((*s->item(s.box, 1, view("ab")))->value) == "1");
  CHECK_FALSE(s->item(s.box, 1, view("abc"))->has_value());
  CHECK(s->item(s.box + 1, 1, view("ab")).error().kind() == ErrorKind::not_found);
  const auto with_a = s->items(s.box, 1, view("a"));
  REQUIRE(with_a->size() == 2);
  CHECK(chars(with_a->front().key) == "ab");
  CHECK(s->items(s.box, 1)->size() == 4);
  CHECK(s->items(s.box, 1, Octets{0xff})->size() == 1);
  CHECK((*s->item(s.box, 3, Octets{0, 0, 0, 1, 'x'})).has_value());
  const auto due = s->due(500, 10);
  REQUIRE(due->size() == 2);
  CHECK(due->front().due == 400);
  CHECK(due->front().mailbox == s.box);
  CHECK(due->front().kind == 1);
  CHECK(s->due(1000, 1)->size() == 1);
  ChangeSet change;
  change.mailbox = s.box;
  change.items.push_back({1, to_octets("ab"), {}, {}, {}});
  change.items.push_back({1, to_octets("never there"), {}, {}, {}});
  change.items.push_back({1, to_octets("ac"), to_octets("new"), {}, {}});
  done(s->commit(change));
  CHECK_FALSE(s->item(s.box, 1, view("ab"))->has_value());
  CHECK(chars((*s->item(s.box, 1, view("ac")))->value) == "new");
  CHECK(s->due(500, 10)->empty());
}

TEST_CASE("contract: events come after what they tell can be read, in order") {
  Subject s(GENERATE(backends()));
  auto seen = std::make_shared<Seen>();
  std::atomic<bool> readable{true};
  auto subscription = s->subscribe([&, seen](const Event& event) {
    if (event.kind == Event::Kind::created && !s->read(s.box, event.base, event.numbers.from).ok())
      readable = false;
    (*seen)(event);
  });
  deliver(*s, s.box, message("m", 2));
  deliver(*s, s.box, message("n"));
  seen->wait(2);  // later a delete may overtake what is told
  done(s->commit(raising(s.box, {{1, 1}}, RetrievalStatus::listed, Durability::synced)));
  done(s->commit(archiving(s.box, {1})));
  ChangeSet purge = removing(s.box, {1});
  purge.remove.front().base = EntryBase::archive;
  done(s->commit(purge));
  const auto events = seen->wait(5);
  CHECK(readable);
  CHECK(events[0].kind == Event::Kind::created);
  CHECK(events[0].priority == 2);
  CHECK(events[0].entry_class == EntryClass::delivery);
  CHECK(events[1].numbers == NumberRange{2, 2});
  CHECK(events[2].kind == Event::Kind::status);
  CHECK(events[2].status == RetrievalStatus::listed);
  CHECK(events[3].kind == Event::Kind::deleted);
  CHECK(events[3].base == EntryBase::stored);
  CHECK(events[4].kind == Event::Kind::deleted);
  CHECK(events[4].base == EntryBase::archive);
  subscription.reset();
  deliver(*s, s.box, message("unheard"));
  CHECK(seen->wait(5).size() == 5);
}

TEST_CASE("contract: positions go forward, in their order") {
  Subject s(GENERATE(backends()));
  const Positions before = s->positions();
  const Lsn lsn = done(s->commit(creating(s.box, message("m")))).lsn;
  CHECK(s->row(s.box, EntryBase::stored, 1).ok());
  const Positions after = s->positions();
  CHECK(after.synced >= lsn);
  CHECK(after.applied >= lsn);
  CHECK(after.written >= after.synced);
  CHECK(after.synced >= after.applied);
  CHECK(after.applied >= after.indexed);
  CHECK(after.synced > before.synced);
}
