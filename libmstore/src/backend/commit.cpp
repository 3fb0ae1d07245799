// Commit: checks a change set against index and pending changes, assigns numbers, queues it.
#include <algorithm>
#include <future>
#include <set>

#include "backend/local.hpp"
#include "log/crc32c.hpp"

namespace x400::mstore::backend {
namespace {

Refusal refuse(ErrorKind kind, std::string text, SequenceNumber number = 0) {
  return Refusal{Error(kind, std::move(text)), number, {}};
}

// What takes room for good. A set that removes as well may be one that moves entries out of the way; one that
// makes log entries only tells what has happened.
bool only_adds(const ChangeSet& set) {
  return set.remove.empty() && std::any_of(set.create.begin(), set.create.end(), [](const NewEntry& entry) {
           return base_of(entry.entry_class) == EntryBase::stored;
         });
}

Octets with_number(SequenceNumber number, View key) {
  Octets out{static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
             static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  append(out, key);
  return out;
}

}  // namespace

/// One change set under its mailbox's mutex.
class Commit {
 public:
  Commit(LocalBackend& backend, const ChangeSet& set, Prepared prepared, std::shared_ptr<Box> box)
      : backend_(backend), set_(set), prepared_(std::move(prepared)), box_(*box) {
    operation_ = std::make_shared<LocalBackend::Operation>();
    operation_->box = std::move(box);
    operation_->only_status =
        set.modify.empty() && set.remove.empty() && set.create.empty() && set.items.empty() &&
        set.events.empty() &&
        std::none_of(set.status.begin(), set.status.end(), [](const StatusChange& s) { return s.backwards; });
  }

  /// Contents that become files before the change set is looked at: not while there is no room for them.
  static Status room_for_files(LocalBackend& backend, const ChangeSet& set) {
    std::uint64_t octets = 0;
    for (const NewEntry& entry : set.create)
      if (!entry.content.spooled && entry.content.octets.size() >= backend.contents_->threshold())
        octets += entry.content.octets.size();
    return octets == 0 ? Status(Ok{}) : backend.room_->admits(octets);
  }

  enum class Next : std::uint8_t { done, queued };

  /// done: the completion has run or will be run by another change set.
  Next run(Completion completion, Log::Wait wait, Log::TicketPtr ticket) {
    std::unique_lock lock(box_.mutex);
    auto checked = check(completion);
    if (!checked.ok() || *checked == Next::done) {
      lock.unlock();
      if (!checked.ok()) completion(std::move(checked).error());
      if (checked.ok() && duplicate_) completion(*duplicate_);
      return Next::done;
    }
    number();
    collect();
    Committed committed = operation_->committed;
    if (records_.empty()) {
      lock.unlock();
      completion(std::move(committed));
      return Next::done;
    }
    for (const auto& spooled : operation_->spooled) {
      if (spooled->claim()) continue;
      lock.unlock();
      completion(refuse(ErrorKind::invalid, "a content used twice"));
      return Next::done;
    }
    const bool lazy = set_.durability == Durability::lazy && !backend_.options_.strict_status;
    if (lazy)
      wait = Log::Wait::lazy;
    else
      operation_->completion = std::move(completion);
    auto queued = enqueue(wait, lazy ? nullptr : std::move(ticket));
    lock.unlock();
    if (!queued.ok()) {
      for (const auto& spooled : operation_->spooled) spooled->release();
      Completion& tell = lazy ? completion : operation_->completion;
      tell(Refusal{queued.error(), 0, {}});
      return Next::done;
    }
    if (!lazy) return Next::queued;
    committed.lsn = *queued;
    completion(std::move(committed));
    return Next::done;
  }

 private:
  using Checked = Result<Next, Refusal>;
  struct Removal {
    bool archive = false;
    RemoveBody body;
  };

