// Cleaning: room comes back, and nothing that anybody can see changes, whatever happens meanwhile.
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>
#include <utility>

#include "backend/local.hpp"
#include "mstore/clock_env.hpp"
#include "mstore/memory_env.hpp"
#include "mstore/store_folder.hpp"
#include "mstore/workload.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::backend;
using namespace x400::mstore::test;
using x400::test::TempFolder;

namespace {

namespace fs = std::filesystem;
constexpr Time day = 24ll * 3600 * 1000;

Options options(const TempFolder& folder) {
  Options o = small_store(folder.path());
  o.fill_ahead = 0;
  o.housekeeping = false;  // when the test says so
  o.clean_rate = 0;
  o.clean_dead_percent = 5;
  return o;
}

// The log in memory, the index on disk.
Options memory_options(const TempFolder& folder) {
  Options o = options(folder);
  o.folder = "/store";
  o.index_folder = folder.path();
  return o;
}

std::unique_ptr<LocalBackend> open(const Options& o, Env& env = real_env()) {
  auto opened = LocalBackend::open(o, env);
  INFO((opened.ok() ? "" : opened.error().text()));
  REQUIRE(opened.ok());
  return std::unique_ptr<LocalBackend>(static_cast<LocalBackend*>(opened->release()));
}

void clean(LocalBackend& store) {
  // Twice: what the first pass lets the index make safe, the second may take.
  for (int i = 0; i < 2; ++i) {
    const Status done = store.housekeeper().run_once();
    INFO((done.ok() ? "" : done.error().text()));
    REQUIRE(done.ok());
  }
}

void no_damage(const Backend& store) {
  for (const Finding& f : store.findings()) {
    INFO(f.text);
    CHECK(f.kind != Finding::Kind::damage);
  }
}

std::uint64_t size_of_log(const Options& o) {
  std::uint64_t sum = 0;
  for (const auto& file : fs::directory_iterator(o.folder / "shard0" / "log")) sum += file.file_size();
  return sum;
}

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("cleaning changes nothing that can be seen: at once, reopened, and with the index made anew") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    INFO("seed " << seed);
    TempFolder folder;
    const Options o = options(folder);
    Workload work(seed, 40, 60'000);
    for (int round = 0; round < 4; ++round) {
      INFO("round " << round);
      auto store = open(o);
      REQUIRE(work.run(*store, 700) == 700);
      const std::string before = whole(*store);
      clean(*store);
      CHECK(store->housekeeper().totals().rewritten + store->housekeeper().totals().removed > 0);
      CHECK(whole(*store) == before);
      no_damage(*store);
      REQUIRE(store->close().ok());
      store.reset();
      store = open(o);
      CHECK(store->findings().empty());
      CHECK(whole(*store) == before);
      store.reset();
      for (const char* name : {"index.db", "index.db-wal", "index.db-shm"})
        fs::remove(o.folder / "shard0" / name);
      store = open(o);
      no_damage(*store);
      CHECK(whole(*store) == before);
    }
  }
}

