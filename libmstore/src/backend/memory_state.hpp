// What the memory backend holds. Guarded by its mutex.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "backend/types.hpp"

namespace x400::mstore::backend {

/// Octets of one entry; children share those of their main entry.
struct MemoryContent {
  std::shared_ptr<const void> owner;
  View octets;
};

struct MemoryEntry {
  Row row;
  Octets attributes;
  std::optional<MemoryContent> content;
};

struct MemoryDuplicate {
  SequenceNumber number = 0;
  Time time = 0;
};

struct MemoryMailbox {
  Mailbox head;
  Time last_time = 0;
  std::map<SequenceNumber, MemoryEntry> entries[4];  // by EntryBase
  std::map<std::pair<std::uint16_t, Octets>, Item> items;
  std::map<Octets, MemoryDuplicate> duplicates;
  /// Numbers by (status, number): what makes "the new ones" cheap.
  std::set<std::pair<RetrievalStatus, SequenceNumber>> by_status;
};

/// Everything that a change set changes, or why it is refused; `now` is the creation time for it.
struct MemoryChange {
  Committed committed;
  std::vector<Event> events;
};
Result<MemoryChange, Refusal> apply(MemoryMailbox& mailbox, ChangeSet set, Time now, Time duplicate_life,
                                    Lsn lsn);

bool selected(const Row& row, const Query& query);

}  // namespace x400::mstore::backend
