#include "backend/memory_backend.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <tuple>

#include "backend/memory_state.hpp"

namespace x400::mstore::backend {

namespace {

class OctetsContent final : public Content {
 public:
  explicit OctetsContent(MemoryContent content) : content_(std::move(content)) {}
  std::uint64_t size() const override { return content_.octets.size(); }
  Result<Octets> read(std::uint64_t offset, std::uint64_t count) const override {
    const std::uint64_t from = std::min<std::uint64_t>(offset, size());
    return to_octets(content_.octets.subspan(from, std::min(count, size() - from)));
  }

 private:
  MemoryContent content_;
};

class MemorySpool final : public SpooledContent {
 public:
  explicit MemorySpool(Octets octets) : octets_(std::move(octets)) {}
  std::uint64_t size() const override { return octets_.size(); }
  Result<Octets> read(std::uint64_t offset, std::uint64_t count) const override {
    const std::uint64_t from = std::min<std::uint64_t>(offset, size());
    return to_octets(View(octets_).subspan(from, std::min(count, size() - from)));
  }

 private:
  Octets octets_;
};

class MemoryWriter final : public ContentWriter {
 public:
  Status append(View octets) override {
    x400::append(octets_, octets);
    return Ok{};
  }
  Result<std::shared_ptr<SpooledContent>> finish() override {
    return std::shared_ptr<SpooledContent>(std::make_shared<MemorySpool>(std::move(octets_)));
  }

 private:
  Octets octets_;
};

// Sinks are called one event at a time; ending a subscription waits for the call that runs.
struct Sinks {
  std::mutex calling;
  std::mutex mutex;
  std::map<std::uint64_t, std::function<void(const Event&)>> sinks;
  std::uint64_t next = 1;
};

class MemorySubscription final : public Subscription {
 public:
  MemorySubscription(std::shared_ptr<Sinks> sinks, std::uint64_t id) : sinks_(std::move(sinks)), id_(id) {}
  ~MemorySubscription() override {
    const std::lock_guard running(sinks_->calling);
    const std::lock_guard lock(sinks_->mutex);
    sinks_->sinks.erase(id_);
  }

 private:
  std::shared_ptr<Sinks> sinks_;
  std::uint64_t id_;
};

class MemoryBackend final : public Backend {
 public:
  MemoryBackend(std::function<Time()> clock, std::uint32_t duplicate_days)
      : clock_(std::move(clock)), duplicate_life_(Time{duplicate_days} * 24 * 3600 * 1000) {
    if (!clock_)
      clock_ = [] {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
            .count();
      };
  }

  Result<MailboxNumber> create_mailbox(std::string_view id, View properties,
                                       const std::vector<LogEvent>&) override {
    const std::lock_guard lock(mutex_);
    if (closed_) return closed();
    if (id.empty() || id.size() > 255)
      return Error(ErrorKind::invalid, "mailbox id of 0 or more than 255 octets");
    if (by_id_.contains(std::string(id))) return Error(ErrorKind::exists, "mailbox " + std::string(id));
    const auto number = static_cast<MailboxNumber>(mailboxes_.size() + 1);
    MemoryMailbox& m = mailboxes_[number];
    m.head = {number, std::string(id), to_octets(properties), 1};
    by_id_.emplace(std::string(id), number);
    return number;
  }
  Status set_mailbox_properties(MailboxNumber number, View properties,
                                const std::vector<LogEvent>&) override {
    const std::lock_guard lock(mutex_);
    if (closed_) return closed();
    MemoryMailbox* m = find(number);
    if (!m) return unknown(number);
    m->head.properties = to_octets(properties);
    return Ok{};
  }
  Result<Mailbox> find_mailbox(std::string_view id) override {
    const std::lock_guard lock(mutex_);
    const auto at = by_id_.find(std::string(id));
    if (at == by_id_.end()) return Error(ErrorKind::not_found, "no mailbox " + std::string(id));
    return mailboxes_.at(at->second).head;
  }
  Result<Mailbox> mailbox(MailboxNumber number) override {
    const std::lock_guard lock(mutex_);
    MemoryMailbox* m = find(number);
    if (!m) return unknown(number);
    return m->head;
  }
  Result<std::vector<Mailbox>> mailboxes() override {
    const std::lock_guard lock(mutex_);
    std::vector<Mailbox> out;
    for (const auto& [number, m] : mailboxes_) out.push_back(m.head);
    return out;
  }