  // Nothing is changed before all is found possible.
  Checked check(Completion& completion) {
    if (const Status state = backend_.index_->state(); !state.ok()) return Refusal{state.error(), 0, {}};
    std::uint64_t octets = 0;
    for (const PreparedEntry& entry : prepared_.create) octets += entry.record.header.record_size();
    if (octets + slack > backend_.log_->most_octets())
      return refuse(ErrorKind::limit, "the change set is larger than a segment of the log");
    for (const PreparedEntry& entry : prepared_.create)
      if (entry.spooled && entry.spooled->header.content_file != 0)
        operation_->spooled.push_back(entry.spooled);

    auto duplicate = find_duplicate(completion);
    if (!duplicate.ok() || *duplicate == Next::done) return duplicate;
    if (only_adds(set_))
      if (const Status room = backend_.room_->admits(octets); !room.ok()) return Refusal{room.error(), 0};
    if (auto refused = check_modifications()) return *refused;
    for (const Deletion& deletion : set_.remove)
      if (auto refused = check_removal(deletion)) return *refused;
    if (auto refused = check_quotas()) return *refused;
    if (prepared_.new_numbers > 0 && max_sequence_number - box_.info.next + 1 < prepared_.new_numbers)
      return refuse(ErrorKind::limit, "mailbox " + box_.info.id + " has no sequence number left");
    for (std::size_t i = 0; i < set_.create.size(); ++i)
      if (auto refused = check_given_number(set_.create[i], prepared_.create[i].base)) return *refused;
    return Next::queued;
  }

  Checked find_duplicate(Completion& completion) {
    const Time horizon = backend_.horizon();
    std::set<std::string> own;
    for (const NewEntry& entry : set_.create) {
      if (entry.duplicate_key.empty()) continue;
      std::string key(chars(entry.duplicate_key));
      if (!own.insert(key).second) return refuse(ErrorKind::invalid, "a duplicate key twice in a change set");
      if (const auto it = box_.keys.find(key); it != box_.keys.end()) {
        PendingKey& pending = it->second;
        if (pending.synced)
          duplicate_ = duplicate_of(pending.number, pending.time, pending.lsn);
        else
          pending.waiters.push_back(completion);
        return Next::done;
      }
      auto lease = backend_.index_->read();
      if (!lease.ok()) return Refusal{lease.error(), 0, {}};
      auto found =
          backend_.checked((*lease)->duplicate(backend_.store_, set_.mailbox, entry.duplicate_key, horizon));
      if (!found.ok()) return Refusal{found.error(), 0, {}};
      if (!*found) continue;
      duplicate_ = duplicate_of(**found, 0, 0);
      return Next::done;
    }
    return Next::queued;
  }

  static Committed duplicate_of(SequenceNumber number, Time time, Lsn lsn) {
    Committed committed;
    committed.duplicate = true;
    committed.numbers = {number};
    committed.time = time;
    committed.lsn = lsn;
    return committed;
  }

  // Pending changes first: they are taken out only after the index shows them.
  Result<std::optional<Removable>> find(EntryBase base, SequenceNumber number) {
    const std::int64_t id = entry_id(box_key(set_.mailbox, base), number);
    if (number == 0 || number > max_sequence_number || box_.removed.contains(id))
      return std::optional<Removable>();
    if (const auto it = box_.created.find(id); it != box_.created.end()) {
      const PendingEntry& p = it->second;
      return std::optional(Removable{p.weight.entry_class, p.weight.entry_type, p.weight.size, p.parent,
                                     p.descendants, p.created, p.duplicate_key});
    }
    X400_TRY(lease, backend_.index_->read());
    return backend_.checked(lease->removable(set_.mailbox, base, number));
  }

  std::optional<Refusal> check_modifications() {
    for (std::size_t i = 0; i < set_.modify.size(); ++i) {
      const Modification& m = set_.modify[i];
      auto entry = find(m.base, m.number);
      if (!entry.ok()) return Refusal{entry.error(), m.number, {}};
      if (*entry)
        modify_.push_back(std::move(prepared_.modify[i]));
      else if (!m.if_there)
        return refuse(ErrorKind::not_found, "no entry " + std::to_string(m.number), m.number);
    }
    return std::nullopt;
  }

  std::optional<Refusal> check_removal(const Deletion& deletion) {
    Removal removal;
    removal.archive = deletion.archive;
    removal.body.base = deletion.base;
    for (const SequenceNumber number : deletion.numbers) {
      auto entry = find(deletion.base, number);
      if (!entry.ok()) return Refusal{entry.error(), number, {}};
      if (!*entry || !removing_.insert({deletion.base, number}).second)
        return refuse(ErrorKind::not_found, "no entry " + std::to_string(number), number);
      Removable& r = **entry;
      if (r.parent != 0)
        return refuse(ErrorKind::invalid, "entry " + std::to_string(number) + " is a child", number);
      if (deletion.base == EntryBase::stored)
        operation_->change.taken.push_back({r.entry_class, r.entry_type, r.size});
      removal.body.entries.push_back(
          RemovedEntry{number, r.descendants, r.created, std::move(r.duplicate_key)});
    }
    std::sort(removal.body.entries.begin(), removal.body.entries.end(),
              [](const RemovedEntry& a, const RemovedEntry& b) { return a.number < b.number; });
    if (!removal.body.entries.empty()) removals_.push_back(std::move(removal));
    return std::nullopt;
  }

