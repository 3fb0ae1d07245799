#include "index/rows.hpp"

namespace x400::mstore::storage {
namespace {
std::int64_t signed_of(std::uint64_t v) { return static_cast<std::int64_t>(v); }
}  // namespace

Result<bool> insert_row(Database& db, const EntryRow& row, const EntryBody& body) {
  const auto base = body.archived ? backend::EntryBase::archive : backend::base_of(body.entry_class);
  const std::int64_t box = box_key(row.mailbox, base);
  X400_TRY(put, db.prepare("INSERT OR IGNORE INTO entries VALUES"
                           "(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21)"));
  put.bind(1, entry_id(box, row.number))
      .bind(2, box)
      .bind(3, static_cast<int>(body.entry_class))
      .bind(4, body.entry_type)
      .bind(5, static_cast<int>(body.status))
      .bind(6, body.priority)
      .bind(8, signed_of(body.size))
      .bind(9, row.created)
      .bind(10, body.parent_distance == 0 ? 0 : row.number - body.parent_distance)
      .bind(11, body.descendants)
      .bind(12, signed_of(row.file))
      .bind(13, signed_of(row.offset))
      .bind(14, signed_of(row.head))
      .bind(15, signed_of(row.inline_size))
      .bind(19, body.list_complete ? 1 : 0);
  if (body.precedence) put.bind(7, *body.precedence);
  if (row.content_file != 0) put.bind(16, signed_of(row.content_file));
  if (row.duplicate) put.bind(17, *row.duplicate);
  if (row.state != 0) put.bind(18, signed_of(row.state));
  if (!body.list_attributes.empty()) put.bind(20, body.list_attributes);
  if (!body.variable.empty()) put.bind(21, body.variable);
  X400_CHECK(put.run());
  return db.changes() != 0;
}

Status add_counters(Database& db, const CounterMap& counters) {
  for (const auto& [key, c] : counters) {
    if (c.count == 0 && c.octets == 0) continue;
    const auto& [box, entry_class, status, type, priority, child] = key;
    X400_TRY(add, db.prepare("INSERT INTO counters VALUES(?1,?2,?3,?4,?5,?6,?7,?8) "
                             "ON CONFLICT DO UPDATE SET count=count+?7, octets=octets+?8"));
    add.bind(1, box).bind(2, entry_class).bind(3, status).bind(4, type).bind(5, priority).bind(6, child);
    add.bind(7, c.count).bind(8, c.octets);
    X400_CHECK(add.run());
  }
  return Ok{};
}

std::uint64_t item_record_size(std::uint64_t key, std::uint64_t value) {
  constexpr std::uint64_t fixed = 19;  // kind, flags, due, two lengths
  return round_up8(record_header_size + fixed + key + value);
}

}  // namespace x400::mstore::storage
