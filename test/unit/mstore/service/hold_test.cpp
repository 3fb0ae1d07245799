// Holds and the archive: "not before thirty days".
#include <filesystem>
#include <fstream>

#include "mstore/service_world.hpp"
#include "x400/mstore/archive_export.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;

namespace {

constexpr std::int64_t hour = 3600, day = 24 * hour;

Options holding(std::int64_t hold, std::int64_t archive = 0) {
  Options o;
  o.ageing = false;
  o.policy.hold = std::chrono::seconds(hold);
  o.policy.archive = std::chrono::seconds(archive);
  return o;
}

void remove(World& w, std::vector<SequenceNumber> numbers) {
  ms::DeleteArgument arg;
  arg.items = std::move(numbers);
  get(w.session(Edition::e1994)->remove(arg));
}

List archived(World& w) {
  List out;
  for (const ArchivedEntry& e : get(w.store->archive(w.alice))) out.push_back(e.number);
  return out;
}

}  // namespace

TEST_CASE("hold: the user's delete succeeds, the administrator still reads the entry, until time is up") {
  World w(GENERATE(Kind::memory, Kind::local), holding(30 * day));
  w.fill_m1();
  list(*w.session(), {});
  const Usage before = get(w.store->usage(w.alice));
  std::vector<Event> events;
  w.tick(day);
  remove(w, {3, 5});

  // Nothing of it is left for the user.
  CHECK(list(*w.session(Edition::e1994), {}).list == List{1, 2, 6, 7});
  ms::FetchArgument fetch_it;
  fetch_it.item = SequenceNumber{3};
  error<ms::SequenceNumberError>(w.session(Edition::e1994)->fetch(fetch_it));
  fetch_it.item = SequenceNumber{4};  // a child
  error<ms::SequenceNumberError>(w.session(Edition::e1994)->fetch(fetch_it));
  ms::DeleteArgument again;
  again.items = std::vector<SequenceNumber>{3};
  error<ms::SequenceNumberError>(w.session(Edition::e1994)->remove(again));
  const Usage usage = get(w.store->usage(w.alice));
  CHECK(usage.delivery.entries == before.delivery.entries - 2);
  CHECK(usage.delivery.octets == before.delivery.octets - w.contents[3].size() - w.contents[5].size());
  CHECK(usage.archive.entries == 2);
  CHECK(usage.archive.octets == w.contents[3].size() + w.contents[5].size());

  // All of it for the administrator.
  const auto entries = get(w.store->archive(w.alice));
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].number == 3);
  CHECK(entries[0].children == 1);
  CHECK(entries[0].octets == w.contents[3].size());
  CHECK(entries[0].by == RemovedBy::user);
  CHECK(entries[0].archived.time_since_epoch().count() == w.env.milliseconds);
  CHECK(entries[0].until == entries[0].created + std::chrono::hours(30 * 24));
  CHECK(get(w.store->archive(w.alice, 3)).front().number == 5);
  CHECK(get(w.store->archive(w.alice, 0, 1)).size() == 1);
  const auto read = get(w.store->read_archived(w.alice, 3, types({a::content, ipm_a::subject, a::priority})));
  CHECK(read.entry == entries[0]);
  Values subject = values(read.information, ipm_a::subject);
  CHECK(subject == Values{teletex("Outer")});
  Octets content;
  for (const View v : read.information.attributes) append(content, v);
  const Values octets = values(read.information, a::content);
  REQUIRE(octets.size() == 1);
  CHECK(View(octets.front()).size() > w.contents[3].size());
  CHECK(std::search(octets.front().begin(), octets.front().end(), w.contents[3].begin(),
                    w.contents[3].end()) != octets.front().end());
  const auto child = get(w.store->read_archived(w.alice, 4, types({ipm_a::subject})));
  CHECK(values(child.information, ipm_a::subject) == Values{teletex("Inner")});
  CHECK(child.entry.until == entries[0].until);
  CHECK(w.store->read_archived(w.alice, 1, {}).error().kind() == ErrorKind::not_found);

  w.tick(29 * day - hour);
  CHECK(get(w.store->age()).purged == 0);
  w.tick(hour);
  CHECK(get(w.store->age()).purged == 2);
  CHECK(archived(w).empty());
  CHECK(get(w.store->usage(w.alice)).archive.entries == 0);
  CHECK(w.store->read_archived(w.alice, 3, {}).error().kind() == ErrorKind::not_found);
}

