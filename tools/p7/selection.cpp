#include "commands.hpp"
#include "x400/asn1/or_text.hpp"

namespace p7 {
namespace {

using namespace x400;
using asn1::ms::Priority;

Result<std::vector<Priority>> priorities(const std::string& text) {
  if (text.empty()) return std::vector<Priority>();
  if (text == "urgent") return std::vector{Priority::urgent};
  if (text == "normal") return std::vector{Priority::normal};
  if (text == "non-urgent") return std::vector{Priority::non_urgent};
  return Error(ErrorKind::invalid, "not a priority: " + text + "; urgent, normal or non-urgent");
}

}  // namespace

Result<asn1::Time> time_of(const std::string& text) {
  // 20261124, 202611241530, 20261124153000, each UTC; dashes, colons, T and Z are for the eye.
  std::string digits;
  for (const char c : text)
    if (c >= '0' && c <= '9')
      digits += c;
    else if (c != '-' && c != ':' && c != 'T' && c != 'Z' && c != ' ')
      return Error(ErrorKind::invalid, "not a time: " + text);
  if (digits.size() == 8) digits += "000000";
  if (digits.size() == 12) digits += "00";
  if (digits.size() != 14)
    return Error(ErrorKind::invalid,
                 "not a time: " + text + "; write 2026-11-24 or 2026-11-24T15:30:00 (UTC)");
  return asn1::parse_generalized_time(digits + "Z");
}

Result<p7client::Query> query(const Selection& s) {
  p7client::Query q;
  if (s.outbox) q.entry_class = p7client::EntryClass::submission;
  q.child_entries = s.children;
  if (s.is_new) q.statuses = {p7client::RetrievalStatus::new_};
  if (!s.since.empty()) {
    X400_TRY(t, time_of(s.since));
    q.since = t;
  }
  if (!s.before.empty()) {
    X400_TRY(t, time_of(s.before));
    q.before = t;
  }
  X400_TRY(p, priorities(s.priority));
  q.priorities = std::move(p);
  if (!s.subject.empty()) q.subject_contains = s.subject;
  if (!s.originator.empty()) {
    X400_TRY(address, asn1::parse_or_address(s.originator));
    q.originator = asn1::ORName{std::move(address), {}};
  }
  if (s.at_least >= 0) q.at_least = s.at_least;
  if (s.at_most >= 0) q.at_most = s.at_most;
  q.precedences = s.precedences;
  if (s.limit > 0) q.limit = s.limit;
  return q;
}

}  // namespace p7
