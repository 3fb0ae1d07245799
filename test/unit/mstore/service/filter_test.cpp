// Conformance cases 43-61: filters.
#include "mstore/service_world.hpp"
#include "service/selection.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;
using ms::Filter;
using Piece = ms::SubstringPiece;

namespace {

struct M1 : World {
  explicit M1(Kind kind, Options options = {}) : World(kind, options) { fill_m1(); }
  /// As List finds them, without its effect on status.
  List search(Filter f, Edition edition = Edition::e1994) {
    service::Problems problems;
    service::Want want;
    want.classes = {backend::EntryClass::delivery};
    want.filter = service::compile(f, edition, rules, problems);
    REQUIRE(problems.none());
    service::Selection selection(*backend, alice, want, false);
    List found;
    while (auto entry = get(selection.next())) found.push_back(entry->row().number);
    ms::SummarizeArgument arg;  // takes another way where it can
    arg.selector = filtered(std::move(f));
    CHECK(get(session(edition)->summarize(arg)).count == found.size());
    return found;
  }
  Rules rules;
};
Kind both() { return GENERATE(Kind::memory, Kind::local); }

Filter subject(std::vector<Piece> pieces) { return Filter::substrings(ipm_a::subject, std::move(pieces)); }
Filter subject_is(std::string_view text) { return Filter::equality(ipm_a::subject, teletex(text)); }

ms::ServiceError refused(M1& w, Filter f, Edition edition = Edition::e1994) {
  ms::ListArgument arg;
  arg.selector = filtered(std::move(f));
  auto outcome = w.session(edition)->list(arg);
  REQUIRE_FALSE(outcome.ok());
  return outcome.error().error;
}
ms::AttributeError::Problem problem(M1& w, Filter f, Edition edition = Edition::e1994) {
  const ms::ServiceError e = refused(w, std::move(f), edition);
  REQUIRE(std::holds_alternative<ms::AttributeError>(e));
  REQUIRE(std::get<ms::AttributeError>(e).problems.size() == 1);
  return std::get<ms::AttributeError>(e).problems.front();
}
Octets utc(std::string_view text) { return text_value(ber::tags::utc_time, text); }

}  // namespace

TEST_CASE("43-46: text of the subject") {
  M1 w(both());
  CHECK(w.search(subject_is("ALPHA")) == List{1});
  CHECK(w.search(subject_is("  alpha ")) == List{1});
  CHECK(w.search(subject({{Piece::Where::any, teletex("am")}})) == List{5});
  CHECK(w.search(subject({{Piece::Where::initial, teletex("Al")}, {Piece::Where::final, teletex("ha")}})) ==
        List{1});
  CHECK(w.search(subject({{Piece::Where::initial, teletex("lph")}})).empty());
  // Pieces do not overlap: "Alpha" has no second "a" behind "pha".
  CHECK(w.search(subject({{Piece::Where::any, teletex("pha")}, {Piece::Where::any, teletex("a")}})).empty());
  const auto e =
      refused(w, subject({{Piece::Where::initial, teletex("A")}, {Piece::Where::initial, teletex("B")}}));
  CHECK(std::holds_alternative<ms::InvalidParametersError>(e));
}

TEST_CASE("47-50: present, absent, and, or") {
  M1 w(both());
  CHECK(w.search(Filter::present(a::child_sequence_numbers)) == List{3, 7});
  CHECK(w.search(Filter::negation(Filter::present(ipm_a::subject))) == List{7});
  CHECK(w.search(Filter::negation(subject_is("Beta"))) == List{1, 3, 5, 6, 7});
  CHECK(w.search(Filter::all({})) == List{1, 2, 3, 5, 6, 7});
  CHECK(w.search(Filter::any({})).empty());
  CHECK(w.search(Filter::all({subject_is("Beta"), status_is(0)})) == List{2});
  CHECK(w.search(Filter::any({subject_is("Beta"), status_is(2)})) == List{2, 6});
  CHECK(w.search(Filter::negation(status_is(0))) == List{5, 6});
  CHECK(w.search(Filter::any({status_is(0), status_is(1)})) == List{1, 2, 3, 5, 7});
}

