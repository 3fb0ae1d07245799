// Contract of a Backend: entries made, read, changed and removed.
#include <future>

#include "mstore/contract_store.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::backend;
using namespace x400::mstore::test;

namespace {

NewEntry child_of(std::size_t parent, std::uint64_t offset, std::uint64_t size) {
  NewEntry child;
  child.parent = parent;
  child.content.slice = ContentSlice{offset, size};
  child.size = size;
  child.attributes = to_octets("child");
  return child;
}

}  // namespace

TEST_CASE("contract: what is delivered is read back") {
  Subject s(GENERATE(backends()));
  NewEntry made = message("one", 2);
  made.entry_type = 3;
  made.precedence = -7;
  made.status = RetrievalStatus::listed;
  made.variable = to_octets("variable");
  CHECK(deliver(*s, s.box, made) == 1);
  s.env.milliseconds += 5;
  const Committed second = done(s->commit(creating(s.box, message("two"))));
  CHECK(second.numbers == Numbers{2});
  CHECK_FALSE(second.duplicate);
  CHECK(second.time == s.env.milliseconds);
  CHECK(second.lsn != 0);
  s.reopen();
  const auto stored = s->read(s.box, EntryBase::stored, 1);
  REQUIRE(stored.ok());
  CHECK(content_of(*stored) == "one");
  CHECK(chars(*stored->attributes) == "attributes of one");
  const Row& row = stored->row;
  CHECK(row.number == 1);
  CHECK(row.entry_class == EntryClass::delivery);
  CHECK(row.entry_type == 3);
  CHECK(row.status == RetrievalStatus::listed);
  CHECK(row.priority == 2);
  CHECK(row.precedence == -7);
  CHECK(row.size == 3);
  CHECK(row.created == s.env.milliseconds - 5);
  CHECK(row.parent == 0);
  CHECK(row.descendants == 0);
  CHECK(chars(row.list_attributes) == "list of one");
  CHECK(chars(row.variable) == "variable");
  CHECK(row.list_complete);
  const auto only_row = s->row(s.box, EntryBase::stored, 1);
  REQUIRE(only_row.ok());
  CHECK(chars(only_row->list_attributes) == "list of one");
  for (const SequenceNumber none : {0u, 3u, max_sequence_number}) {
    CHECK(s->read(s.box, EntryBase::stored, none).error().kind() == ErrorKind::not_found);
    CHECK(s->row(s.box, EntryBase::stored, none).error().kind() == ErrorKind::not_found);
  }
  CHECK(s->row(s.box, EntryBase::log, 1).error().kind() == ErrorKind::not_found);
  CHECK(s->row(s.box + 1, EntryBase::stored, 1).error().kind() == ErrorKind::not_found);
  CHECK(s->findings().empty());
  CHECK(s->writable().ok());
}

TEST_CASE("contract: numbers are never given twice, also after deletion") {
  Subject s(GENERATE(backends()));
  deliver(*s, s.box, message("1"));
  deliver(*s, s.box, message("2"));
  done(s->commit(removing(s.box, {1, 2})));
  s.reopen();
  CHECK(all(*s, s.box).empty());
  CHECK(deliver(*s, s.box, message("3")) == 3);
  CHECK(s->mailbox(s.box)->next == 4);
}

TEST_CASE("contract: creation times never fall, whatever the clock does") {
  Subject s(GENERATE(backends()));
  const Time before = done(s->commit(creating(s.box, message("m")))).time;
  s.env.milliseconds -= 3'600'000;
  CHECK(done(s->commit(creating(s.box, message("m")))).time == before);
  s.reopen();
  CHECK(done(s->commit(creating(s.box, message("m")))).time == before);
  s.env.milliseconds += 2 * 3'600'000;
  CHECK(done(s->commit(creating(s.box, message("m")))).time == s.env.milliseconds);
}

TEST_CASE("contract: contents in memory, lent, spooled, empty, and none") {
  Subject s(GENERATE(backends()));
  NewEntry copied;
  std::string text = "to be copied";
  copied.content.octets = view(text);
  CHECK(deliver(*s, s.box, copied) == 1);
  text = "overwritten!";
  auto writer = s->new_content();
  REQUIRE(writer.ok());
  REQUIRE((*writer)->append(view("piece by ")).ok());
  REQUIRE((*writer)->append(view("piece")).ok());
  NewEntry spooled;
  spooled.content.spooled = *(*writer)->finish();
  CHECK(spooled.content.spooled->size() == 14);
  CHECK(chars(*spooled.content.spooled->read(6, 100)) == "by piece");
  CHECK(deliver(*s, s.box, spooled) == 2);
  CHECK(deliver(*s, s.box, NewEntry()) == 3);
  s.reopen();
  CHECK(content_of(*s->read(s.box, EntryBase::stored, 1)) == "to be copied");
  const auto content = s->read(s.box, EntryBase::stored, 2)->content;
  REQUIRE(content);
  CHECK(content->size() == 14);
  CHECK(chars(*content->read(2, 3)) == "ece");
  CHECK(content->read(14, 5)->empty());
  CHECK(content->read(100, 5)->empty());
  CHECK_FALSE(s->read(s.box, EntryBase::stored, 3)->content);
  done(s->commit(removing(s.box, {2})));
  CHECK(chars(*content->read_all()) == "piece by piece");  // readable while held
}

