// Plans of the index (engine-notes: they are demanded by name, with and without statistics), and what select
// answers.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "index/reader.hpp"
#include "index/sizes.hpp"
#include "index/writer.hpp"
#include "x400_temp_folder.hpp"

using namespace x400;
using namespace x400::mstore::storage;
using x400::mstore::backend::EntryBase;
using x400::mstore::backend::EntryClass;
using x400::mstore::backend::Order;
using x400::mstore::backend::RetrievalStatus;
using x400::mstore::backend::Row;
using Asked = x400::mstore::backend::Query;
using x400::test::TempFolder;

namespace {

const StoreId store{};

// A mailbox of mixed entries, some children, written as the applier does.
class Filled {
 public:
  explicit Filled(int entries) {
    auto db = Database::open((folder_.path() / "index.db").string(), false);
    REQUIRE(db.ok());
    db_ = std::move(*db);
    REQUIRE(configure_writer(*db_).ok());
    REQUIRE(create_tables(*db_).ok());
    REQUIRE(create_ordered_indices(*db_).ok());
    REQUIRE(create_other_indices(*db_).ok());
    IndexWriter writer(*db_, store);
    REQUIRE(writer.begin(0).ok());
    std::mt19937 dice(5);
    for (int i = 1; i <= entries; ++i) {
      EntryBody body;
      body.entry_class = i % 10 == 0 ? EntryClass::submission : EntryClass::delivery;
      body.entry_type = i % 10 == 0 ? 3 : static_cast<std::uint8_t>(dice() % 2);
      body.status = i % 5 == 0 ? static_cast<RetrievalStatus>(dice() % 2) : RetrievalStatus::processed;
      body.priority = i % 7 == 0 ? static_cast<std::uint8_t>(1 + dice() % 2) : 0;
      if (i % 6 == 0) body.precedence = static_cast<std::int32_t>(dice() % 6);
      body.size = dice() % 100'000;
      if (i % 13 == 2) body.parent_distance = body.main_distance = 1;
      Octets list(400);
      body.list_attributes = list;
      put(writer, static_cast<std::uint32_t>(i), 1000 + i / 3, body);
    }
    REQUIRE(writer.commit({1, 4096, 1}).ok());
  }

  void analyze() { REQUIRE(db_->execute("ANALYZE").ok()); }
  Database& db() { return *db_; }
  IndexReader reader() {
    auto db = Database::open((folder_.path() / "index.db").string(), true);
    REQUIRE(db.ok());
    REQUIRE(configure_reader(**db).ok());
    return IndexReader(std::move(*db));
  }

  static void put(IndexWriter& writer, SequenceNumber number, Time time, const EntryBody& body) {
    const Octets octets = encode(body);
    RecordHeader h;
    h.mailbox = 7;
    h.number = number;
    h.time = time;
    h.body_size = static_cast<std::uint32_t>(octets.size());
    REQUIRE(writer.apply({h, octets, 1, 4096, true}).ok());
  }

