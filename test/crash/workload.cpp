#include "workload.hpp"

#include <future>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "backend/local.hpp"
#include "messages.hpp"
#include "seen.hpp"

namespace x400::mstore::crash {
namespace {

using namespace backend;

constexpr std::size_t large_content = 640 * 1024;

Octets pair_key(SequenceNumber number) {
  Octets key;
  for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<std::uint8_t>(number >> shift));
  append(key, view("pair"));
  return key;
}

LogEvent event(const std::string& text) { return {1, to_octets(text)}; }

struct Letter {
  MailboxNumber box = 0;
  std::uint64_t id = 0;
  std::size_t size = 0;
  unsigned children = 0;
  EntryClass entry_class = EntryClass::delivery;
  bool logged = false;
  std::string name() const { return std::to_string(box) + " " + std::to_string(id); }
};

ChangeSet change_of(const Letter& letter) {
  auto content = std::make_shared<const Octets>(content_of(letter.id, letter.size));
  ChangeSet set;
  set.mailbox = letter.box;
  NewEntry entry;
  entry.entry_class = letter.entry_class;
  entry.entry_type = static_cast<std::uint8_t>(letter.id % 2);
  entry.priority = static_cast<std::uint8_t>(letter.id % 3);
  if (letter.id % 5 == 0) entry.precedence = static_cast<std::int32_t>(letter.id % 7);
  entry.size = content->size();
  entry.attributes = attributes_of(letter.id);
  entry.list_attributes = list_of(letter.id);
  entry.variable = to_octets("0");
  entry.duplicate_key = key_of(letter.id);
  entry.content.octets = *content;
  set.create.push_back(std::move(entry));
  for (unsigned i = 0; i < letter.children; ++i) {
    NewEntry child;
    child.entry_class = letter.entry_class;
    child.parent = 0;
    child.content.slice = ContentSlice{1, content->size() - 1};
    set.create.push_back(std::move(child));
  }
  set.create.front().content.owner = std::move(content);
  if (letter.logged) {
    NewEntry log;
    log.entry_class = EntryClass::delivery_log;
    log.same_number_as = 0;
    log.attributes = list_of(letter.id);
    set.create.push_back(std::move(log));
  }
  ItemChange pair;
  pair.kind = pair_kind;
  pair.key = to_octets("pair");
  pair.value = to_octets("0");
  pair.entry = 0;
  set.items.push_back(std::move(pair));
  set.events.push_back(event("D " + letter.name()));
  return set;
}

class Worker {
 public:
  Worker(Backend& store, const WorkOptions& options, int index, const std::vector<MailboxNumber>& boxes,
         const Told& told)
      : store_(store),
        options_(options),
        index_(index),
        boxes_(boxes),
        told_(told),
        dice_(options.seed * 1000 + static_cast<std::uint64_t>(index)),
        next_(options.first + static_cast<std::uint64_t>(index)) {}

  void run() {
    for (int i = 0; i < options_.operations && refused_ < most_refusals; ++i) {
      switch (dice_() % 20) {
        case 0: remove(1); break;
        case 1: remove(2 + dice_() % 3); break;
        case 2: status("S", Durability::synced); break;
        case 3:
        case 4: status("S", Durability::lazy); break;
        case 5: status("B", Durability::synced); break;
        case 6: put(); break;
        case 7:
        case 8: modify(); break;
        case 9: again(); break;
        case 10: properties(); break;
        case 11: burst(2 + dice_() % 12); break;
        case 12: archive(); break;
        case 13: purge(); break;
        case 14: clean(); break;
        default: deliver();
      }
    }
  }

 private:
  static constexpr int most_refusals = 4;  // in a row: nothing will be taken any more

  struct Mine {
    Letter letter;
    SequenceNumber number = 0;
  };

  void say(const char* when, const std::string& what) const {
    told_.line(std::string(when) + " " + std::to_string(index_) + " " + what);
  }

