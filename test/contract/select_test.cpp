// Contract of a Backend: every query gives what a look at each entry gives, page by page.
#include <algorithm>
#include <random>

#include "mstore/contract_store.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::backend;
using namespace x400::mstore::test;

namespace {

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  int below(int n) { return static_cast<int>(engine_() % static_cast<std::uint32_t>(n)); }
  bool one_in(int n) { return below(n) == 0; }

 private:
  std::mt19937 engine_;
};

struct Known {
  Row row;
  bool archived = false;
};

// 400 entries of all kinds, some in the archive, status raised here and there.
std::vector<Known> fill(Subject& s, Random& random) {
  std::vector<Known> known;
  const EntryClass classes[] = {EntryClass::delivery, EntryClass::delivery, EntryClass::submission,
                                EntryClass::draft};
  while (known.size() < 400) {
    s.env.milliseconds += random.below(3) * 1000;
    ChangeSet set;
    set.mailbox = s.box;
    const int children = random.one_in(5) ? 2 : 0;
    for (int i = 0; i <= children; ++i) {
      NewEntry e;
      e.entry_class = i == 0 ? classes[random.below(4)] : set.create.front().entry_class;
      if (i > 0) e.parent = static_cast<std::size_t>(random.below(i));
      e.entry_type = static_cast<std::uint8_t>(random.below(3));
      e.priority = static_cast<std::uint8_t>(random.one_in(3) ? random.below(3) : 0);
      if (random.one_in(2)) e.precedence = random.below(6) - 2;
      e.size = static_cast<std::uint64_t>(random.below(50));
      e.list_attributes = Octets{static_cast<std::uint8_t>(i)};
      set.create.push_back(e);
    }
    const auto made = done(s->commit(set));
    for (std::size_t i = 0; i < made.numbers.size(); ++i) {
      const NewEntry& e = set.create[i];
      Known k;
      k.row.number = made.numbers[i];
      k.row.entry_class = e.entry_class;
      k.row.entry_type = e.entry_type;
      k.row.priority = e.priority;
      k.row.precedence = e.precedence;
      k.row.size = e.size;
      k.row.created = made.time;
      k.row.parent = e.parent ? made.numbers[*e.parent] : 0;
      known.push_back(k);
    }
  }
  for (int i = 0; i < 60; ++i) {
    const auto from = static_cast<SequenceNumber>(1 + random.below(400));
    const auto to = from + static_cast<SequenceNumber>(random.below(5));
    const auto status = static_cast<RetrievalStatus>(1 + random.below(2));
    done(s->commit(raising(s.box, {{from, to}}, status)));
    for (Known& k : known)
      if (k.row.number >= from && k.row.number <= to) k.row.status = std::max(k.row.status, status);
  }
  return known;
}

void archive_some(Subject& s, std::vector<Known>& known) {
  ChangeSet set;
  set.mailbox = s.box;
  set.remove.push_back({EntryBase::stored, {}, true});
  bool with_it = false;  // children follow their main entry
  for (Known& k : known) {
    if (k.row.parent == 0) with_it = k.row.number % 7 == 0;
    if (k.row.parent == 0 && with_it) set.remove.front().numbers.push_back(k.row.number);
    k.archived = with_it;
  }
  done(s->commit(set));
}

bool fits(const Known& k, const Query& q) {
  const Row& r = k.row;
  const auto in = [](const auto& value, const auto& from, const auto& to) {
    return (!from || value >= *from) && (!to || value <= *to);
  };
  if (k.archived != q.archived || !q.classes.has(r.entry_class)) return false;
  if (r.number < q.numbers.from || r.number > q.numbers.to) return false;
  if (q.parent ? r.parent != *q.parent : (!q.with_children && r.parent != 0)) return false;
  if (!in(r.created, q.since, q.until) || !in(r.size, q.size_from, q.size_to)) return false;
  if ((q.precedence_from || q.precedence_to) &&
      (!r.precedence || !in(*r.precedence, q.precedence_from, q.precedence_to)))
    return false;
  return (!q.status || r.status == *q.status) && (!q.priority || r.priority == *q.priority) &&
         (!q.entry_type || r.entry_type == *q.entry_type) && (!q.where || r.parent == 0);
}

// fill() numbers a family in the attributes of the row.
bool no_children(const RowView& row) { return row.list_attributes.front() == 0; }

