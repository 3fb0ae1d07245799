// Bodies of the records: what each type says behind its header.
//
// A body never depends on its place or number (what does is in the header, or is a distance), so that it is
// encoded and checksummed before its mailbox is locked. Fields that a later version adds stand at the end;
// a reader passes over what it does not know.
//
// Decoded bodies borrow from the octets given. Errors: corrupt.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "backend/types.hpp"
#include "log/format.hpp"

namespace x400::mstore::storage {

using backend::EntryBase;
using backend::EntryClass;
using backend::NumberRange;
using backend::RetrievalStatus;

struct MailboxBody {
  View id;
  View properties;
};

struct EntryBody {
  EntryClass entry_class = EntryClass::delivery;
  std::uint8_t entry_type = 0;
  RetrievalStatus status = RetrievalStatus::new_entry;
  std::uint8_t priority = 0;
  std::optional<std::int32_t> precedence;
  std::uint64_t size = 0;
  std::uint32_t parent_distance = 0;  ///< own number less the parent's; 0: main entry
  std::uint32_t main_distance = 0;    ///< own number less the main entry's
  std::uint32_t descendants = 0;
  std::optional<backend::ContentSlice> slice;  ///< of the main entry's content
  Lsn state_lsn = 0;                           ///< cleaning: state as of this LSN, older changes are in it
  bool archived = false;                       ///< cleaning: it lies in the archive
  View duplicate_key;
  bool list_complete = true;
  View list_attributes;
  View variable;
  View attributes;
};

struct StatusBody {
  EntryBase base = EntryBase::stored;
  RetrievalStatus status = RetrievalStatus::listed;
  bool backwards = false;
  std::vector<NumberRange> ranges;
};

struct RemovedEntry {
  SequenceNumber number = 0;
  std::uint32_t descendants = 0;
  Time created = 0;
  Octets duplicate_key;  ///< remembered after the entry's record is gone
};

/// Of records remove and archive.
struct RemoveBody {
  EntryBase base = EntryBase::stored;
  std::vector<RemovedEntry> entries;
};

struct ModifyBody {
  EntryBase base = EntryBase::stored;
  std::optional<View> variable;
  std::optional<View> list_attributes;
  bool list_complete = true;
};

struct ItemBody {
  std::uint16_t kind = 0;
  View key;
  std::optional<View> value;
  std::optional<Time> due;
};

struct EventBody {
  std::uint16_t kind = 0;
  View octets;
};

struct CounterBody {
  SequenceNumber next = 1;
  Time last_time = 0;
};

Octets encode(const MailboxBody& body);
Octets encode(const EntryBody& body);
Octets encode(const StatusBody& body);
Octets encode(const RemoveBody& body);
Octets encode(const ModifyBody& body);
Octets encode(const ItemBody& body);
Octets encode(const EventBody& body);
Octets encode(const CounterBody& body);

Result<MailboxBody> decode_mailbox(View octets);
Result<EntryBody> decode_entry(View octets);
Result<StatusBody> decode_status(View octets);
Result<RemoveBody> decode_remove(View octets);
Result<ModifyBody> decode_modify(View octets);
Result<ItemBody> decode_item(View octets);
Result<EventBody> decode_event(View octets);
Result<CounterBody> decode_counter(View octets);

}  // namespace x400::mstore::storage