  // True: done. `what`: the words of the score.
  bool commit(const std::string& what, ChangeSet set) {
    const bool lazy = set.durability == Durability::lazy;
    say("I", what);
    const CommitResult done = store_.commit(std::move(set));
    if (!done.ok()) return refused(what, done.error().error), false;
    refused_ = 0;
    if (!lazy) say("A", what);
    return true;
  }

  void refused(const std::string& what, const Error& error) {
    if (!options_.refusals) told_.fault("refused: " + what + ": " + error.text());
    ++refused_;
    say("R", what);
  }

  std::size_t size() {
    const auto kind = dice_() % 40;
    if (kind == 0) return large_content + dice_() % 200'000;
    if (kind == 1) return 530'000 + dice_() % 80'000;
    if (kind < 8) return 20'000 + dice_() % 60'000;
    return 30 + dice_() % 3000;
  }

  Letter letter() {
    Letter l;
    l.id = next_;
    next_ += static_cast<std::uint64_t>(options_.workers);
    l.box = boxes_[l.id % boxes_.size()];
    l.size = size();
    l.children = dice_() % 8 == 0 ? 1 + dice_() % 2 : 0;
    l.logged = dice_() % 4 == 0;
    if (dice_() % 5 == 0) l.entry_class = EntryClass::submission;
    return l;
  }

  void intend(const Letter& l) const {
    say("I", "D " + l.name() + " " + std::to_string(l.size) + " " + std::to_string(l.children) + " " +
                 std::to_string(static_cast<int>(l.entry_class)) + (l.logged ? " 1" : " 0"));
  }
  // Told where the completion runs, so that one that runs too early shows.
  void delivered(const Letter& l, const CommitResult& done) const {
    if (done.ok())
      say("A", "D " + l.name() + " " + std::to_string(done->numbers[0]));
    else
      say("R", "D " + l.name());
  }
  void outcome(const Letter& l, const CommitResult& done) {
    if (done.ok()) {
      refused_ = 0;
      mine_.push_back({l, done->numbers[0]});
      return;
    }
    ++refused_;
    if (!options_.refusals) told_.fault("delivery refused: " + done.error().error.text());
  }

  void deliver() {
    const Letter l = letter();
    intend(l);
    ChangeSet set = change_of(l);
    if (dice_() % 3 == 0 && !spool(l, set)) return;
    const CommitResult done = store_.commit(std::move(set));
    delivered(l, done);
    outcome(l, done);
  }