TEST_CASE("dead octets stay under the share, and the log of a mailbox that is emptied does not grow") {
  TempFolder folder;
  Options o = options(folder);
  o.retired_minutes = 0;
  o.event_days = 1;
  ClockEnv env;
  auto store = open(o, env);
  Workload work(7, 30, 20'000);
  std::uint64_t largest = 0;
  for (int round = 0; round < 9; ++round) {
    REQUIRE(work.run(*store, 800) == 800);
    env.milliseconds += 31 * day;  // duplicate keys are forgotten
    clean(*store);
    if (round >= 4) largest = std::max(largest, size_of_log(o));
  }
  CHECK(largest < 5u << 20);
  CHECK(store->housekeeper().totals().rewritten > 0);
}

TEST_CASE("segments of which nothing is needed go without being copied, numbers and times go on") {
  TempFolder folder;
  Options o = options(folder);
  o.retired_minutes = 0;
  ClockEnv env;
  SequenceNumber last = 0;
  Time time = 0;
  MailboxNumber box = 0;
  {
    auto store = open(o, env);
    box = *store->create_mailbox("a", {});
    std::vector<SequenceNumber> numbers;
    for (int i = 0; i < 40; ++i) {
      const auto done = store->commit(creating(box, message(std::string(100'000, 'x'))));
      REQUIRE(done.ok());
      numbers.push_back(last = done->numbers.at(0));
      time = done->time;
    }
    REQUIRE(store->commit(removing(box, numbers)).ok());
    const MailboxNumber other = *store->create_mailbox("b", {});
    for (int i = 0; i < 15; ++i)
      REQUIRE(store->commit(creating(other, message(std::string(100'000, 'y')))).ok());
    clean(*store);
    clean(*store);
    // The first holds the mailbox, the one with the removal stays for the segments before it were there.
    CHECK(store->housekeeper().totals().removed >= 2);
    CHECK(size_of_log(o) < 3u << 20);
  }
  env.milliseconds -= 5 * day;  // a clock set back
  for (int round = 0; round < 2; ++round) {
    auto store = open(o, env);
    no_damage(*store);
    CHECK(store->mailbox(box)->next == last + 1);
    store.reset();
    fs::remove(o.folder / "shard0" / "index.db");
  }
  auto store = open(o, env);
  const auto done = store->commit(creating(box, message("next")));
  CHECK(done->numbers.at(0) == last + 1);
  CHECK(done->time >= time);
}

TEST_CASE("a removal stays as long as its entry's record lies in the log, and its duplicate key 30 days") {
  TempFolder folder;
  const Options o = options(folder);
  ClockEnv env;
  const auto keyed = [](const std::string& key) {
    NewEntry entry = message(std::string(30'000, 'k'));
    entry.duplicate_key = to_octets(key);
    return entry;
  };
  MailboxNumber box = 0;
  const auto rebuilt = [&] {
    fs::remove(o.folder / "shard0" / "index.db");
    return open(o, env);
  };
  {
    auto store = open(o, env);
    box = *store->create_mailbox("a", {});
    for (int i = 0; i < 60; ++i) REQUIRE(store->commit(creating(box, keyed(std::to_string(i)))).ok());
    for (SequenceNumber n = 1; n <= 60; ++n) REQUIRE(store->commit(removing(box, {n})).ok());
    for (int i = 0; i < 80; ++i)
      REQUIRE(store->commit(creating(box, message(std::string(30'000, 'f')))).ok());
    clean(*store);
    clean(*store);
  }
  {
    env.milliseconds += 29 * day;
    auto store = rebuilt();
    CHECK(store->mailbox(box)->next == 141);
    for (int i = 0; i < 60; ++i) CHECK(store->commit(creating(box, keyed(std::to_string(i))))->duplicate);
    backend::Query query{.mailbox = box, .classes = delivered};
    CHECK(store->select(query)->rows.size() == 80);
  }
  env.milliseconds += 2 * day;
  {
    auto store = open(o, env);
    const std::string before = whole(*store);
    clean(*store);
    CHECK(whole(*store) == before);
  }
  auto store = rebuilt();
  backend::Query query{.mailbox = box, .classes = delivered};
  CHECK(store->select(query)->rows.size() == 80);
  CHECK_FALSE(store->commit(creating(box, keyed("1")))->duplicate);
}

TEST_CASE("killed at every call of a cleaning: the next opening finds all as it was") {
  TempFolder base;
  const Options o = options(base);
  std::string before;
  {
    auto store = open(o);
    Workload work(11, 15, 60'000);
    REQUIRE(work.run(*store, 650) == 650);
    before = whole(*store);
  }
  bool reached = true;
  for (int n = 1; reached; n += n < 40 ? 1 : 23) {
    for (const auto kind : {n % 2 == 0 ? ErrorKind::io : ErrorKind::unavailable}) {
      INFO("call " << n << " and all after it fail: " << name(kind));
      TempFolder folder;
      Options here = options(folder);
      fs::copy(o.folder, here.folder, fs::copy_options::recursive);
      FaultEnv env(real_env());
      {
        auto store = open(here, env);
        const std::string now = whole(*store);
        REQUIRE(now == before);
        env.fail(n, Error(kind, "by the test"), nullptr, true);
        for (int i = 0; i < 2; ++i) (void)store->housekeeper().run_once().ok();
        reached = env.calls() >= n;
        if (!reached) CHECK(store->housekeeper().totals().rewritten >= 1);
        // Reading went on meanwhile, where files could still be opened at all.
        env.heal();
        CHECK(whole(*store) == before);
      }
      auto store = open(here);
      no_damage(*store);
      CHECK(whole(*store) == before);
      CHECK_FALSE(fs::exists(here.folder / "shard0" / "log" / "00000001.0001.new"));
      clean(*store);
      CHECK(whole(*store) == before);
      store.reset();
      fs::remove(here.folder / "shard0" / "index.db");
      CHECK(whole(*open(here)) == before);
    }
  }
}

TEST_CASE("power cut at every sync of a cleaning: with the index as it was, and as it was made safe") {
  for (const double keep : {0.0, 0.6, 1.0}) {
    for (int n = 1;; ++n) {
      INFO("cut at sync " << n << ", kept " << keep);
      TempFolder folder;
      const Options o = memory_options(folder);
      MemoryEnv env;
      std::string before;
      std::string safe;
      const fs::path index = folder.path() / "index.db";
      std::unique_ptr<MemoryEnv> left;
      {
        auto store = open(o, env);
        Workload work(5, 10, 60'000);
        REQUIRE(work.run(*store, 550) == 550);
        before = whole(*store);
        (void)store->housekeeper().run_once().ok();
        std::stringstream octets;
        octets << std::ifstream(index, std::ios::binary).rdbuf();
        safe = octets.str();
        env.cut_at_sync(n, static_cast<std::uint32_t>(n), keep);
        for (int i = 0; i < 2; ++i) (void)store->housekeeper().run_once().ok();
        left = env.left();
        if (!left) {
          CHECK(store->housekeeper().totals().rewritten >= 1);
          break;
        }
      }
      if (n % 2 == 0) {
        // The file as the last checkpoint left it, in place, so that it is the same file.
        for (const char* suffix : {"-wal", "-shm"}) fs::remove(index.string() + suffix);
        std::ofstream(index, std::ios::binary | std::ios::in | std::ios::out) << safe;
        fs::resize_file(index, safe.size());
      }
      for (int round = 0; round < 2; ++round) {
        auto store = open(o, *left);
        no_damage(*store);
        CHECK(whole(*store) == before);
      }
      auto store = open(o, *left);
      clean(*store);
      CHECK(whole(*store) == before);
      store.reset();
      fs::remove(index);
      CHECK(whole(*open(o, *left)) == before);
    }
  }
}

namespace {

// Does something once, when the first segment's next generation gets its name.
class AtRename final : public ClockEnv {
 public:
  std::function<void()> call;
  Status rename(const Path& from, const Path& to) override {
    if (from.filename() == "00000001.0001.new" && call) std::exchange(call, nullptr)();
    return ClockEnv::rename(from, to);
  }
};

}  // namespace

TEST_CASE(
    "an item that is erased while its segment is cleaned stays erased, although it was put there twice") {
  TempFolder folder;
  Options o = options(folder);
  AtRename env;
  auto store = open(o, env);
  const MailboxNumber box = *store->create_mailbox("a", {});
  const auto item = [&](std::optional<std::string> value) {
    ChangeSet set;
    set.mailbox = box;
    set.items.push_back({1, to_octets("key"), {}, {}, {}});
    if (value) set.items.front().value = to_octets(*value);
    REQUIRE(store->commit(std::move(set)).ok());
  };
  // A segment's worth, most of which dies.
  const auto fill = [&] {
    std::vector<SequenceNumber> numbers;
    for (int i = 0; i < 12; ++i)
      numbers.push_back(store->commit(creating(box, message(std::string(100'000, 'x'))))->numbers.at(0));
    REQUIRE(store->commit(removing(box, numbers)).ok());
  };
  item("first");
  item("second");
  // Kept, so that the segment is not cleaned once more for what dies there later.
  for (int i = 0; i < 3; ++i) REQUIRE(store->commit(creating(box, message(std::string(100'000, 'k')))).ok());
  fill();
  fill();
  env.call = [&] {
    item(std::nullopt);
    CHECK_FALSE(*store->item(box, 1, view("key")));  // the index has it
  };
  clean(*store);
  REQUIRE_FALSE(env.call);
  // The erasure's own segment is cleaned too, again and again.
  for (int i = 0; i < 4; ++i) {
    fill();
    clean(*store);
  }
  CHECK_FALSE(*store->item(box, 1, view("key")));
  store.reset();
  fs::remove(o.folder / "shard0" / "index.db");
  store = open(o, env);
  CHECK_FALSE(*store->item(box, 1, view("key")));
}

TEST_CASE("cleaning does not pass a follower of the log, but for the bound") {
  TempFolder folder;
  Options o = options(folder);
  const auto made = [&](std::uint64_t bound) {
    o.follower_bound = bound;
    return open(o);
  };
  {
    auto store = made(1u << 30);
    Workload work(3, 5, 60'000);
    REQUIRE(work.run(*store, 1100) == 1100);
    REQUIRE(store->followers().follow("audit", {1, 4096, 0}).ok());
    CHECK(store->followers().follow("Audit!", {}).error().kind() == ErrorKind::invalid);
    clean(*store);
    CHECK(store->housekeeper().totals().rewritten + store->housekeeper().totals().removed == 0);
  }
  {
    auto store = made(1u << 30);  // it is remembered
    clean(*store);
    CHECK(store->housekeeper().totals().rewritten + store->housekeeper().totals().removed == 0);
    REQUIRE(store->followers().advance("audit", {3, 4096, 0}).ok());
    clean(*store);
    CHECK(fs::exists(o.folder / "shard0" / "log" / "00000003.0000"));
    CHECK_FALSE(fs::exists(o.folder / "shard0" / "log" / "00000002.0000"));
  }
  {
    auto store = made(100);
    clean(*store);
    CHECK_FALSE(fs::exists(o.folder / "shard0" / "log" / "00000003.0000"));
    REQUIRE(store->followers().leave("audit").ok());
    CHECK(store->followers().advance("audit", {}).error().kind() == ErrorKind::not_found);
  }
}

TEST_CASE("readers and writers beside a cleaning: no entry is ever unreadable") {
  TempFolder folder;
  Options o = options(folder);
  o.housekeeping = true;
  o.housekeeping_seconds = 1;
  o.retired_minutes = 60;
  auto store = open(o);
  const MailboxNumber box = *store->create_mailbox("a", {});
  std::atomic<SequenceNumber> first{1};
  std::atomic<SequenceNumber> last{0};
  std::atomic<int> wrong{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t)
    readers.emplace_back([&, t] {
      std::mt19937 dice(static_cast<unsigned>(t));
      while (!stop) {
        const SequenceNumber low = first;
        const SequenceNumber high = last;
        if (high < low) continue;
        const SequenceNumber n = low + static_cast<SequenceNumber>(dice() % (high - low + 1));
        const auto stored = store->read(box, EntryBase::stored, n);
        if (!stored.ok()) {
          if (stored.error().kind() != ErrorKind::not_found || first <= n) ++wrong;
          continue;
        }
        const auto content = stored->content->read_all();
        if (!content.ok() || content->size() != 20'000 + n % 50) ++wrong;
      }
    });
  for (SequenceNumber n = 1; n <= 400; ++n) {
    const auto done = store->commit(creating(box, message(std::string(20'000 + n % 50, 'r'))));
    REQUIRE(done.ok());
    last = n;
    if (n > 60 && n % 3 != 0) {
      // Every third one stays, so that segments have to be rewritten.
      const SequenceNumber gone = n - 60;
      if (gone % 3 != 0) {
        first = std::max<SequenceNumber>(first, gone + 1);
        REQUIRE(store->commit(removing(box, {gone})).ok());
      }
    }
    if (n % 50 == 0) clean(*store);
  }
  clean(*store);
  stop = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
  CHECK(store->housekeeper().totals().rewritten > 2);
  CHECK(files_in(o.folder / "shard0" / "retired") > 0);
}

TEST_CASE("a content held is readable although its segment was cleaned and swept away") {
  TempFolder folder;
  Options o = options(folder);
  o.retired_minutes = 0;
  auto store = open(o);
  const MailboxNumber box = *store->create_mailbox("a", {});
  const std::string text(100'000, 'h');
  for (int i = 0; i < 15; ++i) REQUIRE(store->commit(creating(box, message(text))).ok());
  const auto held = store->read(box, EntryBase::stored, 2);
  REQUIRE(held.ok());
  REQUIRE(store->commit(removing(box, {1, 2, 3, 4, 5, 6, 7})).ok());
  for (int i = 0; i < 10; ++i) REQUIRE(store->commit(creating(box, message(text))).ok());
  clean(*store);
  CHECK(store->housekeeper().totals().rewritten > 0);
  CHECK(files_in(o.folder / "shard0" / "retired") == 0);
  CHECK(chars(*held->content->read_all()) == text);
}

TEST_CASE("a segment with damage in what is needed is left alone, and told") {
  TempFolder folder;
  const Options o = options(folder);
  {
    auto store = open(o);
    const MailboxNumber box = *store->create_mailbox("a", {});
    for (int i = 0; i < 25; ++i)
      REQUIRE(store->commit(creating(box, message(std::string(100'000, 'd')))).ok());
  }
  const fs::path path = o.folder / "shard0" / "log" / "00000001.0000";
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(650'000);  // in the content of entry 7, which stays
    file.put('!');
  }
  auto store = open(o);
  REQUIRE(store->commit(removing(1, {1, 2, 3, 4, 5})).ok());
  clean(*store);
  CHECK(fs::exists(path));
  bool told = false;
  for (const Finding& f : store->findings())
    told = told || (f.kind == Finding::Kind::damage && f.text.find("00000001.0000") != std::string::npos);
  CHECK(told);
  CHECK(store->read(1, EntryBase::stored, 6)->content->read_all().ok());
}

TEST_CASE("a full disk stops cleaning, empties retired/ before its time, and is over when there is room") {
  TempFolder folder;
  const Options o = options(folder);
  FaultEnv env(real_env());
  auto store = open(o, env);
  Workload work(9, 20, 60'000);
  REQUIRE(work.run(*store, 700) == 700);
  clean(*store);
  CHECK(files_in(o.folder / "shard0" / "retired") > 0);
  REQUIRE(work.run(*store, 500) == 500);
  const std::string before = whole(*store);
  env.fail(
      1, Error(ErrorKind::unavailable, "no room"), [](Call c) { return c == Call::write; }, true);
  CHECK(store->housekeeper().run_once().error().kind() == ErrorKind::unavailable);
  CHECK(files_in(o.folder / "shard0" / "retired") == 0);
  env.heal();
  clean(*store);
  CHECK(whole(*store) == before);
  CHECK(store->writable().ok());
}

TEST_CASE("large contents go with their entries, and stay when their entries' records move") {
  TempFolder folder;
  const Options o = options(folder);
  const fs::path large = o.folder / "shard0" / "large";
  auto store = open(o);
  const MailboxNumber box = *store->create_mailbox("a", {});
  const std::string text(200'000, 'L');
  for (int i = 0; i < 10; ++i) {
    REQUIRE(store->commit(creating(box, message(text))).ok());
    for (int j = 0; j < 3; ++j) REQUIRE(store->commit(creating(box, message(std::string(60'000, 's')))).ok());
  }
  CHECK(files_in(large) == 10);
  std::vector<SequenceNumber> gone;
  for (SequenceNumber n = 1; n <= 30; ++n)
    if (n % 4 != 1 || n > 20) gone.push_back(n);
  REQUIRE(store->commit(removing(box, gone)).ok());
  clean(*store);
  CHECK(store->housekeeper().totals().rewritten > 0);
  CHECK(files_in(large) == 7);
  CHECK(chars(*store->read(box, EntryBase::stored, 1)->content->read_all()) == text);
  store.reset();
  store = open(o);
  CHECK(store->findings().empty());
  CHECK(files_in(large) == 7);
  CHECK(chars(*store->read(box, EntryBase::stored, 17)->content->read_all()) == text);
}
