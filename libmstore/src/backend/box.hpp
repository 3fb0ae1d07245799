// Box: what is known of a mailbox before the index knows it.
//
// Threads: everything but `acked` under `mutex`, which is never held over a sync of the log.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "backend/types.hpp"

namespace x400::mstore::backend {

/// Status raised, not applied yet; laid over what the index says.
class StatusOverlay {
 public:
  struct Raised {
    Lsn lsn = 0;
    EntryBase base = EntryBase::stored;
    NumberRange range;
    RetrievalStatus status = RetrievalStatus::listed;
  };

  bool empty() const { return raised_.empty(); }
  void add(Raised raised) { raised_.push_back(raised); }
  void applied(Lsn lsn) {
    std::erase_if(raised_, [lsn](const Raised& r) { return r.lsn <= lsn; });
  }
  void withdraw(Lsn first, Lsn last) {
    std::erase_if(raised_, [=](const Raised& r) { return r.lsn >= first && r.lsn <= last; });
  }
  /// The part that concerns a base, to look at without the lock. `applied`: the index shows all up to there,
  /// perhaps also a later change back; what it has must not be laid over it.
  StatusOverlay of(EntryBase base, Lsn applied) const {
    StatusOverlay out;
    for (const Raised& r : raised_)
      if (r.base == base && r.lsn > applied) out.raised_.push_back(r);
    return out;
  }
  RetrievalStatus over(SequenceNumber number, RetrievalStatus indexed) const {
    for (const Raised& r : raised_)
      if (number >= r.range.from && number <= r.range.to && r.status > indexed) indexed = r.status;
    return indexed;
  }
  const std::vector<Raised>& raised() const { return raised_; }

 private:
  std::vector<Raised> raised_;
};

/// What a main entry adds to the usage of its class. Of each class and type, so that a Quota can pass over
/// the sizes of a type.
struct Weight {
  EntryClass entry_class = EntryClass::delivery;
  std::uint8_t entry_type = 0;
  std::uint64_t size = 0;
};

/// Main entries of the base stored, by class and type; pending changes are in it.
class BoxUsage {
 public:
  void set(EntryClass c, std::uint8_t type, Usage usage) { sums_[{c, type}] = usage; }
  void add(const Weight& w) {
    Usage& u = sums_[{w.entry_class, w.entry_type}];
    ++u.entries;
    u.octets += w.size;
  }
  void subtract(const Weight& w) {
    Usage& u = sums_[{w.entry_class, w.entry_type}];
    --u.entries;
    u.octets -= w.size;
  }
  Usage of(const Quota& q) const {
    Usage sum;
    for (const auto& [key, u] : sums_) {
      if (key.first != q.entry_class) continue;
      sum.entries += u.entries;
      if (key.second != q.no_octets_of) sum.octets += u.octets;
    }
    return sum;
  }

 private:
  std::map<std::pair<EntryClass, std::uint8_t>, Usage> sums_;
};

/// An entry whose creation is not applied yet.
struct PendingEntry {
  Weight weight;
  SequenceNumber parent = 0;
  std::uint32_t descendants = 0;
  Time created = 0;
  Octets duplicate_key;
};

/// A duplicate key not applied yet.
struct PendingKey {
  SequenceNumber number = 0;
  Time time = 0;
  Lsn lsn = 0;
  bool synced = false;
  std::vector<Completion> waiters;  ///< duplicates that share the first one's fate
};

/// What a change set put into the maps below, to be taken out again.
struct PendingChange {
  Lsn first = 0;
  Lsn last = 0;
  std::vector<std::int64_t> created;
  std::vector<std::int64_t> removed;
  std::vector<std::string> keys;
  std::vector<Weight> added, taken;  ///< of the usage
};

struct Box {
  std::mutex mutex;
  Mailbox info;
  Time last_time = 0;
  std::atomic<Lsn> acked{0};  ///< last record told to somebody as done, status apart: readers wait for it
  std::unordered_map<std::int64_t, PendingEntry> created;
  std::unordered_set<std::int64_t> removed;
  std::unordered_map<std::string, PendingKey> keys;
  std::deque<std::shared_ptr<const PendingChange>> changes;  ///< in order of LSN
  StatusOverlay overlay;
  BoxUsage usage;

  /// Takes a change's traces out; the waiters of its keys are given back.
  std::vector<std::pair<PendingKey, Completion>> forget(const PendingChange& change) {
    std::vector<std::pair<PendingKey, Completion>> waiters;
    for (const std::int64_t id : change.created) created.erase(id);
    for (const std::int64_t id : change.removed) removed.erase(id);
    for (const std::string& text : change.keys) {
      const auto it = keys.find(text);
      if (it == keys.end() || it->second.lsn < change.first || it->second.lsn > change.last) continue;
      std::vector<Completion> all = std::move(it->second.waiters);
      it->second.waiters.clear();
      for (Completion& waiter : all) waiters.emplace_back(it->second, std::move(waiter));
      keys.erase(it);
    }
    return waiters;
  }
};

}  // namespace x400::mstore::backend
