// What only the local backend has; the contract of every backend is in test/contract.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "backend/options.hpp"
#include "env/env.hpp"
#include "mstore/clock_env.hpp"
#include "mstore/messages.hpp"
#include "mstore/store_folder.hpp"
#include "mstore/waiting.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::backend;
using namespace x400::mstore::test;
using x400::test::TempFolder;

namespace {

std::unique_ptr<Backend> open(const Options& options) {
  auto opened = open_local(options, real_env());
  INFO((opened.ok() ? "" : opened.error().text()));
  REQUIRE(opened.ok());
  return std::move(*opened);
}

Octets octets(std::size_t size, int seed) {
  Octets out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 31 + i / 251 + seed * 7);
  return out;
}

SequenceNumber deliver(Backend& store, MailboxNumber mailbox, NewEntry entry) {
  auto done = store.commit(creating(mailbox, std::move(entry)));
  INFO((done.ok() ? "" : done.error().error.text()));
  REQUIRE(done.ok());
  REQUIRE(done->numbers.size() == 1);
  return done->numbers.front();
}

std::string content_of(const Stored& stored) {
  if (!stored.content) return "";
  auto all = stored.content->read_all();
  REQUIRE(all.ok());
  return std::string(chars(*all));
}

std::vector<SequenceNumber> numbers(Backend& store, const Query& query) {
  auto page = store.select(query);
  INFO((page.ok() ? "" : page.error().text()));
  REQUIRE(page.ok());
  std::vector<SequenceNumber> out;
  for (const Row& row : page->rows) out.push_back(row.number);
  return out;
}

}  // namespace

TEST_CASE("what is delivered is read back, before and after reopening") {
  TempFolder folder;
  const Options options = small_store(folder.path());
  SequenceNumber first = 0;
  MailboxNumber alice = 0;
  for (int round = 0; round < 2; ++round) {
    auto store = open(options);
    if (round == 0) {
      auto made = store->create_mailbox("alice", view("properties"));
      REQUIRE(made.ok());
      alice = *made;
      first = deliver(*store, alice, message("one"));
      CHECK(first == 1);
      CHECK(deliver(*store, alice, message("two", 2)) == 2);
    }
    auto found = store->find_mailbox("alice");
    REQUIRE(found.ok());
    CHECK(found->number == alice);
    CHECK(chars(found->properties) == "properties");
    CHECK(found->next == 3);
    auto stored = store->read(alice, EntryBase::stored, first);
    REQUIRE(stored.ok());
    CHECK(content_of(*stored) == "one");
    REQUIRE(stored->attributes.ok());
    CHECK(chars(*stored->attributes) == "attributes of one");
    CHECK(chars(stored->row.list_attributes) == "list of one");
    CHECK(stored->row.created > 0);
    CHECK(numbers(*store, {.mailbox = alice, .classes = delivered}) == std::vector<SequenceNumber>{1, 2});
    CHECK(numbers(*store, {.mailbox = alice, .classes = delivered, .priority = std::uint8_t{2}}) ==
          std::vector<SequenceNumber>{2});
    CHECK(store->read(alice, EntryBase::stored, 3).error().kind() == ErrorKind::not_found);
    CHECK(store->findings().empty());
    CHECK(store->close().ok());
  }
}

TEST_CASE("a second opener is refused, in this process too") {
  TempFolder folder;
  const Options options = small_store(folder.path());
  {
    auto store = open(options);
    auto second = open_local(options, real_env());
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().kind() == ErrorKind::unavailable);
  }
  open(options);
}

