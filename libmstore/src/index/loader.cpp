#include "index/loader.hpp"

#include <algorithm>

#include "index/ahead.hpp"

namespace x400::mstore::storage {
namespace {

std::int64_t signed_of(std::uint64_t v) { return static_cast<std::int64_t>(v); }
std::int64_t room_of(std::uint64_t head, std::uint64_t inline_size) {
  return signed_of(round_up8(head + inline_size));
}

std::string named(const CatalogueRecord& r, const Segment& segment) {
  return "record " + lsn_text(r.header.lsn) + ", segment " +
         segment_name(segment.header.segment, segment.header.generation) + " at " + std::to_string(r.offset);
}

}  // namespace

Result<IndexLoader::Loaded> IndexLoader::load(Segments& segments, const LogPosition& end) {
  X400_CHECK(read(segments, end));
  change();
  duplicates_.settle();
  X400_CHECK(db_.execute("BEGIN"));
  X400_CHECK(write(segments));
  X400_CHECK(write_position(db_, end));
  X400_CHECK(db_.execute("COMMIT"));
  return std::move(out_);
}

// ---- reading

Status IndexLoader::read(Segments& segments, const LogPosition& end) {
  std::vector<Segment> all = segments.all();
  std::erase_if(all, [&](const Segment& s) { return s.header.segment > end.segment; });
  std::uint64_t total = 0;
  std::uint64_t done = 0;
  for (Segment& s : all) {
    if (s.header.segment == end.segment) s.end = end.offset;
    total += s.end;
  }
  // The next is read and checked while one is taken in.
  auto next = all.begin();
  Ahead<SegmentContents> ahead(1, [&]() -> Ahead<SegmentContents>::Made {
    if (next == all.end()) return std::optional<SegmentContents>();
    const Segment& segment = *next++;
    X400_TRY(opened, segments.open(segment.header.segment, segment.header.generation));
    X400_TRY(read, read_contents(*opened.file, segment));
    return std::optional(std::move(read));
  });
  for (const Segment& segment : all) {
    const SegmentHeader& h = segment.header;
    X400_TRY(read, ahead.next());
    SegmentContents& contents = *read;
    source_of_[h.segment] = sources_.size();
    sources_.push_back({segment, {}, h.as_of});
    SpaceRow& space = sources_.back().space;
    space.segment = h.segment;
    space.generation = h.generation;
    space.as_of = h.as_of;
    for (const CatalogueRecord& r : contents.catalogue.records)
      X400_CHECK(take(r, static_cast<std::uint32_t>(sources_.size() - 1)));
    for (const auto& [number, m] : contents.catalogue.mailboxes) {
      MailboxRow& row = mailboxes_[number];
      row.next = std::max(row.next, m.next);
      row.last_time = std::max(row.last_time, m.last_time);
    }
    out_.lost_records += contents.lost_records;
    out_.scanned_segments += contents.scanned ? 1 : 0;
    for (std::string& damage : contents.damage) out_.problems.push_back(std::move(damage));
    X400_CHECK(tell(LoadProgress::Phase::reading, done += segment.end, total));
  }
  return Ok{};
}

Status IndexLoader::take(const CatalogueRecord& r, std::uint32_t source) {
  const RecordHeader& h = r.header;
  SpaceRow& space = sources_[source].space;
  space.octets += signed_of(h.record_size());
  if (h.type == RecordType::entry) {
    MailboxRow& row = mailboxes_[h.mailbox];
    row.next = std::max(row.next, h.number + 1);
    row.last_time = std::max(row.last_time, h.time);
  }
  if (!r.body_good) return Ok{};  // reported by the scan
  switch (h.type) {
    case RecordType::entry: return take_entry(r, source);
    case RecordType::status:
    case RecordType::remove:
    case RecordType::archive:
    case RecordType::modify: return take_change(r, space);
    case RecordType::item: return take_item(r, space);
    case RecordType::event: return Ok{};
    case RecordType::mailbox: {
      X400_TRY(body, decode_mailbox(r.body));
      MailboxRow& row = mailboxes_[h.mailbox];
      row.id = std::string(chars(body.id));
      row.properties = to_octets(body.properties);
      row.record = h.lsn;
      return Ok{};
    }
    case RecordType::counter: {
      X400_TRY(body, decode_counter(r.body));
      MailboxRow& row = mailboxes_[h.mailbox];
      row.next = std::max(row.next, body.next);
      row.last_time = std::max(row.last_time, body.last_time);
      row.counter = h.lsn;
      return Ok{};
    }
  }
  if ((h.flags & record_ignorable) != 0) return Ok{};
  return Error(ErrorKind::unsupported, "a later version wrote a record of type " +
                                           std::to_string(static_cast<int>(h.type)) + ": " +
                                           named(r, sources_[source].segment));
}

Status IndexLoader::take_entry(const CatalogueRecord& r, std::uint32_t source) {
  const RecordHeader& h = r.header;
  X400_TRY(body, decode_entry(r.body));
  if (r.body_at > 0xffffffff) return Error(ErrorKind::limit, "a segment too large to load");
  Made made;
  made.id = entry_id(box_key(h.mailbox, backend::base_of(body.entry_class)), h.number);
  made.lsn = h.lsn;
  made.created = h.time;
  made.source = source;
  made.offset = static_cast<std::uint32_t>(r.offset);
  made.body_at = static_cast<std::uint32_t>(r.body_at);
  made.body_size = static_cast<std::uint32_t>(r.body.size());
  made.head = h.header_size() + h.body_size;
  made.inline_size = static_cast<std::uint32_t>(h.inline_content());
  made.status = static_cast<std::uint8_t>(body.status);
  made.archived = body.archived;
  if (h.content_file != 0) files_[{source, r.offset}] = h.content_file;
  sources_[source].state = std::max(sources_[source].state, body.state_lsn);
  made_.push_back(made);
  if (!body.duplicate_key.empty()) duplicates_.add(h.mailbox, h.number, h.time, body.duplicate_key);
  return Ok{};
}

Status IndexLoader::take_change(const CatalogueRecord& r, SpaceRow& space) {
  const RecordHeader& h = r.header;
  Change change;
  change.lsn = h.lsn;
  if (h.type == RecordType::status) {
    X400_TRY(body, decode_status(r.body));
    change.kind = body.backwards ? Change::Kind::set : Change::Kind::raise;
    change.status = static_cast<std::uint8_t>(body.status);
    for (const NumberRange& range : body.ranges) {
      const std::int64_t box = box_key(h.mailbox, body.base);
      change.reach(entry_id(box, range.from), entry_id(box, range.to));
      changes_.push_back(change);
    }
    return Ok{};
  }
  if (h.type == RecordType::modify) {
    X400_TRY(body, decode_modify(r.body));
    change.kind = Change::Kind::modify;
    const std::int64_t id = entry_id(box_key(h.mailbox, body.base), h.number);
    change.reach(id, id);
    Modified modified;
    if (body.variable) modified.variable = to_octets(*body.variable);
    if (body.list_attributes) modified.list = to_octets(*body.list_attributes);
    modified.list_complete = body.list_complete;
    change.modification = static_cast<std::uint32_t>(modifications_.size());
    modifications_.push_back(std::move(modified));
    changes_.push_back(change);
    return Ok{};
  }
  X400_TRY(body, decode_remove(r.body));
  const bool archive = h.type == RecordType::archive;
  change.kind = archive ? Change::Kind::archive : Change::Kind::remove;
  for (const RemovedEntry& removed : body.entries) {
    const std::int64_t low = entry_id(box_key(h.mailbox, body.base), removed.number);
    change.reach(low, low + removed.descendants);
    changes_.push_back(change);
    if (!archive && !removed.duplicate_key.empty())
      duplicates_.add(h.mailbox, removed.number, removed.created, removed.duplicate_key);
  }
  if (archive) return Ok{};
  space.expiring += signed_of(h.record_size());
  space.expires = std::max(space.expires, h.time);
  return Ok{};
}

Status IndexLoader::take_item(const CatalogueRecord& r, SpaceRow& space) {
  X400_TRY(body, decode_item(r.body));
  ItemKey key(r.header.mailbox, body.kind, to_octets(body.key));
  if (const auto it = items_.find(key); it != items_.end()) {
    const std::uint32_t segment = it->second.segment;
    item_graves_.emplace(key, segment);
    sources_[source_of_.at(segment)].space.dead +=
        signed_of(item_record_size(body.key.size(), it->second.value.size()));
    items_.erase(it);
  }
  if (!body.value) {
    space.dead += signed_of(r.header.record_size());
    return Ok{};
  }
  items_[std::move(key)] = {to_octets(*body.value), body.due, r.header.lsn, space.segment};
  return Ok{};
}

// ---- changing

void IndexLoader::change() {
  sort_made();
  for (const Change& change : changes_) {
    auto it = std::lower_bound(made_.begin(), made_.end(), change.low,
                               [](const Made& m, std::int64_t id) { return m.id < id; });
    for (; it != made_.end() && it->id <= change.high; ++it)
      if (!it->gone && it->archived == change.in_archive && it->lsn < change.lsn) apply(change, *it);
  }
  changes_.clear();
  bool moved = false;
  for (Made& made : made_) {
    if (!made.archived) continue;
    made.id = archive_id(made.id);
    moved = true;
  }
  if (moved) sort_made();
}

void IndexLoader::sort_made() {
  std::sort(made_.begin(), made_.end(),
            [](const Made& a, const Made& b) { return std::tie(a.id, a.lsn) < std::tie(b.id, b.lsn); });
}

void IndexLoader::apply(const Change& change, Made& made) {
  Source& source = sources_[made.source];
  if (change.kind == Change::Kind::remove) {
    made.gone = true;
    graves_.emplace_back(made.id, source.space.segment);
    source.space.dead += room_of(made.head, made.inline_size);
    return;
  }
  if (change.kind == Change::Kind::archive) {
    made.archived = true;
    return;
  }
  if (change.lsn <= source.state) return;  // it is in the record
  if (change.kind == Change::Kind::raise) made.status = std::max(made.status, change.status);
  if (change.kind == Change::Kind::set) made.status = change.status;
  if (change.kind != Change::Kind::modify) return;
  if (made.changed == 0) {
    changed_.emplace_back();
    made.changed = static_cast<std::uint32_t>(changed_.size());
  }
  const Modified& from = modifications_[change.modification];
  Modified& to = changed_[made.changed - 1];
  if (from.variable) to.variable = from.variable;
  if (from.list) {
    to.list = from.list;
    to.list_complete = from.list_complete;
  }
}

}  // namespace x400::mstore::storage
