// Selector: which entries an operation is about, and selection: which of their attributes (X.413 8.1.1
// to 8.1.4).
#pragma once

#include <chrono>
#include <optional>
#include <variant>
#include <vector>

#include "x400/asn1/ms/filter.hpp"

namespace x400::asn1::ms {

/// Both ends inclusive; an absent end is no bound. from may be above to: see X.413 on the edition.
struct NumberRange {
  std::optional<SequenceNumber> from, to;
  friend bool operator==(const NumberRange&, const NumberRange&) = default;
};
/// By creation time, in whole seconds. Sent as YYMMDDHHMMSSZ; any zone and absent seconds (taken as 00) are
/// read.
struct TimeRange {
  std::optional<std::chrono::sys_seconds> from, to;
  friend bool operator==(const TimeRange&, const TimeRange&) = default;
};
using Range = std::variant<NumberRange, TimeRange>;

/// Fetch restrictions of the association that this operation sets aside.
struct Override {
  bool content_types = false, eits = false, length = false;
  friend bool operator==(const Override&, const Override&) = default;
};

struct Selector {
  bool child_entries = false;  ///< false: main entries only
  std::optional<Range> range;
  std::optional<Filter> filter;
  std::optional<SequenceNumber> limit;  ///< 1 or more; 0 is malformed
  Override override_;
  friend bool operator==(const Selector&, const Selector&) = default;
};

void write(ber::Writer& w, const Selector& selector);
/// The SET as one value. Errors: truncated, malformed, limit.
Result<Selector> read_selector(View encoded, Edition edition, const FilterLimits& limits = {});

struct AttributeSelection {
  ber::Oid type;
  std::optional<std::uint32_t> from;   ///< first value wanted, from 1; of multi-valued types
  std::optional<std::uint32_t> count;  ///< how many; of multi-valued types
  friend bool operator==(const AttributeSelection&, const AttributeSelection&) = default;
};
inline constexpr std::size_t max_selections = 1024;
/// At most max_selections. Empty: no attribute, only the sequence number.
using EntryInformationSelection = std::vector<AttributeSelection>;

void write(ber::Writer& w, const EntryInformationSelection& selection);
Result<EntryInformationSelection> read_selection(View encoded);

}  // namespace x400::asn1::ms
