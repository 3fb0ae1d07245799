// check, synchronise and rebuild: what is wrong is found and named, and an index is made what the log says.
#include "x400/mstore/maintenance.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <thread>

#include "backend/local.hpp"
#include "mstore/store_folder.hpp"
#include "mstore/workload.hpp"

using namespace x400;
using namespace x400::mstore;
using x400::mstore::backend::LocalBackend;
using x400::mstore::backend::MailboxNumber;
using x400::mstore::backend::Options;
using x400::test::TempFolder;
namespace mtest = x400::mstore::test;

namespace {

namespace fs = std::filesystem;

Options options(const TempFolder& folder) {
  Options o = mtest::small_store(folder.path());
  o.fill_ahead = 0;
  o.housekeeping = false;
  o.clean_rate = 0;
  return o;
}

std::unique_ptr<LocalBackend> open(const Options& o) {
  auto opened = LocalBackend::open(o, real_env());
  INFO((opened.ok() ? "" : opened.error().text()));
  REQUIRE(opened.ok());
  return std::unique_ptr<LocalBackend>(static_cast<LocalBackend*>(opened->release()));
}

// A store of several segments, some of them cleaned, closed in order. What it holds.
std::string make(const Options& o, std::uint64_t seed, int changes = 900) {
  auto store = open(o);
  mtest::Workload work(seed, 40, 60'000);
  REQUIRE(work.run(*store, changes) == changes);
  for (int i = 0; i < 2; ++i) REQUIRE(store->housekeeper().run_once().ok());
  REQUIRE(work.run(*store, changes / 2) == changes / 2);
  const std::string text = mtest::whole(*store);
  REQUIRE(store->close().ok());
  return text;
}

CheckReport checked(const Options& o) {
  auto report = check(o.folder);
  INFO((report.ok() ? "" : report.error().text()));
  REQUIRE(report.ok());
  return std::move(*report);
}

bool has(const CheckReport& report, Problem::Kind kind, const std::string& text = "") {
  return std::any_of(report.problems.begin(), report.problems.end(), [&](const Problem& p) {
    return p.kind == kind && p.text.find(text) != std::string::npos;
  });
}

void good(const Options& o) {
  const CheckReport report = checked(o);
  for (const Problem& p : report.problems) {
    INFO(name(p.kind) << ": " << p.text);
    CHECK(false);
  }
}

fs::path index_of(const Options& o) { return o.folder / "shard0" / "index.db"; }

void sql(const Options& o, const std::string& text) {
  auto db = storage::Database::open(index_of(o).string(), false);
  REQUIRE(db.ok());
  const Status done = (*db)->execute(text);
  INFO((done.ok() ? "" : done.error().text()));
  REQUIRE(done.ok());
}

std::string octets_of(const fs::path& path) {
  std::stringstream octets;
  octets << std::ifstream(path, std::ios::binary).rdbuf();
  return octets.str();
}

// In place: the same file.
void write_over(const fs::path& path, const std::string& octets) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file << octets;
  file.close();
  fs::resize_file(path, octets.size());
}

}  // namespace

TEST_CASE("a store that lived is found good, and its index is what a load of the log gives") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    INFO("seed " << seed);
    TempFolder folder;
    const Options o = options(folder);
    make(o, seed);
    const CheckReport report = checked(o);
    good(o);
    CHECK(report.entries > 100);
    CHECK(report.segments > 2);
    CHECK(report.records > report.entries);
    const auto synchronised = synchronise(o.folder);
    REQUIRE(synchronised.ok());
    CHECK_FALSE(synchronised->replaced);
    CHECK(synchronised->reason.empty());
    CHECK(synchronised->entries == report.entries);
    for (const std::string& text : synchronised->differences) {
      INFO(text);
      CHECK(false);
    }
  }
}