 private:
  TempFolder folder_;
  std::unique_ptr<Database> db_;
};

std::string plan(Database& db, const SelectStatement& s) {
  auto rows = db.prepare("EXPLAIN QUERY PLAN " + s.sql);
  INFO((rows.ok() ? s.sql : rows.error().text()));
  REQUIRE(rows.ok());
  std::string text;
  for (std::size_t i = 0; i < s.parameters.size(); ++i) rows->bind(static_cast<int>(i) + 1, s.parameters[i]);
  while (true) {
    auto row = rows->step();
    REQUIRE(row.ok());
    if (!*row) return text;
    text += std::string(rows->text(3)) + "\n";
  }
}

Asked query() {
  Asked q;
  q.mailbox = 7;
  q.classes = {EntryClass::delivery};
  return q;
}

std::vector<Row> all(IndexReader& reader, Asked q, bool remember = true) {
  std::vector<Row> rows;
  while (true) {
    auto page = reader.select(q);
    INFO((page.ok() ? "" : page.error().text()));
    REQUIRE(page.ok());
    rows.insert(rows.end(), page->rows.begin(), page->rows.end());
    if (!page->more) return rows;
    q.after = page->reached;
    if (remember) q.hits = page->hits;
  }
}

bool matches(const Asked& q, const Row& r) {
  return q.classes.has(r.entry_class) && r.number >= q.numbers.from && r.number <= q.numbers.to &&
         (!q.since || r.created >= *q.since) && (!q.until || r.created <= *q.until) &&
         (q.parent ? r.parent == *q.parent : q.with_children || r.parent == 0) &&
         (!q.status || r.status == *q.status) && (!q.priority || r.priority == *q.priority) &&
         (!q.precedence_from || (r.precedence && *r.precedence >= *q.precedence_from)) &&
         (!q.precedence_to || (r.precedence && *r.precedence <= *q.precedence_to)) &&
         (!q.size_from || r.size >= *q.size_from) && (!q.size_to || r.size <= *q.size_to) &&
         (!q.entry_type || r.entry_type == *q.entry_type);
}

}  // namespace

