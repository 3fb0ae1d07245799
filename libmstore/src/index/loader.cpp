#include "index/loader.hpp"

#include <algorithm>

namespace x400::mstore::storage {
namespace {

constexpr int most_probes = 16;

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
  for (const Segment& segment : all) {
    const SegmentHeader& h = segment.header;
    X400_TRY(opened, segments.open(h.segment, h.generation));
    X400_TRY(contents, read_contents(*opened.file, segment));
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
  if (!body.duplicate_key.empty()) remember(h.mailbox, h.number, h.time, body.duplicate_key);
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
      remember(h.mailbox, removed.number, removed.created, removed.duplicate_key);
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

// As IndexWriter::remember.
void IndexLoader::remember(MailboxNumber mailbox, SequenceNumber number, Time created, View key) {
  if (created < horizon_) return;
  auto place = static_cast<std::uint64_t>(duplicate_hash(store_, mailbox, key));
  for (int probe = 0; probe < most_probes; ++probe, ++place) {
    Duplicate& d = duplicates_[signed_of(place)];
    const bool own = d.mailbox == mailbox && equal(d.key, key);
    if (d.mailbox != 0 && !own) continue;
    if (own && d.created >= created) return;
    d = {mailbox, number, created, to_octets(key)};
    return;
  }
}

std::optional<std::int64_t> IndexLoader::place_of(MailboxNumber mailbox, View key) const {
  auto place = static_cast<std::uint64_t>(duplicate_hash(store_, mailbox, key));
  for (int probe = 0; probe < most_probes; ++probe, ++place) {
    const auto it = duplicates_.find(signed_of(place));
    if (it == duplicates_.end()) return std::nullopt;
    if (it->second.mailbox == mailbox && equal(it->second.key, key)) return signed_of(place);
  }
  return std::nullopt;
}

// ---- changing

void IndexLoader::change() {
  std::sort(made_.begin(), made_.end(),
            [](const Made& a, const Made& b) { return std::tie(a.id, a.lsn) < std::tie(b.id, b.lsn); });
  for (const Change& change : changes_) {
    auto it = std::lower_bound(made_.begin(), made_.end(), change.low,
                               [](const Made& m, std::int64_t id) { return m.id < id; });
    for (; it != made_.end() && it->id <= change.high; ++it)
      if (!it->gone && it->archived == change.in_archive && it->lsn < change.lsn) apply(change, *it);
  }
  changes_.clear();
  for (Made& made : made_)
    if (made.archived) made.id = archive_id(made.id);
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

// ---- writing

Status IndexLoader::write(Segments& segments) {
  X400_CHECK(write_entries(segments));
  X400_CHECK(add_counters(db_, counters_));
  X400_CHECK(write_mailboxes());
  X400_CHECK(write_items());
  X400_CHECK(write_duplicates());
  return write_space();
}

Status IndexLoader::write_entries(Segments& segments) {
  constexpr std::uint64_t step = 10'000;
  std::int64_t last = -1;
  for (std::size_t i = 0; i < made_.size(); ++i) {
    if (i % step == 0) X400_CHECK(tell(LoadProgress::Phase::writing, i, made_.size()));
    if (made_[i].gone || made_[i].id == last) continue;
    last = made_[i].id;
    X400_CHECK(write_entry(segments, made_[i]));
    ++out_.entries;
  }
  return tell(LoadProgress::Phase::writing, made_.size(), made_.size());
}

Status IndexLoader::write_entry(Segments& segments, const Made& made) {
  const SegmentHeader& h = sources_[made.source].segment.header;
  X400_TRY(opened, segments.open(h.segment, h.generation));
  Octets octets(made.body_size);
  X400_TRY(got, opened.file->read(made.body_at, octets));
  octets.resize(got);
  X400_TRY(body, decode_entry(octets));
  body.status = static_cast<RetrievalStatus>(made.status);
  body.archived = made.archived;
  if (made.changed != 0) {
    const Modified& m = changed_[made.changed - 1];
    if (m.variable) body.variable = *m.variable;
    if (m.list) {
      body.list_attributes = *m.list;
      body.list_complete = m.list_complete;
    }
  }
  EntryRow row;
  row.mailbox = static_cast<MailboxNumber>(made.id >> 33);
  row.number = number_of(made.id);
  row.created = made.created;
  row.file = file_key(h.segment, h.generation);
  row.offset = made.offset;
  row.head = made.head;
  row.inline_size = made.inline_size;
  if (!files_.empty())
    if (const auto it = files_.find({made.source, made.offset}); it != files_.end())
      row.content_file = it->second;
  if (!body.duplicate_key.empty()) row.duplicate = place_of(row.mailbox, body.duplicate_key);
  X400_CHECK(insert_row(db_, row, body));
  Counted& c = counters_[CounterKey(made.id >> 31, static_cast<int>(body.entry_class), made.status,
                                    body.entry_type, body.priority, body.parent_distance != 0 ? 1 : 0)];
  c.count += 1;
  c.octets += signed_of(body.size);
  return Ok{};
}

Status IndexLoader::write_mailboxes() {
  for (auto& [number, m] : mailboxes_) {
    if (m.record == 0) {  // its own record was lost: what it holds must stay reachable
      m.id = "recovered-" + std::to_string(number);
      out_.problems.push_back("the record of mailbox " + std::to_string(number) + " is lost: named " + m.id);
    }
    X400_TRY(put, db_.prepare("INSERT INTO mailboxes VALUES(?1,?2,?3,?4,?5,?6,?7)"));
    put.bind(1, number).bind(2, std::string_view(m.id)).bind(3, m.properties);
    put.bind(
        4, std::min<std::int64_t>(signed_of(m.next + out_.lost_records), backend::max_sequence_number + 1ll));
    put.bind(5, m.last_time).bind(6, signed_of(m.record)).bind(7, signed_of(m.counter));
    X400_CHECK(put.run());
  }
  return Ok{};
}

Status IndexLoader::write_items() {
  for (const auto& [key, item] : items_) {
    const auto& [mailbox, kind, name] = key;
    X400_TRY(put, db_.prepare("INSERT INTO items VALUES(?1,?2,?3,?4,?5,?6,?7)"));
    put.bind(1, mailbox).bind(2, kind).bind(3, name).bind(4, item.value);
    if (item.due) put.bind(5, *item.due);
    put.bind(6, signed_of(item.lsn)).bind(7, item.segment);
    X400_CHECK(put.run());
  }
  for (const auto& grave : item_graves_) {
    const auto& [mailbox, kind, name] = grave.first;
    X400_TRY(put, db_.prepare("INSERT INTO item_graves VALUES(?1,?2,?3,?4)"));
    put.bind(1, mailbox).bind(2, kind).bind(3, name).bind(4, grave.second);
    X400_CHECK(put.run());
  }
  return Ok{};
}

Status IndexLoader::write_duplicates() {
  std::vector<std::int64_t> places;
  places.reserve(duplicates_.size());
  for (const auto& [place, d] : duplicates_)
    if (d.mailbox != 0) places.push_back(place);
  std::sort(places.begin(), places.end());
  for (const std::int64_t place : places) {
    const Duplicate& d = duplicates_.at(place);
    X400_TRY(put, db_.prepare("INSERT INTO duplicates VALUES(?1,?2,?3,?4,?5)"));
    put.bind(1, place).bind(2, d.mailbox).bind(3, d.number).bind(4, d.created).bind(5, d.key);
    X400_CHECK(put.run());
  }
  return Ok{};
}

Status IndexLoader::write_space() {
  std::sort(graves_.begin(), graves_.end());
  graves_.erase(std::unique(graves_.begin(), graves_.end()), graves_.end());
  for (const auto& grave : graves_) {
    X400_TRY(put, db_.prepare("INSERT INTO graves VALUES(?1,?2)"));
    put.bind(1, grave.first).bind(2, grave.second);
    X400_CHECK(put.run());
  }
  for (const Source& source : sources_) {
    const SpaceRow& s = source.space;
    X400_TRY(put, db_.prepare("INSERT INTO space VALUES(?1,?2,?3,?4,?5,?6,?7)"));
    put.bind(1, s.segment).bind(2, s.generation).bind(3, s.octets).bind(4, s.dead);
    put.bind(5, s.expiring).bind(6, s.expires).bind(7, signed_of(s.as_of));
    X400_CHECK(put.run());
  }
  return Ok{};
}

}  // namespace x400::mstore::storage