TEST_CASE("contract: children are read from their main entry's content and go with it") {
  Subject s(GENERATE(backends()));
  ChangeSet set = creating(s.box, message("heading[inner[innermost]]"));
  set.create.push_back(child_of(0, 8, 16));
  set.create.push_back(child_of(1, 14, 9));
  set.create.push_back(message("next"));
  CHECK(done(s->commit(std::move(set))).numbers == Numbers{1, 2, 3, 4});
  s.reopen();
  CHECK(all(*s, s.box) == Numbers{1, 4});
  CHECK(numbers(*s, {.mailbox = s.box, .classes = delivered, .with_children = true}) == Numbers{1, 2, 3, 4});
  CHECK(numbers(*s, {.mailbox = s.box, .classes = delivered, .parent = SequenceNumber{1}}) == Numbers{2});
  CHECK(numbers(*s, {.mailbox = s.box, .classes = delivered, .parent = SequenceNumber{2}}) == Numbers{3});
  CHECK(numbers(*s, {.mailbox = s.box, .classes = delivered, .parent = SequenceNumber{9}}).empty());
  CHECK(content_of(*s->read(s.box, EntryBase::stored, 2)) == "inner[innermost]");
  CHECK(s->row(s.box, EntryBase::stored, 3)->parent == 2);
  CHECK(content_of(*s->read(s.box, EntryBase::stored, 3)) == "innermost");
  CHECK(s->row(s.box, EntryBase::stored, 1)->descendants == 2);

  const Refusal child = refused(s->commit(removing(s.box, {2})));
  CHECK(child.error.kind() == ErrorKind::invalid);
  CHECK(child.number == 2);
  done(s->commit(removing(s.box, {1})));
  CHECK(numbers(*s, {.mailbox = s.box, .classes = delivered, .with_children = true}) == Numbers{4});
  CHECK_FALSE(s->row(s.box, EntryBase::stored, 3).ok());
}

TEST_CASE("contract: change sets that make no sense are refused whole") {
  Subject s(GENERATE(backends()));
  const auto kind = [&](const ChangeSet& set) { return refused(s->commit(set)).error.kind(); };
  ChangeSet set = creating(s.box, message("m"));
  SECTION("a child before its parent") {
    set.create.insert(set.create.begin(), child_of(1, 0, 1));
    CHECK(kind(set) == ErrorKind::invalid);
  }
  SECTION("a child of another family") {
    set.create.push_back(message("n"));
    set.create.push_back(child_of(0, 0, 1));
    CHECK(kind(set) == ErrorKind::invalid);
  }
  SECTION("a child with a duplicate key") {
    set.create.push_back(child_of(0, 0, 1));
    set.create.back().duplicate_key = to_octets("k");
    CHECK(kind(set) == ErrorKind::invalid);
  }
  SECTION("a slice without a main entry") {
    set.create.front().content = {};
    set.create.front().content.slice = ContentSlice{0, 1};
    CHECK(kind(set) == ErrorKind::invalid);
  }
  SECTION("too large") {
    set.create.front().variable = Octets(max_variable + 1);
    CHECK(kind(set) == ErrorKind::limit);
    set.create.front().variable.clear();
    set.create.front().duplicate_key = Octets(max_duplicate_key + 1);
    CHECK(kind(set) == ErrorKind::limit);
    set.create.front().duplicate_key.clear();
    set.items.push_back({1, Octets(1025), Octets{}, {}, {}});
    CHECK(kind(set) == ErrorKind::limit);
  }
  SECTION("a duplicate key twice") {
    set.create.front().duplicate_key = to_octets("k");
    set.create.push_back(set.create.front());
    CHECK(kind(set) == ErrorKind::invalid);
  }
  SECTION("an item of an entry that is not there") {
    set.items.push_back({1, Octets{}, Octets{}, {}, std::size_t{1}});
    CHECK(kind(set) == ErrorKind::invalid);
  }
  SECTION("lazily more than status") {
    set.durability = Durability::lazy;
    CHECK(kind(set) == ErrorKind::invalid);
    ChangeSet back = raising(s.box, {{1, 1}}, RetrievalStatus::new_entry);
    back.status.front().backwards = true;
    CHECK(kind(back) == ErrorKind::invalid);
  }
  SECTION("an unknown mailbox") {
    set.mailbox = s.box + 1;
    CHECK(kind(set) == ErrorKind::not_found);
    set.mailbox = 0;
    CHECK_FALSE(s->commit(set).ok());
  }
  CHECK(all(*s, s.box).empty());
  CHECK(deliver(*s, s.box, message("first")) == 1);  // no number was used
}

