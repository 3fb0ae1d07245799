// Which index of the store serves a filter: what the planner makes of it, up to SQLite's own plan.
#include "service/plan.hpp"
#include "index/reader.hpp"
#include "index/sizes.hpp"
#include "mstore/service_world.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;
using ms::Filter;

namespace {

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

namespace military = asn1::oids::military_attribute;

class EmptyIndex {
 public:
  EmptyIndex() {
    auto db = storage::Database::open((folder_.path() / "index.db").string(), false);
    REQUIRE(db.ok());
    db_ = std::move(*db);
    good(storage::create_tables(*db_));
    good(storage::create_ordered_indices(*db_));
    good(storage::create_other_indices(*db_));
  }

  // The plans of all queries that together serve the filter.
  std::vector<std::string> plans(const Filter& filter) {
    service::Problems problems;
    const auto compiled = service::compile(filter, Edition::e1994, Rules(), problems);
    REQUIRE(problems.none());
    std::vector<std::string> plans;
    for (backend::Query& q :
         service::queries(service::box_of(compiled.get()), 7, {backend::EntryClass::delivery}, false,
                          backend::Order::ascending))
      plans.push_back(plan(q));
    return plans;
  }

 private:
  std::string plan(const backend::Query& q) {
    // As Selection of the index asks: a value of precedence at a time, sizes by their index.
    std::optional<std::int64_t> precedence;
    if (q.precedence_from && q.precedence_from == q.precedence_to) precedence = *q.precedence_from;
    auto s = storage::select_statement(q, q.numbers.from, q.numbers.to, precedence);
    if ((q.size_from || q.size_to) && has(s.sql, "NOT INDEXED")) s = {storage::sizes_statement, {}};
    auto rows = get(db_->prepare("EXPLAIN QUERY PLAN " + s.sql));
    for (std::size_t i = 0; i < s.parameters.size(); ++i) rows.bind(static_cast<int>(i) + 1, s.parameters[i]);
    std::string text;
    while (get(rows.step())) text += std::string(rows.text(3)) + "\n";
    return text;
  }

  ::x400::test::TempFolder folder_;
  std::unique_ptr<storage::Database> db_;
};

}  // namespace

TEST_CASE("filters on what is indexed cost hits, not entries") {
  EmptyIndex index;
  struct {
    Filter filter;
    const char* index;
  } const cases[] = {
      {status_is(0), "USING INDEX entries_status (box=? AND status=? AND rowid>? AND rowid<?)"},
      {Filter::negation(status_is(2)), "USING INDEX entries_status (box=? AND status=?"},
      {Filter::equality(a::priority, integer(2, ber::application(7))),
       "USING INDEX entries_priority (box=? AND priority=? AND rowid>? AND rowid<?)"},
      {Filter::equality(military::primary_precedence, integer(4)),
       "USING INDEX entries_precedence (box=? AND precedence=? AND rowid>? AND rowid<?)"},
      {Filter::greater_or_equal(a::content_length, integer(1'000'000)),
       "USING COVERING INDEX entries_size (box=? AND size>? AND size<?)"},
      {Filter::all({Filter::greater_or_equal(a::content_length, integer(1000)),
                    Filter::less_or_equal(a::content_length, integer(2000))}),
       "USING COVERING INDEX entries_size (box=? AND size>? AND size<?)"},
      {Filter::greater_or_equal(a::sequence_number, integer(400'000)),
       "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"},
      // Both conditions hold; the new ones are few.
      {Filter::all({status_is(0), Filter::equality(a::priority, integer(2, ber::application(7)))}),
       "USING INDEX entries_status (box=? AND status=?"},
  };
  for (const auto& c : cases) {
    const auto plans = index.plans(c.filter);
    REQUIRE_FALSE(plans.empty());
    for (const std::string& plan : plans) {
      INFO(plan);
      CHECK(has(plan, c.index));
    }
  }
}

TEST_CASE("filters on other attributes look through one mailbox, in its order") {
  EmptyIndex index;
  for (const Filter& filter :
       {Filter::equality(a::originator_name, name(bob_address)),
        Filter::substrings(ipm_a::subject, {{ms::SubstringPiece::Where::any, teletex("am")}}),
        Filter::any({status_is(0), Filter::present(ipm_a::subject)})}) {
    const auto plans = index.plans(filter);
    REQUIRE(plans.size() == 1);
    INFO(plans[0]);
    CHECK(has(plans[0], "SEARCH entries USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"));
    CHECK_FALSE(has(plans[0], "TEMP B-TREE"));
  }
}