TEST_CASE("51-53: order, and rules that a type does not have") {
  M1 w(both());
  CHECK(w.search(Filter::greater_or_equal(a::content_length, integer(10'000))) == List{5});
  const auto exact = static_cast<std::int64_t>(w.contents[5].size());
  CHECK(w.search(Filter::greater_or_equal(a::content_length, integer(exact))) == List{5});
  CHECK(w.search(Filter::less_or_equal(a::content_length, integer(exact - 1))) == List{1, 2, 3, 6});
  CHECK(problem(w, Filter::equality(a::content_length, integer(5))).problem ==
        ms::AttributeProblem::inappropriate_matching);
  CHECK(problem(w, Filter::equality(a::content, hex("0400"))).problem ==
        ms::AttributeProblem::inappropriate_matching);
}

TEST_CASE("54: priority by its number, which is not the order of urgency") {
  const auto at_least = [](int n) {
    return Filter::greater_or_equal(a::priority, integer(n, ber::application(7)));
  };
  {
    M1 w(both());
    CHECK(w.search(at_least(1)) == List{1, 5});
    CHECK(w.search(at_least(2)) == List{1});
    CHECK(w.search(Filter::equality(a::priority, integer(0, ber::application(7)))) == List{2, 3, 6});
    CHECK(w.search(at_least(2), Edition::e1988) == List{1});
  }
  Options strict;
  strict.rules.lenient_matching_88 = false;
  M1 w(both(), strict);
  CHECK(problem(w, at_least(2), Edition::e1988).problem == ms::AttributeProblem::inappropriate_matching);
  CHECK(w.search(at_least(2)) == List{1});
}

TEST_CASE("55: times as instants") {
  M1 w(both());
  // Entry 1 was made at 00:00:01 UTC, the last one at 00:00:06.
  CHECK(w.search(Filter::equality(a::creation_time, utc("2601010100+0100"))).empty());
  CHECK(w.search(Filter::greater_or_equal(a::creation_time, utc("2601010100+0100"))) ==
        List{1, 2, 3, 5, 6, 7});
  CHECK(w.search(Filter::equality(a::creation_time, utc("260101010002+0100"))) == List{2});
  CHECK(w.search(Filter::less_or_equal(a::creation_time, utc("260101000002Z"))) == List{1, 2});
  CHECK(w.search(Filter::less_or_equal(a::message_delivery_time, utc("251231190000-0500"))) ==
        List{1, 2, 3, 5, 6});
}

TEST_CASE("56, 57: O/R names") {
  M1 w(both());
  const Octets upper = name("C=xx;ADMD=test;PRMD=demo;O=ORG;S=BOB");
  CHECK(w.search(Filter::equality(a::originator_name, upper)) == List{1, 2, 3, 5, 6});
  // The surname as a teletex string: extension attribute 4, teletex-personal-name.
  auto address = get(asn1::parse_or_address("C=XX;ADMD=TEST;PRMD=DEMO;O=Org"));
  address.personal_name.surname.teletex = "Bob";
  CHECK(w.search(Filter::equality(a::originator_name, asn1::ORName{address, {}}.encode())) ==
        List{1, 2, 3, 5, 6});
  CHECK(w.search(Filter::equality(a::originator_name, name(alice_address))).empty());
  asn1::ORAddress only_o;
  only_o.organization = asn1::ORText::of("ORG");
  const Octets assertion = asn1::ORName{only_o, {}}.encode();
  namespace rule = asn1::oids::matching_rule;
  CHECK(w.search(Filter::other_match(rule::or_name_elements, a::originator_name, assertion)) ==
        List{1, 2, 3, 5, 6});
  only_o.organization = asn1::ORText::of("or");
  const Octets part = asn1::ORName{only_o, {}}.encode();
  CHECK(w.search(Filter::other_match(rule::or_name_elements, a::originator_name, part)).empty());
  CHECK(w.search(Filter::other_match(rule::or_name_substring_elements, a::originator_name, part)) ==
        List{1, 2, 3, 5, 6});
  CHECK(w.search(Filter::other_match(rule::or_name_single_element, a::originator_name,
                                     text_value(ber::tags::printable_string, "bob"))) == List{1, 2, 3, 5, 6});
  // A rule that is not one of the type's.
  CHECK(problem(w, Filter::other_match(rule::or_name_elements, ipm_a::subject, part)).problem ==
        ms::AttributeProblem::inappropriate_matching);
}

TEST_CASE("59, 60: values of another syntax and unknown types, all problems together") {
  M1 w(both());
  const auto e = problem(w, Filter::equality(a::creation_time, teletex("yesterday")));
  CHECK(e.problem == ms::AttributeProblem::invalid_attribute_value);
  CHECK(e.value == teletex("yesterday"));
  const ber::Oid unknown{2, 6, 4, 3, 4711};
  const ms::ServiceError all =
      refused(w, Filter::all({Filter::present(unknown), Filter::equality(a::creation_time, teletex("x")),
                              Filter::equality(a::content_length, integer(1))}));
  REQUIRE(std::holds_alternative<ms::AttributeError>(all));
  CHECK(std::get<ms::AttributeError>(all).problems.size() == 3);
  CHECK(w.status(1) == backend::RetrievalStatus::new_entry);
}

TEST_CASE("61: number of values") {
  M1 w(both());
  namespace rule = asn1::oids::matching_rule;
  CHECK(w.search(Filter::other_match(rule::value_count, ipm_a::primary_recipients, integer(5))) == List{2});
  CHECK(w.search(Filter::other_match(rule::value_count, ipm_a::primary_recipients, integer(1))) ==
        List{1, 3, 5, 6});
}

TEST_CASE("attributes of one content type are absent, not wrong, in another") {
  M1 w(both());
  CHECK(w.search(Filter::present(ipm_a::non_receipt_reason)).empty());
  CHECK(w.search(Filter::present(ipm_a::ia5_text_body_parts)) == List{1, 2, 3, 5, 6});
  CHECK(w.search(Filter::present(a::content)) == List{1, 2, 3, 5, 6});
}

TEST_CASE("children are searched where they are asked for") {
  M1 w(both());
  ms::Selector s = filtered(subject_is("inner"));
  CHECK(list(*w.session(), s).list.empty());
  s.child_entries = true;
  CHECK(list(*w.session(), s).list == List{4});
  ms::Selector parents = filtered(Filter::equality(a::parent_sequence_number, integer(3)));
  parents.child_entries = true;
  CHECK(list(*w.session(), parents).list == List{4});
}
