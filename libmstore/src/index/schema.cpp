#include "index/schema.hpp"

#include <algorithm>

#include "log/fields.hpp"

namespace x400::mstore::storage {
namespace {

constexpr std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 31;
  x *= 0x9fb21c651e98df25u;
  x ^= x >> 29;
  x *= 0xd6e8feb86659fd93u;
  return x ^ x >> 32;
}

// entries.segment is file_key(): segment and generation. entries.state: changes up to this LSN are in the
// record already. space tells of each segment what cleaning decides by; graves, in which segments records of
// entries (items) that are gone still lie.
constexpr const char* tables = R"(
CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE mailboxes(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, properties BLOB NOT NULL,
  next INTEGER NOT NULL, last_time INTEGER NOT NULL, record INTEGER NOT NULL, counter INTEGER NOT NULL);
CREATE TABLE entries(
  id INTEGER PRIMARY KEY,
  box INTEGER NOT NULL, class INTEGER NOT NULL, type INTEGER NOT NULL, status INTEGER NOT NULL,
  priority INTEGER NOT NULL, precedence INTEGER, size INTEGER NOT NULL, created INTEGER NOT NULL,
  parent INTEGER NOT NULL, descendants INTEGER NOT NULL,
  segment INTEGER NOT NULL, offset INTEGER NOT NULL, head INTEGER NOT NULL, inline INTEGER NOT NULL,
  file INTEGER, duplicate INTEGER, state INTEGER, complete INTEGER NOT NULL, list BLOB, variable BLOB);
CREATE TABLE counters(
  box INTEGER NOT NULL, class INTEGER NOT NULL, status INTEGER NOT NULL, type INTEGER NOT NULL,
  priority INTEGER NOT NULL, child INTEGER NOT NULL, count INTEGER NOT NULL, octets INTEGER NOT NULL,
  PRIMARY KEY(box, class, status, type, priority, child)) WITHOUT ROWID;
CREATE TABLE duplicates(
  hash INTEGER PRIMARY KEY, mailbox INTEGER NOT NULL, number INTEGER NOT NULL, created INTEGER NOT NULL,
  key BLOB NOT NULL);
CREATE TABLE items(
  mailbox INTEGER NOT NULL, kind INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, due INTEGER,
  lsn INTEGER NOT NULL, segment INTEGER NOT NULL, PRIMARY KEY(mailbox, kind, key)) WITHOUT ROWID;
CREATE TABLE space(
  segment INTEGER PRIMARY KEY, generation INTEGER NOT NULL, octets INTEGER NOT NULL, dead INTEGER NOT NULL,
  expiring INTEGER NOT NULL, expires INTEGER NOT NULL, as_of INTEGER NOT NULL);
CREATE TABLE graves(id INTEGER NOT NULL, segment INTEGER NOT NULL, PRIMARY KEY(id, segment)) WITHOUT ROWID;
CREATE TABLE item_graves(
  mailbox INTEGER NOT NULL, kind INTEGER NOT NULL, key BLOB NOT NULL, segment INTEGER NOT NULL,
  PRIMARY KEY(mailbox, kind, key, segment)) WITHOUT ROWID;
)";

// Partial ones contain their condition's column: the plan then needs no look at the row to be sure of it.
// A load in the order of the rows adds to these at a few places only.
constexpr const char* ordered_indices = R"(
CREATE INDEX entries_status ON entries(box, status) WHERE status<>2;
CREATE INDEX entries_priority ON entries(box, priority) WHERE priority<>0;
CREATE INDEX entries_precedence ON entries(box, precedence) WHERE precedence IS NOT NULL;
CREATE INDEX entries_file ON entries(file) WHERE file IS NOT NULL;
CREATE INDEX items_due ON items(due) WHERE due IS NOT NULL;
)";
constexpr const char* other_indices = R"(
CREATE INDEX entries_size ON entries(box, size);
)";

}  // namespace

std::int64_t duplicate_hash(const StoreId& store, MailboxNumber mailbox, View key) {
  std::uint64_t h = get_field<std::uint64_t>(store.data()) ^ mailbox;
  const std::uint64_t secret = get_field<std::uint64_t>(store.data() + 8);
  for (std::size_t at = 0; at < key.size(); at += 8) {
    std::uint8_t word[8] = {};
    std::copy_n(key.data() + at, std::min<std::size_t>(8, key.size() - at), word);
    h = mix((h ^ get_field<std::uint64_t>(word)) + secret);
  }
  return static_cast<std::int64_t>(mix(h ^ key.size()));
}

Status create_tables(Database& db) {
  X400_CHECK(db.sum_pages());
  return db.execute(tables);
}
Status create_ordered_indices(Database& db) { return db.execute(ordered_indices); }
Status create_other_indices(Database& db) { return db.execute(other_indices); }

Status configure_writer(Database& db) {
  return db.execute(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=OFF; PRAGMA mmap_size=0;"
      "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;");
}

// No mapping of the file: where the disk does not give a page back, a reading fails, but a mapping kills.
// 16 MiB: each of 4,000 hits of a search lies on a page of its own.
Status configure_reader(Database& db) {
  return db.execute(
      "PRAGMA mmap_size=0; PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY; PRAGMA query_only=ON;");
}

Result<IndexMeta> read_meta(Database& db) {
  X400_TRY(rows, db.prepare("SELECT key,value FROM meta"));
  IndexMeta meta;
  int found = 0;
  while (true) {
    X400_TRY(row, rows.step());
    if (!row) break;
    ++found;
    const std::string_view key = rows.text(0);
    const std::int64_t value = rows.integer(1);
    if (key == "version") meta.version = value;
    if (key == "identity") meta.identity = static_cast<std::uint64_t>(value);
    if (key == "segment") meta.position.segment = static_cast<std::uint32_t>(value);
    if (key == "offset") meta.position.offset = static_cast<std::uint64_t>(value);
    if (key == "lsn") meta.position.lsn = static_cast<std::uint64_t>(value);
    if (key == "store") {
      const View id = rows.blob(1);
      if (id.size() == meta.store.size()) std::copy(id.begin(), id.end(), meta.store.begin());
    }
  }
  if (found == 0) return Error(ErrorKind::corrupt, "index: says nothing of itself");
  return meta;
}

Status write_meta(Database& db, const IndexMeta& meta) {
  X400_TRY(put, db.prepare("INSERT OR REPLACE INTO meta VALUES('version',?1),('store',?2),('identity',?3)"));
  put.bind(1, meta.version).bind(2, View(meta.store)).bind(3, static_cast<std::int64_t>(meta.identity));
  X400_CHECK(put.run());
  return write_position(db, meta.position);
}

Status write_position(Database& db, const LogPosition& position) {
  X400_TRY(put, db.prepare("INSERT OR REPLACE INTO meta VALUES('segment',?1),('offset',?2),('lsn',?3)"));
  put.bind(1, position.segment)
      .bind(2, static_cast<std::int64_t>(position.offset))
      .bind(3, static_cast<std::int64_t>(position.lsn));
  return put.run();
}

}  // namespace x400::mstore::storage
