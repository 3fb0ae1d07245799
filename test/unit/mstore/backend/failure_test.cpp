// The backend on systems that fail: power cuts, errors of calls, damage at rest, a lost index.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "backend/options.hpp"
#include "env/env.hpp"
#include "mstore/memory_env.hpp"
#include "mstore/messages.hpp"
#include "mstore/store_folder.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::backend;
using namespace x400::mstore::test;
using x400::test::TempFolder;

namespace {

namespace fs = std::filesystem;

std::unique_ptr<Backend> open(const Options& options, Env& env = real_env()) {
  auto opened = open_local(options, env);
  INFO((opened.ok() ? "" : opened.error().text()));
  REQUIRE(opened.ok());
  return std::move(*opened);
}

// What a caller was told, and tried.
struct Score {
  bool mailbox = false;
  std::map<SequenceNumber, std::string> delivered;   // acknowledged
  std::set<SequenceNumber> removed;                  // acknowledged
  std::set<SequenceNumber> removing;                 // tried, not acknowledged
  std::map<SequenceNumber, RetrievalStatus> raised;  // acknowledged as durable
  std::set<std::string> tried;                       // texts
  SequenceNumber highest = 0;
};

// A fixed row of operations, going on after errors; keeps the score.
void work(Backend& store, Score& score, int entries) {
  const auto made = store.create_mailbox("box", {});
  if (made.ok()) score.mailbox = true;
  const auto found = store.find_mailbox("box");
  if (!found.ok()) return;
  const MailboxNumber box = found->number;
  for (int i = 0; i < entries; ++i) {
    const std::string text = "message " + std::to_string(i) +
                             std::string(i % 5 == 4 ? 150'000 : static_cast<std::size_t>(i) * 37, 'x');
    score.tried.insert(text);
    NewEntry entry = message(text);
    entry.duplicate_key = to_octets("key " + std::to_string(i));
    const auto done = store.commit(creating(box, std::move(entry)));
    if (done.ok()) {
      score.delivered[done->numbers.at(0)] = text;
      score.highest = std::max(score.highest, done->numbers.at(0));
    }
    if (i % 3 == 2 && !score.delivered.empty()) {
      const SequenceNumber number = score.delivered.begin()->first + static_cast<SequenceNumber>(i / 3);
      if (score.delivered.contains(number) && !score.removed.contains(number)) {
        if (store.commit(removing(box, {number})).ok())
          score.removed.insert(number);
        else
          score.removing.insert(number);
      }
    }
    if (i % 4 == 1 && done.ok()) {
      const SequenceNumber number = done->numbers.at(0);
      if (store.commit(raising(box, {{number, number}}, RetrievalStatus::listed, Durability::synced)).ok())
        score.raised[number] = RetrievalStatus::listed;
    }
  }
}

// Promises 1 to 5, 7, 8 and 10 of the design.
void check(Backend& store, const Score& score) {
  const auto found = store.find_mailbox("box");
  if (!found.ok()) {
    CHECK_FALSE(score.mailbox);
    CHECK(score.delivered.empty());
    return;
  }
  const MailboxNumber box = found->number;
  CHECK(found->next > score.highest);
  Query query;
  query.mailbox = box;
  query.classes = delivered;
  query.limit = 100'000;
  const auto page = store.select(query);
  REQUIRE(page.ok());
  std::map<SequenceNumber, Row> rows;
  Time last = 0;
  std::set<std::string> texts;
  for (const Row& row : page->rows) {
    rows[row.number] = row;
    CHECK(row.created >= last);
    last = row.created;
    const auto stored = store.read(box, EntryBase::stored, row.number);
    REQUIRE(stored.ok());
    REQUIRE(stored->content);
    const auto content = stored->content->read_all();
    INFO((content.ok() ? "" : content.error().text()));
    REQUIRE(content.ok());
    const std::string text(chars(*content));
    CHECK(score.tried.contains(text));  // whole
    CHECK(texts.insert(text).second);   // once
    REQUIRE(stored->attributes.ok());
    CHECK(chars(*stored->attributes) == "attributes of " + text);
    const auto acknowledged = score.delivered.find(row.number);
    if (acknowledged != score.delivered.end()) CHECK(acknowledged->second == text);
    CHECK_FALSE(score.removed.contains(row.number));
  }
  for (const auto& [number, text] : score.delivered)
    if (!score.removed.contains(number) && !score.removing.contains(number)) CHECK(rows.contains(number));
  for (const auto& [number, status] : score.raised)
    if (rows.contains(number)) CHECK(rows[number].status >= status);
  std::uint64_t counted = 0;
  std::uint64_t octets = 0;
  const auto counters = store.counters(box, EntryBase::stored);
  REQUIRE(counters.ok());
  for (const Counter& c : *counters) {
    counted += c.count;
    octets += c.octets;
  }
  std::uint64_t sum = 0;
  for (const auto& [number, row] : rows) sum += row.size;
  CHECK(counted == rows.size());
  CHECK(octets == sum);
}

// The store goes on: a new number, readable, nothing else changed.
void check_goes_on(Backend& store, const Score& score) {
  const auto found = store.find_mailbox("box");
  const MailboxNumber box = found.ok() ? found->number : *store.create_mailbox("box", {});
  const auto done = store.commit(creating(box, message("afterwards")));
  INFO((done.ok() ? "" : done.error().error.text()));
  REQUIRE(done.ok());
  CHECK(done->numbers.at(0) > score.highest);
}

Options memory_options(const TempFolder& folder) {
  Options o = small_store(folder.path());
  o.folder = "/store";
  o.index_folder = folder.path();
  o.fill_ahead = 0;
  return o;
}

}  // namespace

TEST_CASE("power cut at every sync: the index of before is brought up to the log, or rebuilt") {
  for (const double keep : {0.0, 0.5, 1.0}) {
    for (int n = 1;; ++n) {
      INFO("cut at sync " << n << ", kept " << keep);
      TempFolder folder;
      const Options options = memory_options(folder);
      Score score;
      MemoryEnv env;
      env.cut_at_sync(n, static_cast<std::uint32_t>(n), keep);
      if (auto store = open_local(options, env); store.ok()) work(**store, score, 8);
      auto left = env.left();
      if (!left) break;
      if (n % 3 == 0) fs::remove(folder.path() / "index.db");
      for (int round = 0; round < 2; ++round) {
        auto store = open(options, *left);
        for (const Finding& f : store->findings()) {
          INFO(f.text);
          CHECK(f.kind != Finding::Kind::damage);
        }
        check(*store, score);
      }
      check_goes_on(*open(options, *left), score);
    }
  }
}

TEST_CASE("every call fails in turn: what was acknowledged is there, the rest whole or absent") {
  for (const auto kind : {ErrorKind::io, ErrorKind::unavailable}) {
    for (int n = 1;; ++n) {
      INFO("call " << n << " fails with " << name(kind));
      TempFolder folder;
      Options options = small_store(folder.path());
      options.fill_ahead = 0;
      Score score;
      FaultEnv env(real_env());
      env.fail(n, Error(kind, "by the test"));
      bool reached = true;
      {
        auto store = open_local(options, env);
        if (store.ok()) work(**store, score, 8);
        reached = env.calls() >= n;
        env.heal();
        if (store.ok()) check(**store, score);
      }
      auto store = open(options);
      check(*store, score);
      check_goes_on(*store, score);
      if (!reached) break;
      if (n > 40) n += 2;
    }
  }
}

TEST_CASE("after a failed sync nothing is acknowledged, reading goes on, reopening helps") {
  TempFolder folder;
  const Options options = small_store(folder.path());
  FaultEnv env(real_env());
  Score score;
  {
    auto store = open(options, env);
    work(*store, score, 4);
    env.fail(1, Error(ErrorKind::io, "by the test"), [](Call c) { return c == Call::sync; });
    const auto box = store->find_mailbox("box")->number;
    score.tried.insert("lost or not");
    const auto lost = store->commit(creating(box, message("lost or not")));
    REQUIRE_FALSE(lost.ok());
    CHECK(lost.error().error.kind() == ErrorKind::io);
    CHECK_FALSE(store->commit(creating(box, message("never"))).ok());
    CHECK_FALSE(store->create_mailbox("other", {}).ok());
    CHECK(store->writable().error().kind() == ErrorKind::io);
    check(*store, score);
    CHECK_FALSE(store->close().ok());
  }
  auto store = open(options, env);
  CHECK(store->writable().ok());
  check(*store, score);
  check_goes_on(*store, score);
}

TEST_CASE("a full disk refuses for now, duplicates that waited share it, room ends it") {
  TempFolder folder;
  Options options = small_store(folder.path());
  options.fill_ahead = 0;
  FaultEnv env(real_env());
  auto store = open(options, env);
  Score score;
  work(*store, score, 4);
  const MailboxNumber box = store->find_mailbox("box")->number;
  env.fail(
      1, Error(ErrorKind::unavailable, "no room"), [](Call c) { return c == Call::write; }, true);
  NewEntry entry = message("wanted");
  entry.duplicate_key = to_octets("wanted");
  const auto refused = store->commit(creating(box, entry));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().error.kind() == ErrorKind::unavailable);
  REQUIRE(store->commit(raising(box, {{4, 4}}, RetrievalStatus::processed)).ok());  // lazily: it may be lost
  CHECK(store->counters(box, EntryBase::stored).ok());
  check(*store, score);
  env.heal();
  const auto done = store->commit(creating(box, entry));
  REQUIRE(done.ok());
  CHECK_FALSE(done->duplicate);
  CHECK(store->commit(creating(box, entry))->duplicate);
}