  // What there will be, pending change sets counted: they may still fail, but they were here first.
  std::optional<Refusal> check_quotas() {
    PendingChange& change = operation_->change;
    for (std::size_t i = 0; i < set_.create.size(); ++i) {
      const NewEntry& entry = set_.create[i];
      if (!entry.parent && prepared_.create[i].base == EntryBase::stored)
        change.added.push_back({entry.entry_class, entry.entry_type, entry.size});
    }
    if (set_.quotas.empty()) return std::nullopt;
    BoxUsage after = box_.usage;
    for (const Weight& w : change.taken) after.subtract(w);
    for (const Weight& w : change.added) after.add(w);
    for (const Quota& quota : set_.quotas) {
      const Usage before = box_.usage.of(quota), then = after.of(quota);
      const bool over = (then.entries > quota.entries && then.entries > before.entries) ||
                        (then.octets > quota.octets && then.octets > before.octets);
      if (over)
        return Refusal{Error(ErrorKind::unavailable, "quota of mailbox " + box_.info.id + " is full: " +
                                                         std::to_string(before.entries) + " entries, " +
                                                         std::to_string(before.octets) + " octets"),
                       0, before};
      operation_->committed.usage.push_back(then);
    }
    return std::nullopt;
  }

  std::optional<Refusal> check_given_number(const NewEntry& entry, EntryBase base) {
    if (entry.number == 0) return std::nullopt;
    if (entry.number >= box_.info.next)
      return refuse(ErrorKind::invalid, "number " + std::to_string(entry.number) + " was never assigned",
                    entry.number);
    auto found = find(base, entry.number);
    if (!found.ok()) return Refusal{found.error(), entry.number, {}};
    if (*found)
      return refuse(ErrorKind::exists, "entry " + std::to_string(entry.number) + " exists", entry.number);
    return std::nullopt;
  }

  // From here on nothing fails but the queueing.
  void number() {
    Committed& c = operation_->committed;
    c.time = std::max(backend_.env_.now(), box_.last_time);
    const SequenceNumber first = box_.info.next;
    for (std::size_t i = 0; i < set_.create.size(); ++i) {
      const NewEntry& entry = set_.create[i];
      if (prepared_.create[i].new_number)
        c.numbers.push_back(first + prepared_.create[i].ordinal);
      else
        c.numbers.push_back(entry.same_number_as ? c.numbers[*entry.same_number_as] : entry.number);
      prepared_.create[i].record.header.number = c.numbers.back();
    }
  }

  void put(LogRecord record) {
    record.header.time = operation_->committed.time;
    records_.push_back(std::move(record));
  }

  // All records, in the order in which the changes are carried out.
  void collect() {
    for (LogRecord& record : modify_) put(std::move(record));
    for (const StatusChange& change : set_.status) {
      StatusBody body{change.base, change.status, change.backwards,
                      normal_ranges(change.ranges, box_.info.next - 1)};
      if (body.ranges.empty()) continue;
      if (!change.backwards) statuses_.push_back(body);
      put(make_record(RecordType::status, set_.mailbox, encode(body)));
    }
    for (const Removal& r : removals_)
      put(make_record(r.archive ? RecordType::archive : RecordType::remove, set_.mailbox, encode(r.body)));
    for (PreparedEntry& entry : prepared_.create) put(std::move(entry.record));
    for (const ItemChange& item : set_.items) put(item_record(item));
    for (std::size_t i = 0; i < set_.events.size(); ++i) {
      LogRecord& record = prepared_.events[i];
      if (const auto entry = set_.events[i].entry)
        record.header.number = operation_->committed.numbers[*entry];
      put(std::move(record));
    }
    if (!records_.empty()) records_.back().header.flags |= record_last_of_set;
  }