  // The content piece by piece, as a server receives it.
  bool spool(const Letter& l, ChangeSet& set) {
    const auto spooled = [&]() -> Result<std::shared_ptr<SpooledContent>> {
      X400_TRY(writer, store_.new_content());
      View left = set.create.front().content.octets;
      while (!left.empty()) {
        const std::size_t n = std::min<std::size_t>(left.size(), 1 + dice_() % 100'000);
        X400_CHECK(writer->append(left.first(n)));
        left = left.subspan(n);
      }
      return writer->finish();
    }();
    if (spooled.ok()) {
      set.create.front().content = NewContent{};
      set.create.front().content.spooled = *spooled;
      return true;
    }
    refused("D " + l.name(), spooled.error());
    return false;
  }

  // Many outstanding.
  void burst(std::size_t count) {
    std::vector<std::pair<Letter, std::future<CommitResult>>> all;
    for (std::size_t i = 0; i < count; ++i) {
      const Letter l = letter();
      auto told = std::make_shared<std::promise<CommitResult>>();
      all.emplace_back(l, told->get_future());
      intend(l);
      store_.commit(change_of(l), [this, l, told](CommitResult done) {
        delivered(l, done);
        told->set_value(std::move(done));
      });
    }
    for (auto& [l, done] : all) outcome(l, done.get());
  }

  // A delivery whose answer was lost comes again.
  void again() {
    if (mine_.empty()) return;
    const Mine& m = mine_[dice_() % mine_.size()];
    const CommitResult done = store_.commit(change_of(m.letter));
    if (!done.ok()) return;
    if (!done->duplicate || done->numbers[0] != m.number)
      told_.fault("a repeat of message " + m.letter.name() + " made an entry");
  }

  Mine* one() {
    while (seen_ < mine_.size()) alive_.push_back(mine_[seen_++]);
    if (alive_.empty()) return nullptr;
    chosen_ = dice_() % alive_.size();
    return &alive_[chosen_];
  }

  void remove(std::size_t count) {
    ChangeSet set;
    std::string words;
    set.remove.push_back({EntryBase::stored, {}});
    for (std::size_t i = 0; i < count; ++i) {
      const Mine* m = one();
      if (m == nullptr || (set.mailbox != 0 && m->letter.box != set.mailbox)) break;
      set.mailbox = m->letter.box;
      words += " " + std::to_string(m->number);
      set.remove.front().numbers.push_back(m->number);
      set.items.push_back({pair_kind, pair_key(m->number), std::nullopt, {}, {}});
      alive_.erase(alive_.begin() + static_cast<std::ptrdiff_t>(chosen_));
    }
    if (words.empty()) return;
    words = "R " + std::to_string(set.mailbox) + words;
    set.events.push_back(event(words));
    commit(words, std::move(set));
  }

  // What a hold does with a removal, and what is done when it has run out.
  void archive() {
    const Mine* m = one();
    if (m == nullptr) return;
    const Mine held = *m;
    alive_.erase(alive_.begin() + static_cast<std::ptrdiff_t>(chosen_));
    ChangeSet set;
    set.mailbox = held.letter.box;
    set.remove.push_back({EntryBase::stored, {held.number}, true});
    set.items.push_back({pair_kind, pair_key(held.number), std::nullopt, {}, {}});
    const std::string words = "H " + std::to_string(set.mailbox) + " " + std::to_string(held.number);
    set.events.push_back(event(words));
    if (commit(words, std::move(set))) archived_.push_back(held);
  }

  void purge() {
    if (archived_.empty()) return;
    const std::size_t chosen = dice_() % archived_.size();
    const Mine held = archived_[chosen];
    archived_.erase(archived_.begin() + static_cast<std::ptrdiff_t>(chosen));
    ChangeSet set;
    set.mailbox = held.letter.box;
    set.remove.push_back({EntryBase::archive, {held.number}, false});
    const std::string words = "X " + std::to_string(set.mailbox) + " " + std::to_string(held.number);
    set.events.push_back(event(words));
    commit(words, std::move(set));
  }

  // Beside the others; nothing of it is anybody's change.
  void clean() {
    auto* local = dynamic_cast<LocalBackend*>(&store_);
    if (local == nullptr || !options_.cleaning || index_ != 0) return deliver();
    // What the first lets the index make safe, the second may take.
    for (int i = 0; i < 2; ++i) {
      const Status done = local->housekeeper().run_once();
      if (!done.ok() && !options_.refusals) told_.fault("cleaning: " + done.error().text());
    }
  }

  void status(const std::string& what, Durability durability) {
    const Mine* m = one();
    if (m == nullptr) return;
    const auto to = static_cast<RetrievalStatus>(what == "B" ? dice_() % 3 : 1 + dice_() % 2);
    ChangeSet set;
    set.mailbox = m->letter.box;
    set.durability = durability;
    set.status.push_back({EntryBase::stored, {{m->number, m->number}}, to, what == "B"});
    commit(what + " " + std::to_string(m->letter.box) + " " + std::to_string(m->number) + " " +
               std::to_string(static_cast<int>(to)),
           std::move(set));
  }

  std::string fresh() {
    return std::to_string(options_.first) + "." + std::to_string(index_) + "." + std::to_string(++values_);
  }

  // Two places that must change together.
  void modify() {
    const Mine* m = one();
    if (m == nullptr) return;
    const std::string value = fresh();
    ChangeSet set;
    set.mailbox = m->letter.box;
    set.modify.push_back({EntryBase::stored, m->number, to_octets(value), {}});
    set.items.push_back({pair_kind, pair_key(m->number), to_octets(value), {}, {}});
    const std::string words =
        "M " + std::to_string(m->letter.box) + " " + std::to_string(m->number) + " " + value;
    set.events.push_back(event(words));
    commit(words, std::move(set));
  }

  // Keys of its own, so that the order of the values is known.
  void put() {
    const MailboxNumber box = boxes_[dice_() % boxes_.size()];
    const std::string key = "key" + std::to_string(index_) + "." + std::to_string(dice_() % 3);
    const bool erase = dice_() % 4 == 0;
    const std::string value = fresh();
    ChangeSet set;
    set.mailbox = box;
    ItemChange item{item_kind, to_octets(key), {}, {}, {}};
    if (!erase) item.value = to_octets(value);
    if (!erase && dice_() % 3 == 0) item.due = static_cast<Time>(dice_() % 1'000'000);
    set.items.push_back(std::move(item));
    const std::string words = "P " + std::to_string(box) + " " + key + " " + (erase ? "-" : value);
    set.events.push_back(event(erase ? words + " " + value : words));
    commit(erase ? words + " " + value : words, std::move(set));
  }

  // One worker's: properties have no order between two.
  void properties() {
    if (index_ != 0) return deliver();
    const MailboxNumber box = boxes_[dice_() % boxes_.size()];
    const std::string value = fresh();
    const std::string words = "Q " + std::to_string(box) + " " + value;
    say("I", words);
    const Status done = store_.set_mailbox_properties(box, view(value));
    if (!done.ok()) return refused(words, done.error());
    refused_ = 0;
    say("A", words);
  }

  Backend& store_;
  const WorkOptions& options_;
  const int index_;
  const std::vector<MailboxNumber>& boxes_;
  const Told& told_;
  std::mt19937_64 dice_;
  std::uint64_t next_;
  std::uint64_t values_ = 0;
  int refused_ = 0;
  std::vector<Mine> mine_;
  std::vector<Mine> alive_;
  std::vector<Mine> archived_;
  std::size_t seen_ = 0;
  std::size_t chosen_ = 0;
};

std::vector<MailboxNumber> mailboxes(Backend& store, const WorkOptions& options, const Told& told) {
  std::vector<MailboxNumber> boxes;
  for (const std::string id : {"alice", "bob", "carol"}) {
    if (const auto found = store.find_mailbox(id); found.ok()) {
      boxes.push_back(found->number);
      continue;
    }
    told.line("I 0 C " + id);
    const auto made = store.create_mailbox(id, {});
    if (made.ok()) {
      told.line("A 0 C " + id + " " + std::to_string(*made));
      boxes.push_back(*made);
    } else if (!options.refusals) {
      told.fault("mailbox refused: " + made.error().text());
    }
  }
  return boxes;
}

}  // namespace

Options store_options(const Path& folder) {
  Options o;
  o.folder = folder / "store";
  o.segment_size = 2u << 20;
  o.fill_ahead = 512 * 1024;
  o.large_content = large_content;
  o.unapplied_records = 256;
  o.checkpoint_octets = 256 * 1024;
  o.keep_free = 0;
  o.reserve = 64 * 1024;
  o.clean_dead_percent = 2;
  o.clean_rate = 0;
  o.retired_minutes = 0;
  return o;
}

void work(Backend& store, const WorkOptions& options, const Told& told) {
  const auto boxes = mailboxes(store, options, told);
  if (boxes.empty()) return;
  std::vector<std::thread> threads;
  for (int i = 1; i < options.workers; ++i)
    threads.emplace_back([&, i] { Worker(store, options, i, boxes, told).run(); });
  Worker(store, options, 0, boxes, told).run();
  for (std::thread& thread : threads) thread.join();
}

void repeat(Backend& store, std::uint32_t mailbox, std::uint64_t message, std::uint32_t number,
            const Told& told) {
  Letter l;
  l.box = mailbox;
  l.id = message;
  const CommitResult done = store.commit(change_of(l));
  if (!done.ok())
    told.fault("a repeat of message " + l.name() + ": " + done.error().error.text());
  else if (!done->duplicate || done->numbers[0] != number)
    told.fault("a repeat of message " + l.name() + " made an entry");
}

}  // namespace x400::mstore::crash