TEST_CASE("an index lost, damaged, copied, of another schema or another store is rebuilt as it was") {
  TempFolder folder;
  const Options options = small_store(folder.path());
  const fs::path index = options.folder / "shard0" / "index.db";
  Score score;
  std::string before;
  {
    auto store = open(options);
    work(*store, score, 12);
    before = dump(*store);
  }
  std::string reason;
  SECTION("lost") { fs::remove(index); }
  SECTION("damaged") {
    std::fstream file(index, std::ios::in | std::ios::out | std::ios::binary);
    file.write("not a database at all", 21);
  }
  SECTION("empty") { fs::resize_file(index, 0); }
  SECTION("cut") { fs::resize_file(index, 5000); }
  SECTION("copied") {
    fs::copy_file(index, index.string() + ".copy");
    fs::rename(index.string() + ".copy", index);
    reason = "copy";
  }
  SECTION("found damaged while running") { std::ofstream(index.string() + ".damaged"); }
  SECTION("of another store") {
    TempFolder other_folder;
    const Options other = small_store(other_folder.path());
    REQUIRE(open(other)->create_mailbox("stranger", {}).ok());
    // In place, so that only what it says tells.
    std::ifstream from(other.folder / "shard0" / "index.db", std::ios::binary);
    std::ofstream(index, std::ios::binary | std::ios::trunc) << from.rdbuf();
  }
  auto store = open(options);
  REQUIRE(store->findings().size() == 1);
  CHECK(store->findings()[0].kind == Finding::Kind::index_rebuilt);
  CHECK(store->findings()[0].text.find(reason) != std::string::npos);
  CHECK(dump(*store) == before);
  check(*store, score);
  for (const auto& [number, text] : score.delivered) {
    NewEntry again = message("again");
    again.duplicate_key =
        to_octets("key " + text.substr(8, text.find('x') == std::string::npos ? 2 : text.find('x') - 8));
    CHECK(store->commit(creating(1, again))->duplicate);
  }
  store.reset();
  CHECK(open(options)->findings().empty());
}

