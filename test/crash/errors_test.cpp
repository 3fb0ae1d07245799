// Errors of the system while a store runs, real ones: a full disk, too many open files, the index's own.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "env/env.hpp"
#include "index_disk.hpp"
#include "mstore/messages.hpp"
#include "mstore/store_folder.hpp"
#include "x400_small_disk.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::backend;
using namespace x400::mstore::test;
using x400::mstore::crash::Decision;
using x400::mstore::crash::Hit;
using x400::mstore::crash::IndexDisk;
using x400::mstore::crash::Kind;
using x400::mstore::crash::Points;
using x400::mstore::crash::What;
using x400::test::SmallDisk;
using x400::test::TempFolder;

namespace {

constexpr std::uint64_t mebibyte = 1u << 20;

// Before any database is opened.
IndexDisk& index_disk = IndexDisk::install();

std::unique_ptr<Backend> open(const Options& options) {
  auto opened = open_local(options, real_env());
  INFO((opened.ok() ? "" : opened.error().text()));
  REQUIRE(opened.ok());
  return std::move(*opened);
}

std::string text(SequenceNumber number) { return std::to_string(number) + std::string(20'000, 'x'); }

void check_readable(Backend& store, MailboxNumber box, SequenceNumber from, SequenceNumber to) {
  for (SequenceNumber n = from; n <= to; ++n) {
    const auto stored = store.read(box, EntryBase::stored, n);
    INFO("entry " << n << ": " << (stored.ok() ? "" : stored.error().text()));
    REQUIRE(stored.ok());
    const auto content = stored->content->read_all();
    INFO((content.ok() ? "" : content.error().text()));
    REQUIRE(content.ok());
    REQUIRE(chars(*content) == text(n));
  }
}

void check_deleted(Backend& store, MailboxNumber box, SequenceNumber number) {
  const auto gone = store.commit(removing(box, {number}));
  INFO("entry " << number << ": " << (gone.ok() ? "" : gone.error().error.text()));
  REQUIRE(gone.ok());
  REQUIRE(store.read(box, EntryBase::stored, number).error().kind() == ErrorKind::not_found);
}

void check_refused(Backend& store, MailboxNumber box) {
  const auto refused = store.commit(creating(box, message("refused")));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().error.kind() == ErrorKind::unavailable);
}

// The number of the last entry that was taken.
SequenceNumber fill(Backend& store, MailboxNumber box) {
  for (SequenceNumber n = 1;; ++n) {
    REQUIRE(n < 100'000);
    const auto done = store.commit(creating(box, message(text(n))));
    if (done.ok()) continue;
    CHECK(done.error().error.kind() == ErrorKind::unavailable);
    return n - 1;
  }
}

}  // namespace

TEST_CASE("a real disk that is full: reading, deleting and opening go on, delivering when there is room") {
  const TempFolder folder;
  const std::filesystem::path place = folder.path() / "disk";
  std::filesystem::create_directory(place);
  const SmallDisk disk(place, 40);
  if (!disk.ok()) {
    WARN(disk.why_not());
    return;
  }
  Options options = small_store(place);
  options.keep_free = 8 * mebibyte;
  options.reserve = 4 * mebibyte;
  auto store = open(options);
  const MailboxNumber box = *store->create_mailbox("box", {});
  const SequenceNumber last = fill(*store, box);
  CHECK(last > 300);
  CHECK_FALSE(store->writable().ok());
  disk.fill();
  check_readable(*store, box, 1, last);
  for (SequenceNumber n = 1; n <= 100; ++n) check_deleted(*store, box, n);
  check_refused(*store, box);
  CHECK(store->counters(box, EntryBase::stored).ok());
  CHECK(store->close().ok());
  store.reset();
  store = open(options);
  check_readable(*store, box, 101, last);
  for (SequenceNumber n = 101; n <= 150; ++n) check_deleted(*store, box, n);
  const auto before = dump(*store);
  CHECK(store->close().ok());
  disk.empty();
  store.reset();
  CHECK(dump(*open(options)) == before);
}

TEST_CASE("a real disk that others filled: all goes on when they give it back") {
  const TempFolder folder;
  const std::filesystem::path place = folder.path() / "disk";
  std::filesystem::create_directory(place);
  const SmallDisk disk(place, 40);
  if (!disk.ok()) {
    WARN(disk.why_not());
    return;
  }
  Options options = small_store(place);
  options.keep_free = 4 * mebibyte;
  options.reserve = mebibyte;
  auto store = open(options);
  const MailboxNumber box = *store->create_mailbox("box", {});
  for (SequenceNumber n = 1; n <= 20; ++n) REQUIRE(store->commit(creating(box, message(text(n)))).ok());
  disk.fill();
  while (store->writable().ok()) std::this_thread::yield();  // the disk is not asked every time
  check_refused(*store, box);
  check_readable(*store, box, 1, 20);
  for (SequenceNumber n = 1; n <= 10; ++n) check_deleted(*store, box, n);
  disk.empty();
  CHECK(store->writable().ok());
  CHECK(store->commit(creating(box, message(text(21)))).ok());
  check_readable(*store, box, 11, 21);
}

TEST_CASE("the index finds no room: the log goes on, the index when there is some") {
  const TempFolder folder;
  Options options = small_store(folder.path());
  Points points;
  std::atomic<bool> full{false};
  points.before = [&](const Hit& hit) {
    const bool due = full && hit.point.what == What::write && hit.point.kind == Kind::index_wal;
    return due ? Decision{Decision::Way::fail, Error(ErrorKind::unavailable, "no room")} : Decision{};
  };
  index_disk.use(&points);
  {
    auto store = open(options);
    const MailboxNumber box = *store->create_mailbox("box", {});
    REQUIRE(store->commit(creating(box, message(text(1)))).ok());
    check_readable(*store, box, 1, 1);
    full = true;
    REQUIRE(store->commit(creating(box, message(text(2)))).ok());  // the log had room
    CHECK(store->read(box, EntryBase::stored, 1).error().kind() == ErrorKind::unavailable);
    full = false;
    // The applier tries again by itself; reading waits for nothing but that.
    while (!store->read(box, EntryBase::stored, 2).ok()) std::this_thread::yield();
    check_readable(*store, box, 1, 2);
    REQUIRE(store->commit(creating(box, message(text(3)))).ok());
    full = true;
    REQUIRE(store->commit(creating(box, message(text(4)))).ok());
    CHECK_FALSE(store->close().ok());
  }
  full = false;
  auto store = open(options);
  check_readable(*store, 1, 1, 4);
  index_disk.use(nullptr);
}

TEST_CASE("the index finds no room for a moment: who reads meanwhile waits, and is answered") {
  const TempFolder folder;
  Options options = small_store(folder.path());
  Points points;
  std::atomic<int> failing{0};
  points.before = [&](const Hit& hit) {
    const bool of_index = hit.point.what == What::write && hit.point.kind == Kind::index_wal;
    const bool due = of_index && failing > 0 && failing-- > 0;
    return due ? Decision{Decision::Way::fail, Error(ErrorKind::unavailable, "no room")} : Decision{};
  };
  index_disk.use(&points);
  {
    auto store = open(options);
    const MailboxNumber box = *store->create_mailbox("box", {});
    for (SequenceNumber n = 1; n <= 5; ++n) REQUIRE(store->commit(creating(box, message(text(n)))).ok());
    check_readable(*store, box, 1, 5);
    for (SequenceNumber n = 1; n <= 3; ++n) {
      failing = 4;  // two tries, each again after a checkpoint
      REQUIRE(store->commit(removing(box, {n})).ok());
      Query query;
      query.mailbox = box;
      query.classes.add(EntryClass::delivery);
      const auto page = store->select(query);
      INFO((page.ok() ? "" : page.error().text()));
      REQUIRE(page.ok());
      CHECK(page->rows.size() == 5 - n);
      CHECK(failing == 0);
    }
  }
  index_disk.use(nullptr);
}

TEST_CASE("too many open files: refused for now, nothing lost, all goes on with fewer") {
  // In a process of its own, whose limit may be lowered.
  const TempFolder folder;
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    ::alarm(120);
    Options options = small_store(folder.path());
    auto store = open_local(options, real_env());
    if (!store.ok()) ::_exit(1);
    const auto box = (*store)->create_mailbox("box", {});
    if (!box.ok() || !(*store)->commit(creating(*box, message(text(1)))).ok()) ::_exit(2);
    if (!(*store)->read(*box, EntryBase::stored, 1).ok()) ::_exit(3);
    {  // the sanitizer looks at a type for the first time through a pipe
      auto writer = (*store)->new_content();
      if (!writer.ok() || !(*writer)->append(Octets(10)).ok()) ::_exit(10);
    }
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const int next = ::dup(0);
    ::close(next);
    const rlimit low{static_cast<rlim_t>(next), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &low);
    // Until the segment is full and another one cannot be opened.
    SequenceNumber n = 1;
    while (true) {
      const auto done = (*store)->commit(creating(*box, message(text(n + 1))));
      if (!done.ok() && done.error().error.kind() != ErrorKind::unavailable) ::_exit(4);
      if (!done.ok()) break;
      ++n;
    }
    if (!(*store)->commit(removing(*box, {1})).ok()) ::_exit(5);  // the open segment has room for it
    if ((*store)->new_content().ok()) {
      auto writer = (*store)->new_content();
      if ((*writer)->append(Octets(200'000)).ok()) ::_exit(6);
    }
    ::setrlimit(RLIMIT_NOFILE, &before);
    if (!(*store)->commit(creating(*box, message(text(n + 1)))).ok()) ::_exit(7);
    for (SequenceNumber i = 2; i <= n; ++i) {
      const auto stored = (*store)->read(*box, EntryBase::stored, i);
      if (!stored.ok() || chars(*stored->content->read_all()) != text(i)) ::_exit(8);
    }
    if (!(*store)->close().ok()) ::_exit(9);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