  void commit(ChangeSet set, Completion completion) override {
    CommitResult result = commit_now(std::move(set));
    completion(std::move(result));
    send_events();
  }
  CommitResult commit(ChangeSet set) override {
    CommitResult result = commit_now(std::move(set));
    send_events();
    return result;
  }
  Result<std::unique_ptr<ContentWriter>> new_content() override {
    return std::unique_ptr<ContentWriter>(std::make_unique<MemoryWriter>());
  }
  Result<std::optional<SequenceNumber>> find_duplicate(MailboxNumber number, View key) override {
    const std::lock_guard lock(mutex_);
    MemoryMailbox* m = find(number);
    if (!m) return unknown(number);
    const auto at = m->duplicates.find(to_octets(key));
    if (at == m->duplicates.end() || at->second.time + duplicate_life_ < clock_())
      return std::optional<SequenceNumber>{};
    return std::optional(at->second.number);
  }

  Result<Stored> read(MailboxNumber number, EntryBase base, SequenceNumber entry) override {
    const std::lock_guard lock(mutex_);
    const MemoryEntry* e = find(number, base, entry);
    if (!e) return Error(ErrorKind::not_found, "no entry " + std::to_string(entry));
    Stored stored;
    stored.row = e->row;
    stored.attributes = e->attributes;
    if (e->content) stored.content = std::make_shared<OctetsContent>(*e->content);
    return stored;
  }
  Result<std::optional<Stored>> read_hot(MailboxNumber number, EntryBase base,
                                         SequenceNumber entry) override {
    X400_TRY(stored, read(number, base, entry));
    if (stored.row.parent != 0) return std::optional<Stored>();
    return std::optional(std::move(stored));
  }
  Result<Row> row(MailboxNumber number, EntryBase base, SequenceNumber entry) override {
    const std::lock_guard lock(mutex_);
    const MemoryEntry* e = find(number, base, entry);
    if (!e) return Error(ErrorKind::not_found, "no entry " + std::to_string(entry));
    return e->row;
  }
  Result<Page> select(const Query& query) override;
  Result<std::vector<Counter>> counters(MailboxNumber number, EntryBase base) override;

  Result<std::optional<Item>> item(MailboxNumber number, std::uint16_t kind, View key) override {
    const std::lock_guard lock(mutex_);
    MemoryMailbox* m = find(number);
    if (!m) return unknown(number);
    const auto at = m->items.find({kind, to_octets(key)});
    return at == m->items.end() ? std::optional<Item>{} : std::optional(at->second);
  }
  Result<std::vector<Item>> items(MailboxNumber number, std::uint16_t kind, View prefix) override {
    const std::lock_guard lock(mutex_);
    MemoryMailbox* m = find(number);
    if (!m) return unknown(number);
    std::vector<Item> out;
    for (auto at = m->items.lower_bound({kind, to_octets(prefix)}); at != m->items.end(); ++at) {
      const auto& [k, key] = at->first;
      if (k != kind || key.size() < prefix.size() || !equal(View(key).first(prefix.size()), prefix)) break;
      out.push_back(at->second);
    }
    return out;
  }
  Result<std::vector<Item>> due(Time until, std::uint32_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<Item> out;
    for (const auto& [number, m] : mailboxes_)
      for (const auto& [key, item] : m.items)
        if (item.due && *item.due <= until) out.push_back(item);
    std::stable_sort(out.begin(), out.end(), [](const Item& a, const Item& b) { return *a.due < *b.due; });
    if (out.size() > limit) out.resize(limit);
    return out;
  }

