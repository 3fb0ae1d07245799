// Conformance cases 62-68: Summarize.
#include "mstore/service_world.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;

namespace {

Kind both() { return GENERATE(Kind::memory, Kind::local); }

std::map<Octets, std::uint32_t> counts(const ms::Summary& s) {
  std::map<Octets, std::uint32_t> out;
  for (const auto& p : s.present) out[p.value] += p.count;
  return out;
}
Octets priority(int n) { return integer(n, ber::application(7)); }

}  // namespace

TEST_CASE("62, 64, 68: status and priority of all") {
  World w(both());
  w.fill_m1();
  ms::SummarizeArgument arg;
  arg.summary_requests = {a::retrieval_status, a::priority};
  const auto r = get(w.session()->summarize(arg));
  CHECK(r.count == 6);
  REQUIRE(r.span);
  CHECK(r.span->lowest == 1);
  CHECK(r.span->highest == 7);
  REQUIRE(r.summaries.size() == 2);
  CHECK(r.summaries[0].absent == 0);
  CHECK(counts(r.summaries[0]) ==
        std::map<Octets, std::uint32_t>{{integer(0), 4}, {integer(1), 1}, {integer(2), 1}});
  CHECK(r.summaries[1].absent == 1);
  CHECK(counts(r.summaries[1]) ==
        std::map<Octets, std::uint32_t>{{priority(0), 3}, {priority(1), 1}, {priority(2), 1}});
  for (const SequenceNumber n : {1u, 2u, 3u, 7u}) CHECK(w.status(n) == backend::RetrievalStatus::new_entry);
}

TEST_CASE("what counters tell and what a look at the entries tells is the same") {
  World w(both());
  w.fill_m1();
  for (const bool children : {false, true})
    for (const auto& filter : {std::optional<ms::Filter>{}, std::optional(status_is(0)),
                               std::optional(ms::Filter::negation(status_is(0))),
                               std::optional(ms::Filter::equality(a::priority, priority(0))),
                               std::optional(ms::Filter::present(a::priority))}) {
      ms::SummarizeArgument arg;
      arg.selector.child_entries = children;
      arg.selector.filter = filter;
      arg.summary_requests = {a::entry_type, a::retrieval_status, a::priority};
      const auto by_counters = get(w.session()->summarize(arg));
      arg.selector.range = ms::NumberRange{1, 1000};  // which counters do not know
      const auto by_entries = get(w.session()->summarize(arg));
      INFO(children);
      CHECK(by_counters.count == by_entries.count);
      CHECK(by_counters.span.has_value() == by_entries.span.has_value());
      if (by_counters.span) {
        CHECK(by_counters.span->lowest == by_entries.span->lowest);
        CHECK(by_counters.span->highest == by_entries.span->highest);
      }
      REQUIRE(by_counters.summaries.size() == by_entries.summaries.size());
      for (std::size_t i = 0; i < by_counters.summaries.size(); ++i) {
        CHECK(by_counters.summaries[i].absent == by_entries.summaries[i].absent);
        CHECK(counts(by_counters.summaries[i]) == counts(by_entries.summaries[i]));
      }
    }
}

TEST_CASE("63: an empty mailbox") {
  World w(both());
  ms::SummarizeArgument arg;
  arg.summary_requests = {a::priority};
  const auto r = get(w.session()->summarize(arg));
  CHECK(r.count == 0);
  CHECK_FALSE(r.span);
  REQUIRE(r.summaries.size() == 1);
  CHECK(r.summaries[0] == ms::Summary{});
}

TEST_CASE("65: a limit") {
  World w(both());
  w.fill_m1();
  ms::SummarizeArgument arg;
  arg.selector.limit = 3;
  const auto r = get(w.session()->summarize(arg));
  CHECK(r.count == 3);
  CHECK(r.next == 5);
  CHECK(r.span->lowest == 1);
  CHECK(r.span->highest == 3);
}

TEST_CASE("67: types that cannot be summarised") {
  World w(both());
  w.fill_m1();
  ms::SummarizeArgument arg;
  arg.summary_requests = {ipm_a::subject, a::message_delivery_envelope};
  const auto e = error<ms::AttributeError>(w.session()->summarize(arg));
  REQUIRE(e.problems.size() == 2);
  CHECK(e.problems[0].problem == ms::AttributeProblem::inappropriate_for_operation);
}

TEST_CASE("values are counted by the equality of their type") {
  World w(both());
  Envelope e;
  w.deliver(e, ipm("one"));
  e.id = "m.2";
  e.originator = "C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=BOB";
  w.deliver(e, ipm("two"));
  ms::SummarizeArgument arg;
  arg.summary_requests = {a::originator_name};
  const auto r = get(w.session()->summarize(arg));
  REQUIRE(r.summaries.at(0).present.size() == 1);
  CHECK(r.summaries[0].present[0].count == 2);
}

TEST_CASE("an extension of Summarize that is not known is told") {
  World w(both());
  ms::SummarizeArgument arg;
  arg.extensions = {{ber::Oid{1, 2, 3}, hex("0500")}};
  error<ms::MsExtensionError>(w.session(Edition::e1994)->summarize(arg));
}