TEST_CASE("status goes forward only, is seen at once, and is counted") {
  TempFolder folder;
  Options options = small_store(folder.path());
  options.lazy_ms = 60'000;  // nothing is written unless something asks for it
  MailboxNumber box = 0;
  {
    auto store = open(options);
    box = *store->create_mailbox("a", {});
    for (int i = 0; i < 10; ++i) deliver(*store, box, message("m"));
    REQUIRE(store->commit(raising(box, {{3, 5}}, RetrievalStatus::listed)).ok());
    REQUIRE(store->commit(raising(box, {{5, 6}}, RetrievalStatus::processed)).ok());
    REQUIRE(store->commit(raising(box, {{6, 6}}, RetrievalStatus::listed)).ok());
    Query query{.mailbox = box, .classes = delivered};
    query.status = RetrievalStatus::new_entry;
    CHECK(numbers(*store, query) == std::vector<SequenceNumber>{1, 2, 7, 8, 9, 10});
    query.status = RetrievalStatus::listed;
    CHECK(numbers(*store, query) == std::vector<SequenceNumber>{3, 4});
    query.status = RetrievalStatus::processed;
    CHECK(numbers(*store, query) == std::vector<SequenceNumber>{5, 6});
    query.order = Order::descending;
    query.limit = 1;
    CHECK(numbers(*store, query) == std::vector<SequenceNumber>{6});
    query.after = 6;
    CHECK(numbers(*store, query) == std::vector<SequenceNumber>{5});
    CHECK(store->row(box, EntryBase::stored, 4)->status == RetrievalStatus::listed);
    CHECK(store->read(box, EntryBase::stored, 6)->row.status == RetrievalStatus::processed);
    auto counters = store->counters(box, EntryBase::stored);
    REQUIRE(counters.ok());
    REQUIRE(counters->size() == 3);
    CHECK(counters->at(0).count == 6);
    CHECK(counters->at(1).count == 2);
    CHECK(counters->at(2).count == 2);
    CHECK(counters->at(2).octets == 2);
    ChangeSet back = raising(box, {{6, 6}}, RetrievalStatus::new_entry);
    back.status.front().backwards = true;
    CHECK(store->commit(back).error().error.kind() == ErrorKind::invalid);  // never lazily
    back.durability = Durability::synced;
    REQUIRE(store->commit(back).ok());
    CHECK(store->row(box, EntryBase::stored, 6)->status == RetrievalStatus::new_entry);
  }
  auto store = open(options);
  CHECK(store->row(box, EntryBase::stored, 5)->status == RetrievalStatus::processed);
  CHECK(store->row(box, EntryBase::stored, 4)->status == RetrievalStatus::listed);
}

TEST_CASE("a step backwards is seen by whoever was told of it, whatever was raised just before") {
  TempFolder folder;
  auto store = open(small_store(folder.path()));
  const MailboxNumber box = *store->create_mailbox("a", {});
  deliver(*store, box, message("m"));
  for (int i = 0; i < 300; ++i) {
    REQUIRE(store->commit(raising(box, {{1, 1}}, RetrievalStatus::processed)).ok());
    ChangeSet back = raising(box, {{1, 1}}, RetrievalStatus::listed, Durability::synced);
    back.status.front().backwards = true;
    REQUIRE(store->commit(back).ok());
    CHECK(store->row(box, EntryBase::stored, 1)->status == RetrievalStatus::listed);
    CHECK(store->read(box, EntryBase::stored, 1)->row.status == RetrievalStatus::listed);
    Query query{.mailbox = box, .classes = delivered};
    query.status = RetrievalStatus::listed;
    CHECK(numbers(*store, query).size() == 1);
  }
}

