// What cleaning left behind: half written generations, old ones, rows that a crash kept from moving.
#include <algorithm>
#include <set>
#include <tuple>

#include "log/bodies.hpp"
#include "space/cleaner.hpp"

namespace x400::mstore::space {
namespace {

bool unfinished(const std::string& name) {
  return name.size() > 4 && name.ends_with(".new") && parse_segment_name(name.substr(0, name.size() - 4));
}

std::int64_t id_of(const RecordHeader& h, EntryBase base) {
  return entry_id(box_key(h.mailbox, base), h.number);
}

// Items of which the segment holds no value any more.
Status dig_up_items(Database& db, const Catalogue& catalogue, std::uint32_t segment) {
  using Key = std::tuple<MailboxNumber, std::uint16_t, Octets>;
  std::set<Key> there;
  for (const CatalogueRecord& r : catalogue.records) {
    if (r.header.type != RecordType::item || !r.body_good) continue;
    X400_TRY(body, decode_item(r.body));
    if (body.value) there.emplace(r.header.mailbox, body.kind, to_octets(body.key));
  }
  std::vector<Key> gone;
  {
    X400_TRY(rows, db.prepare("SELECT mailbox,kind,key FROM item_graves WHERE segment=?1"));
    rows.bind(1, segment);
    while (true) {
      X400_TRY(found, rows.step());
      if (!found) break;
      Key key(static_cast<MailboxNumber>(rows.integer(0)), static_cast<std::uint16_t>(rows.integer(1)),
              to_octets(rows.blob(2)));
      if (!there.contains(key)) gone.push_back(std::move(key));
    }
  }
  for (const auto& [mailbox, kind, key] : gone) X400_CHECK(dig_up_item(db, mailbox, kind, key, segment));
  return Ok{};
}

// What the file of this segment holds becomes what the index says of it.
Status place_anew(Database& db, Segments& segments, const Segment& segment) {
  const SegmentHeader& h = segment.header;
  X400_TRY(opened, segments.open(h.segment, h.generation));
  X400_TRY(contents, read_contents(*opened.file, segment));
  const std::uint64_t key = file_key(h.segment, h.generation);
  std::vector<MovedEntry> moved;
  std::set<std::int64_t> ids;
  SpaceRow row;
  row.segment = h.segment;
  row.generation = h.generation;
  row.as_of = h.as_of;
  for (const CatalogueRecord& r : contents.catalogue.records) {
    row.octets += static_cast<std::int64_t>(r.header.record_size());
    if (r.header.type == RecordType::remove) {
      row.expiring += static_cast<std::int64_t>(r.header.record_size());
      row.expires = std::max(row.expires, r.header.time);
    }
    if (r.header.type != RecordType::entry || !r.body_good) continue;
    X400_TRY(body, decode_entry(r.body));
    const std::int64_t id = id_of(r.header, backend::base_of(body.entry_class));
    ids.insert(id);
    moved.push_back({body.archived ? archive_id(id) : id, r.offset,
                     r.header.header_size() + r.header.body_size, r.header.inline_content()});
  }
  X400_CHECK(move_entries(db, moved, key));
  for (const MovedEntry& m : moved) {
    X400_TRY(file, file_of_entry(db, stored_id(m.id)));
    X400_TRY(archived, file_of_entry(db, is_stored(stored_id(m.id)) ? archive_id(stored_id(m.id)) : m.id));
    if ((!file || *file != key) && (!archived || *archived != key))
      row.dead += static_cast<std::int64_t>(round_up8(m.head + m.inline_size));
  }
  std::vector<std::int64_t> graves;
  {
    X400_TRY(rows, db.prepare("SELECT id FROM graves WHERE segment=?1"));
    rows.bind(1, h.segment);
    while (true) {
      X400_TRY(found, rows.step());
      if (!found) break;
      if (!ids.contains(rows.integer(0))) graves.push_back(rows.integer(0));
    }
  }
  for (const std::int64_t id : graves) X400_CHECK(dig_up(db, id, h.segment));
  X400_CHECK(dig_up_items(db, contents.catalogue, h.segment));
  return set_space(db, row);
}

}  // namespace

Status tidy(Segments& segments, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& superseded) {
  Env& env = segments.env();
  X400_TRY(names, env.list(segments.folder()));
  bool changed = !superseded.empty();
  for (const std::string& name : names) {
    if (!unfinished(name)) continue;
    X400_CHECK(env.remove(segments.folder() / name));
    changed = true;
  }
  for (const auto& [number, generation] : superseded) X400_CHECK(segments.retire(number, generation));
  if (!changed) return Ok{};
  X400_CHECK(env.sync_folder(segments.retired()));
  return env.sync_folder(segments.folder());
}

Result<std::uint64_t> sweep_retired(Segments& segments, Time until) {
  Env& env = segments.env();
  X400_TRY(names, env.list(segments.retired()));
  std::uint64_t freed = 0;
  for (const std::string& name : names) {
    const auto when = parse_retired_name(name);
    if (!when || *when > until) continue;
    std::uint64_t size = 0;
    if (const auto file = env.open(segments.retired() / name, OpenMode::read); file.ok())
      size = (*file)->size().value_or(0);
    X400_CHECK(segments.forget_retired(name));
    freed += size;
  }
  return freed;
}

Result<std::uint64_t> reconcile(Database& db, Segments& segments) {
  X400_TRY(rows, space_rows(db));
  std::map<std::uint32_t, std::uint32_t> generations;
  std::vector<std::uint32_t> gone;
  for (const SpaceRow& row : rows) {
    generations[row.segment] = row.generation;
    if (!segments.find(row.segment)) gone.push_back(row.segment);
  }
  std::uint64_t differed = gone.size();
  X400_CHECK(db.execute("BEGIN IMMEDIATE"));
  const Status done = [&]() -> Status {
    for (const std::uint32_t segment : gone) X400_CHECK(forget_segment(db, segment));
    for (const Segment& segment : segments.all()) {
      const SegmentHeader& h = segment.header;
      const auto known = generations.find(h.segment);
      if (known == generations.end() || known->second == h.generation) continue;
      X400_CHECK(place_anew(db, segments, segment));
      ++differed;
    }
    return db.execute("COMMIT");
  }();
  if (done.ok()) return differed;
  (void)db.execute("ROLLBACK").ok();
  return done.error();
}

}  // namespace x400::mstore::space
