// Searches, summaries and lists on the data set, by direct calls.
#include <fmt/format.h>

#include <cmath>

#include "data_set.hpp"
#include "opened_data_set.hpp"
#include "scale.hpp"
#include "x400/asn1/ms/filter.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/ber/writer.hpp"

namespace bench {
namespace {

using namespace x400;
namespace ms = asn1::ms;
namespace a = asn1::oids::attribute;
namespace ipm = asn1::oids::ipm_attribute;
namespace military = asn1::oids::military_attribute;

Octets integer(std::int64_t value, ber::Tag tag = ber::tags::integer) {
  ber::Writer w;
  w.integer(tag, value);
  return std::move(w).take();
}

Octets ia5(std::string_view text) {
  ber::Writer w;
  w.primitive(ber::tags::ia5_string, text);
  return std::move(w).take();
}

ms::ListArgument list_of(ms::Filter filter) {
  ms::ListArgument argument;
  argument.selector.filter = std::move(filter);
  argument.requested_attributes =
      ms::EntryInformationSelection{{ipm::subject, {}, {}}, {a::originator_name, {}, {}}};
  return argument;
}

struct Listing {
  Latencies latencies;
  std::size_t hits = 0;
  double median() const { return latencies.milliseconds(50); }
};

Result<Listing> list_often(mstore::Retrieval& session, const ms::ListArgument& argument, int rounds) {
  Listing listing;
  for (int i = 0; i < rounds; ++i) {
    const auto begin = Clock::now();
    auto listed = session.list(argument);
    listing.latencies.add(begin, Clock::now());
    if (!listed.ok()) return Error(ErrorKind::unavailable, listed.error().log);
    listing.hits = listed->result.requested.size();
  }
  return listing;
}

// A search on each mailbox of the curve. `per_entry`: it looks at every entry, so that the cost of one
// counts; else the cost of a hit does.
Status search(const Measure& m, const Settings& settings, Table& table, const ms::Filter& filter,
              bool per_entry, const std::string& wanted) {
  X400_TRY(set, open_data_set(settings));
  for (const OpenedDataSet::Box& box : set.curve) {
    X400_TRY(session, set.session(box));
    X400_TRY(listing, list_often(*session, list_of(filter), per_entry && box.entries > 50'000 ? 3 : 20));
    const auto over = static_cast<double>(per_entry ? box.entries : std::max<std::size_t>(listing.hits, 1));
    Row row{m.name,
            fmt::format("{}: {} hits of {}, {:.2f} us per {}", m.what, listing.hits, box.entries,
                        listing.median() * 1000 / over, per_entry ? "entry" : "hit"),
            "any",
            "ms",
            listing.median(),
            0,
            "",
            wanted};
    row.set(listing.latencies);
    table.add(std::move(row));
  }
  return Ok{};
}

Measure searching(const char* name, const char* what, ms::Filter filter, bool per_entry, const char* wanted) {
  return {name, what,
          [filter = std::move(filter), per_entry, wanted](const Measure& m, const Settings& s, Table& t) {
            return search(m, s, t, filter, per_entry, wanted);
          },
          true};
}

// Listing makes them listed: a mailbox for each round.
Status list_thousand(const Measure& m, const Settings& settings, Table& table) {
  X400_TRY(set, open_data_set(settings));
  const ms::ListArgument argument = list_of(ms::Filter::equality(a::retrieval_status, integer(0)));
  Latencies latencies;
  std::size_t count = 0;
  for (const OpenedDataSet::Box& box : set.equal) {
    X400_TRY(session, set.session(box));
    const auto begin = Clock::now();
    auto listed = session->list(argument);
    if (!listed.ok()) return Error(ErrorKind::unavailable, listed.error().log);
    if (listed->result.requested.size() < 2) continue;  // an earlier run has listed them
    latencies.add(begin, Clock::now());
    count = listed->result.requested.size();
  }
  Row row{m.name, fmt::format("{}: {} of {}", m.what, count, set.equal.front().entries), "new", "ms",
          latencies.milliseconds(50)};
  row.set(latencies);
  table.add(std::move(row));
  return Ok{};
}

Status summarize(const Measure& m, const Settings& settings, Table& table) {
  X400_TRY(set, open_data_set(settings));
  ms::SummarizeArgument argument;
  argument.summary_requests = {a::retrieval_status, a::entry_type, a::priority};
  for (const OpenedDataSet::Box& box : set.curve) {
    X400_TRY(session, set.session(box));
    Latencies latencies;
    for (int i = 0; i < 100; ++i) {
      const auto begin = Clock::now();
      auto result = session->summarize(argument);
      latencies.add(begin, Clock::now());
      if (!result.ok()) return Error(ErrorKind::unavailable, result.error().log);
    }
    Row row{m.name, fmt::format("{}, {} entries", m.what, box.entries), "any", "ms",
            latencies.milliseconds(50)};
    row.set(latencies);
    table.add(std::move(row));
  }
  return Ok{};
}

}  // namespace

std::vector<Measure> scale_search_measures() {
  using ms::Filter;
  const Octets name = asn1::ORName{asn1::parse_or_address(originator_text(7)).value(), {}}.encode();
  return {{"scale-list-1000", "list the 1,000 new", list_thousand, true},
          {"scale-summarize", "summarize by status, entry type, priority", summarize, true},
          searching("scale-priority", "the urgent ones",
                    Filter::equality(a::priority, integer(2, ber::application(7))), false, "<= 1 us per hit"),
          searching("scale-precedence", "those of precedence flash",
                    Filter::equality(military::primary_precedence, integer(4)), false, "<= 1 us per hit"),
          searching("scale-size", "those of three times the size",
                    Filter::greater_or_equal(a::content_length, integer(20'000)), false, "<= 1 us per hit"),
          searching("scale-originator", "those of one originator", Filter::equality(a::originator_name, name),
                    true, ""),
          searching("scale-subject", "a word in the subject",
                    Filter::substrings(ipm::subject, {{ms::SubstringPiece::Where::any, ia5(rare_word)}}),
                    true, "<= 0.3 us per entry")};
}

}  // namespace bench