TEST_CASE("synchronise says what it found and did, and the store is what it was") {
  TempFolder folder;
  const Options o = options(folder);
  const std::string before = make(o, 3);
  const fs::path index = index_of(o);
  bool replaced = true;
  std::uint64_t added = 0, removed = 0, changed = 0;
  std::string reason;
  SECTION("lost") {
    fs::remove(index);
    reason = "there was none";
    added = checked(o).entries;
  }
  SECTION("damaged") {
    write_over(index, "not a database at all" + std::string(5000, 'x'));
    added = 1;
  }
  SECTION("of another schema") {
    sql(o, "UPDATE meta SET value=1 WHERE key='version'");
    reason = "schema 1";
    added = 1;
  }
  SECTION("a copy") {
    fs::copy_file(index, index.string() + ".copy");
    fs::rename(index.string() + ".copy", index);
    reason = "copy";
    added = 1;
  }
  SECTION("entries gone, too many, and different") {
    sql(o,
        "CREATE TABLE t AS SELECT * FROM entries ORDER BY id LIMIT 1;"
        "DELETE FROM entries WHERE id IN (SELECT id FROM entries ORDER BY id DESC LIMIT 3);"
        "UPDATE entries SET status=2-status, priority=7 WHERE id IN (SELECT id FROM entries ORDER BY id "
        "LIMIT 2);"
        "UPDATE t SET id=id+1000000, size=999; INSERT INTO entries SELECT * FROM t; DROP TABLE t");
    added = 3;
    removed = 1;
    changed = 2;
  }
  SECTION("right") { replaced = false; }
  bool progress = false;
  const auto report = synchronise(o.folder, [&](const Progress& p) {
    progress = progress || p.total > 0;
    return Proceed::go_on;
  });
  INFO((report.ok() ? "" : report.error().text()));
  REQUIRE(report.ok());
  CHECK(progress);
  CHECK(report->replaced == replaced);
  CHECK(report->reason.find(reason) != std::string::npos);
  if (removed + changed > 0 || !replaced) {
    CHECK(report->entries_added == added);
    CHECK(report->entries_removed == removed);
    CHECK(report->entries_changed == changed);
    CHECK(report->differences.empty() != replaced);
  } else {
    CHECK(report->entries_added == report->entries);
  }
  good(o);
  auto store = open(o);
  CHECK(store->findings().empty());
  CHECK(mtest::whole(*store) == before);
}

TEST_CASE("synchronise an index from an older moment, and one from a newer") {
  TempFolder folder;
  const Options o = options(folder);
  const fs::path index = index_of(o);
  MailboxNumber box = 0;
  {
    auto store = open(o);
    box = *store->create_mailbox("a", {});
    for (int i = 0; i < 10; ++i) REQUIRE(store->commit(mtest::creating(box, mtest::message("m"))).ok());
    REQUIRE(store->close().ok());
  }
  const std::string older = octets_of(index);
  const fs::path copy = folder.path() / "copy";
  fs::copy(o.folder, copy, fs::copy_options::recursive);
  std::string before;
  {
    auto store = open(o);
    for (int i = 0; i < 5; ++i) REQUIRE(store->commit(mtest::creating(box, mtest::message("n"))).ok());
    REQUIRE(store->commit(mtest::removing(box, {1, 2})).ok());
    REQUIRE(store
                ->commit(mtest::raising(box, {{3, 3}}, backend::RetrievalStatus::listed,
                                        backend::Durability::synced))
                .ok());
    before = mtest::whole(*store);
    REQUIRE(store->close().ok());
  }
  SECTION("older") {
    write_over(index, older);
    CHECK_FALSE(has(checked(o), Problem::Kind::index));  // the next opening brings it up
    const auto report = synchronise(o.folder);
    REQUIRE(report.ok());
    CHECK(report->replaced);
    CHECK(report->entries_added == 5);
    CHECK(report->entries_removed == 2);
    CHECK(report->entries_changed == 1);
    CHECK(mtest::whole(*open(o)) == before);
  }
  SECTION("newer") {
    // The log of before, with the index of now.
    fs::remove_all(o.folder / "shard0" / "log");
    fs::copy(copy / "shard0" / "log", o.folder / "shard0" / "log");
    fs::remove(o.folder / "shard0" / "position");
    CHECK(has(checked(o), Problem::Kind::index, "ahead"));
    const auto report = synchronise(o.folder);
    REQUIRE(report.ok());
    CHECK(report->replaced);
    CHECK(report->reason.find("ahead") != std::string::npos);
    CHECK(report->entries_added == 2);
    CHECK(report->entries_removed == 5);
    CHECK(report->entries_changed == 1);
    auto store = open(o);
    CHECK(store->commit(mtest::creating(box, mtest::message("next")))->numbers.at(0) > 15);
  }
}