TEST_CASE("contract: a delete is all or nothing") {
  Subject s(GENERATE(backends()));
  for (int i = 0; i < 3; ++i) deliver(*s, s.box, message("m"));
  const Refusal unknown = refused(s->commit(removing(s.box, {1, 7, 2})));
  CHECK(unknown.error.kind() == ErrorKind::not_found);
  CHECK(unknown.number == 7);
  CHECK(refused(s->commit(removing(s.box, {1, 1}))).number == 1);
  CHECK(all(*s, s.box).size() == 3);
  done(s->commit(removing(s.box, {2})));
  CHECK(refused(s->commit(removing(s.box, {2}))).error.kind() == ErrorKind::not_found);
  s.reopen();
  CHECK(all(*s, s.box) == Numbers{1, 3});
}

TEST_CASE("contract: attributes that change are replaced, an unknown number refuses the whole set") {
  Subject s(GENERATE(backends()));
  deliver(*s, s.box, message("m"));
  ChangeSet set;
  set.mailbox = s.box;
  set.modify.push_back({EntryBase::stored, 1, to_octets("changed"), to_octets("list")});
  done(s->commit(set));
  set.modify.push_back({EntryBase::stored, 2, to_octets("other"), {}});
  set.modify.front().variable = to_octets("not this");
  CHECK(refused(s->commit(set)).number == 2);
  s.reopen();
  const auto stored = s->read(s.box, EntryBase::stored, 1);
  CHECK(chars(stored->row.variable) == "changed");
  CHECK(chars(stored->row.list_attributes) == "list");
  set.modify.pop_back();
  set.modify.front().variable.reset();
  set.modify.front().list_attributes = Octets(max_list_attributes + 1);
  done(s->commit(set));
  const auto row = s->row(s.box, EntryBase::stored, 1);
  CHECK_FALSE(row->list_complete);
  CHECK(row->list_attributes.empty());
  CHECK(chars(row->variable) == "changed");
  set.modify.front().list_attributes.reset();
  set.modify.front().variable = Octets(max_variable + 1);
  CHECK(refused(s->commit(set)).error.kind() == ErrorKind::limit);
}

TEST_CASE("contract: a change to an entry that may be gone is passed over, and the rest is done") {
  Subject s(GENERATE(backends()));
  deliver(*s, s.box, message("m"));
  deliver(*s, s.box, message("n"));
  ChangeSet set = removing(s.box, {2});
  set.modify.push_back({EntryBase::log, 1, to_octets("nobody's"), {}, true});
  set.modify.push_back({EntryBase::stored, 1, to_octets("changed"), {}, true});
  set.modify.push_back({EntryBase::stored, 9, {}, to_octets("nobody's"), true});
  done(s->commit(set));
  s.reopen();
  CHECK(all(*s, s.box) == Numbers{1});
  CHECK(chars(s->row(s.box, EntryBase::stored, 1)->variable) == "changed");
}

TEST_CASE("contract: a log entry bears the number of what it records") {
  Subject s(GENERATE(backends()));
  ChangeSet set = creating(s.box, message("m"));
  NewEntry log;
  log.entry_class = EntryClass::delivery_log;
  log.same_number_as = 0;
  set.create.push_back(log);
  CHECK(done(s->commit(set)).numbers == Numbers{1, 1});
  done(s->commit(removing(s.box, {1})));
  CHECK(s->row(s.box, EntryBase::log, 1).ok());
  CHECK_FALSE(s->row(s.box, EntryBase::stored, 1).ok());
  CHECK(numbers(*s, {.mailbox = s.box, .classes = {EntryClass::delivery_log, EntryClass::submission_log}}) ==
        Numbers{1});
  ChangeSet later;
  later.mailbox = s.box;
  log.same_number_as.reset();
  log.number = 1;
  later.create.push_back(log);
  CHECK(refused(s->commit(later)).error.kind() == ErrorKind::exists);
  later.create.front().number = 2;
  CHECK(refused(s->commit(later)).error.kind() == ErrorKind::invalid);
  later.create.front().number = 1;
  later.create.front().entry_class = EntryClass::delivery;
  CHECK(refused(s->commit(later)).error.kind() == ErrorKind::invalid);
  CHECK(deliver(*s, s.box, message("n")) == 2);
}