TEST_CASE("an index older than the log is brought up to it") {
  TempFolder folder;
  const Options options = memory_options(folder);
  MemoryEnv env;
  std::unique_ptr<MemoryEnv> later;
  std::string before;
  Score score;
  {
    auto store = open(options, env);
    work(*store, score, 3);
    REQUIRE(store->close().ok());
  }
  {
    // The same log goes on with another index; the first index stays behind.
    TempFolder other;
    Options elsewhere = options;
    elsewhere.index_folder = other.path();
    auto store = open(elsewhere, env);
    for (int i = 0; i < 5; ++i) REQUIRE(store->commit(creating(1, message("more"))).ok());
    REQUIRE(store->commit(removing(1, {2})).ok());
    before = dump(*store);
  }
  auto store = open(options, env);
  CHECK(store->findings().empty());
  CHECK(dump(*store) == before);
}

TEST_CASE("an index ahead of the log is rebuilt, and no number is given twice") {
  TempFolder folder;
  const Options options = memory_options(folder);
  MemoryEnv env;
  std::unique_ptr<MemoryEnv> earlier;
  {
    auto store = open(options, env);
    const MailboxNumber box = *store->create_mailbox("box", {});
    REQUIRE(store->commit(creating(box, message("1"))).ok());
    earlier = env.kill();
    REQUIRE(store->commit(creating(box, message("2"))).ok());
  }
  auto store = open(options, *earlier);
  bool rebuilt = false;
  for (const Finding& f : store->findings()) rebuilt = rebuilt || f.kind == Finding::Kind::index_rebuilt;
  CHECK(rebuilt);
  CHECK(store->commit(creating(1, message("3")))->numbers.at(0) > 2);
}

