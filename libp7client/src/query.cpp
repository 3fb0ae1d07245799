#include "x400/p7client/query.hpp"

#include <chrono>
#include <limits>

#include "x400/asn1/oids.hpp"
#include "x400/asn1/text.hpp"

namespace x400::p7client {
namespace {

using asn1::ms::Filter;
using asn1::ms::SubstringPiece;
namespace attribute = asn1::oids::attribute;

Octets number(ber::Tag tag, std::int64_t value) {
  ber::Writer w;
  w.integer(tag, value);
  return std::move(w).take();
}

// One of several values; a single one needs no `or` around it.
template <class T>
void one_of(std::vector<Filter>& all, const ber::Oid& type, ber::Tag tag, const std::vector<T>& values) {
  if (values.empty()) return;
  std::vector<Filter> any;
  for (const T v : values) any.push_back(Filter::equality(type, number(tag, static_cast<std::int64_t>(v))));
  all.push_back(any.size() == 1 ? std::move(any[0]) : Filter::any(std::move(any)));
}

void precedence(std::vector<Filter>& all, const std::vector<int>& values) {
  if (values.empty()) return;
  std::vector<Filter> any;
  for (const int v : values)
    for (const ber::Oid& type : {asn1::oids::military_attribute::primary_precedence,
                                 asn1::oids::military_attribute::copy_precedence})
      any.push_back(Filter::equality(type, number(ber::tags::integer, v)));
  all.push_back(Filter::any(std::move(any)));
}

Status subject(std::vector<Filter>& all, const std::optional<std::string>& text) {
  if (!text) return Ok{};
  X400_TRY(t61, asn1::text::to_t61(*text));
  ber::Writer w;
  w.primitive(ber::tags::teletex_string, t61);
  all.push_back(Filter::substrings(asn1::oids::ipm_attribute::subject,
                                   {{SubstringPiece::Where::any, std::move(w).take()}}));
  return Ok{};
}

void size(std::vector<Filter>& all, const Query& q) {
  if (q.at_least)
    all.push_back(
        Filter::greater_or_equal(attribute::content_length, number(ber::tags::integer, *q.at_least)));
  if (q.at_most)
    all.push_back(Filter::less_or_equal(attribute::content_length, number(ber::tags::integer, *q.at_most)));
}

Octets time_value(asn1::Time time) {
  ber::Writer w;
  w.primitive(ber::tags::utc_time, asn1::utc_time(time));
  return std::move(w).take();
}

// A selector has one range. With both kinds asked for, the numbers are the range, as paging needs them, and
// the times become filters.
void range(std::vector<Filter>& all, asn1::ms::Selector& s, const Query& q) {
  std::optional<asn1::Time> last;
  if (q.before) last = *q.before - std::chrono::seconds(1);
  if (!q.from && !q.to) {
    if (q.since || last) s.range = asn1::ms::TimeRange{q.since, last};
    return;
  }
  s.range = asn1::ms::NumberRange{q.from, q.to};
  if (q.since) all.push_back(Filter::greater_or_equal(attribute::creation_time, time_value(*q.since)));
  if (last) all.push_back(Filter::less_or_equal(attribute::creation_time, time_value(*last)));
}

}  // namespace

Query new_entries() {
  Query q;
  q.statuses = {RetrievalStatus::new_};
  return q;
}

Result<asn1::ms::Selector> selector(const Query& q) {
  asn1::ms::Selector s;
  s.child_entries = q.child_entries;
  std::vector<Filter> all;
  one_of(all, attribute::retrieval_status, ber::tags::integer, q.statuses);
  one_of(all, attribute::priority, ber::application(7), q.priorities);
  one_of(all, attribute::entry_type, ber::tags::integer, q.types);
  precedence(all, q.precedences);
  size(all, q);
  X400_CHECK(subject(all, q.subject_contains));
  if (q.originator) all.push_back(Filter::equality(attribute::originator_name, q.originator->encode()));
  range(all, s, q);
  if (q.filter) all.push_back(*q.filter);
  if (all.size() == 1) s.filter = std::move(all[0]);
  if (all.size() > 1) s.filter = Filter::all(std::move(all));
  if (q.limit) {
    if (*q.limit == 0) return Error(ErrorKind::invalid, "a limit of 0 entries");
    if (*q.limit <= asn1::ms::max_sequence_number) s.limit = static_cast<SequenceNumber>(*q.limit);
  }
  return s;
}

}  // namespace x400::p7client