  LogRecord item_record(const ItemChange& item) const {
    const Octets key =
        item.entry ? with_number(operation_->committed.numbers[*item.entry], item.key) : item.key;
    ItemBody body;
    body.kind = item.kind;
    body.key = key;
    if (item.value) body.value = View(*item.value);
    body.due = item.due;
    return make_record(RecordType::item, set_.mailbox, encode(body));
  }

  Result<Lsn> enqueue(Log::Wait wait, Log::TicketPtr ticket) {
    const std::size_t count = records_.size();
    auto done = [backend = &backend_, operation = operation_](const Status& written) {
      backend->finish(*operation, written);
    };
    X400_TRY(last, backend_.log_->enqueue(std::move(records_), wait, std::move(done), std::move(ticket)));
    // `done` waits for the mutex, so what follows is in place before.
    PendingChange& change = operation_->change;
    change.last = last;
    change.first = last - count + 1;
    operation_->committed.lsn = last;
    remember(last);
    return last;
  }

  void remember(Lsn lsn) {
    const Committed& c = operation_->committed;
    PendingChange& change = operation_->change;
    if (!operation_->only_status) box_.last_time = c.time;
    box_.info.next += prepared_.new_numbers;
    for (const StatusBody& body : statuses_)
      for (const NumberRange& range : body.ranges) box_.overlay.add({lsn, body.base, range, body.status});
    for (const Removal& removal : removals_)
      for (const RemovedEntry& entry : removal.body.entries)
        for (std::uint32_t i = 0; i <= entry.descendants; ++i) gone(removal, entry, i);
    for (const Weight& w : change.taken) box_.usage.subtract(w);
    for (const Weight& w : change.added) box_.usage.add(w);
    for (std::size_t i = 0; i < set_.create.size(); ++i) {
      const PreparedEntry& prepared = prepared_.create[i];
      const std::int64_t id = entry_id(box_key(set_.mailbox, prepared.base), c.numbers[i]);
      const NewEntry& entry = set_.create[i];
      box_.created[id] =
          PendingEntry{{entry.entry_class, entry.entry_type, entry.size},
                       prepared.parent_distance == 0 ? 0 : c.numbers[i] - prepared.parent_distance,
                       prepared.descendants,
                       c.time,
                       entry.duplicate_key};
      change.created.push_back(id);
      if (entry.duplicate_key.empty()) continue;
      std::string key(chars(entry.duplicate_key));
      box_.keys[key] = PendingKey{c.numbers[i], c.time, lsn, false, {}};
      change.keys.push_back(std::move(key));
    }
    if (!change.created.empty() || !change.removed.empty())
      box_.changes.push_back(std::shared_ptr<const PendingChange>(operation_, &operation_->change));
  }

  // The i-th of a family, from its base, perhaps into the archive.
  void gone(const Removal& removal, const RemovedEntry& entry, std::uint32_t i) {
    PendingChange& change = operation_->change;
    const std::int64_t id = entry_id(box_key(set_.mailbox, removal.body.base), entry.number + i);
    if (box_.removed.insert(id).second) change.removed.push_back(id);
    if (!removal.archive) return;
    const std::int64_t kept = entry_id(box_key(set_.mailbox, EntryBase::archive), entry.number + i);
    PendingEntry pending;
    pending.parent = i == 0 ? 0 : entry.number;
    pending.descendants = i == 0 ? entry.descendants : 0;
    pending.created = entry.created;
    if (i == 0) pending.duplicate_key = entry.duplicate_key;
    box_.created[kept] = std::move(pending);
    change.created.push_back(kept);
  }

  static constexpr std::uint64_t slack = 256 * 1024;  // for what is not entries

