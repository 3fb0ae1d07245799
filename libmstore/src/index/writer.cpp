#include "index/writer.hpp"

#include <algorithm>

#include "log/segments.hpp"

namespace x400::mstore::storage {
namespace {

using backend::Event;

constexpr std::int64_t purge_chunk = 2000;

std::int64_t signed_of(std::uint64_t v) { return static_cast<std::int64_t>(v); }

std::string named(const IndexRecord& r) {
  return "mailbox " + std::to_string(r.header.mailbox) + ", entry " + std::to_string(r.header.number) +
         ", record " + lsn_text(r.header.lsn) + ", segment " + segment_name(r.segment, r.generation) +
         " at " + std::to_string(r.offset);
}

}  // namespace

Status IndexWriter::begin(Time horizon) {
  horizon_ = horizon;
  generations_.clear();
  return db_.execute("BEGIN IMMEDIATE");
}

void IndexWriter::rollback() {
  (void)db_.execute("ROLLBACK").ok();  // after some errors it is rolled back already
  counted_.clear();
  mailboxes_.clear();
  space_.clear();
  events_.clear();
  unused_files_.clear();
}

Status IndexWriter::apply(const IndexRecord& record) {
  Space& space = space_[record.segment];
  space.generation = record.generation;
  space.octets += signed_of(record.header.record_size());
  if (record.header.type == RecordType::entry)
    used(record.header.mailbox, record.header.number, record.header.time);
  if (!record.body_good) return Ok{};  // reported by the scan
  Status done = Ok{};
  switch (record.header.type) {
    case RecordType::mailbox: done = mailbox(record); break;
    case RecordType::entry: done = entry(record); break;
    case RecordType::status: done = status(record); break;
    case RecordType::remove: done = remove(record); break;
    case RecordType::archive: done = archive(record); break;
    case RecordType::modify: done = modify(record); break;
    case RecordType::item: done = item(record); break;
    case RecordType::counter: done = counter(record); break;
    case RecordType::event: break;
    default:
      if ((record.header.flags & record_ignorable) == 0)
        return Error(ErrorKind::unsupported, "a later version wrote a record of type " +
                                                 std::to_string(static_cast<int>(record.header.type)) + ": " +
                                                 named(record));
  }
  return done;
}

Status IndexWriter::mailbox(const IndexRecord& record) {
  X400_TRY(body, decode_mailbox(record.body));
  X400_TRY(put, db_.prepare("INSERT INTO mailboxes VALUES(?1,?2,?3,1,0,?4,0) ON CONFLICT(number) DO UPDATE "
                            "SET id=excluded.id, properties=excluded.properties, record=excluded.record"));
  put.bind(1, record.header.mailbox).bind(2, chars(body.id)).bind(3, body.properties);
  put.bind(4, signed_of(record.header.lsn));
  return put.run();
}

Status IndexWriter::entry(const IndexRecord& record) {
  X400_TRY(body, decode_entry(record.body));
  const EntryBase base = body.archived ? EntryBase::archive : backend::base_of(body.entry_class);
  const std::int64_t box = box_key(record.header.mailbox, base);
  std::optional<std::int64_t> duplicate;
  if (!body.duplicate_key.empty()) {
    X400_TRY(hash,
             remember(record.header.mailbox, record.header.number, record.header.time, body.duplicate_key));
    duplicate = hash;
  }
  EntryRow row;
  row.mailbox = record.header.mailbox;
  row.number = record.header.number;
  row.created = record.header.time;
  row.file = file_key(record.segment, record.generation);
  row.offset = record.offset;
  row.head = record.header.header_size() + record.header.body_size;
  row.inline_size = record.header.inline_content();
  row.content_file = record.header.content_file;
  row.duplicate = duplicate;
  row.state = body.state_lsn;
  X400_TRY(inserted, insert_row(db_, row, body));
  if (!inserted) return Ok{};

  Tally tally;
  tally.id = entry_id(box, record.header.number);
  tally.entry_class = static_cast<int>(body.entry_class);
  tally.type = body.entry_type;
  tally.status = static_cast<int>(body.status);
  tally.priority = body.priority;
  tally.child = body.parent_distance != 0;
  tally.size = signed_of(body.size);
  count(tally, 1);
  if (body.archived) return Ok{};

  Event event;
  event.kind = Event::Kind::created;
  event.mailbox = record.header.mailbox;
  event.entry_class = body.entry_class;
  event.base = base;
  event.numbers = {record.header.number, record.header.number};
  event.status = body.status;
  event.priority = body.priority;
  event.child = tally.child;
  event.lsn = record.header.lsn;
  events_.push_back(event);
  return Ok{};
}

// The place of the key in the table; nothing when it is older than anybody will ask for.
Result<std::optional<std::int64_t>> IndexWriter::remember(MailboxNumber mailbox, SequenceNumber number,
                                                          Time created, View key) {
  if (created < horizon_) return std::optional<std::int64_t>();
  auto hash = static_cast<std::uint64_t>(duplicate_hash(store_, mailbox, key));
  for (std::uint64_t probe = 0; probe < most_probes; ++probe, ++hash) {
    X400_TRY(get, db_.prepare("SELECT mailbox,created,key FROM duplicates WHERE hash=?1"));
    get.bind(1, signed_of(hash));
    X400_TRY(found, get.step());
    const bool own = found && get.integer(0) == mailbox && equal(get.blob(2), key);
    if (found && !own && get.integer(1) >= horizon_) continue;
    if (own && get.integer(1) >= created) return std::optional(signed_of(hash));
    X400_TRY(put, db_.prepare("INSERT OR REPLACE INTO duplicates VALUES(?1,?2,?3,?4,?5)"));
    put.bind(1, signed_of(hash)).bind(2, mailbox).bind(3, number).bind(4, created).bind(5, key);
    X400_CHECK(put.run());
    return std::optional(signed_of(hash));
  }
  return Error(ErrorKind::internal, "index: no room for a duplicate key");
}

Result<std::vector<IndexWriter::Tally>> IndexWriter::tallies(std::int64_t from, std::int64_t to) {
  X400_TRY(rows, db_.prepare("SELECT id,class,type,status,priority,parent,size,file,segment,"
                             "head+inline,state FROM entries WHERE id BETWEEN ?1 AND ?2"));
  rows.bind(1, from).bind(2, to);
  std::vector<Tally> found;
  while (true) {
    X400_TRY(row, rows.step());
    if (!row) return found;
    Tally t;
    t.id = rows.integer(0);
    t.entry_class = static_cast<int>(rows.integer(1));
    t.type = static_cast<int>(rows.integer(2));
    t.status = static_cast<int>(rows.integer(3));
    t.priority = static_cast<int>(rows.integer(4));
    t.child = rows.integer(5) != 0;
    t.size = rows.integer(6);
    t.file = rows.integer(7);
    t.segment = static_cast<std::uint64_t>(rows.integer(8));
    t.octets = signed_of(round_up8(static_cast<std::uint64_t>(rows.integer(9))));
    t.state = static_cast<Lsn>(rows.integer(10));
    found.push_back(t);
  }
}

Status IndexWriter::status(const IndexRecord& record) {
  X400_TRY(body, decode_status(record.body));
  const std::int64_t box = box_key(record.header.mailbox, body.base);
  const int to = static_cast<int>(body.status);
  for (const NumberRange& range : body.ranges) {
    const std::int64_t low = entry_id(box, range.from);
    const std::int64_t high = entry_id(box, range.to);
    X400_TRY(rows, tallies(low, high));
    for (Tally& t : rows) {
      if (t.status == to || (t.status > to && !body.backwards) || t.state >= record.header.lsn) continue;
      count(t, -1);
      t.status = to;
      count(t, 1);
    }
    X400_TRY(set, db_.prepare("UPDATE entries SET status=?3 WHERE id BETWEEN ?1 AND ?2 AND (status<?3 OR ?4) "
                              "AND (state IS NULL OR state<?5)"));
    set.bind(1, low).bind(2, high).bind(3, to).bind(4, body.backwards ? 1 : 0);
    set.bind(5, signed_of(record.header.lsn));
    X400_CHECK(set.run());
    Event event;
    event.kind = Event::Kind::status;
    event.mailbox = record.header.mailbox;
    event.base = body.base;
    event.numbers = range;
    event.status = body.status;
    event.lsn = record.header.lsn;
    events_.push_back(event);
  }
  return Ok{};
}

Status IndexWriter::remove(const IndexRecord& record) {
  X400_TRY(body, decode_remove(record.body));
  const std::int64_t box = box_key(record.header.mailbox, body.base);
  Space& space = space_[record.segment];
  space.expiring += signed_of(record.header.record_size());
  space.expires = std::max(space.expires, record.header.time);
  for (const RemovedEntry& removed : body.entries) {
    const std::int64_t low = entry_id(box, removed.number);
    const std::int64_t high = low + removed.descendants;
    X400_TRY(rows, tallies(low, high));
    if (!removed.duplicate_key.empty())
      X400_CHECK(remember(record.header.mailbox, removed.number, removed.created, removed.duplicate_key));
    if (rows.empty()) continue;
    for (const Tally& t : rows) {
      count(t, -1);
      X400_CHECK(bury(t));
      if (t.file != 0) unused_files_.push_back(static_cast<std::uint64_t>(t.file));
    }
    X400_TRY(erase, db_.prepare("DELETE FROM entries WHERE id BETWEEN ?1 AND ?2"));
    erase.bind(1, low).bind(2, high);
    X400_CHECK(erase.run());
    deleted(record, removed, body.base, rows.front().entry_class);
  }
  return Ok{};
}

// The rows go to the archive as they are; their records stay where they lie.
Status IndexWriter::archive(const IndexRecord& record) {
  X400_TRY(body, decode_remove(record.body));
  const std::int64_t box = box_key(record.header.mailbox, body.base);
  const std::int64_t archive = box_key(record.header.mailbox, EntryBase::archive);
  for (const RemovedEntry& removed : body.entries) {
    const std::int64_t low = entry_id(box, removed.number);
    X400_TRY(rows, tallies(low, low + removed.descendants));
    if (rows.empty()) continue;
    const std::int64_t distance = entry_id(archive, removed.number) - low;
    for (Tally& t : rows) {
      count(t, -1);
      t.id += distance;
      count(t, 1);
    }
    X400_TRY(move, db_.prepare("UPDATE entries SET id=id+?3, box=?4 WHERE id BETWEEN ?1 AND ?2"));
    move.bind(1, low).bind(2, low + removed.descendants).bind(3, distance).bind(4, archive);
    X400_CHECK(move.run());
    deleted(record, removed, body.base, rows.front().entry_class);
  }
  return Ok{};
}

void IndexWriter::deleted(const IndexRecord& record, const RemovedEntry& entry, EntryBase base,
                          int entry_class) {
  Event event;
  event.kind = Event::Kind::deleted;
  event.mailbox = record.header.mailbox;
  event.entry_class = static_cast<EntryClass>(entry_class);
  event.base = base;
  event.numbers = {entry.number, entry.number + entry.descendants};
  event.lsn = record.header.lsn;
  events_.push_back(event);
}

Status IndexWriter::modify(const IndexRecord& record) {
  X400_TRY(body, decode_modify(record.body));
  const std::int64_t id = entry_id(box_key(record.header.mailbox, body.base), record.header.number);
  if (body.variable) {
    X400_TRY(set, db_.prepare("UPDATE entries SET variable=?2 WHERE id=?1 AND (state IS NULL OR state<?3)"));
    set.bind(1, id).bind(2, *body.variable).bind(3, signed_of(record.header.lsn));
    X400_CHECK(set.run());
  }
  if (body.list_attributes) {
    X400_TRY(set, db_.prepare("UPDATE entries SET list=?2, complete=?3 WHERE id=?1 "
                              "AND (state IS NULL OR state<?4)"));
    set.bind(1, id).bind(2, *body.list_attributes).bind(3, body.list_complete ? 1 : 0);
    set.bind(4, signed_of(record.header.lsn));
    X400_CHECK(set.run());
  }
  return Ok{};
}

Status IndexWriter::item(const IndexRecord& record) {
  X400_TRY(body, decode_item(record.body));
  X400_CHECK(bury_item(record, body));
  X400_TRY(change, db_.prepare(body.value ? "INSERT OR REPLACE INTO items VALUES(?1,?2,?3,?4,?5,?6,?7)"
                                          : "DELETE FROM items WHERE mailbox=?1 AND kind=?2 AND key=?3"));
  change.bind(1, record.header.mailbox).bind(2, body.kind).bind(3, body.key);
  if (body.value) change.bind(4, *body.value);
  if (body.value && body.due) change.bind(5, *body.due);
  if (body.value) change.bind(6, signed_of(record.header.lsn)).bind(7, record.segment);
  return change.run();
}

Status IndexWriter::counter(const IndexRecord& record) {
  X400_TRY(body, decode_counter(record.body));
  used(record.header.mailbox, body.next - 1, body.last_time);
  mailboxes_[record.header.mailbox].counter = record.header.lsn;
  return Ok{};
}

void IndexWriter::count(const Tally& t, std::int64_t by) {
  Counted& c = counted_[CounterKey(t.id >> 31, t.entry_class, t.status, t.type, t.priority, t.child ? 1 : 0)];
  c.count += by;
  c.octets += by * t.size;
}

void IndexWriter::used(MailboxNumber mailbox, SequenceNumber number, Time time) {
  MailboxState& state = mailboxes_[mailbox];
  state.next = std::max(state.next, number + 1);
  state.last_time = std::max(state.last_time, time);
}

Status IndexWriter::skip_numbers(std::uint64_t count) {
  X400_TRY(set, db_.prepare("UPDATE mailboxes SET next=min(next+?1, 2147483648)"));
  set.bind(1, signed_of(count));
  return set.run();
}

Status IndexWriter::flush_mailboxes() {
  for (const auto& [mailbox, state] : mailboxes_) {
    X400_TRY(set, db_.prepare("UPDATE mailboxes SET next=max(next,?2), last_time=max(last_time,?3), "
                              "counter=max(counter,?4) WHERE number=?1"));
    set.bind(1, mailbox).bind(2, state.next).bind(3, state.last_time).bind(4, signed_of(state.counter));
    X400_CHECK(set.run());
    if (db_.changes() != 0) continue;
    // Its own record was lost: what it holds must stay reachable.
    const std::string id = "recovered-" + std::to_string(mailbox);
    X400_TRY(put, db_.prepare("INSERT INTO mailboxes VALUES(?1,?2,x'',?3,?4,0,?5)"));
    put.bind(1, mailbox).bind(2, std::string_view(id)).bind(3, state.next).bind(4, state.last_time);
    put.bind(5, signed_of(state.counter));
    X400_CHECK(put.run());
    problems_.push_back("the record of mailbox " + std::to_string(mailbox) + " is lost: named " + id);
  }
  mailboxes_.clear();
  return Ok{};
}

Status IndexWriter::commit(const LogPosition& position) {
  X400_CHECK(add_counters(db_, counted_));
  counted_.clear();
  X400_CHECK(flush_mailboxes());
  X400_CHECK(flush_space());
  X400_CHECK(write_position(db_, position));
  return db_.execute("COMMIT");
}

Status IndexWriter::forget_duplicates(Time horizon) {
  X400_TRY(edge, db_.prepare("SELECT hash FROM duplicates WHERE hash>=?1 ORDER BY hash LIMIT 1 OFFSET ?2"));
  edge.bind(1, purge_from_).bind(2, purge_chunk);
  X400_TRY(more, edge.step());
  const std::int64_t to = more ? edge.integer(0) : std::numeric_limits<std::int64_t>::max();
  X400_TRY(erase, db_.prepare("DELETE FROM duplicates WHERE hash BETWEEN ?1 AND ?2 AND created<?3"));
  erase.bind(1, purge_from_).bind(2, to).bind(3, horizon);
  X400_CHECK(erase.run());
  purge_from_ = more ? to : std::numeric_limits<std::int64_t>::min();
  return Ok{};
}

}  // namespace x400::mstore::storage
