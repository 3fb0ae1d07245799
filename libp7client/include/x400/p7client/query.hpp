// Query: which entries are meant, in words of people; selector() says it in those of X.413.
//
//   Query q;
//   q.statuses = {RetrievalStatus::new_};
//   q.priorities = {Priority::urgent};
//   q.larger_than = 10'000;
//
// Everything given must hold (and); of a list of values one is enough (or). Nothing given: all main entries.
//
// Threads: values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "x400/asn1/edition.hpp"
#include "x400/asn1/ms/selector.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/asn1/time.hpp"
#include "x400/base/result.hpp"

namespace x400::p7client {

using asn1::ms::EntryClass;
using asn1::ms::EntryType;
using asn1::ms::Priority;
using asn1::ms::RetrievalStatus;
using asn1::ms::SequenceNumber;

struct Query {
  /// delivery is the In Box, submission the Out Box (in 1988 contexts: what stores give as inlog).
  EntryClass entry_class = EntryClass::delivery;
  bool child_entries = false;  ///< forwarded messages inside messages, too

  std::vector<RetrievalStatus> statuses;
  std::vector<Priority> priorities;
  std::vector<EntryType> types;
  std::optional<SequenceNumber> from, to;   ///< both inclusive
  std::optional<asn1::Time> since, before;  ///< creation in the store; since inclusive, before exclusive
  std::optional<std::int64_t> at_least, at_most;  ///< octets of the content
  std::optional<std::string> subject_contains;    ///< case and surplus spaces do not matter to the store
  std::optional<asn1::ORName> originator;
  /// Military precedence (P772, 0 deferred .. 5 override), of action or information addressees.
  std::vector<int> precedences;
  /// Anything else, and-ed to it.
  std::optional<asn1::ms::Filter> filter;

  /// At most this many entries; what a List call gives at once is the store's to limit.
  std::optional<std::size_t> limit;
};

/// The new ones: neither listed nor fetched.
Query new_entries();

/// The selector that means the query. Errors: invalid (a subject that no string type of X.400 can hold).
Result<asn1::ms::Selector> selector(const Query& query);

}  // namespace x400::p7client
