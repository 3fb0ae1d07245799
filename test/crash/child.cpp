#include "child.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <future>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "backend/options.hpp"
#include "env/env.hpp"
#include "score.hpp"
#include "store_options.hpp"

namespace x400::mstore::crash {
namespace {

using namespace backend;

constexpr std::uint16_t item_kind = 1;

// Kills the process inside the n-th call: with the call not done, or done but not told.
class KillEnv final : public Env {
 public:
  KillEnv(Env& base, int at, bool writes_only) : base_(base), writes_only_(writes_only), left_(at) {}

  Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) override {
    count();
    X400_TRY(file, base_.open(path, mode));
    return std::unique_ptr<File>(std::make_unique<KillFile>(*this, std::move(file)));
  }
  Result<std::vector<std::string>> list(const Path& folder) override { return count(), base_.list(folder); }
  Result<bool> exists(const Path& path) override { return count(), base_.exists(path); }
  Status make_folder(const Path& path) override { return count(), base_.make_folder(path); }
  Status remove(const Path& path) override { return count(), base_.remove(path); }
  Status rename(const Path& from, const Path& to) override { return count(), base_.rename(from, to); }
  Status sync_folder(const Path& folder) override { return count(), base_.sync_folder(folder); }
  Result<std::unique_ptr<Lock>> lock(const Path& path) override { return base_.lock(path); }
  Result<std::uint64_t> identity(const Path& path) override { return base_.identity(path); }
  std::int64_t now() override { return base_.now(); }
  Status random(std::span<std::uint8_t> into) override { return base_.random(into); }

 private:
  class KillFile final : public File {
   public:
    KillFile(KillEnv& env, std::unique_ptr<File> base) : env_(env), base_(std::move(base)) {}
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) const override {
      return base_->read(offset, into);
    }
    Status write(std::uint64_t offset, std::span<const View> parts) override {
      if (env_.due() && !parts.empty()) {  // torn: half of the first part
        (void)base_->File::write(offset, parts.front().first(parts.front().size() / 2)).ok();
        env_.die();
      }
      return base_->write(offset, parts);
    }
    Status sync() override {
      env_.count();
      return base_->sync();
    }
    Result<std::uint64_t> size() const override { return base_->size(); }
    Status truncate(std::uint64_t size) override {
      env_.count();
      return base_->truncate(size);
    }

   private:
    KillEnv& env_;
    std::unique_ptr<File> base_;
  };

  bool due() { return left_.fetch_sub(1) == 1; }
  [[noreturn]] void die() {
    ::raise(SIGKILL);
    ::_exit(99);
  }
  void count() {
    if (!writes_only_ && due()) die();
  }

  Env& base_;
  const bool writes_only_;
  std::atomic<int> left_;
};

class Worker {
 public:
  Worker(Backend& store, const ChildOptions& options, int index, const std::vector<MailboxNumber>& boxes)
      : store_(store),
        options_(options),
        boxes_(boxes),
        dice_(options.seed * 1000 + static_cast<std::uint64_t>(index)),
        next_(options.first + static_cast<std::uint64_t>(index)) {}

  void run() {
    for (int i = 0; i < options_.operations; ++i) {
      switch (dice_() % 10) {
        case 0:
        case 1: remove(); break;
        case 2: raise_status(Durability::synced); break;
        case 3: raise_status(Durability::lazy); break;
        case 4: put(); break;
        case 5: repeat(); break;
        default:
          deliver(next_, size(), dice_() % 8 == 0 ? 1 : 0);
          next_ += static_cast<std::uint64_t>(options_.threads);
      }
    }
  }

 private:
  struct Sent {
    MailboxNumber box = 0;
    std::uint64_t id = 0;
    std::size_t size = 0;
    int children = 0;
    SequenceNumber number = 0;
  };

  void tell(const std::string& line) const {
    const std::string text = line + "\n";
    if (::write(options_.score, text.data(), text.size()) != static_cast<ssize_t>(text.size())) ::_exit(98);
  }
  [[noreturn]] void wrong(const std::string& what) const {
    std::fprintf(stderr, "child: %s\n", what.c_str());
    ::_exit(97);
  }

  std::size_t size() {
    const auto kind = dice_() % 20;
    if (kind == 0) return large_content + dice_() % 100'000;
    if (kind < 4) return 20'000 + dice_() % 80'000;
    return 30 + dice_() % 3000;
  }

  MailboxNumber box_of(std::uint64_t id) const { return boxes_[id % boxes_.size()]; }

  void deliver(std::uint64_t id, std::size_t size, int children) {
    const MailboxNumber box = box_of(id);
    const std::string b = std::to_string(box);
    tell("I D " + b + " " + std::to_string(id) + " " + std::to_string(size) + " " + std::to_string(children));
    const auto told = [this, b, id](const CommitResult& done) {
      if (!done.ok()) wrong("delivery refused: " + done.error().error.text());
      tell("A D " + b + " " + std::to_string(id) + " " + std::to_string(done->numbers[0]));
      return done->numbers[0];
    };
    SequenceNumber number = 0;
    if (dice_() % 2 == 0) {
      number = told(store_.commit(change(box, id, size, children)));
    } else {  // told where the completion runs, so that one that runs too early shows
      auto promise = std::make_shared<std::promise<SequenceNumber>>();
      auto answer = promise->get_future();
      store_.commit(change(box, id, size, children),
                    [promise, told](const CommitResult& done) { promise->set_value(told(done)); });
      number = answer.get();
    }
    sent_.push_back({box, id, size, children, number});
  }

