// What cleaning asks of the index. Each call sees what is applied at its moment.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "index/rows.hpp"

namespace x400::mstore::storage {

Result<std::vector<SpaceRow>> space_rows(Database& db);

/// An entry's row: where its record lies, and what of it changes.
struct LiveEntry {
  std::uint64_t file = 0;  ///< file_key()
  std::uint64_t offset = 0;
  RetrievalStatus status = RetrievalStatus::new_entry;
  bool list_complete = true;
  Octets list_attributes;
  Octets variable;
};
Result<std::optional<LiveEntry>> live_entry(Database& db, std::int64_t id);
/// Its file_key() alone.
Result<std::optional<std::uint64_t>> file_of_entry(Database& db, std::int64_t id);
struct NumberedFile {
  SequenceNumber number = 0;
  std::uint64_t file = 0;
};
/// Entries in a range of ids, in order; at most `limit`.
Result<std::vector<NumberedFile>> files_of_entries(Database& db, std::int64_t low, std::int64_t high,
                                                   std::size_t limit);

/// Whether the record of an entry that is gone lies in another segment still. Graves bear the ids of the base
/// stored, whether the entry went from there or from the archive.
Result<bool> buried_elsewhere(Database& db, std::int64_t low, std::int64_t high, std::uint32_t segment);
Result<bool> item_buried_elsewhere(Database& db, MailboxNumber mailbox, std::uint16_t kind, View key,
                                   std::uint32_t segment);
/// LSN of the record that holds the item's value; nothing: there is no such item.
Result<std::optional<Lsn>> item_record(Database& db, MailboxNumber mailbox, std::uint16_t kind, View key);

struct MailboxMarks {
  Lsn record = 0;   ///< of the record that made or last changed it
  Lsn counter = 0;  ///< of its last counter record
};
Result<std::map<MailboxNumber, MailboxMarks>> mailbox_marks(Database& db);

// ---- changes, each inside the caller's transaction

struct MovedEntry {
  std::int64_t id = 0;
  std::uint64_t offset = 0;
  std::uint64_t head = 0;
  std::uint64_t inline_size = 0;
};
/// Rows that lie in any generation of the segment of `to` now lie in `to`; others are left alone. An entry
/// that is not in its place is looked for in the archive, or where it was before.
Status move_entries(Database& db, std::span<const MovedEntry> moved, std::uint64_t to);
Status dig_up(Database& db, std::int64_t id, std::uint32_t segment);
Status dig_up_item(Database& db, MailboxNumber mailbox, std::uint16_t kind, View key, std::uint32_t segment);
Status set_space(Database& db, const SpaceRow& row);
/// Of a segment that is gone: all that is kept of it.
Status forget_segment(Database& db, std::uint32_t segment);

}  // namespace x400::mstore::storage