TEST_CASE("archive: an entry as JSON, and its content piece by piece") {
  World w(GENERATE(Kind::memory, Kind::local), holding(30 * day));
  w.fill_m1();
  list(*w.session(), {});
  remove(w, {3, 5, 7});
  const auto entries = get(w.store->archive(w.alice));
  REQUIRE(entries.size() == 3);
  const std::string text = to_json(entries[0]);
  CHECK(text.starts_with(
      R"({"number":3,"class":"delivery","type":"delivered-message","status":"listed","octets":)" +
      std::to_string(w.contents[3].size()) + R"(,"children":1,"created":")"));
  CHECK(text.ends_with(R"(,"by":"user"})"));
  CHECK(to_json(entries[2]).find(R"("type":"delivered-report")") != std::string::npos);

  const std::string whole = get(archived_json(*w.store, w.alice, 3));
  CHECK(whole.starts_with(text.substr(0, text.size() - 1) + R"(,"attributes":[{"type":")"));
  CHECK(whole.ends_with("]}]}"));
  const auto has = [&](std::string_view name, View value) {
    return whole.find("\"name\":\"" + std::string(name) + "\",\"values\":[\"" + to_hex(value) + "\"]") !=
           std::string::npos;
  };
  CHECK(has("mt-message-identifier", mts_id("m1.3")));
  CHECK(has("subject", teletex("Outer")));
  CHECK(whole.find("mt-content\"") == std::string::npos);
  CHECK(whole.find("\"body\"") == std::string::npos);
  CHECK(get(archived_json(*w.store, w.alice, 4)).find(to_hex(teletex("Inner"))) != std::string::npos);

  Octets content;
  while (true) {
    const auto piece = get(w.store->archived_content(w.alice, 5, content.size(), 5000));
    CHECK(piece.size == w.contents[5].size());
    append(content, piece.octets);
    if (content.size() == piece.size) break;
    REQUIRE(piece.octets.size() == 5000);
  }
  CHECK(content == w.contents[5]);
  CHECK(get(w.store->archived_content(w.alice, 4, 0, 1 << 20)).octets == w.contents[4]);
  CHECK(get(w.store->archived_content(w.alice, 5, content.size(), 1)).octets.empty());
  CHECK(w.store->archived_content(w.alice, 5, content.size() + 1, 1).error().kind() == ErrorKind::invalid);
  CHECK(w.store->archived_content(w.alice, 7, 0, 1).error().kind() == ErrorKind::not_found);
  CHECK(w.store->archived_content(w.alice, 1, 0, 1).error().kind() == ErrorKind::not_found);
  CHECK(archived_json(*w.store, w.alice, 1).error().kind() == ErrorKind::not_found);
}

TEST_CASE("archive: of a content only the piece asked for is read, whatever became of the rest") {
  World w(Kind::local, holding(30 * day));
  const Octets content = ipm("large", std::string(300'000, 'x'));
  w.deliver({}, content);
  list(*w.session(), {});
  remove(w, {1});
  constexpr std::uint64_t block = 64 * 1024, broken = 3 * block + 5;
  const auto files = std::filesystem::directory_iterator(w.folder.path() / "store" / "shard0" / "large");
  REQUIRE(begin(files) != end(files));
  {
    std::fstream file(begin(files)->path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(broken);
    file.put('!');
  }
  const auto first = get(w.store->archived_content(w.alice, 1, 0, 3 * block));
  CHECK(first.size == content.size());
  CHECK(equal(first.octets, View(content).first(3 * block)));
  CHECK(equal(
      get(w.store->archived_content(w.alice, 1, 4 * block, block)).octets,
      View(content).subspan(4 * block).first(std::min<std::size_t>(block, content.size() - 4 * block))));
  CHECK(w.store->archived_content(w.alice, 1, 3 * block, 1).error().kind() == ErrorKind::corrupt);
}

TEST_CASE("hold: what is older than the hold goes at once, the archive's own time keeps it all the same") {
  const Kind kind = GENERATE(Kind::memory, Kind::local);
  SECTION("hold alone") {
    World w(kind, holding(30 * day));
    w.fill_m1();
    list(*w.session(), {});
    w.tick(30 * day);
    remove(w, {1});
    CHECK(archived(w).empty());
  }
  SECTION("both clocks") {
    World w(kind, holding(30 * day, 7 * day));
    w.fill_m1();
    list(*w.session(), {});
    w.tick(28 * day);
    remove(w, {1});
    w.tick(3 * day);
    remove(w, {2});
    CHECK(archived(w) == List{1, 2});
    w.tick(4 * day);  // a week after the first went
    CHECK(get(w.store->age()).purged == 1);
    CHECK(archived(w) == List{2});
    w.tick(3 * day);
    CHECK(get(w.store->age()).purged == 1);
  }
}

TEST_CASE("hold: retention respects it, and a hold of a mailbox goes before that of the store") {
  Options o = holding(30 * day);
  o.policy.in_box = Retention{std::chrono::hours(24), Retention::Of::all};
  World w(GENERATE(Kind::memory, Kind::local), o);
  MailboxSettings bob{"bob", {name(bob_address)}, true, true, {}};
  bob.policy.hold = std::chrono::seconds(0);
  const MailboxNumber bobs = get(w.store->create_mailbox(bob));
  Envelope e;
  e.recipient = bob_address;
  get(w.store->deliver({bobs, e.encode(), Content::own(ipm("b"))}));
  w.fill_m1();
  w.tick(2 * day);
  const Aged aged = get(w.store->age());
  CHECK(aged.removed == 7);
  CHECK(aged.archived == 6);
  CHECK(get(w.store->archive(w.alice)).front().by == RemovedBy::ageing);
  CHECK(get(w.store->usage(w.alice)).delivery.entries == 0);
  CHECK(get(w.store->archive(bobs)).empty());
}

TEST_CASE("hold: it holds over a restart, and one that is lengthened holds what lies in the archive") {
  World w(Kind::local, holding(30 * day));
  w.fill_m1();
  list(*w.session(), {});
  remove(w, {1, 2});
  w.reopen();
  CHECK(archived(w) == List{1, 2});
  MailboxSettings settings = get(w.store->mailbox(w.alice)).settings;
  settings.policy.hold = std::chrono::hours(60 * 24);
  good(w.store->configure_mailbox(w.alice, settings));
  w.reopen();
  CHECK(get(w.store->mailbox(w.alice)).settings == settings);
  for (int i = 0; i < 31; ++i) {
    w.tick(day);
    CHECK(get(w.store->age()).purged == 0);
  }
  CHECK(archived(w) == List{1, 2});
  for (int i = 0; i < 30; ++i) {
    w.tick(day);
    get(w.store->age());
  }
  CHECK(archived(w).empty());
  CHECK(get(w.backend->items(w.alice, 6)).empty());
}

TEST_CASE("hold: a clock set ahead does not end it") {
  World w(GENERATE(Kind::memory, Kind::local), holding(30 * day));
  w.fill_m1();
  list(*w.session(), {});
  remove(w, {1});
  w.env.leap(365 * day);
  remove(w, {2});
  CHECK(archived(w) == List{1, 2});
  CHECK(get(w.store->age()).purged == 0);
  CHECK(archived(w) == List{1, 2});
}

TEST_CASE("hold: a repeat of a delivery that lies in the archive is a duplicate") {
  World w(GENERATE(Kind::memory, Kind::local), holding(40 * day));
  Envelope e;
  e.id = "twice";
  const Octets content = ipm("twice");
  const SequenceNumber first = w.deliver(e, content);
  list(*w.session(), {});
  remove(w, {first});
  const Delivered repeat = get(w.store->deliver({w.alice, e.encode(), Content::copy(content)}));
  CHECK(repeat.duplicate);
  CHECK(repeat.number == first);
}

TEST_CASE("hold: the Out Box, what the MTA refused was never sent, drafts are the user's own") {
  World w(GENERATE(Kind::memory, Kind::local), holding(30 * day));
  const auto submit = [&](std::optional<EntryClass> c = {}) {
    Submission s;
    s.mailbox = w.alice;
    s.edition = Edition::e1994;
    s.envelope = Outgoing().encode();
    s.content = Content::own(ipm("out"));
    if (c) {
      s.options.emplace();
      s.options->object_entry_class = c;
    }
    bool done = false;
    std::mutex mutex;
    std::condition_variable come;
    w.store->submit(std::move(s), [&](const Outcome<Submitted>&) {
      const std::lock_guard lock(mutex);
      done = true;
      come.notify_all();
    });
    std::unique_lock lock(mutex);
    come.wait(lock, [&] { return done; });
  };
  w.mta.answers = {MtsResult{mts_result("s.1")}, MtsRefusal{ms::MtsError{3, {}}, "no"}};
  submit();
  submit();
  submit(EntryClass::draft);
  ms::DeleteArgument arg;
  arg.entry_class = EntryClass::submission;
  arg.items = std::vector<SequenceNumber>{1};
  get(w.session(Edition::e1994)->remove(arg));
  arg.entry_class = EntryClass::draft;
  arg.items = std::vector<SequenceNumber>{3};
  get(w.session(Edition::e1994)->remove(arg));
  CHECK(archived(w) == List{1});

  // A mailbox that keeps no submissions is no way around it.
  MailboxSettings settings = get(w.store->mailbox(w.alice)).settings;
  settings.keep_submitted = false;
  good(w.store->configure_mailbox(w.alice, settings));
  w.mta.answers = {MtsResult{mts_result("s.4")}};
  submit();
  CHECK(archived(w) == List{1, 4});
  CHECK(get(w.store->archive(w.alice, 1)).front().by == RemovedBy::store);
  const auto read = get(w.store->read_archived(w.alice, 4, types({a::message_identifier})));
  CHECK(values(read.information, a::message_identifier) == Values{mts_id("s.4")});
  CHECK(get(w.store->usage(w.alice)).submission.entries == 0);
}
