#include "index/rows.hpp"

namespace x400::mstore::storage {
namespace {

std::int64_t signed_of(std::uint64_t v) { return static_cast<std::int64_t>(v); }

constexpr int entry_columns = 21;
constexpr std::size_t rows_together = 16;

void bind_row(Query& put, int before, const EntryRow& row, const EntryBody& body) {
  const auto base = body.archived ? backend::EntryBase::archive : backend::base_of(body.entry_class);
  const std::int64_t box = box_key(row.mailbox, base);
  put.bind(before + 1, entry_id(box, row.number))
      .bind(before + 2, box)
      .bind(before + 3, static_cast<int>(body.entry_class))
      .bind(before + 4, body.entry_type)
      .bind(before + 5, static_cast<int>(body.status))
      .bind(before + 6, body.priority)
      .bind(before + 8, signed_of(body.size))
      .bind(before + 9, row.created)
      .bind(before + 10, body.parent_distance == 0 ? 0 : row.number - body.parent_distance)
      .bind(before + 11, body.descendants)
      .bind(before + 12, signed_of(row.file))
      .bind(before + 13, signed_of(row.offset))
      .bind(before + 14, signed_of(row.head))
      .bind(before + 15, signed_of(row.inline_size))
      .bind(before + 19, body.list_complete ? 1 : 0);
  if (body.precedence) put.bind(before + 7, *body.precedence);
  if (row.content_file != 0) put.bind(before + 16, signed_of(row.content_file));
  if (row.duplicate) put.bind(before + 17, *row.duplicate);
  if (row.state != 0) put.bind(before + 18, signed_of(row.state));
  if (!body.list_attributes.empty()) put.bind(before + 20, body.list_attributes);
  if (!body.variable.empty()) put.bind(before + 21, body.variable);
}

// "(?1,...),(?22,...)"
std::string row_parameters(std::size_t rows, int columns) {
  std::string text;
  for (int i = 0; i < static_cast<int>(rows) * columns; ++i)
    text += (i % columns != 0 ? ",?" : i == 0 ? "(?" : "),(?") + std::to_string(i + 1);
  return text + ")";
}

}  // namespace

Result<bool> insert_row(Database& db, const EntryRow& row, const EntryBody& body) {
  static const std::string sql = "INSERT OR IGNORE INTO entries VALUES" + row_parameters(1, entry_columns);
  X400_TRY(put, db.prepare(sql));
  bind_row(put, 0, row, body);
  X400_CHECK(put.run());
  return db.changes() != 0;
}

// A statement costs as much as two or three rows.
Status insert_rows(Database& db, std::span<const WholeRow> rows) {
  static const std::string together =
      "INSERT INTO entries VALUES" + row_parameters(rows_together, entry_columns);
  for (; rows.size() >= rows_together; rows = rows.subspan(rows_together)) {
    X400_TRY(put, db.prepare(together));
    for (std::size_t i = 0; i < rows_together; ++i)
      bind_row(put, static_cast<int>(i) * entry_columns, rows[i].row, rows[i].body);
    X400_CHECK(put.run());
  }
  for (const auto& [row, body] : rows) X400_CHECK(insert_row(db, row, body));
  return Ok{};
}

Status insert_duplicates(Database& db, std::span<const DuplicateKeys::Key> keys) {
  constexpr int columns = 5;
  static const std::string one = "INSERT INTO duplicates VALUES" + row_parameters(1, columns);
  static const std::string together =
      "INSERT INTO duplicates VALUES" + row_parameters(rows_together, columns);
  while (!keys.empty()) {
    const std::size_t count = keys.size() < rows_together ? 1 : rows_together;
    X400_TRY(put, db.prepare(count == 1 ? one : together));
    int before = 0;
    for (const DuplicateKeys::Key& key : keys.first(count)) {
      put.bind(before + 1, key.place).bind(before + 2, key.mailbox).bind(before + 3, key.number);
      put.bind(before + 4, key.created).bind(before + 5, key.view());
      before += columns;
    }
    X400_CHECK(put.run());
    keys = keys.subspan(count);
  }
  return Ok{};
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