TEST_CASE("rebuild replaces the index in any case") {
  TempFolder folder;
  const Options o = options(folder);
  const std::string before = make(o, 5, 300);
  const auto report = rebuild_index(o.folder);
  REQUIRE(report.ok());
  CHECK(report->replaced);
  CHECK(report->entries_added + report->entries_removed + report->entries_changed +
            report->other_differences ==
        0);
  CHECK(report->segments > 0);
  auto store = open(o);
  CHECK(store->findings().empty());
  CHECK(mtest::whole(*store) == before);
}

TEST_CASE("an index of more entries than are written at once, some changed, is made what it was") {
  TempFolder folder;
  const Options o = options(folder);
  std::string before;
  {
    auto store = open(o);
    for (const char* name : {"a", "b"}) {
      const MailboxNumber box = *store->create_mailbox(name, {});
      for (int set = 0; set < 5; ++set) {
        backend::ChangeSet many;
        many.mailbox = box;
        for (int i = 0; i < 501; ++i) {
          backend::NewEntry e = mtest::message("m");
          e.duplicate_key = to_octets(std::to_string(set * 1000 + i));
          e.priority = static_cast<std::uint8_t>(i % 3);
          e.list_attributes = Octets(i % 700, 'l');
          many.create.push_back(std::move(e));
        }
        REQUIRE(store->commit(std::move(many)).ok());
      }
      REQUIRE(store->commit(mtest::removing(box, {1, 500, 999, 1000, 1001, 2505})).ok());
      REQUIRE(store
                  ->commit(mtest::raising(box, {{10, 1700}}, backend::RetrievalStatus::processed,
                                          backend::Durability::synced))
                  .ok());
    }
    before = mtest::whole(*store);
    REQUIRE(store->close().ok());
  }
  std::vector<std::uint64_t> written;
  const auto report = rebuild_index(o.folder, [&](const Progress& p) {
    if (p.phase == Progress::Phase::writing) written.push_back(p.done);
    return Proceed::go_on;
  });
  REQUIRE(report.ok());
  CHECK(report->entries == 2 * (5 * 501 - 6));
  CHECK(report->differences.empty());
  CHECK(report->other_differences == 0);
  CHECK(std::is_sorted(written.begin(), written.end()));
  CHECK((written.front() == 0 && written.back() == 2 * 5 * 501));
  CHECK(mtest::whole(*open(o)) == before);
  good(o);
}

TEST_CASE("check finds every flipped octet of the log that counts, and names the file") {
  TempFolder folder;
  const Options o = options(folder);
  make(o, 8, 400);
  std::mt19937_64 dice(8);
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(o.folder / "shard0" / "log")) files.push_back(file.path());
  std::sort(files.begin(), files.end());
  int found = 0;
  for (int i = 0; i < 60; ++i) {
    const fs::path& path = files[dice() % files.size()];
    const std::string whole = octets_of(path);
    std::string flipped = whole;
    const std::size_t at = i < 5 ? dice() % 132 : dice() % whole.size();
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << dice() % 8));
    INFO(path.filename().string() << " at " << at);
    write_over(path, flipped);
    const CheckReport report = checked(o);
    // Only what fills up to a multiple of 8, and a catalogue that is not used then, are of no account.
    if (!report.good()) ++found;
    for (const Problem& p : report.problems)
      if (p.kind == Problem::Kind::damage)
        CHECK(p.text.find(path.filename().string().substr(0, 8)) != std::string::npos);
    if (report.good()) {
      DumpResult dumped = dump({o.folder}, {}, [](std::string_view) { return Proceed::go_on; });
      CHECK((whole[at] == 0 || dumped.damaged));
    }
    write_over(path, whole);
  }
  CHECK(found > 40);
  good(o);
}

TEST_CASE("a dump ends when no more of it is wanted, and one that was not stopped is whole") {
  TempFolder folder;
  const Options o = options(folder);
  {
    auto store = open(o);
    const MailboxNumber box = *store->create_mailbox("a", {});
    for (int i = 0; i < 3; ++i) REQUIRE(store->commit(mtest::creating(box, mtest::message("m"))).ok());
  }
  int all = 0;
  const auto count = [&](std::string_view) {
    ++all;
    return Proceed::go_on;
  };
  CHECK_FALSE(dump({o.folder}, {}, count).stopped);
  REQUIRE(all > 10);
  for (int most = 1; most < all; ++most) {
    int said = 0;
    const DumpResult stopped = dump(
        {o.folder}, {}, [&](std::string_view) { return ++said < most ? Proceed::go_on : Proceed::stop; });
    CHECK(stopped.stopped);
    CHECK(said == most);
    CHECK_FALSE(stopped.unread);
  }
}