TEST_CASE("each query takes the index made for it and sorts nothing, with and without statistics") {
  Filled index(3000);
  for (const bool statistics : {false, true}) {
    if (statistics) index.analyze();
    for (const Order order : {Order::ascending, Order::descending})
      for (const bool attributes : {true, false}) {
        Asked q = query();
        q.order = order;
        q.attributes = attributes;
        const auto is = [&](const std::string& text, const char* wanted) {
          INFO(text);
          CHECK(text.find(wanted) != std::string::npos);
          CHECK(text.find("TEMP B-TREE") == std::string::npos);
        };
        is(plan(index.db(), select_statement(q, 1, 3000, {})), "INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
        for (const auto status : {RetrievalStatus::new_entry, RetrievalStatus::listed}) {
          q.status = status;
          is(plan(index.db(), select_statement(q, 1, 3000, {})),
             "USING INDEX entries_status (box=? AND status=? AND rowid>? AND rowid<?)");
        }
        q.status = RetrievalStatus::processed;
        is(plan(index.db(), select_statement(q, 1, 3000, {})), "INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
        q.status.reset();
        q.priority = 2;
        is(plan(index.db(), select_statement(q, 1, 3000, {})),
           "USING INDEX entries_priority (box=? AND priority=? AND rowid>? AND rowid<?)");
        q.priority.reset();
        q.precedence_from = q.precedence_to = 3;
        is(plan(index.db(), select_statement(q, 1, 3000, 3)),
           "USING INDEX entries_precedence (box=? AND precedence=? AND rowid>? AND rowid<?)");
      }
  }
  // A range of sizes comes in the order of sizes: numbers from the index alone, then the rows one by one.
  CHECK(plan(index.db(), {sizes_statement, {}})
            .find("USING COVERING INDEX entries_size (box=? AND size>? AND size<?)") != std::string::npos);
  Asked q = query();
  q.size_from = 99'000;
  CHECK(plan(index.db(), row_statement(q)).find("USING INTEGER PRIMARY KEY (rowid=?)") != std::string::npos);
}

TEST_CASE("select answers what a look at every row answers, in pages of any size") {
  Filled index(600);
  IndexReader reader = index.reader();
  constexpr std::uint64_t few = 1'000;  // sizes: fewer hits than what makes a look at all entries cheaper
  Asked everything = query();
  everything.classes = {EntryClass::delivery, EntryClass::submission};
  everything.with_children = true;
  everything.limit = 10'000;
  const std::vector<Row> rows = all(reader, everything);
  REQUIRE(rows.size() == 600);
  std::mt19937 dice(11);
  const auto sometimes = [&](auto& member, auto value) {
    if (dice() % 4 == 0)
      member = static_cast<typename std::remove_reference_t<decltype(member)>::value_type>(value);
  };
  for (int round = 0; round < 400; ++round) {
    Asked q = query();
    if (dice() % 3 == 0) q.classes.add(EntryClass::submission);
    if (dice() % 3 == 0)
      q.numbers = {static_cast<SequenceNumber>(dice() % 300),
                   static_cast<SequenceNumber>(100 + dice() % 600)};
    q.with_children = dice() % 3 == 0;
    sometimes(q.since, 950 + dice() % 250);
    sometimes(q.until, 1000 + dice() % 250);
    sometimes(q.status, dice() % 3);
    sometimes(q.priority, dice() % 3);
    sometimes(q.precedence_from, dice() % 6);
    sometimes(q.precedence_to, dice() % 6);
    sometimes(q.size_from, dice() % 100'000);
    sometimes(q.size_to, dice() % 100'000);
    if (q.size_from && dice() % 2 == 0) q.size_to = *q.size_from + few + dice() % 10'000;
    sometimes(q.entry_type, dice() % 4);
    q.order = dice() % 2 == 0 ? Order::ascending : Order::descending;
    q.limit = 1 + static_cast<std::uint32_t>(dice() % 40);
    std::vector<SequenceNumber> expected;
    for (const Row& row : rows)
      if (matches(q, row)) expected.push_back(row.number);
    if (q.order == Order::descending) std::reverse(expected.begin(), expected.end());
    std::vector<SequenceNumber> found;
    for (const Row& row : all(reader, q)) found.push_back(row.number);
    INFO("round " << round << ": " << select_statement(q, 1, 600, {}).sql);
    CHECK(found == expected);
    found.clear();
    for (const Row& row : all(reader, q, false)) found.push_back(row.number);
    CHECK(found == expected);
  }
}

TEST_CASE("queries that make no sense are refused") {
  Filled index(1);
  IndexReader reader = index.reader();
  Asked q = query();
  q.limit = 0;
  CHECK(reader.select(q).error().kind() == ErrorKind::invalid);
  q = query();
  q.classes = {};
  CHECK(reader.select(q).error().kind() == ErrorKind::invalid);
  q.classes = {EntryClass::delivery, EntryClass::delivery_log};
  CHECK(reader.select(q).error().kind() == ErrorKind::invalid);
}

TEST_CASE("duplicate keys: thirty days, also when two keys meet in one place, until forgotten") {
  Filled index(0);
  IndexReader reader = index.reader();
  IndexWriter writer(index.db(), store);
  const Octets key = to_octets("key");
  EntryBody body;
  body.duplicate_key = key;
  REQUIRE(writer.begin(500).ok());
  Filled::put(writer, 1, 1000, body);
  const Octets old = to_octets("old");
  body.duplicate_key = old;
  Filled::put(writer, 2, 499, body);
  REQUIRE(writer.commit({1, 1, 1}).ok());
  CHECK(*reader.duplicate(store, 7, key, 500) == SequenceNumber{1});
  CHECK(*reader.duplicate(store, 7, key, 1001) == std::nullopt);
  CHECK(*reader.duplicate(store, 8, key, 500) == std::nullopt);
  CHECK(*reader.duplicate(store, 7, old, 0) == std::nullopt);

  // Another key in the place of "met": it is found behind.
  const std::int64_t place = duplicate_hash(store, 7, view("met"));
  REQUIRE(index.db()
              .execute("INSERT INTO duplicates VALUES(" + std::to_string(place) + ",7,99,2000,x'00')")
              .ok());
  const Octets met = to_octets("met");
  body.duplicate_key = met;
  REQUIRE(writer.begin(500).ok());
  Filled::put(writer, 3, 1000, body);
  REQUIRE(writer.commit({1, 1, 1}).ok());
  CHECK(*reader.duplicate(store, 7, met, 500) == SequenceNumber{3});

  REQUIRE(writer.begin(1500).ok());
  REQUIRE(writer.forget_duplicates(1500).ok());
  REQUIRE(writer.commit({1, 1, 1}).ok());
  auto count = index.db().prepare("SELECT count(*) FROM duplicates");
  REQUIRE(*count->step());
  CHECK(count->integer(0) == 1);
}

TEST_CASE("records of an unknown type are refused unless they may be passed over") {
  Filled index(0);
  IndexWriter writer(index.db(), store);
  RecordHeader h;
  h.type = static_cast<RecordType>(200);
  REQUIRE(writer.begin(0).ok());
  CHECK(writer.apply({h, {}, 1, 0, true}).error().kind() == ErrorKind::unsupported);
  h.flags = record_ignorable;
  CHECK(writer.apply({h, {}, 1, 0, true}).ok());
  writer.rollback();
}

TEST_CASE("entries of a mailbox whose own record is lost stay reachable") {
  Filled index(2);
  IndexReader reader = index.reader();
  auto boxes = reader.mailboxes();
  REQUIRE(boxes.ok());
  REQUIRE(boxes->size() == 1);
  CHECK(boxes->front().mailbox.id == "recovered-7");
  CHECK(boxes->front().mailbox.next == 3);
}

TEST_CASE("rows that a search does not want are passed over, in readings that end") {
  constexpr int entries = 45'000;
  Filled index(entries);
  IndexReader reader = index.reader();
  for (const Order order : {Order::ascending, Order::descending}) {
    Asked q = query();
    q.classes = {EntryClass::delivery, EntryClass::submission};
    q.with_children = true;
    q.order = order;
    int looked_at = 0;
    const int wanted = order == Order::ascending ? entries : 1;
    q.where = [&](const mstore::backend::RowView& row) {
      CHECK(row.list_attributes.size() == 400);
      return ++looked_at == entries;  // the last in order
    };
    int pages = 0;
    std::vector<Row> rows;
    for (bool more = true; more; ++pages) {
      auto page = reader.select(q);
      REQUIRE(page.ok());
      more = page->more;
      q.after = page->reached;
      rows.insert(rows.end(), page->rows.begin(), page->rows.end());
    }
    CHECK(looked_at == entries);
    CHECK(pages > 1);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].number == static_cast<SequenceNumber>(wanted));
  }
}

TEST_CASE("a range of sizes with more hits than are gathered at once comes in order, and all of it") {
  // Mailbox 7 of numbers only: 700,000 entries, of which every ninth is big.
  Filled index(0);
  constexpr SequenceNumber entries = 700'000;
  const std::int64_t box = box_key(7, EntryBase::stored);
  REQUIRE(index.db()
              .execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<" +
                       std::to_string(entries) + ") INSERT INTO entries SELECT " +
                       std::to_string(entry_id(box, 0)) + "+i," + std::to_string(box) +
                       ",0,0,2,0,NULL,CASE i%9 WHEN 0 THEN 5000+i%7 ELSE 10 END,i,0,0,1,4096,100,0,NULL,"
                       "NULL,NULL,1,NULL,NULL FROM n; INSERT INTO counters VALUES(" +
                       std::to_string(box) + ",0,2,0,0,0," + std::to_string(entries) + ",0)")
              .ok());
  IndexReader reader = index.reader();
  Asked q = query();
  q.size_from = 5000;
  q.size_to = 6000;
  q.limit = 5000;
  for (const Order order : {Order::ascending, Order::descending}) {
    q.order = order;
    std::size_t count = 0;
    bool right = true;
    for (const Row& row : all(reader, q)) {
      ++count;
      right = right && row.number == (order == Order::ascending ? 9 * count : 9 * (entries / 9 + 1 - count));
    }
    CHECK(right);
    CHECK(count == entries / 9);
    CHECK(count > most_hits);
  }
  // What is gone or has come since the numbers were gathered is not answered.
  q.order = Order::ascending;
  q.limit = 10;
  auto page = reader.select(q);
  REQUIRE(page.ok());
  REQUIRE(page->hits);
  REQUIRE(index.db().execute("DELETE FROM entries WHERE id=" + std::to_string(entry_id(box, 99))).ok());
  q.after = page->reached;
  q.hits = page->hits;
  page = reader.select(q);
  REQUIRE(page.ok());
  CHECK(page->rows.front().number == 108);
}