TEST_CASE("large contents become files, are read in ranges, and go with their entry") {
  TempFolder folder;
  const Options options = small_store(folder.path());
  const auto large = options.folder / "shard0" / "large";
  const auto files = [&] { return std::distance(std::filesystem::directory_iterator(large), {}); };
  auto store = open(options);
  const MailboxNumber box = *store->create_mailbox("a", {});
  const Octets content = octets(300'000, 1);
  {
    auto writer = store->new_content();
    REQUIRE(writer.ok());
    for (std::size_t at = 0; at < content.size(); at += 70'000)
      REQUIRE((*writer)
                  ->append(View(content).subspan(at, std::min<std::size_t>(70'000, content.size() - at)))
                  .ok());
    auto spooled = (*writer)->finish();
    REQUIRE(spooled.ok());
    CHECK((*spooled)->size() == content.size());
    CHECK(*(*spooled)->read(100'000, 10) == Octets(content.begin() + 100'000, content.begin() + 100'010));
    NewEntry entry;
    entry.content.spooled = *spooled;
    CHECK(deliver(*store, box, std::move(entry)) == 1);
    NewEntry twice;
    twice.content.spooled = *spooled;
    CHECK(store->commit(creating(box, std::move(twice))).error().error.kind() == ErrorKind::invalid);
  }
  NewEntry entry;
  entry.content.octets = content;  // in memory: the store makes the file
  CHECK(deliver(*store, box, std::move(entry)) == 2);
  CHECK(files() == 2);
  {
    auto dropped = store->new_content();
    REQUIRE((*dropped)->append(content).ok());
    CHECK(files() == 3);
  }
  CHECK(files() == 2);

  for (SequenceNumber number : {1u, 2u}) {
    auto stored = store->read(box, EntryBase::stored, number);
    REQUIRE(stored.ok());
    CHECK(*stored->content->read_all() == content);
    CHECK(*stored->content->read(65'530, 12) == Octets(content.begin() + 65'530, content.begin() + 65'542));
    CHECK(stored->content->read(300'000, 1)->empty());
    CHECK(stored->content->read(299'999, 10)->size() == 1);
  }
  auto held = store->read(box, EntryBase::stored, 1);
  REQUIRE(store->commit(removing(box, {1})).ok());
  CHECK(*held->content->read_all() == content);
  store.reset();
  CHECK(files() == 1);
}

TEST_CASE("contents of all sizes around the block size come back octet for octet") {
  TempFolder folder;
  const Options options = small_store(folder.path());
  const std::vector<std::size_t> sizes{0,      1,      7,      8,      9,       16'383,
                                       16'384, 65'535, 65'536, 65'537, 131'071, 131'072};
  auto store = open(options);
  const MailboxNumber box = *store->create_mailbox("a", {});
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    NewEntry entry;
    const Octets content = octets(sizes[i], static_cast<int>(i));
    entry.content.octets = content;
    deliver(*store, box, std::move(entry));
  }
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      auto stored = store->read(box, EntryBase::stored, static_cast<SequenceNumber>(i + 1));
      REQUIRE(stored.ok());
      CHECK(content_of(*stored) == chars(octets(sizes[i], static_cast<int>(i))));
    }
    store.reset();
    store = open(options);
  }
}

TEST_CASE("many threads: numbers without gap, own writes read, every entry once") {
  TempFolder folder;
  Options options = small_store(folder.path());
  options.unapplied_records = 64;
  auto store = open(options);
  constexpr int threads = 8;
  constexpr int each = 60;
  std::vector<MailboxNumber> boxes{*store->create_mailbox("a", {}), *store->create_mailbox("b", {})};
  std::atomic<int> wrong{0};
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t)
    workers.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        const MailboxNumber box = boxes[static_cast<std::size_t>((t + i) % 2)];
        const std::string text = std::to_string(t) + "/" + std::to_string(i);
        auto done = store->commit(creating(box, message(text)));
        if (!done.ok()) {
          ++wrong;
          continue;
        }
        auto stored = store->read(box, EntryBase::stored, done->numbers[0]);
        auto content =
            stored.ok() && stored->content ? stored->content->read_all() : Result<Octets>(Octets{});
        if (!content.ok() || chars(*content) != text) ++wrong;
        (void)store->commit(raising(box, {{done->numbers[0], done->numbers[0]}}, RetrievalStatus::listed))
            .ok();
        if (store->row(box, EntryBase::stored, done->numbers[0])->status != RetrievalStatus::listed) ++wrong;
        if (i % 3 == 0 && !store->commit(removing(box, {done->numbers[0]})).ok()) ++wrong;
        if (i % 3 == 0 && store->row(box, EntryBase::stored, done->numbers[0]).ok()) ++wrong;
      }
    });
  for (auto& worker : workers) worker.join();
  CHECK(wrong == 0);
  std::uint64_t count = 0;
  for (const MailboxNumber box : boxes) {
    const Mailbox info = *store->mailbox(box);
    CHECK(info.next == threads * each / 2 + 1);
    Query query{.mailbox = box, .classes = delivered};
    query.limit = 10'000;
    count += numbers(*store, query).size();
    std::uint64_t counted = 0;
    const auto counters = store->counters(box, EntryBase::stored);
    REQUIRE(counters.ok());
    for (const Counter& c : *counters) counted += c.count;
    CHECK(counted == numbers(*store, query).size());
  }
  CHECK(count == threads * each * 2 / 3);
}

TEST_CASE("the write-ahead log of the index stays bounded while writers and readers go on") {
  TempFolder folder;
  Options options = small_store(folder.path());
  options.checkpoint_octets = 64 * 1024;
  options.unapplied_records = 64;  // or one transaction could have nearly all
  auto store = open(options);
  const MailboxNumber box = *store->create_mailbox("alice", {});
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    while (!stop) (void)store->select({.mailbox = box, .classes = delivered, .limit = 100}).ok();
  });
  std::vector<std::thread> writers;
  for (int w = 0; w < 4; ++w)
    writers.emplace_back([&, w] {
      for (int i = 0; i < 500; ++i) {
        NewEntry entry = message("text");
        entry.duplicate_key = to_octets(std::to_string(w) + "." + std::to_string(i));
        entry.list_attributes = Octets(700);
        (void)store->commit(creating(box, std::move(entry))).ok();
      }
    });
  for (auto& w : writers) w.join();
  stop = true;
  reader.join();
  CHECK(numbers(*store, {.mailbox = box, .classes = delivered, .limit = 5000}).size() == 2000);
  // Without a reset it would hold a page or more of each transaction: many times as much.
  CHECK(std::filesystem::file_size(options.folder / "shard0" / "index.db-wal") < 1u << 20);
  CHECK(store->positions().indexed > 0);
}

namespace {

// The system's files, and a say on whether their octets lie in memory.
class CacheEnv final : public ClockEnv {
 public:
  std::shared_ptr<std::atomic<bool>> in_memory = std::make_shared<std::atomic<bool>>(true);

  Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) override {
    X400_TRY(file, ClockEnv::open(path, mode));
    return std::unique_ptr<File>(std::make_unique<CacheFile>(std::move(file), in_memory));
  }

 private:
  class CacheFile final : public File {
   public:
    CacheFile(std::unique_ptr<File> file, std::shared_ptr<std::atomic<bool>> in_memory)
        : file_(std::move(file)), in_memory_(std::move(in_memory)) {}
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) const override {
      return file_->read(offset, into);
    }
    Result<std::optional<std::size_t>> read_cached(std::uint64_t offset,
                                                   std::span<std::uint8_t> into) const override {
      if (!*in_memory_) return std::optional<std::size_t>();
      return File::read_cached(offset, into);
    }
    Status write(std::uint64_t offset, std::span<const View> parts) override {
      return file_->write(offset, parts);
    }
    Status sync() override { return file_->sync(); }
    Result<std::uint64_t> size() const override { return file_->size(); }
    Status truncate(std::uint64_t size) override { return file_->truncate(size); }
    Status allocate(std::uint64_t size) override { return file_->allocate(size); }

   private:
    std::unique_ptr<File> file_;
    std::shared_ptr<std::atomic<bool>> in_memory_;
  };
};

struct CachedStore {
  CachedStore() {
    auto opened = open_local(small_store(folder.path()), env);
    REQUIRE(opened.ok());
    store = std::move(*opened);
    box = *store->create_mailbox("alice", {});
  }
  std::optional<Stored> hot(SequenceNumber number) {
    auto read = store->read_hot(box, EntryBase::stored, number);
    INFO((read.ok() ? "" : read.error().text()));
    REQUIRE(read.ok());
    return std::move(*read);
  }

  TempFolder folder;
  CacheEnv env;
  std::unique_ptr<Backend> store;
  MailboxNumber box = 0;
};

}  // namespace

TEST_CASE("what lies in memory is read without waiting, what does not is left to read") {
  CachedStore s;
  const auto n = deliver(*s.store, s.box, message("one"));
  REQUIRE(s.store->row(s.box, EntryBase::stored, n).ok());  // waits for the index
  const auto hot = s.hot(n);
  REQUIRE(hot);
  CHECK(content_of(*hot) == "one");
  CHECK(chars(*hot->attributes) == "attributes of one");
  CHECK(hot->row.status == RetrievalStatus::new_entry);
  REQUIRE(s.store->commit(raising(s.box, {{n, n}}, RetrievalStatus::listed)).ok());
  const auto raised = s.hot(n);
  REQUIRE(raised);
  CHECK(raised->row.status == RetrievalStatus::listed);  // whether the index has it or not
  *s.env.in_memory = false;
  CHECK_FALSE(s.hot(n));
  CHECK(s.store->read(s.box, EntryBase::stored, n).ok());
  *s.env.in_memory = true;
  CHECK(s.store->read_hot(s.box, EntryBase::stored, 99).error().kind() == ErrorKind::not_found);
}

TEST_CASE("a content in a file of its own is not read hot, and no part of a main entry either") {
  CachedStore s;
  NewEntry large = message("");
  const Octets text = octets(200 * 1024, 3);
  large.content.octets = text;
  large.content.owner = nullptr;
  const auto n = deliver(*s.store, s.box, std::move(large));
  REQUIRE(s.store->row(s.box, EntryBase::stored, n).ok());
  CHECK_FALSE(s.hot(n));
  ChangeSet family = creating(s.box, message("main"));
  NewEntry child = message("");
  child.content = {};
  child.parent = 0;
  child.content.slice = ContentSlice{1, 2};
  family.create.push_back(std::move(child));
  const auto made = s.store->commit(std::move(family));
  REQUIRE(made.ok());
  REQUIRE(s.store->row(s.box, EntryBase::stored, made->numbers[1]).ok());
  CHECK(s.hot(made->numbers[0]));
  CHECK_FALSE(s.hot(made->numbers[1]));
}

TEST_CASE("what was acknowledged is never missing to one who reads hot") {
  CachedStore s;
  for (int i = 0; i < 300; ++i) {
    const std::string text = "message " + std::to_string(i);
    const auto n = deliver(*s.store, s.box, message(text));
    if (const auto hot = s.hot(n)) CHECK(content_of(*hot) == text);  // else the index is behind
    REQUIRE(s.store->commit(removing(s.box, {n})).ok());
    const auto gone = s.store->read_hot(s.box, EntryBase::stored, n);
    CHECK((!gone.ok() || !*gone));
  }
}

TEST_CASE("small change sets reach the index together, and at once for those who ask") {
  TempFolder folder;
  Options options = small_store(folder.path());
  options.apply_ms = 3'600'000;
  options.gather_from = 1;
  options.pause_ms = options.apply_ms;
  options.unapplied_records = 64;
  options.housekeeping = false;
  auto store = open(options);
  const MailboxNumber box = *store->create_mailbox("alice", {});
  SequenceNumber last = deliver(*store, box, message("first"));
  REQUIRE(store->row(box, EntryBase::stored, last).ok());
  const Lsn before = store->positions().applied;
  for (int i = 0; i < 10; ++i) last = deliver(*store, box, message("more"));
  CHECK(store->positions().applied == before);
  SECTION("a reader") {
    CHECK(numbers(*store, {.mailbox = box, .classes = delivered, .limit = 100}).size() == 11);
    CHECK(store->positions().applied == store->positions().synced);
  }
  SECTION("writers that would have to wait") {
    for (int i = 0; i < 200; ++i) last = deliver(*store, box, message("more"));
    CHECK(store->positions().applied > before);
  }
  SECTION("a deletion sees what is not applied") {
    REQUIRE(store->commit(removing(box, {last})).ok());
    CHECK_FALSE(store->commit(removing(box, {last})).ok());
    CHECK(store->read(box, EntryBase::stored, last).error().kind() == ErrorKind::not_found);
  }
  SECTION("the end") {
    CHECK(store->close().ok());
    store.reset();
    store = open(options);
    CHECK(numbers(*store, {.mailbox = box, .classes = delivered, .limit = 100}).size() == 11);
  }
}

TEST_CASE("a few change sets reach the index though nobody waits for them") {
  TempFolder folder;
  Options options = small_store(folder.path());
  options.apply_ms = 3'600'000;
  options.gather_from = 32;
  options.pause_ms = options.apply_ms;
  options.housekeeping = false;
  auto store = open(options);
  const MailboxNumber box = *store->create_mailbox("alice", {});
  for (int i = 0; i < 5; ++i) deliver(*store, box, message("one of a few"));
  until([&] { return store->positions().applied == store->positions().synced; });
  CHECK(store->positions().applied == store->positions().synced);
}

TEST_CASE("a stream that has ended reaches the index though nobody waits for it") {
  TempFolder folder;
  Options options = small_store(folder.path());
  options.apply_ms = 3'600'000;
  options.gather_from = 1;
  options.pause_ms = 20;
  options.housekeeping = false;
  auto store = open(options);
  const MailboxNumber box = *store->create_mailbox("alice", {});
  for (int i = 0; i < 100; ++i) deliver(*store, box, message("one of many"));
  until([&] { return store->positions().applied == store->positions().synced; });
  CHECK(store->positions().applied == store->positions().synced);
}
