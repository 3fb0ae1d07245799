// Schema of the index: a cache of the log, so an older or newer one is never converted but rebuilt.
#pragma once

#include <string>

#include "backend/types.hpp"
#include "index/sqlite.hpp"
#include "log/format.hpp"

namespace x400::mstore::storage {

inline constexpr std::int64_t schema_version = 2;

/// Mailbox and base in one number; with the entry's number the rowid, so that a mailbox's entries lie
/// together and in order.
constexpr std::int64_t box_key(MailboxNumber mailbox, backend::EntryBase base) {
  return static_cast<std::int64_t>(mailbox) << 2 | static_cast<std::int64_t>(base);
}
constexpr std::int64_t entry_id(std::int64_t box, SequenceNumber number) {
  return box << 31 | static_cast<std::int64_t>(number);
}
constexpr SequenceNumber number_of(std::int64_t id) { return static_cast<SequenceNumber>(id & 0x7fffffff); }
/// An entry keeps its record and its number when it goes to the archive: both ids are one entry.
constexpr std::int64_t archive_id(std::int64_t stored) {
  return stored | static_cast<std::int64_t>(backend::EntryBase::archive) << 31;
}
constexpr bool is_archived(std::int64_t id) { return (id >> 31 & 3) == 3; }
constexpr bool is_stored(std::int64_t id) { return (id >> 31 & 3) == 0; }
constexpr std::int64_t stored_id(std::int64_t id) {
  return is_archived(id) ? id & ~(static_cast<std::int64_t>(backend::EntryBase::archive) << 31) : id;
}
inline constexpr MailboxNumber max_mailbox = (1u << 30) - 1;

/// Where a duplicate key is looked for first; keyed, so that a sender cannot aim at collisions.
std::int64_t duplicate_hash(const StoreId& store, MailboxNumber mailbox, View key);

Status create_tables(Database& db);
/// Before the rows, if they come in the order of their ids; anywhen else it is only slower.
Status create_ordered_indices(Database& db);
/// Behind the rows: these are sorted at once.
Status create_other_indices(Database& db);
/// Sets how the connection works; first thing after opening.
Status configure_writer(Database& db);
Status configure_reader(Database& db);

struct IndexMeta {
  std::int64_t version = 0;
  StoreId store{};
  std::uint64_t identity = 0;  ///< of the file itself when it was made: a copy is another one
  LogPosition position;        ///< all before it is applied
};
Result<IndexMeta> read_meta(Database& db);
/// Inside the caller's transaction.
Status write_meta(Database& db, const IndexMeta& meta);
Status write_position(Database& db, const LogPosition& position);

}  // namespace x400::mstore::storage