TEST_CASE("check finds large contents missing, damaged, and of nobody, counters and rows that are wrong") {
  TempFolder folder;
  const Options o = options(folder);
  {
    auto store = open(o);
    const MailboxNumber box = *store->create_mailbox("a", {});
    for (int i = 0; i < 3; ++i)
      REQUIRE(store->commit(mtest::creating(box, mtest::message(std::string(200'000, 'l')))).ok());
    REQUIRE(store->close().ok());
  }
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(o.folder / "shard0" / "large")) files.push_back(file.path());
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() == 3);
  good(o);
  fs::remove(files[0]);
  {
    std::fstream file(files[1], std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(70'000);
    file.put('!');
  }
  fs::resize_file(files[2], 199'999);
  std::ofstream(o.folder / "shard0" / "large" / "0000100000000fff") << "orphan";
  sql(o, "UPDATE counters SET count=count+1");
  const CheckReport report = checked(o);
  CHECK(has(report, Problem::Kind::large_content,
            "entry 1, large content " + files[0].filename().string() + " is missing"));
  CHECK(has(report, Problem::Kind::large_content, "entry 2"));
  CHECK(has(report, Problem::Kind::large_content, "ends at"));
  CHECK(has(report, Problem::Kind::orphan, "0000100000000fff"));
  CHECK(has(report, Problem::Kind::counters));
  CHECK(has(report, Problem::Kind::index, "counters"));
  const std::string json = to_json(report);
  CHECK(json.find("\"good\":false") != std::string::npos);
  CHECK(json.find("{\"kind\":\"orphan\"") != std::string::npos);
}

TEST_CASE("a torn tail is told by check and cut off by the next opening, not by check") {
  TempFolder folder;
  const Options o = options(folder);
  make(o, 2, 200);
  fs::path last;
  for (const auto& file : fs::directory_iterator(o.folder / "shard0" / "log"))
    last = std::max(last, file.path());
  const std::string whole = octets_of(last);
  std::ofstream(last, std::ios::binary | std::ios::app) << "BTCH and then the power went";
  const auto size = fs::file_size(last);
  CHECK(has(checked(o), Problem::Kind::torn_tail));
  CHECK(fs::file_size(last) == size);
  open(o)->close().ok();
  good(o);
}

TEST_CASE("no store, a store in use") {
  TempFolder folder;
  const Options o = options(folder);
  CHECK(check(o.folder).error().kind() == ErrorKind::not_found);
  CHECK(synchronise(o.folder).error().kind() == ErrorKind::not_found);
  CHECK_FALSE(fs::exists(o.folder));
  auto store = open(o);
  CHECK(check(o.folder).error().kind() == ErrorKind::unavailable);
  CHECK(rebuild_index(o.folder).error().kind() == ErrorKind::unavailable);
}

TEST_CASE("a store that runs: checked and its index renewed beside writers and readers") {
  TempFolder folder;
  Options o = options(folder);
  o.housekeeping = true;
  o.unapplied_records = 64;
  auto store = open(o);
  const MailboxNumber box = *store->create_mailbox("a", {});
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::atomic<backend::SequenceNumber> last{0};
  std::thread writer([&] {
    for (int i = 0; !stop || i < 200; ++i) {
      const auto done = store->commit(mtest::creating(box, mtest::message(std::string(3000, 'w'))));
      if (!done.ok()) {
        ++wrong;
        return;
      }
      last = done->numbers.front();
      if (i % 4 == 3 && !store->commit(mtest::removing(box, {done->numbers.front() - 1})).ok()) ++wrong;
    }
  });
  std::thread reader([&] {
    while (!stop) {
      const backend::SequenceNumber n = last;
      if (n % 4 == 3) continue;  // the writer removes it
      if (n != 0 && !store->read(box, backend::EntryBase::stored, n).ok()) ++wrong;
    }
  });
  for (int round = 0; round < 3; ++round) {
    const auto report = store->check({});
    INFO((report.ok() ? "" : report.error().text()));
    CHECK((report.ok() && report->good()));
    if (report.ok())
      for (const Problem& p : report->problems) UNSCOPED_INFO(p.text);
    const auto same = store->renew_index(false, {});
    CHECK((same.ok() && !same->replaced));
    const auto renewed = store->renew_index(true, {});
    CHECK((renewed.ok() && renewed->replaced && renewed->differences.empty()));
  }
  stop = true;
  writer.join();
  reader.join();
  CHECK(wrong == 0);
  // Something wrong in it, put there behind the store's back, when the index has the last change: a look at
  // all of the store waits for it.
  (void)mtest::whole(*store);
  sql(o, "UPDATE entries SET priority=9 WHERE id=(SELECT max(id) FROM entries)");
  const auto report = store->check({});
  CHECK((report.ok() && has(*report, Problem::Kind::index, "entry")));
  const auto mended = store->renew_index(false, {});
  REQUIRE(mended.ok());
  CHECK(mended->replaced);
  CHECK(mended->entries_changed == 1);
  CHECK(store->check({})->good());
  const std::string before = mtest::whole(*store);
  REQUIRE(store->close().ok());
  store.reset();
  good(o);
  CHECK(mtest::whole(*open(o)) == before);
}

namespace {

// Lets the work go on `calls` times, then says stop.
ProgressCall stop_after(int calls) {
  return [left = std::make_shared<int>(calls)](const Progress&) {
    return --*left < 0 ? Proceed::stop : Proceed::go_on;
  };
}

}  // namespace

TEST_CASE("maintenance of a closed store can be stopped wherever it asks, and nothing has changed") {
  TempFolder folder;
  const Options o = options(folder);
  const std::string before = make(o, 4, 400);
  const auto built = index_of(o).string() + ".new";
  int stops = 0;
  for (int calls = 0;; ++calls) {
    const auto report = check(o.folder, stop_after(calls));
    if (report.ok()) break;
    CHECK(report.error().kind() == ErrorKind::closed);
    CHECK_FALSE(fs::exists(built));
    ++stops;
  }
  CHECK(stops >= 5);
  stops = 0;
  for (int calls = 0;; ++calls) {
    const auto report = rebuild_index(o.folder, stop_after(calls));
    CHECK_FALSE(fs::exists(built));
    if (report.ok()) break;
    CHECK(report.error().kind() == ErrorKind::closed);
    ++stops;
  }
  CHECK(stops >= 5);
  good(o);
  CHECK(mtest::whole(*open(o)) == before);
}

TEST_CASE("maintenance of a store that runs can be stopped wherever it asks, and the store runs on") {
  TempFolder folder;
  const Options o = options(folder);
  make(o, 4, 400);
  auto store = open(o);
  const auto built = index_of(o).string() + ".new";
  const auto all_stops = [&](const std::function<Status(const ProgressCall&)>& work) {
    int stops = 0;
    for (int calls = 0;; ++calls) {
      const Status done = work(stop_after(calls));
      CHECK_FALSE(fs::exists(built));
      if (done.ok()) return stops;
      INFO(done.error().text());
      CHECK(done.error().kind() == ErrorKind::closed);
      ++stops;
    }
  };
  const auto status = [](const auto& report) { return report.ok() ? Status(Ok{}) : Status(report.error()); };
  CHECK(all_stops([&](const ProgressCall& p) { return status(store->check(p)); }) >= 5);
  CHECK(all_stops([&](const ProgressCall& p) { return status(store->renew_index(false, p)); }) >= 5);
  CHECK(all_stops([&](const ProgressCall& p) { return status(store->renew_index(true, p)); }) >= 5);
  CHECK(store->check({})->good());
  CHECK(store->writable().ok());
}

TEST_CASE("maintenance that waits for cleaning can be stopped") {
  TempFolder folder;
  const Options o = options(folder);
  make(o, 4, 200);
  auto store = open(o);
  const auto still = store->housekeeper().pause();
  REQUIRE(still.ok());
  CHECK(store->check(stop_after(3)).error().kind() == ErrorKind::closed);
  CHECK(store->renew_index(true, stop_after(3)).error().kind() == ErrorKind::closed);
}
