// Makes the golden store: a small store with everything that the format knows. See README.md.
//
//   make_golden FOLDER     makes FOLDER/ (which must not be there) and FOLDER.txt, what it holds
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "backend/local.hpp"
#include "mstore/clock_env.hpp"
#include "mstore/workload.hpp"

namespace {

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::backend;
namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& text) {
  std::fprintf(stderr, "make_golden: %s\n", text.c_str());
  std::exit(1);
}

// Each opening makes a segment of its own.
class Maker {
 public:
  explicit Maker(const fs::path& folder) {
    options_.folder = folder;
    options_.segment_size = 1u << 20;
    options_.fill_ahead = 0;
    options_.large_content = 16 * 1024;
    options_.housekeeping = false;
    options_.clean_rate = 0;
    options_.retired_minutes = 0;
    options_.clean_dead_percent = 1;
  }

  std::string make() {
    open();
    const MailboxNumber alice = made("alice");
    const MailboxNumber bob = made("bob");
    for (int i = 0; i < 6; ++i) deliver(alice, "first " + std::to_string(i), i);
    deliver(bob, std::string(20'000, 'L'), 1);  // a file of its own
    open();
    forwarded(alice);
    done(test::removing(alice, {2, 4, 5}));
    done(test::raising(alice, {{1, 3}}, RetrievalStatus::listed, Durability::synced));
    modified(alice);
    items(bob);
    open();
    for (int i = 0; i < 4; ++i) deliver(bob, "third " + std::to_string(i), i);
    done(test::removing(bob, {2}));
    done(test::raising(bob, {{1, 1}}, RetrievalStatus::processed, Durability::synced));
    open();  // what was before can be cleaned
    deliver(alice, "fourth", 0);
    clean();
    open();
    deliver(bob, "fifth", 2);
    ChangeSet back = test::raising(bob, {{1, 1}}, RetrievalStatus::new_entry, Durability::synced);
    back.status.front().backwards = true;
    done(std::move(back));
    if (!store_->set_mailbox_properties(bob, view("later properties")).ok()) fail("properties");
    open();
    if (!store_->followers().follow("audit", {1, 4096, 0}).ok()) fail("follower");
    if (const Status s = store_->housekeeper().run_once(); !s.ok()) fail(s.error().text());
    std::string text = test::whole(*store_);
    close();
    return text;
  }

 private:
  void open() {
    close();
    auto opened = LocalBackend::open(options_, env_);
    if (!opened.ok()) fail(opened.error().text());
    store_.reset(static_cast<LocalBackend*>(opened->release()));
    env_.milliseconds += 60'000;
  }

  void close() {
    if (store_)
      if (const Status s = store_->close(); !s.ok()) fail(s.error().text());
    store_.reset();
  }

  MailboxNumber made(const char* id) {
    auto number = store_->create_mailbox(id, view("properties"));
    if (!number.ok()) fail(number.error().text());
    return *number;
  }

  void done(ChangeSet set) {
    env_.milliseconds += 1000;
    const auto committed = store_->commit(std::move(set));
    if (!committed.ok()) fail(committed.error().error.text());
  }

  void deliver(MailboxNumber box, const std::string& text, int i) {
    NewEntry entry = test::message(text, static_cast<std::uint8_t>(i % 3));
    entry.duplicate_key = to_octets("key " + text.substr(0, 20));
    if (i % 2 == 1) entry.precedence = i;
    done(test::creating(box, std::move(entry)));
  }

  void forwarded(MailboxNumber box) {
    ChangeSet set = test::creating(box, test::message("heading[inner]"));
    NewEntry child;
    child.parent = 0;
    child.content.slice = ContentSlice{8, 5};
    child.attributes = to_octets("child");
    set.create.push_back(child);
    NewEntry log;
    log.entry_class = EntryClass::delivery_log;
    log.same_number_as = 0;
    log.attributes = to_octets("log");
    set.create.push_back(log);
    set.events.push_back({5, to_octets("event")});
    done(std::move(set));
  }

  void modified(MailboxNumber box) {
    ChangeSet set;
    set.mailbox = box;
    set.modify.push_back({EntryBase::stored, 3, to_octets("variable"), to_octets("other list")});
    done(std::move(set));
  }

  void items(MailboxNumber box) {
    ChangeSet set;
    set.mailbox = box;
    set.items.push_back({1, to_octets("a"), to_octets("one"), 500, {}});
    set.items.push_back({2, to_octets("b"), to_octets("two"), {}, {}});
    done(std::move(set));
    ChangeSet change;
    change.mailbox = box;
    change.items.push_back({1, to_octets("a"), to_octets("uno"), 700, {}});
    change.items.push_back({2, to_octets("b"), {}, {}, {}});
    done(std::move(change));
  }

  void clean() {
    for (int i = 0; i < 2; ++i)
      if (const Status s = store_->housekeeper().run_once(); !s.ok()) fail(s.error().text());
    if (store_->housekeeper().totals().rewritten < 2) fail("nothing was cleaned");
  }

  test::ClockEnv env_;
  Options options_;
  std::unique_ptr<LocalBackend> store_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || fs::exists(argv[1])) fail("usage: make_golden FOLDER (which must not be there)");
  const fs::path folder = argv[1];
  const std::string text = Maker(folder).make();
  // The index is a cache, and copied ones are made anew.
  for (const char* name : {"shard0/index.db", "shard0/index.db-wal", "shard0/index.db-shm", "lock"})
    fs::remove(folder / name);
  for (const auto& retired : fs::directory_iterator(folder / "shard0" / "retired"))
    fs::remove(retired.path());
  std::ofstream(folder.string() + ".txt") << text;
  return 0;
}
