// Rows: how records become rows of the index; what the writer (record by record) and the loader (all at
// once) share, so that they cannot differ.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <tuple>

#include "index/duplicate_keys.hpp"
#include "index/schema.hpp"
#include "log/bodies.hpp"

namespace x400::mstore::storage {

struct EntryRow {
  MailboxNumber mailbox = 0;
  SequenceNumber number = 0;
  Time created = 0;
  std::uint64_t file = 0;         ///< file_key() of its segment
  std::uint64_t offset = 0;       ///< of the record
  std::uint64_t head = 0;         ///< octets of header and body
  std::uint64_t inline_size = 0;  ///< of content behind them
  std::uint64_t content_file = 0;
  std::optional<std::int64_t> duplicate;
  Lsn state = 0;
};
/// False: there was a row of this number.
Result<bool> insert_row(Database& db, const EntryRow& row, const EntryBody& body);

struct WholeRow {
  EntryRow row;
  EntryBody body;
};
/// Rows of numbers that have none, many to a statement.
Status insert_rows(Database& db, std::span<const WholeRow> rows);
/// Keys whose places are free.
Status insert_duplicates(Database& db, std::span<const DuplicateKeys::Key> keys);

/// Counters of one kind of entries.
using CounterKey =
    std::tuple<std::int64_t, int, int, int, int, int>;  // box, class, status, type, priority, child
struct Counted {
  std::int64_t count = 0;
  std::int64_t octets = 0;
};
using CounterMap = std::map<CounterKey, Counted>;
/// Adds them to what is there.
Status add_counters(Database& db, const CounterMap& counters);

/// Octets that the record of an item takes in the log.
std::uint64_t item_record_size(std::uint64_t key, std::uint64_t value);

/// What the index keeps of a segment.
struct SpaceRow {
  std::uint32_t segment = 0;
  std::uint32_t generation = 0;
  std::int64_t octets = 0;    ///< of all its records
  std::int64_t dead = 0;      ///< of records that nothing needs
  std::int64_t expiring = 0;  ///< of removals, needed until their duplicate keys are forgotten
  Time expires = 0;           ///< when the last of these was written
  Lsn as_of = 0;              ///< SegmentHeader::as_of
};

}  // namespace x400::mstore::storage