  std::unique_ptr<Subscription> subscribe(std::function<void(const Event&)> sink) override {
    const std::lock_guard lock(sinks_->mutex);
    const std::uint64_t id = sinks_->next++;
    sinks_->sinks.emplace(id, std::move(sink));
    return std::make_unique<MemorySubscription>(sinks_, id);
  }
  Positions positions() const override {
    const std::lock_guard lock(mutex_);
    return {lsn_, lsn_, lsn_, lsn_};
  }
  std::vector<Finding> findings() const override { return {}; }
  Status writable() const override {
    const std::lock_guard lock(mutex_);
    if (closed_) return closed();
    return Ok{};
  }
  Status close() override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    return Ok{};
  }

 private:
  static Error closed() { return Error(ErrorKind::closed, "the store is closed"); }
  static Error unknown(MailboxNumber n) {
    return Error(ErrorKind::not_found, "no mailbox " + std::to_string(n));
  }

  MemoryMailbox* find(MailboxNumber number) {
    const auto at = mailboxes_.find(number);
    return at == mailboxes_.end() ? nullptr : &at->second;
  }
  const MemoryEntry* find(MailboxNumber number, EntryBase base, SequenceNumber entry) {
    MemoryMailbox* m = find(number);
    if (!m) return nullptr;
    const auto& in = m->entries[static_cast<std::size_t>(base)];
    const auto at = in.find(entry);
    return at == in.end() ? nullptr : &at->second;
  }

  CommitResult commit_now(ChangeSet set) {
    const std::lock_guard lock(mutex_);
    if (closed_) return Refusal{closed(), 0, {}};
    MemoryMailbox* m = find(set.mailbox);
    if (!m) return Refusal{unknown(set.mailbox), 0, {}};
    const bool empty = set.modify.empty() && set.status.empty() && set.remove.empty() && set.create.empty() &&
                       set.items.empty() && set.events.empty();
    auto change = apply(*m, std::move(set), clock_(), duplicate_life_, lsn_ + 1);
    if (!change.ok()) return std::move(change.error());
    if (empty) change->committed.lsn = 0;
    if (!change->committed.duplicate && !empty) ++lsn_;
    for (Event& e : change->events) waiting_.push_back(e);
    return std::move(change->committed);
  }

  // One thread sends for all; who comes meanwhile leaves his events to it.
  void send_events() {
    for (;;) {
      std::unique_lock calling(sinks_->calling, std::try_to_lock);
      if (!calling.owns_lock()) return;
      for (;;) {
        Event e;
        {
          const std::lock_guard lock(mutex_);
          if (waiting_.empty()) break;
          e = waiting_.front();
          waiting_.pop_front();
        }
        std::vector<std::function<void(const Event&)>> sinks;
        {
          const std::lock_guard lock(sinks_->mutex);
          for (const auto& [id, sink] : sinks_->sinks) sinks.push_back(sink);
        }
        for (const auto& sink : sinks) sink(e);
      }
      calling.unlock();
      // Events that came between the last look and the unlock.
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) return;
    }
  }

  std::function<Time()> clock_;
  const Time duplicate_life_;
  mutable std::mutex mutex_;
  bool closed_ = false;
  Lsn lsn_ = 0;
  std::map<MailboxNumber, MemoryMailbox> mailboxes_;
  std::unordered_map<std::string, MailboxNumber> by_id_;
  std::deque<Event> waiting_;
  std::shared_ptr<Sinks> sinks_ = std::make_shared<Sinks>();
};