  LocalBackend& backend_;
  const ChangeSet& set_;
  Prepared prepared_;
  Box& box_;
  std::shared_ptr<LocalBackend::Operation> operation_;
  std::vector<LogRecord> modify_;  // of entries that are there
  std::vector<Removal> removals_;
  std::set<std::pair<EntryBase, SequenceNumber>> removing_;
  std::vector<StatusBody> statuses_;
  std::vector<LogRecord> records_;
  std::optional<Committed> duplicate_;
};

namespace {

// True: the ticket is queued and somebody must settle it.
bool start(LocalBackend& backend, const ChangeSet& set, LargeContents& contents,
           Result<std::shared_ptr<Box>> box, Completion completion, Log::Wait wait, Log::TicketPtr ticket) {
  if (!box.ok()) {
    completion(Refusal{box.error(), 0, {}});
    return false;
  }
  if (const Status room = Commit::room_for_files(backend, set); !room.ok()) {
    completion(Refusal{room.error(), 0});
    return false;
  }
  auto prepared = prepare(set, contents);
  if (!prepared.ok()) {
    completion(std::move(prepared).error());
    return false;
  }
  return Commit(backend, set, std::move(*prepared), std::move(*box))
             .run(std::move(completion), wait, std::move(ticket)) == Commit::Next::queued;
}

}  // namespace

void LocalBackend::commit(ChangeSet set, Completion completion) {
  start(*this, set, *contents_, box(set.mailbox), std::move(completion), Log::Wait::none, nullptr);
}

CommitResult LocalBackend::commit(ChangeSet set) {
  // Shared: the one who tells may still be inside when the one who waits has left.
  auto told = std::make_shared<std::promise<CommitResult>>();
  auto result = told->get_future();
  const auto ticket = std::make_shared<Log::Ticket>();
  const bool queued = start(
      *this, set, *contents_, box(set.mailbox), [told](CommitResult r) { told->set_value(std::move(r)); },
      Log::Wait::lead, ticket);
  if (queued) log_->settle(*ticket);
  return result.get();
}

void LocalBackend::finish(Operation& op, const Status& written) {
  std::vector<std::pair<PendingKey, Completion>> waiters;
  Box& box = *op.box;
  {
    const std::lock_guard lock(box.mutex);
    if (written.ok()) {
      if (!op.only_status) box.acked.store(std::max(box.acked.load(), op.change.last));
      for (const std::string& key : op.change.keys) {
        const auto it = box.keys.find(key);
        if (it == box.keys.end() || it->second.lsn != op.change.last) continue;
        it->second.synced = true;
        for (Completion& waiter : it->second.waiters) waiters.emplace_back(it->second, std::move(waiter));
        it->second.waiters.clear();
      }
    } else {
      waiters = box.forget(op.change);
      for (const Weight& w : op.change.added) box.usage.subtract(w);
      for (const Weight& w : op.change.taken) box.usage.add(w);
      box.overlay.withdraw(op.change.first, op.change.last);
      std::erase_if(box.changes, [&](const auto& c) { return c->last == op.change.last; });
    }
  }
  // After a failed sync the record may be there at the next open, and must find its content then.
  const bool may_be_there = written.ok() || !log_->writable().ok();
  for (const auto& spooled : op.spooled) {
    if (may_be_there)
      spooled->keep();
    else
      spooled->release();
  }
  op.spooled.clear();
  const auto result = [&](const Committed& c) -> CommitResult {
    if (!written.ok()) return Refusal{written.error(), 0, {}};
    return c;
  };
  if (op.completion) op.completion(result(op.committed));
  op.completion = nullptr;
  for (auto& [key, waiter] : waiters) {
    Committed c;
    c.duplicate = true;
    c.numbers = {key.number};
    c.time = key.time;
    c.lsn = key.lsn;
    waiter(result(c));
  }
}

void LocalBackend::applied(const std::vector<std::shared_ptr<const SyncedBatch>>& batches) {
  std::set<MailboxNumber> touched;
  for (const auto& batch : batches) {
    log_octets_ += batch->size;
    for (const SyncedRecord& r : batch->records) touched.insert(r.header.mailbox);
  }
  const Lsn lsn = batches.back()->end.lsn;
  for (const MailboxNumber number : touched) {
    auto found = box(number);
    if (!found.ok()) continue;
    Box& box = **found;
    std::vector<std::pair<PendingKey, Completion>> waiters;
    {
      const std::lock_guard lock(box.mutex);
      while (!box.changes.empty() && box.changes.front()->last <= lsn) {
        for (auto& waiter : box.forget(*box.changes.front())) waiters.push_back(std::move(waiter));
        box.changes.pop_front();
      }
      box.overlay.applied(lsn);
    }
    // They joined a delivery that was synced, but whose own completion has not run yet.
    for (auto& [key, waiter] : waiters) {
      Committed c;
      c.duplicate = true;
      c.numbers = {key.number};
      c.time = key.time;
      c.lsn = key.lsn;
      waiter(std::move(c));
    }
  }
}

}  // namespace x400::mstore::backend