Query random_query(Random& random, MailboxNumber box, const std::vector<Known>& known) {
  const auto some = [&] { return known[static_cast<std::size_t>(random.below(400))].row; };
  Query q;
  q.mailbox = box;
  for (const EntryClass c : {EntryClass::delivery, EntryClass::submission, EntryClass::draft})
    if (!random.one_in(3)) q.classes.add(c);
  if (q.classes.empty()) q.classes.add(EntryClass::delivery);
  q.archived = random.one_in(4);
  q.with_children = random.one_in(2);
  if (random.one_in(4)) q.numbers = {some().number, some().number};
  if (random.one_in(4)) q.since = some().created;
  if (random.one_in(4)) q.until = some().created;
  if (random.one_in(6)) q.parent = some().number;
  if (random.one_in(3)) q.status = static_cast<RetrievalStatus>(random.below(3));
  if (random.one_in(4)) q.priority = static_cast<std::uint8_t>(random.below(3));
  if (random.one_in(5)) q.precedence_from = random.below(6) - 3;
  if (random.one_in(5)) q.precedence_to = random.below(6) - 3;
  if (random.one_in(5)) q.size_from = static_cast<std::uint64_t>(random.below(50));
  if (random.one_in(5)) q.size_to = static_cast<std::uint64_t>(random.below(50));
  if (random.one_in(6)) q.entry_type = static_cast<std::uint8_t>(random.below(3));
  q.order = random.one_in(2) ? Order::ascending : Order::descending;
  q.limit = static_cast<std::uint32_t>(1 + random.below(random.one_in(2) ? 500 : 20));
  q.attributes = random.one_in(2);
  if (q.attributes && random.one_in(3)) q.where = no_children;
  return q;
}

Numbers paged(Backend& store, Query q) {
  Numbers found;
  for (;;) {
    const auto page = store.select(q);
    if (!page.ok()) FAIL(page.error().text());
    CHECK(page->rows.size() <= q.limit);
    for (const Row& r : page->rows) {
      CHECK(r.list_attributes.empty() == !q.attributes);
      // They may be left out, and need not be.
      if (!q.where || q.where({r.list_attributes, r.variable, r.list_complete})) found.push_back(r.number);
    }
    if (!page->more) return found;
    REQUIRE(page->reached != q.after);
    q.after = page->reached;
  }
}

}  // namespace

TEST_CASE("contract: a query gives what a look at each entry gives") {
  const On on = GENERATE(backends());
  const std::uint32_t seed = GENERATE(1u, 2u);
  Subject s(on);
  Random random(seed);
  INFO("seed " << seed);
  std::vector<Known> known = fill(s, random);
  archive_some(s, known);
  for (int i = 0; i < 400; ++i) {
    const Query q = random_query(random, s.box, known);
    Numbers expected;
    for (const Known& k : known)
      if (fits(k, q)) expected.push_back(k.row.number);
    if (q.order == Order::descending) std::reverse(expected.begin(), expected.end());
    INFO("query " << i);
    REQUIRE(paged(*s, q) == expected);
  }
}

TEST_CASE("contract: queries that make no sense, and edges") {
  Subject s(GENERATE(backends()));
  for (int i = 0; i < 3; ++i) deliver(*s, s.box, message("m"));
  Query q{.mailbox = s.box, .classes = delivered};
  q.limit = 0;
  CHECK(s->select(q).error().kind() == ErrorKind::invalid);
  q.limit = 10;
  q.classes = {};
  CHECK(s->select(q).error().kind() == ErrorKind::invalid);
  q.classes = {EntryClass::delivery, EntryClass::delivery_log};
  CHECK(s->select(q).error().kind() == ErrorKind::invalid);
  q.classes = delivered;
  q.mailbox = s.box + 1;
  CHECK(s->select(q).error().kind() == ErrorKind::not_found);
  q.mailbox = s.box;
  q.limit = 3;
  CHECK_FALSE(s->select(q)->more);
  q.limit = 2;
  CHECK(s->select(q)->more);
  q.after = max_sequence_number;
  CHECK(numbers(*s, q).empty());
  q.order = Order::descending;
  CHECK(numbers(*s, q) == Numbers{3, 2});
  q.after = 1;
  CHECK(numbers(*s, q).empty());
  q.after = 0;
  q.numbers = {3, 2};
  CHECK(numbers(*s, q).empty());
}
