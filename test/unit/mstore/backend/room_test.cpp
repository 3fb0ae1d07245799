// A disk without room: new entries are refused, reading and deleting go on, room ends it without a restart.
#include "backend/room.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "backend/options.hpp"
#include "mstore/memory_env.hpp"
#include "mstore/messages.hpp"
#include "mstore/store_folder.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::backend;
using namespace x400::mstore::test;
using x400::test::TempFolder;

namespace {

constexpr std::uint64_t mebibyte = 1u << 20;

struct FullDisk {
  TempFolder folder;
  MemoryEnv disk;
  FaultEnv env{disk};
  Options options = small_store(folder.path());
  std::unique_ptr<Backend> store;
  MailboxNumber box = 0;

  FullDisk() {
    options.folder = "/store";
    options.index_folder = folder.path();
    options.fill_ahead = 0;
    options.keep_free = 8 * mebibyte;
    options.reserve = 2 * mebibyte;
    disk.set_room(100 * mebibyte);
    open();
    box = *store->create_mailbox("box", {});
    for (int i = 1; i <= 5; ++i) REQUIRE(deliver(std::to_string(i)).ok());
  }
  void open() {
    store.reset();
    auto opened = open_local(options, env);
    INFO((opened.ok() ? "" : opened.error().text()));
    REQUIRE(opened.ok());
    store = std::move(*opened);
  }
  CommitResult deliver(const std::string& text) {
    NewEntry entry = message(text);
    entry.duplicate_key = to_octets(text);
    return store->commit(creating(box, std::move(entry)));
  }
  void check_reads_and_deletes(SequenceNumber number) {
    const auto stored = store->read(box, EntryBase::stored, number);
    REQUIRE(stored.ok());
    CHECK(stored->content->read_all().ok());
    CHECK(
        store->commit(raising(box, {{number, number}}, RetrievalStatus::processed, Durability::synced)).ok());
    const auto gone = store->commit(removing(box, {number}));
    INFO((gone.ok() ? "" : gone.error().error.text()));
    REQUIRE(gone.ok());
    CHECK(store->read(box, EntryBase::stored, number).error().kind() == ErrorKind::not_found);
  }
  void check_full() {
    while (store->writable().ok()) std::this_thread::yield();  // it is not asked every time
    const auto refused = deliver("refused");
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().error.kind() == ErrorKind::unavailable);
    CHECK(store->writable().error().kind() == ErrorKind::unavailable);
    CHECK(store->new_content().error().kind() == ErrorKind::unavailable);
  }
  // Every write fails, of any file that is not the reserve, until that has gone.
  void fill() {
    env.fail(
        1, Error(ErrorKind::unavailable, "no room"), [this](Call c) { return c == Call::write && held(); },
        true);
  }
  bool held() { return *disk.exists("/store/shard0/reserve"); }
};

}  // namespace

TEST_CASE("a disk that others leave too little of: new entries wait, the rest goes on") {
  FullDisk d;
  CHECK(d.held());
  d.disk.set_room(7 * mebibyte);
  d.check_full();
  CHECK(d.store->commit(creating(d.box, message(std::string(200'000, 'x')))).error().error.kind() ==
        ErrorKind::unavailable);
  CHECK(d.deliver("3")->duplicate);  // an answer that needs no room
  d.check_reads_and_deletes(1);
  d.open();
  d.check_full();
  d.check_reads_and_deletes(2);
  d.disk.set_room(9 * mebibyte);
  CHECK(d.store->writable().ok());
  CHECK(d.deliver("refused").ok());
}

TEST_CASE("a write that finds no room takes the reserve, which is there again when there is room") {
  FullDisk d;
  d.fill();
  CHECK(d.deliver("the last").ok());
  CHECK_FALSE(d.held());
  d.disk.set_room(0);
  d.check_full();
  d.check_reads_and_deletes(1);
  d.open();  // as full as it is
  d.check_full();
  d.check_reads_and_deletes(2);
  d.disk.set_room(9 * mebibyte);  // enough to be kept free, not for the reserve too
  d.check_full();
  d.env.heal();
  d.disk.set_room(11 * mebibyte);
  CHECK(d.store->writable().ok());
  CHECK(d.held());
  CHECK(d.deliver("refused").ok());
}

TEST_CASE("a store is opened on a full disk out of its reserve") {
  FullDisk d;
  d.store.reset();
  d.disk.set_room(0);
  d.fill();
  d.open();
  CHECK_FALSE(d.held());
  d.check_full();
  d.check_reads_and_deletes(1);
}

TEST_CASE("a set that removes as well as adds is taken on a full disk") {
  FullDisk d;
  d.disk.set_room(mebibyte);
  ChangeSet set = removing(d.box, {2});
  NewEntry entry = message("moved");
  entry.entry_class = EntryClass::draft;
  set.create.push_back(std::move(entry));
  CHECK(d.store->commit(std::move(set)).ok());
}

TEST_CASE("room is used up by what is taken, and looked at again") {
  MemoryEnv disk;
  REQUIRE(disk.make_folder("/s").ok());
  disk.set_room(10'000);
  Room room(disk, "/s", 4'000, 0);
  room.open();
  CHECK(room.admits(5'000).ok());
  disk.set_room(5'500);
  CHECK_FALSE(room.admits(2'000).ok());
  disk.set_room(100'000);
  CHECK(room.admits(2'000).ok());
  CHECK_FALSE(room.make());  // nothing is held
}
