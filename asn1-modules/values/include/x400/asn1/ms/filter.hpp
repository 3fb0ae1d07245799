// Filter: a condition on the attributes of an entry (X.413 8.1.2), as a tree to build, send, receive and
// evaluate.
//
// Assertion values stay encoded (whole TLVs): evaluating compares encodings by the attribute's matching rule.
//
//   auto f = Filter::all({Filter::equality(oids::attribute::retrieval_status, value),
//   Filter::negation(Filter::present(t))});
//
// Threads: values.
#pragma once

#include <vector>

#include "x400/asn1/ms/types.hpp"
#include "x400/ber/reader.hpp"
#include "x400/ber/writer.hpp"

namespace x400::asn1::ms {

/// One piece of a substrings assertion. The order of the pieces is that of the text; at most one initial
/// (first) and one final (last) make sense: for the store to check.
struct SubstringPiece {
  enum class Where { initial = 0, any = 1, final = 2 };
  Where where = Where::any;
  Octets value;  ///< TLV in the attribute's syntax
  friend bool operator==(const SubstringPiece&, const SubstringPiece&) = default;
};

struct FilterItem {
  enum class Kind {
    equality = 0,
    substrings = 1,
    greater_or_equal = 2,
    less_or_equal = 3,
    present = 4,
    approximate_match = 5,
    other_match = 6  ///< 1994 only
  };
  Kind kind = Kind::present;
  ber::Oid type;
  Octets value;                        ///< TLV; empty for present and substrings
  std::vector<SubstringPiece> pieces;  ///< substrings only
  ber::Oid rule;                       ///< other_match only
  friend bool operator==(const FilterItem&, const FilterItem&) = default;
};

struct Filter {
  enum class Kind { item = 0, all = 1 /* and */, any = 2 /* or */, negation = 3 /* not */ };
  Kind kind = Kind::item;
  FilterItem item;               ///< of an item
  std::vector<Filter> operands;  ///< of all and any: none or more; of negation: one

  static Filter present(ber::Oid type);
  static Filter equality(ber::Oid type, Octets value);
  static Filter greater_or_equal(ber::Oid type, Octets value);
  static Filter less_or_equal(ber::Oid type, Octets value);
  static Filter approximate(ber::Oid type, Octets value);
  static Filter substrings(ber::Oid type, std::vector<SubstringPiece> pieces);
  static Filter other_match(ber::Oid rule, ber::Oid type, Octets value);
  static Filter all(std::vector<Filter> operands);
  static Filter any(std::vector<Filter> operands);
  static Filter negation(Filter operand);

  friend bool operator==(const Filter&, const Filter&) = default;
};

struct FilterLimits {
  std::size_t depth =
      20;  ///< all, any and negation inside one another; 20 fits the walk's 64 in every operation
  std::size_t items = 1024;  ///< items, operators and pieces of substrings together
};

void write(ber::Writer& w, const Filter& filter);
/// The CHOICE as one value. In e1988, other-match is malformed (an unknown alternative). Errors: truncated,
/// malformed, limit.
Result<Filter> read_filter(View encoded, Edition edition, const FilterLimits& limits = {});

}  // namespace x400::asn1::ms
