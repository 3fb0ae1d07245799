#include "x400/p7client/query.hpp"

#include <catch2/catch.hpp>

#include "x400/asn1/oids.hpp"

using namespace x400;
using namespace x400::p7client;
namespace attribute = x400::asn1::oids::attribute;
using asn1::ms::Filter;
using asn1::ms::FilterItem;

namespace {

asn1::ms::Selector selector_of(const Query& q) {
  auto s = selector(q);
  REQUIRE(s.ok());
  return *s;
}

}  // namespace

TEST_CASE("a query that says nothing selects all main entries") {
  const auto s = selector_of({});
  CHECK_FALSE(s.child_entries);
  CHECK_FALSE(s.range);
  CHECK_FALSE(s.filter);
  CHECK_FALSE(s.limit);
}

TEST_CASE("new entries are asked for by equality, the only rule retrieval-status has") {
  const auto s = selector_of(new_entries());
  REQUIRE(s.filter);
  CHECK(*s.filter == Filter::equality(attribute::retrieval_status, *from_hex("020100")));
}

TEST_CASE("priorities are [APPLICATION 7] values, several of them an or of equalities") {
  // 1988 stores have no ordering of priority, so nothing else may be sent.
  Query q;
  q.priorities = {Priority::urgent, Priority::normal};
  const auto s = selector_of(q);
  REQUIRE(s.filter);
  CHECK(*s.filter == Filter::any({Filter::equality(attribute::priority, *from_hex("470102")),
                                  Filter::equality(attribute::priority, *from_hex("470100"))}));
}

TEST_CASE("sizes are inclusive bounds of content-length, which has ordering only") {
  Query q;
  q.at_least = 1000;
  q.at_most = 2000;
  const auto s = selector_of(q);
  REQUIRE(s.filter);
  CHECK(*s.filter == Filter::all({Filter::greater_or_equal(attribute::content_length, *from_hex("020203e8")),
                                  Filter::less_or_equal(attribute::content_length, *from_hex("020207d0"))}));
}

TEST_CASE("times are the range, and filters where numbers are the range") {
  Query q;
  q.since = asn1::Time(std::chrono::seconds(1'000'000'000));  // 2001-09-09T01:46:40Z
  q.before = asn1::Time(std::chrono::seconds(1'000'000'010));
  auto s = selector_of(q);
  REQUIRE(s.range);
  const auto times = std::get<asn1::ms::TimeRange>(*s.range);
  CHECK(times.from == q.since);
  CHECK(times.to == asn1::Time(std::chrono::seconds(1'000'000'009)));  // both ends of a range are inclusive
  CHECK_FALSE(s.filter);
  q.from = 7;
  s = selector_of(q);
  CHECK(std::get<asn1::ms::NumberRange>(*s.range).from == 7U);
  REQUIRE(s.filter);
  CHECK(s.filter->kind == Filter::Kind::all);
  CHECK(s.filter->operands.size() == 2);
  CHECK(s.filter->operands[0].item.kind == FilterItem::Kind::greater_or_equal);
  CHECK(s.filter->operands[0].item.type == attribute::creation_time);
}

TEST_CASE("a subject is looked for in T.61, and refused where T.61 has no such character") {
  Query q;
  q.subject_contains = "caf\xc3\xa9";
  const auto s = selector_of(q);
  REQUIRE(s.filter);
  REQUIRE(s.filter->item.pieces.size() == 1);
  CHECK(to_hex(s.filter->item.pieces[0].value) == "1405636166c265");  // acute accent before its letter
  q.subject_contains = "\xe6\xbc\xa2";
  CHECK(selector(q).error().kind() == ErrorKind::invalid);
}

TEST_CASE("a limit of 0 is refused: its syntax starts at 1") {
  Query q;
  q.limit = 0;
  CHECK(selector(q).error().kind() == ErrorKind::invalid);
  q.limit = 3;
  CHECK(selector_of(q).limit == 3U);
}

TEST_CASE("everything asked for must hold") {
  Query q = new_entries();
  q.precedences = {5};
  q.subject_contains = "x";
  const auto s = selector_of(q);
  REQUIRE(s.filter);
  CHECK(s.filter->kind == Filter::Kind::all);
  CHECK(s.filter->operands.size() == 3);
}