TEST_CASE("damage at rest: named, the rest stays readable, before and after a rebuild") {
  TempFolder folder;
  const Options options = memory_options(folder);
  MemoryEnv env;
  {
    auto store = open(options, env);
    const MailboxNumber box = *store->create_mailbox("box", {});
    for (const char* text : {"first message", "second message", "third message"})
      REQUIRE(store->commit(creating(box, message(text))).ok());
    REQUIRE(store->close().ok());
  }
  const Path segment = "/store/shard0/log/00000001.0000";
  const Octets whole = env.octets(segment);
  // The last octet of it.
  const auto flip = [&](const std::string& text) {
    Octets octets = whole;
    const std::string_view all = chars(octets);
    const std::size_t at = all.find(text);
    REQUIRE(at != std::string_view::npos);
    octets[at + text.size() - 1] ^= 1;
    env.set_octets(segment, octets);
  };
  const bool rebuild = GENERATE(false, true);
  SECTION("content") {
    flip("second messagesecond message");  // the content follows the attributes
    if (rebuild) fs::remove(folder.path() / "index.db");
    auto store = open(options, env);
    auto stored = store->read(1, EntryBase::stored, 2);
    REQUIRE(stored.ok());
    CHECK(stored->attributes.ok());
    const auto content = stored->content->read_all();
    REQUIRE_FALSE(content.ok());
    CHECK(content.error().kind() == ErrorKind::corrupt);
    CHECK(content.error().text().find("mailbox 1, entry 2") != std::string::npos);
    CHECK(content.error().text().find("00000001") != std::string::npos);
    CHECK(chars(*store->read(1, EntryBase::stored, 1)->content->read_all()) == "first message");
    CHECK(chars(*store->read(1, EntryBase::stored, 3)->content->read_all()) == "third message");
    CHECK((store->findings().size() == (rebuild ? 3 : 1)));
  }
  SECTION("attributes") {
    flip("attributes of second message");
    if (rebuild) fs::remove(folder.path() / "index.db");
    auto store = open(options, env);
    if (!rebuild) {
      auto stored = store->read(1, EntryBase::stored, 2);
      REQUIRE(stored.ok());
      CHECK(stored->attributes.error().kind() == ErrorKind::corrupt);
      CHECK(chars(*stored->content->read_all()) == "second message");
    } else {
      CHECK(store->findings().at(0).text.find("entry 2") != std::string::npos);
    }
    CHECK(store->read(1, EntryBase::stored, 3).ok());
    CHECK(store->commit(creating(1, message("4")))->numbers.at(0) == 4);
  }
}

TEST_CASE("a large content without entry is removed at open") {
  TempFolder folder;
  const Options options = small_store(folder.path());
  const fs::path large = options.folder / "shard0" / "large";
  { open(options); }
  std::ofstream(large / "0000100000000009") << "left behind";
  std::ofstream(large / "notes.txt") << "not ours";
  auto store = open(options);
  CHECK(store->findings().at(0).kind == Finding::Kind::removed_orphan);
  CHECK_FALSE(fs::exists(large / "0000100000000009"));
  CHECK(fs::exists(large / "notes.txt"));
}

TEST_CASE("creation times never fall, also when the clock is set back over a restart") {
  TempFolder folder;
  const Options options = memory_options(folder);
  MemoryEnv env;
  env.set_clock(1'000'000);
  Time first = 0;
  {
    auto store = open(options, env);
    const MailboxNumber box = *store->create_mailbox("box", {});
    first = store->commit(creating(box, message("1")))->time;
    CHECK(first == 1'000'000);
    env.set_clock(500'000);
    CHECK(store->commit(creating(box, message("2")))->time == first);
  }
  auto store = open(options, env);
  CHECK(store->commit(creating(1, message("3")))->time == first);
}

TEST_CASE("a flipped bit of the file that names a store is found, wherever it is") {
  TempFolder folder;
  const Options options = small_store(folder.path());
  { open(options); }
  const fs::path identity = options.folder / "store";
  std::stringstream octets;
  octets << std::ifstream(identity).rdbuf();
  const std::string whole = octets.str();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    // Of the name of the sum itself: then there is none, and what it held is whole.
    if (at >= whole.find("\nsum = ") && at < whole.find("\nsum = ") + 7) continue;
    for (int bit = 0; bit < 8; ++bit) {
      INFO("octet " << at << ", bit " << bit);
      std::string flipped = whole;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      std::ofstream(identity) << flipped;
      REQUIRE_FALSE(open_local(options, real_env()).ok());
    }
  }
  std::ofstream(identity) << whole;
  CHECK(open_local(options, real_env()).ok());
}

TEST_CASE("stores of later formats or more shards are refused") {
  TempFolder folder;
  const Options options = small_store(folder.path());
  { open(options); }
  const fs::path identity = options.folder / "store";
  std::stringstream text;
  text << std::ifstream(identity).rdbuf();
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text.str();
    changed.erase(changed.find("sum = "));  // as in a store of the first versions
    changed.replace(changed.find(from), from.size(), to);
    std::ofstream(identity) << changed;
  };
  with("format = 1", "format = 2");
  CHECK(open_local(options, real_env()).error().kind() == ErrorKind::unsupported);
  with("shards = 1", "shards = 2");
  CHECK(open_local(options, real_env()).error().kind() == ErrorKind::unsupported);
  with("x400", "y400");
  CHECK(open_local(options, real_env()).error().kind() == ErrorKind::corrupt);
  with("format", "format");
  CHECK(open_local(options, real_env()).ok());
  Options none = small_store(folder.path() / "nothing");
  none.create = false;
  CHECK(open_local(none, real_env()).error().kind() == ErrorKind::not_found);
}
