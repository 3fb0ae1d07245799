#include "index/space_queries.hpp"

#include "log/segments.hpp"

namespace x400::mstore::storage {
namespace {
std::int64_t signed_of(std::uint64_t v) { return static_cast<std::int64_t>(v); }
std::uint64_t unsigned_of(std::int64_t v) { return static_cast<std::uint64_t>(v); }
}  // namespace

Result<std::vector<SpaceRow>> space_rows(Database& db) {
  X400_TRY(rows, db.prepare("SELECT segment,generation,octets,dead,expiring,expires,as_of FROM space "
                            "ORDER BY segment"));
  std::vector<SpaceRow> found;
  while (true) {
    X400_TRY(row, rows.step());
    if (!row) return found;
    SpaceRow s;
    s.segment = static_cast<std::uint32_t>(rows.integer(0));
    s.generation = static_cast<std::uint32_t>(rows.integer(1));
    s.octets = rows.integer(2);
    s.dead = rows.integer(3);
    s.expiring = rows.integer(4);
    s.expires = rows.integer(5);
    s.as_of = unsigned_of(rows.integer(6));
    found.push_back(s);
  }
}

Result<std::optional<LiveEntry>> live_entry(Database& db, std::int64_t id) {
  X400_TRY(get, db.prepare("SELECT segment,offset,status,complete,list,variable FROM entries WHERE id=?1"));
  get.bind(1, id);
  X400_TRY(found, get.step());
  if (!found) return std::optional<LiveEntry>();
  LiveEntry e;
  e.file = unsigned_of(get.integer(0));
  e.offset = unsigned_of(get.integer(1));
  e.status = static_cast<RetrievalStatus>(get.integer(2));
  e.list_complete = get.integer(3) != 0;
  e.list_attributes = to_octets(get.blob(4));
  e.variable = to_octets(get.blob(5));
  return std::optional(std::move(e));
}

Result<std::optional<std::uint64_t>> file_of_entry(Database& db, std::int64_t id) {
  X400_TRY(get, db.prepare("SELECT segment FROM entries WHERE id=?1"));
  get.bind(1, id);
  X400_TRY(found, get.step());
  if (!found) return std::optional<std::uint64_t>();
  return std::optional(unsigned_of(get.integer(0)));
}

Result<std::vector<NumberedFile>> files_of_entries(Database& db, std::int64_t low, std::int64_t high,
                                                   std::size_t limit) {
  X400_TRY(rows,
           db.prepare("SELECT id,segment FROM entries WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3"));
  rows.bind(1, low).bind(2, high).bind(3, signed_of(limit));
  std::vector<NumberedFile> found;
  while (true) {
    X400_TRY(row, rows.step());
    if (!row) return found;
    found.push_back({number_of(rows.integer(0)), unsigned_of(rows.integer(1))});
  }
}

Result<bool> buried_elsewhere(Database& db, std::int64_t low, std::int64_t high, std::uint32_t segment) {
  X400_TRY(get, db.prepare("SELECT 1 FROM graves WHERE id BETWEEN ?1 AND ?2 AND segment<>?3 LIMIT 1"));
  get.bind(1, low).bind(2, high).bind(3, segment);
  return get.step();
}

Result<bool> item_buried_elsewhere(Database& db, MailboxNumber mailbox, std::uint16_t kind, View key,
                                   std::uint32_t segment) {
  X400_TRY(get, db.prepare("SELECT 1 FROM item_graves WHERE mailbox=?1 AND kind=?2 AND key=?3 AND "
                           "segment<>?4 LIMIT 1"));
  get.bind(1, mailbox).bind(2, kind).bind(3, key).bind(4, segment);
  return get.step();
}

Result<std::optional<Lsn>> item_record(Database& db, MailboxNumber mailbox, std::uint16_t kind, View key) {
  X400_TRY(get, db.prepare("SELECT lsn FROM items WHERE mailbox=?1 AND kind=?2 AND key=?3"));
  get.bind(1, mailbox).bind(2, kind).bind(3, key);
  X400_TRY(found, get.step());
  if (!found) return std::optional<Lsn>();
  return std::optional(unsigned_of(get.integer(0)));
}

Result<std::map<MailboxNumber, MailboxMarks>> mailbox_marks(Database& db) {
  X400_TRY(rows, db.prepare("SELECT number,record,counter FROM mailboxes"));
  std::map<MailboxNumber, MailboxMarks> found;
  while (true) {
    X400_TRY(row, rows.step());
    if (!row) return found;
    found[static_cast<MailboxNumber>(rows.integer(0))] = {unsigned_of(rows.integer(1)),
                                                          unsigned_of(rows.integer(2))};
  }
}

Status move_entries(Database& db, std::span<const MovedEntry> moved, std::uint64_t to) {
  const std::uint64_t low = file_key(segment_of_key(to), 0);
  const std::uint64_t high = file_key(segment_of_key(to), most_generations);
  const auto move = [&](const MovedEntry& m, std::int64_t id) -> Result<bool> {
    X400_TRY(set, db.prepare("UPDATE entries SET segment=?2,offset=?3,head=?4,inline=?5 "
                             "WHERE id=?1 AND segment BETWEEN ?6 AND ?7"));
    set.bind(1, id).bind(2, signed_of(to)).bind(3, signed_of(m.offset)).bind(4, signed_of(m.head));
    set.bind(5, signed_of(m.inline_size)).bind(6, signed_of(low)).bind(7, signed_of(high));
    X400_CHECK(set.run());
    return db.changes() != 0;
  };
  for (const MovedEntry& m : moved) {
    X400_TRY(there, move(m, m.id));
    if (there) continue;
    // The index may also be older than the record: set back by a power cut to before it was archived.
    if (is_stored(m.id)) X400_CHECK(move(m, archive_id(m.id)));
    if (is_archived(m.id)) X400_CHECK(move(m, stored_id(m.id)));
  }
  return Ok{};
}

Status dig_up(Database& db, std::int64_t id, std::uint32_t segment) {
  X400_TRY(erase, db.prepare("DELETE FROM graves WHERE id=?1 AND segment=?2"));
  erase.bind(1, id).bind(2, segment);
  return erase.run();
}

Status dig_up_item(Database& db, MailboxNumber mailbox, std::uint16_t kind, View key, std::uint32_t segment) {
  X400_TRY(erase,
           db.prepare("DELETE FROM item_graves WHERE mailbox=?1 AND kind=?2 AND key=?3 AND segment=?4"));
  erase.bind(1, mailbox).bind(2, kind).bind(3, key).bind(4, segment);
  return erase.run();
}

Status set_space(Database& db, const SpaceRow& row) {
  X400_TRY(put, db.prepare("INSERT OR REPLACE INTO space VALUES(?1,?2,?3,?4,?5,?6,?7)"));
  put.bind(1, row.segment).bind(2, row.generation).bind(3, row.octets).bind(4, row.dead);
  put.bind(5, row.expiring).bind(6, row.expires).bind(7, signed_of(row.as_of));
  return put.run();
}

Status forget_segment(Database& db, std::uint32_t segment) {
  for (const char* sql : {"DELETE FROM space WHERE segment=?1", "DELETE FROM graves WHERE segment=?1",
                          "DELETE FROM item_graves WHERE segment=?1"}) {
    X400_TRY(erase, db.prepare(sql));
    erase.bind(1, segment);
    X400_CHECK(erase.run());
  }
  return Ok{};
}

}  // namespace x400::mstore::storage
