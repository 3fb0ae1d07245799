// Commit: what a change set that is found possible does; how the callers' threads come to it.
#include "backend/commit.hpp"

#include <algorithm>
#include <future>

namespace x400::mstore::backend {
namespace {

Octets with_number(SequenceNumber number, View key) {
  Octets out{static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
             static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  append(out, key);
  return out;
}

}  // namespace

Commit::Commit(LocalBackend& backend, const ChangeSet& set, Prepared prepared, std::shared_ptr<Box> box)
    : backend_(backend), set_(set), prepared_(std::move(prepared)), box_(*box) {
  operation_ = std::make_shared<LocalBackend::Operation>();
  operation_->box = std::move(box);
  operation_->only_status =
      set.modify.empty() && set.remove.empty() && set.create.empty() && set.items.empty() &&
      set.events.empty() &&
      std::none_of(set.status.begin(), set.status.end(), [](const StatusChange& s) { return s.backwards; });
}

Status Commit::room_for_files(LocalBackend& backend, const ChangeSet& set) {
  std::uint64_t octets = 0;
  for (const NewEntry& entry : set.create)
    if (!entry.content.spooled && entry.content.octets.size() >= backend.contents_->threshold())
      octets += entry.content.octets.size();
  return octets == 0 ? Status(Ok{}) : backend.room_->admits(octets);
}

Commit::Next Commit::run(Completion completion, Log::Wait wait, Log::TicketPtr ticket) {
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
    completion(Refusal{Error(ErrorKind::invalid, "a content used twice"), 0, {}});
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

void Commit::number() {
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

void Commit::put(LogRecord record) {
  record.header.time = operation_->committed.time;
  records_.push_back(std::move(record));
}

// All records, in the order in which the changes are carried out.
void Commit::collect() {
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
    if (const auto entry = set_.events[i].entry) record.header.number = operation_->committed.numbers[*entry];
    put(std::move(record));
  }
  if (!records_.empty()) records_.back().header.flags |= record_last_of_set;
}

LogRecord Commit::item_record(const ItemChange& item) const {
  const Octets key =
      item.entry ? with_number(operation_->committed.numbers[*item.entry], item.key) : item.key;
  ItemBody body;
  body.kind = item.kind;
  body.key = key;
  if (item.value) body.value = View(*item.value);
  body.due = item.due;
  return make_record(RecordType::item, set_.mailbox, encode(body));
}

Result<Lsn> Commit::enqueue(Log::Wait wait, Log::TicketPtr ticket) {
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

void Commit::remember(Lsn lsn) {
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
void Commit::gone(const Removal& removal, const RemovedEntry& entry, std::uint32_t i) {
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

}  // namespace x400::mstore::backend