TEST_CASE("contract: an empty change set is done, and changes nothing") {
  Subject s(GENERATE(backends()));
  ChangeSet nothing;
  nothing.mailbox = s.box;
  CHECK(done(s->commit(nothing)).lsn == 0);
  CHECK(s->mailbox(s.box)->next == 1);
}

TEST_CASE("contract: mailboxes") {
  Subject s(GENERATE(backends()));
  CHECK(s->create_mailbox("a", {}).error().kind() == ErrorKind::exists);
  CHECK(s->create_mailbox("", {}).error().kind() == ErrorKind::invalid);
  CHECK(s->create_mailbox(std::string(256, 'x'), {}).error().kind() == ErrorKind::invalid);
  const MailboxNumber b = *s->create_mailbox("b", view("first"));
  CHECK(b != s.box);
  REQUIRE(s->set_mailbox_properties(b, view("second")).ok());
  CHECK(s->set_mailbox_properties(b + 1, {}).error().kind() == ErrorKind::not_found);
  deliver(*s, b, message("in b"));
  s.reopen();
  CHECK(chars(s->find_mailbox("b")->properties) == "second");
  CHECK(s->find_mailbox("b")->number == b);
  CHECK(s->find_mailbox("c").error().kind() == ErrorKind::not_found);
  CHECK(s->mailbox(b)->id == "b");
  CHECK(s->mailbox(b)->next == 2);
  CHECK(s->mailbox(b + 1).error().kind() == ErrorKind::not_found);
  REQUIRE(s->mailboxes()->size() == 2);
  CHECK(s->mailboxes()->front().number < s->mailboxes()->back().number);
  CHECK(all(*s, s.box).empty());  // one never sees another's
  CHECK_FALSE(s->row(s.box, EntryBase::stored, 1).ok());
}

TEST_CASE("contract: a closed store takes nothing more, reading still works") {
  Subject s(GENERATE(backends()));
  deliver(*s, s.box, message("m"));
  REQUIRE(s->close().ok());
  CHECK(s->close().ok());
  CHECK(refused(s->commit(creating(s.box, message("n")))).error.kind() == ErrorKind::closed);
  CHECK(s->create_mailbox("n", {}).error().kind() == ErrorKind::closed);
  CHECK(s->writable().error().kind() == ErrorKind::closed);
  CHECK(s->read(s.box, EntryBase::stored, 1).ok());
}

TEST_CASE("contract: a duplicate gives the first one's number, also when it is deleted") {
  Subject s(GENERATE(backends()));
  const auto keyed = [](const std::string& key) {
    NewEntry entry = message("m");
    entry.duplicate_key = to_octets(key);
    return entry;
  };
  const MailboxNumber other = *s->create_mailbox("b", {});
  CHECK(deliver(*s, s.box, keyed("k1")) == 1);
  const Committed again = done(s->commit(creating(s.box, keyed("k1"))));
  CHECK(again.duplicate);
  CHECK(again.numbers == Numbers{1});
  CHECK_FALSE(done(s->commit(creating(other, keyed("k1")))).duplicate);
  done(s->commit(removing(s.box, {1})));
  CHECK(done(s->commit(creating(s.box, keyed("k1")))).duplicate);

  // Nothing of a change set with a duplicate is done.
  ChangeSet both = creating(s.box, message("new"));
  both.create.push_back(keyed("k1"));
  both.items.push_back({1, to_octets("x"), Octets{1}, {}, {}});
  CHECK(done(s->commit(both)).duplicate);
  CHECK(all(*s, s.box).empty());
  CHECK_FALSE(s->item(s.box, 1, view("x"))->has_value());

  std::vector<std::future<CommitResult>> results;
  for (int i = 0; i < 20; ++i) {
    auto promise = std::make_shared<std::promise<CommitResult>>();
    results.push_back(promise->get_future());
    s->commit(creating(s.box, keyed("k2")), [promise](CommitResult r) { promise->set_value(std::move(r)); });
  }
  int made = 0;
  for (auto& result : results) {
    const Committed r = done(result.get());
    CHECK(r.numbers == Numbers{2});
    made += r.duplicate ? 0 : 1;
  }
  CHECK(made == 1);
  s.reopen();
  CHECK(**s->find_duplicate(s.box, view("k2")) == 2);
  CHECK_FALSE(s->find_duplicate(s.box, view("k3"))->has_value());
  s.env.milliseconds += 30ll * 24 * 3'600'000 + 1;
  CHECK_FALSE(s->find_duplicate(s.box, view("k2"))->has_value());
  CHECK_FALSE(done(s->commit(creating(s.box, keyed("k1")))).duplicate);
}