  static ChangeSet change(MailboxNumber box, std::uint64_t id, std::size_t size, int children) {
    const auto content = std::make_shared<std::string>(content_of(id, size));
    ChangeSet set;
    set.mailbox = box;
    NewEntry entry;
    entry.entry_type = static_cast<std::uint8_t>(id % 2);
    entry.priority = static_cast<std::uint8_t>(id % 3);
    entry.size = content->size();
    entry.attributes = to_octets(attributes_of(id));
    entry.list_attributes = to_octets(key_of(id));
    entry.duplicate_key = to_octets(key_of(id));
    entry.content.octets = view(*content);
    entry.content.owner = content;
    set.create.push_back(entry);
    for (int i = 0; i < children; ++i) {
      NewEntry child;
      child.parent = 0;
      child.content.slice = ContentSlice{1, content->size() - 1};
      set.create.push_back(child);
    }
    return set;
  }

  // A delivery whose answer was lost comes again.
  void repeat() {
    if (sent_.empty()) return;
    const Sent s = sent_[dice_() % sent_.size()];
    const CommitResult done = store_.commit(change(s.box, s.id, s.size, s.children));
    if (!done.ok()) wrong("repeat refused: " + done.error().error.text());
    if (!done->duplicate || done->numbers[0] != s.number)
      wrong("a repeat of message " + std::to_string(s.id) + " made an entry");
  }

  void remove() {
    if (live() == nullptr) return;
    const Sent s = *live();
    alive_.erase(alive_.begin() + static_cast<std::ptrdiff_t>(chosen_));
    const std::string name = std::to_string(s.box) + " " + std::to_string(s.number);
    tell("I R " + name);
    ChangeSet set;
    set.mailbox = s.box;
    set.remove.push_back({EntryBase::stored, {s.number}});
    const CommitResult done = store_.commit(set);
    if (!done.ok()) wrong("removal refused: " + done.error().error.text());
    tell("A R " + name);
  }

  void raise_status(Durability durability) {
    const Sent* s = live();
    if (s == nullptr) return;
    const int status = 1 + static_cast<int>(dice_() % 2);
    const std::string name =
        std::to_string(s->box) + " " + std::to_string(s->number) + " " + std::to_string(status);
    tell("I S " + name);
    ChangeSet set;
    set.mailbox = s->box;
    set.durability = durability;
    set.status.push_back(
        {EntryBase::stored, {{s->number, s->number}}, static_cast<RetrievalStatus>(status), false});
    const CommitResult done = store_.commit(set);
    if (!done.ok()) wrong("status refused: " + done.error().error.text());
    if (durability == Durability::synced) tell("A S " + name);
  }

  // Keys of its own, so that the order of the values is known.
  void put() {
    const MailboxNumber box = boxes_[dice_() % boxes_.size()];
    const std::string key = "key" + std::to_string(next_ % static_cast<std::uint64_t>(options_.threads)) +
                            "." + std::to_string(dice_() % 3);
    const std::string value = std::to_string(options_.seed) + "." + std::to_string(++values_);
    const std::string name = std::to_string(box) + " " + key + " " + value;
    tell("I P " + name);
    ChangeSet set;
    set.mailbox = box;
    set.items.push_back({item_kind, to_octets(key), to_octets(value), {}, {}});
    const CommitResult done = store_.commit(set);
    if (!done.ok()) wrong("item refused: " + done.error().error.text());
    tell("A P " + name);
  }

  // One of this worker's entries that it has not removed.
  const Sent* live() {
    while (seen_ < sent_.size()) alive_.push_back(sent_[seen_++]);
    if (alive_.empty()) return nullptr;
    chosen_ = dice_() % alive_.size();
    return &alive_[chosen_];
  }

  Backend& store_;
  const ChildOptions& options_;
  const std::vector<MailboxNumber>& boxes_;
  std::mt19937_64 dice_;
  std::uint64_t next_;
  std::uint64_t values_ = 0;
  std::vector<Sent> sent_;
  std::vector<Sent> alive_;
  std::size_t seen_ = 0;
  std::size_t chosen_ = 0;
};

}  // namespace

int run_child(const ChildOptions& options) {
  KillEnv env(real_env(), options.kill_at_call, options.writes_only);
  auto store = open_local(store_options(options.folder), env);
  if (!store.ok()) {
    std::fprintf(stderr, "child: open: %s\n", store.error().text().c_str());
    return 96;
  }
  std::vector<MailboxNumber> boxes;
  for (const char* id : {"alice", "bob", "carol"}) {
    auto found = (*store)->find_mailbox(id);
    auto number = found.ok() ? Result<MailboxNumber>(found->number) : (*store)->create_mailbox(id, {});
    if (!number.ok()) {
      std::fprintf(stderr, "child: mailbox: %s\n", number.error().text().c_str());
      return 95;
    }
    boxes.push_back(*number);
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < options.threads; ++i)
    threads.emplace_back([&, i] { Worker(**store, options, i, boxes).run(); });
  for (std::thread& thread : threads) thread.join();
  const Status closed = (*store)->close();
  if (!closed.ok()) std::fprintf(stderr, "child: close: %s\n", closed.error().text().c_str());
  return closed.ok() ? 0 : 94;
}

}  // namespace x400::mstore::crash
