// Conformance cases 16-42 of the Message Store: range, selector, List.
#include "mstore/service_world.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;
using ms::Filter;

namespace {

struct M1 : World {
  explicit M1(Kind kind, Options options = {}) : World(kind, options) { fill_m1(); }
};
Kind both() { return GENERATE(Kind::memory, Kind::local); }

ms::ListArgument asking(std::vector<ber::Oid> oids) {
  ms::ListArgument arg;
  arg.requested_attributes = types(std::move(oids));
  return arg;
}

}  // namespace

TEST_CASE("16-20, 23-25: ranges, children, limits") {
  M1 w(both());
  auto s = w.session();
  CHECK(list(*s, {}).list == List{1, 2, 3, 5, 6, 7});
  ms::Selector children;
  children.child_entries = true;
  CHECK(list(*s, children).list == List{1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(list(*s, numbers(2, 5)).list == List{2, 3, 5});
  ms::Selector both_ends = numbers(2, 5);
  both_ends.child_entries = true;
  CHECK(list(*s, both_ends).list == List{2, 3, 4, 5});
  CHECK(list(*s, numbers(6, {})).list == List{6, 7});
  CHECK(list(*s, numbers({}, 2)).list == List{1, 2});
  const Numbers none = list(*s, numbers(100, 200));
  CHECK(none.list.empty());
  CHECK_FALSE(none.next);
  ms::Selector two;
  two.limit = 2;
  CHECK(list(*s, two).list == List{1, 2});
  CHECK(list(*s, two).next == 3);
  ms::Selector last = numbers(6, {});
  last.limit = 2;
  CHECK(list(*s, last).list == List{6, 7});
  CHECK_FALSE(list(*s, last).next);
}

TEST_CASE("21, 22: a reversed range is an error in 1988 and descending in 1994") {
  M1 w(both());
  ms::ListArgument arg;
  arg.selector = numbers(5, 2);
  error<ms::RangeError>(w.session(Edition::e1988)->list(arg));
  CHECK(list(*w.session(Edition::e1994), numbers(5, 2)).list == List{5, 3, 2});
  ms::Selector limited = numbers(5, 2);
  limited.limit = 2;
  const Numbers n = list(*w.session(Edition::e1994), limited);
  CHECK(n.list == List{5, 3});
  CHECK(n.next == 2);
}

TEST_CASE("27: a range of creation times has both seconds in it") {
  M1 w(both());
  auto s = w.session();
  const auto second = std::chrono::sys_seconds(std::chrono::seconds(w.env.milliseconds / 1000 - 4));
  ms::Selector selector;
  selector.range = ms::TimeRange{second, second};
  CHECK(list(*s, selector).list == List{2});
}

TEST_CASE("28-30: the new ones, and what List does to them") {
  M1 w(both());
  auto s = w.session();
  SECTION("29") {
    CHECK(list(*s, filtered(status_is(0))).list == List{1, 2, 3, 7});
    CHECK(list(*s, filtered(status_is(0))).list.empty());
    CHECK(w.status(4) == backend::RetrievalStatus::new_entry);  // not returned
    CHECK(w.status(6) == backend::RetrievalStatus::processed);
  }
  SECTION("30: the limit cuts off, and what is cut off stays new") {
    ms::Selector one = filtered(status_is(0));
    one.limit = 1;
    const Numbers n = list(*s, one);
    CHECK(n.list == List{1});
    CHECK(n.next == 2);
    CHECK(list(*s, filtered(status_is(0))).list == List{2, 3, 7});
  }
}

TEST_CASE("31: the status inside a result is the one before") {
  M1 w(both());
  auto s = w.session();
  auto arg = asking({a::retrieval_status});
  arg.selector = numbers(1, 1);
  const auto first = get(s->list(arg));
  CHECK(values(first.result.requested.at(0), a::retrieval_status) == Values{integer(0)});
  const auto then = get(s->list(arg));
  CHECK(values(then.result.requested.at(0), a::retrieval_status) == Values{integer(1)});
}

TEST_CASE("32, 33: no attributes asked for, and attributes that are not there") {
  M1 w(both());
  auto s = w.session();
  auto arg = asking({});
  arg.selector = numbers(1, 1);
  CHECK(get(s->list(arg)).result.requested.at(0).attributes.empty());
  CHECK(w.status(1) == backend::RetrievalStatus::listed);
  arg = asking({ipm_a::subject});
  arg.selector = numbers(6, 7);
  const auto listed = get(s->list(arg));
  REQUIRE(listed.result.requested.size() == 2);
  CHECK(values(listed.result.requested[0], ipm_a::subject) == Values{teletex("Delta")});
  CHECK(listed.result.requested[1].attributes.empty());
}

TEST_CASE("34, 35: attributes that cannot be listed") {
  M1 w(both());
  auto s = w.session();
  const ber::Oid unknown{2, 6, 4, 3, 4711};
  const auto e = error<ms::AttributeError>(s->list(asking({unknown, a::content, ipm_a::subject})));
  CHECK(e.problems == std::vector<ms::AttributeError::Problem>{
                          {ms::AttributeProblem::unavailable_attribute_type, unknown, {}},
                          {ms::AttributeProblem::inappropriate_for_operation, a::content, {}}});
  CHECK(w.status(1) == backend::RetrievalStatus::new_entry);
  // An attribute of 1994 does not exist in 1988.
  const auto later = error<ms::AttributeError>(s->list(asking({a::message_notes})));
  CHECK(later.problems.at(0).problem == ms::AttributeProblem::unavailable_attribute_type);
  CHECK(w.session(Edition::e1994)->list(asking({a::message_notes})).ok());
}

TEST_CASE("36, 37: some of the values") {
  M1 w(both());
  ms::ListArgument arg;
  arg.selector = numbers(2, 2);
  arg.requested_attributes = ms::EntryInformationSelection{{ipm_a::primary_recipients, 2, 2}};
  const auto all = value(*w.session(), 2, ipm_a::primary_recipients);
  REQUIRE(all.size() == 5);
  for (const Edition edition : {Edition::e1988, Edition::e1994}) {
    const auto listed = get(w.session(edition)->list(arg));
    const auto& info = listed.result.requested.at(0);
    CHECK(values(info, ipm_a::primary_recipients) == Values{all[1], all[2]});
    if (edition == Edition::e1988)
      CHECK(info.value_count_exceeded.empty());
    else
      CHECK(info.value_count_exceeded ==
            std::vector<ms::AttributeValueCount>{{ipm_a::primary_recipients, 5}});
  }
  arg.requested_attributes = ms::EntryInformationSelection{{ipm_a::primary_recipients, 9, {}}};
  CHECK(get(w.session()->list(arg)).result.requested.at(0).attributes.empty());
  arg.requested_attributes = ms::EntryInformationSelection{{ipm_a::primary_recipients, {}, 0}};
  const auto count = get(w.session(Edition::e1994)->list(arg));
  CHECK(count.result.requested.at(0).attributes.empty());
  CHECK(count.result.requested.at(0).value_count_exceeded.at(0).total == 5);
}

TEST_CASE("38, 39: registered defaults, and those of a UA registration") {
  M1 w(both());
  auto s = w.session(Edition::e1994);
  ms::RegisterMsArgument reg;
  reg.list_attribute_defaults = std::vector{ipm_a::subject};
  ms::UaRegistration ua;
  ua.identifier = "X";
  ua.list_attribute_defaults = std::vector{a::priority};
  reg.ua_registrations = {ua};
  get(s->register_ms(reg));
  ms::ListArgument arg;
  arg.selector = numbers(1, 1);
  const auto general = get(s->list(arg));
  CHECK(values(general.result.requested.at(0), ipm_a::subject) == Values{teletex("Alpha")});
  CHECK(values(general.result.requested.at(0), a::priority).empty());
  RetrievalOptions options;
  options.ua_registration = "X";
  const auto special = get(w.session(Edition::e1994, options)->list(arg));
  CHECK(values(special.result.requested.at(0), ipm_a::subject).empty());
  CHECK(values(special.result.requested.at(0), a::priority) == Values{integer(2, ber::application(7))});
}

TEST_CASE("defaults of 1994 do not reach an association of 1988") {
  M1 w(both());
  ms::RegisterMsArgument reg;
  reg.list_attribute_defaults = reg.fetch_attribute_defaults =
      std::vector{a::entry_type, ipm_a::body_parts_summary};
  get(w.session(Edition::e1994)->register_ms(reg));
  ms::ListArgument arg;
  arg.selector = numbers(1, 1);
  for (const Edition edition : {Edition::e1988, Edition::e1994}) {
    const auto s = w.session(edition);
    const auto listed = get(s->list(arg));
    const auto fetched = fetch(*s, 1);
    for (const auto& info : {listed.result.requested.at(0), *fetched.result.entry_information}) {
      CHECK(values(info, a::entry_type).size() == 1);
      CHECK(values(info, ipm_a::body_parts_summary).empty() == (edition == Edition::e1988));
    }
  }
}

TEST_CASE("an extension of List that is not known is told") {
  M1 w(both());
  ms::ListArgument arg;
  arg.extensions = {{ber::Oid{1, 2, 3}, hex("0500")}};
  const auto e = error<ms::MsExtensionError>(w.session(Edition::e1994)->list(arg));
  CHECK(std::get<ber::Oid>(e.problem) == ber::Oid{1, 2, 3});
  CHECK(w.status(1) == backend::RetrievalStatus::new_entry);
}

TEST_CASE("with nothing registered, List gives numbers alone") {
  M1 w(both());
  ms::ListArgument arg;
  CHECK(get(w.session()->list(arg)).result.requested.at(0).attributes.empty());
}

TEST_CASE("40-42: entry classes") {
  M1 w(both());
  ms::ListArgument arg;
  arg.entry_class = EntryClass::submission;
  CHECK(get(w.session()->list(arg)).result.requested.empty());
  good(w.store->configure_mailbox(w.alice, {"alice", {name(alice_address)}, false, true}));
  error<ms::InvalidParametersError>(w.session()->list(arg));
  const auto off = error<ms::EntryClassError>(w.session(Edition::e1994)->list(arg));
  CHECK(off == ms::EntryClassError{EntryClass::submission, false, true, false});
  arg.entry_class = static_cast<EntryClass>(99);
  CHECK(error<ms::EntryClassError>(w.session(Edition::e1994)->list(arg)).unsupported);
  arg.entry_class = EntryClass::stored_message;
  error<ms::InvalidParametersError>(w.session()->list(arg));
  CHECK(get(w.session(Edition::e1994)->list(arg)).result.requested.size() == 6);
}

TEST_CASE("the store's own limit tells how to go on") {
  Options o;
  o.entries_per_list = 2;
  M1 w(both(), o);
  const Numbers n = list(*w.session(), {});
  CHECK(n.list == List{1, 2});
  CHECK(n.next == 3);
}
