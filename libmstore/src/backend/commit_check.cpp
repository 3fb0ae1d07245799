// What a change set is held against before anything is changed: index and pending changes, room and quotas.
#include <algorithm>

#include "backend/commit.hpp"

namespace x400::mstore::backend {
namespace {

constexpr std::uint64_t slack = 256 * 1024;  // for what is not entries

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

Committed duplicate_of(SequenceNumber number, Time time, Lsn lsn) {
  Committed committed;
  committed.duplicate = true;
  committed.numbers = {number};
  committed.time = time;
  committed.lsn = lsn;
  return committed;
}

}  // namespace

Commit::Checked Commit::check(Completion& completion) {
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

Commit::Checked Commit::find_duplicate(Completion& completion) {
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

// Pending changes first: they are taken out only after the index shows them.
Result<std::optional<Removable>> Commit::find(EntryBase base, SequenceNumber number) {
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

std::optional<Refusal> Commit::check_modifications() {
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

std::optional<Refusal> Commit::check_removal(const Deletion& deletion) {
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
std::optional<Refusal> Commit::check_quotas() {
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

std::optional<Refusal> Commit::check_given_number(const NewEntry& entry, EntryBase base) {
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

}  // namespace x400::mstore::backend
