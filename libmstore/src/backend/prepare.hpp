// Prepare: turns a change set into records as far as that goes without knowing numbers and time, so that
// the mailbox is locked only for what needs it.
#pragma once

#include <memory>
#include <vector>

#include "backend/types.hpp"
#include "log/bodies.hpp"
#include "log/contents.hpp"
#include "log/log.hpp"

namespace x400::mstore::backend {

using namespace storage;

/// An entry to be made, body and content ready.
struct PreparedEntry {
  LogRecord record;
  EntryBase base = EntryBase::stored;
  std::uint32_t ordinal = 0;  ///< among the new numbers of the set
  bool new_number = true;
  std::uint32_t parent_distance = 0;
  std::uint32_t descendants = 0;
  std::shared_ptr<Spooled> spooled;
};

struct Prepared {
  std::vector<LogRecord> modify;
  std::vector<PreparedEntry> create;
  std::uint32_t new_numbers = 0;
  std::vector<LogRecord> events;
};

/// Refused: invalid, limit; io and unavailable when a large content could not be written.
Result<Prepared, Refusal> prepare(const ChangeSet& set, LargeContents& contents);

/// Header and body of a record, checksum included.
LogRecord make_record(RecordType type, MailboxNumber mailbox, Octets body);
LogRecord event_record(MailboxNumber mailbox, const LogEvent& event);
/// Ranges of a status change as they are written: in order, none beyond `last`, joined where they touch.
std::vector<NumberRange> normal_ranges(std::vector<NumberRange> ranges, SequenceNumber last);

}  // namespace x400::mstore::backend