Result<std::vector<Counter>> MemoryBackend::counters(MailboxNumber number, EntryBase base) {
  const std::lock_guard lock(mutex_);
  MemoryMailbox* m = find(number);
  if (!m) return unknown(number);
  std::map<std::tuple<EntryClass, RetrievalStatus, std::uint8_t, std::uint8_t, bool>, Counter> sums;
  for (const auto& [n, e] : m->entries[static_cast<std::size_t>(base)]) {
    const Row& r = e.row;
    Counter& c = sums[{r.entry_class, r.status, r.entry_type, r.priority, r.parent != 0}];
    c = {r.entry_class, r.status, r.entry_type, r.priority, r.parent != 0, c.count + 1, c.octets + r.size};
  }
  std::vector<Counter> out;
  for (const auto& [key, c] : sums) out.push_back(c);
  return out;
}

Result<Page> MemoryBackend::select(const Query& q) {
  const std::lock_guard lock(mutex_);
  MemoryMailbox* m = find(q.mailbox);
  if (!m) return unknown(q.mailbox);
  if (q.classes.empty() || q.limit == 0) return Error(ErrorKind::invalid, "query without classes or limit");
  std::optional<EntryBase> base;
  for (const EntryClass c :
       {EntryClass::delivery, EntryClass::submission, EntryClass::draft, EntryClass::delivery_log,
        EntryClass::submission_log, EntryClass::auto_action_log}) {
    if (!q.classes.has(c)) continue;
    if (base && *base != base_of(c)) return Error(ErrorKind::invalid, "query over classes of several bases");
    base = base_of(c);
  }
  if (q.archived && base != EntryBase::stored)
    return Error(ErrorKind::invalid, "query of the archive over other classes");
  if (q.archived) base = EntryBase::archive;
  const auto& in = m->entries[static_cast<std::size_t>(*base)];
  const bool up = q.order == Order::ascending;
  NumberRange range = q.numbers;
  if (q.after != 0 && up) range.from = std::max(range.from, q.after + 1);
  if (q.after != 0 && !up) range.to = std::min(range.to, q.after - 1);
  Page page;
  if (range.from > range.to) return page;

  const auto take = [&](const Row& row) {  // false: the page is full
    if (!selected(row, q)) return true;
    if (page.rows.size() == q.limit) {
      page.more = true;
      return false;
    }
    page.rows.push_back(row);
    page.reached = row.number;
    if (!q.attributes) {
      page.rows.back().list_attributes.clear();
      page.rows.back().variable.clear();
    }
    return true;
  };
  if (q.status && base == EntryBase::stored) {
    auto from = m->by_status.lower_bound({*q.status, range.from});
    auto to = m->by_status.upper_bound({*q.status, range.to});
    while (from != to && take(in.at((up ? from->second : std::prev(to)->second)).row))
      up ? (void)++from : (void)--to;
    return page;
  }
  auto from = in.lower_bound(range.from);
  auto to = in.upper_bound(range.to);
  while (from != to && take(up ? from->second.row : std::prev(to)->second.row))
    up ? (void)++from : (void)--to;
  return page;
}

}  // namespace

bool selected(const Row& r, const Query& q) {
  if (!q.classes.has(r.entry_class)) return false;
  if (q.parent ? r.parent != *q.parent : r.parent != 0 && !q.with_children) return false;
  if ((q.since && r.created < *q.since) || (q.until && r.created > *q.until)) return false;
  if ((q.status && r.status != *q.status) || (q.priority && r.priority != *q.priority)) return false;
  if ((q.precedence_from || q.precedence_to) && !r.precedence) return false;
  if ((q.precedence_from && *r.precedence < *q.precedence_from) ||
      (q.precedence_to && *r.precedence > *q.precedence_to))
    return false;
  if ((q.size_from && r.size < *q.size_from) || (q.size_to && r.size > *q.size_to)) return false;
  if (q.entry_type && r.entry_type != *q.entry_type) return false;
  return !q.where || q.where({r.list_attributes, r.variable, r.list_complete});
}

std::unique_ptr<Backend> open_memory(std::function<Time()> clock, std::uint32_t duplicate_days) {
  return std::make_unique<MemoryBackend>(std::move(clock), duplicate_days);
}

}  // namespace x400::mstore::backend
