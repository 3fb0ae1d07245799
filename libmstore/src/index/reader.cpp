#include "index/reader.hpp"

#include "log/segments.hpp"

namespace x400::mstore::storage {

using backend::Counter;
using backend::EntryBase;
using backend::Item;

namespace {

std::int64_t signed_of(std::uint64_t v) { return static_cast<std::int64_t>(v); }

Item item_of(const Query& row) {
  Item item;
  item.mailbox = static_cast<MailboxNumber>(row.integer(0));
  item.kind = static_cast<std::uint16_t>(row.integer(1));
  item.key = to_octets(row.blob(2));
  item.value = to_octets(row.blob(3));
  if (!row.null(4)) item.due = row.integer(4);
  return item;
}

Result<std::vector<Item>> all_items(Query rows) {
  std::vector<Item> found;
  while (true) {
    X400_TRY(row, rows.step());
    if (!row) return found;
    found.push_back(item_of(rows));
  }
}

// The least key that no longer begins with the prefix; empty: there is none.
Octets behind(View prefix) {
  Octets end = to_octets(prefix);
  while (!end.empty() && end.back() == 0xff) end.pop_back();
  if (!end.empty()) ++end.back();
  return end;
}

}  // namespace

Result<std::optional<PlacedRow>> IndexReader::entry(MailboxNumber mailbox, EntryBase base,
                                                    SequenceNumber number) {
  X400_TRY(get, db_->prepare("SELECT class,type,status,priority,precedence,size,created,parent,descendants,"
                             "segment,offset,head,inline,complete,list,variable FROM entries WHERE id=?1"));
  get.bind(1, entry_id(box_key(mailbox, base), number));
  X400_TRY(found, get.step());
  if (!found) return std::optional<PlacedRow>();
  PlacedRow r;
  r.row.number = number;
  r.row.entry_class = static_cast<backend::EntryClass>(get.integer(0));
  r.row.entry_type = static_cast<std::uint8_t>(get.integer(1));
  r.row.status = static_cast<backend::RetrievalStatus>(get.integer(2));
  r.row.priority = static_cast<std::uint8_t>(get.integer(3));
  if (!get.null(4)) r.row.precedence = static_cast<std::int32_t>(get.integer(4));
  r.row.size = static_cast<std::uint64_t>(get.integer(5));
  r.row.created = get.integer(6);
  r.row.parent = static_cast<SequenceNumber>(get.integer(7));
  r.row.descendants = static_cast<std::uint32_t>(get.integer(8));
  const auto file = static_cast<std::uint64_t>(get.integer(9));
  r.place.segment = segment_of_key(file);
  r.place.generation = generation_of_key(file);
  r.place.offset = static_cast<std::uint64_t>(get.integer(10));
  r.place.head = static_cast<std::uint64_t>(get.integer(11));
  r.place.inline_size = static_cast<std::uint64_t>(get.integer(12));
  r.row.list_complete = get.integer(13) != 0;
  r.row.list_attributes = to_octets(get.blob(14));
  r.row.variable = to_octets(get.blob(15));
  return std::optional(std::move(r));
}

Result<std::optional<Removable>> IndexReader::removable(MailboxNumber mailbox, EntryBase base,
                                                        SequenceNumber number) {
  X400_TRY(get,
           db_->prepare(
               "SELECT e.parent,e.descendants,e.created,d.key,d.number,e.class,e.type,e.size FROM entries e "
               "LEFT JOIN duplicates d ON d.hash=e.duplicate WHERE e.id=?1"));
  get.bind(1, entry_id(box_key(mailbox, base), number));
  X400_TRY(found, get.step());
  if (!found) return std::optional<Removable>();
  Removable r;
  r.entry_class = static_cast<backend::EntryClass>(get.integer(5));
  r.entry_type = static_cast<std::uint8_t>(get.integer(6));
  r.size = static_cast<std::uint64_t>(get.integer(7));
  r.parent = static_cast<SequenceNumber>(get.integer(0));
  r.descendants = static_cast<std::uint32_t>(get.integer(1));
  r.created = get.integer(2);
  if (!get.null(3) && get.integer(4) == number) r.duplicate_key = to_octets(get.blob(3));
  return std::optional(std::move(r));
}

Result<std::optional<SequenceNumber>> IndexReader::duplicate(const StoreId& store, MailboxNumber mailbox,
                                                             View key, Time horizon) {
  auto hash = static_cast<std::uint64_t>(duplicate_hash(store, mailbox, key));
  while (true) {
    X400_TRY(get, db_->prepare("SELECT mailbox,created,key,number FROM duplicates WHERE hash=?1"));
    get.bind(1, signed_of(hash));
    X400_TRY(found, get.step());
    if (!found) return std::optional<SequenceNumber>();
    if (get.integer(0) == mailbox && equal(get.blob(2), key)) {
      if (get.integer(1) < horizon) return std::optional<SequenceNumber>();
      return std::optional(static_cast<SequenceNumber>(get.integer(3)));
    }
    ++hash;
  }
}

Result<std::vector<Counter>> IndexReader::counters(MailboxNumber mailbox, EntryBase base) {
  X400_TRY(rows, db_->prepare("SELECT class,status,type,priority,child,count,octets FROM counters "
                              "WHERE box=?1 AND count<>0 ORDER BY class,status,type,priority,child"));
  rows.bind(1, box_key(mailbox, base));
  std::vector<Counter> found;
  while (true) {
    X400_TRY(row, rows.step());
    if (!row) return found;
    Counter c;
    c.entry_class = static_cast<backend::EntryClass>(rows.integer(0));
    c.status = static_cast<backend::RetrievalStatus>(rows.integer(1));
    c.entry_type = static_cast<std::uint8_t>(rows.integer(2));
    c.priority = static_cast<std::uint8_t>(rows.integer(3));
    c.child = rows.integer(4) != 0;
    c.count = static_cast<std::uint64_t>(rows.integer(5));
    c.octets = static_cast<std::uint64_t>(rows.integer(6));
    found.push_back(c);
  }
}

Result<std::optional<Item>> IndexReader::item(MailboxNumber mailbox, std::uint16_t kind, View key) {
  X400_TRY(get, db_->prepare(
                    "SELECT mailbox,kind,key,value,due FROM items WHERE mailbox=?1 AND kind=?2 AND key=?3"));
  get.bind(1, mailbox).bind(2, kind).bind(3, key);
  X400_TRY(found, get.step());
  if (!found) return std::optional<Item>();
  return std::optional(item_of(get));
}

Result<std::vector<Item>> IndexReader::items(MailboxNumber mailbox, std::uint16_t kind, View prefix) {
  const Octets end = behind(prefix);
  X400_TRY(rows,
           db_->prepare(end.empty() ? "SELECT mailbox,kind,key,value,due FROM items WHERE mailbox=?1 AND "
                                      "kind=?2 AND key>=?3 ORDER BY key"
                                    : "SELECT mailbox,kind,key,value,due FROM items WHERE mailbox=?1 AND "
                                      "kind=?2 AND key>=?3 AND key<?4 ORDER BY key"));
  rows.bind(1, mailbox).bind(2, kind).bind(3, prefix);
  if (!end.empty()) rows.bind(4, end);
  return all_items(std::move(rows));
}

Result<std::vector<Item>> IndexReader::due(Time until, std::uint32_t limit) {
  X400_TRY(rows, db_->prepare("SELECT mailbox,kind,key,value,due FROM items INDEXED BY items_due "
                              "WHERE due<=?1 ORDER BY due LIMIT ?2"));
  rows.bind(1, until).bind(2, limit);
  return all_items(std::move(rows));
}

Result<std::vector<IndexReader::MailboxRow>> IndexReader::mailboxes() {
  X400_TRY(rows, db_->prepare("SELECT number,id,properties,next,last_time FROM mailboxes ORDER BY number"));
  std::vector<MailboxRow> found;
  while (true) {
    X400_TRY(row, rows.step());
    if (!row) return found;
    MailboxRow m;
    m.mailbox.number = static_cast<MailboxNumber>(rows.integer(0));
    m.mailbox.id = std::string(rows.text(1));
    m.mailbox.properties = to_octets(rows.blob(2));
    m.mailbox.next = static_cast<SequenceNumber>(rows.integer(3));
    m.last_time = rows.integer(4);
    found.push_back(std::move(m));
  }
}

Result<std::vector<IndexReader::UsageRow>> IndexReader::usage() {
  X400_TRY(rows, db_->prepare("SELECT box>>2,class,type,sum(count),sum(octets) FROM counters "
                              "WHERE box&3=?1 AND child=0 GROUP BY box,class,type"));
  rows.bind(1, static_cast<int>(EntryBase::stored));
  std::vector<UsageRow> found;
  while (true) {
    X400_TRY(row, rows.step());
    if (!row) return found;
    UsageRow u;
    u.mailbox = static_cast<MailboxNumber>(rows.integer(0));
    u.entry_class = static_cast<backend::EntryClass>(rows.integer(1));
    u.entry_type = static_cast<std::uint8_t>(rows.integer(2));
    u.usage = {static_cast<std::uint64_t>(rows.integer(3)), static_cast<std::uint64_t>(rows.integer(4))};
    found.push_back(u);
  }
}

Result<bool> IndexReader::holds_file(std::uint64_t id) {
  X400_TRY(get, db_->prepare("SELECT 1 FROM entries WHERE file=?1 AND file IS NOT NULL"));
  get.bind(1, signed_of(id));
  return get.step();
}

Result<Snapshot> Snapshot::of(IndexReader& reader) {
  X400_CHECK(reader.database().execute("BEGIN"));
  return Snapshot(reader.database());
}

Snapshot::~Snapshot() {
  if (db_) (void)db_->execute("COMMIT");
}

}  // namespace x400::mstore::storage
