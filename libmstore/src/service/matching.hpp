// Matching rules of X.413, X.420 and X.520: an assertion, compiled once and held against encoded values.
//
// Values of entries that cannot be read match nothing. Assertions that cannot be read are errors (malformed):
// invalid-attribute-value.
//
// Threads: a Matcher is constant.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "x400/asn1/attribute_table.hpp"
#include "x400/asn1/ms/filter.hpp"

namespace x400::mstore::service {

class Matcher {
 public:
  virtual ~Matcher() = default;
  /// `value`: one value of the attribute, a whole TLV.
  virtual bool matches(View value) const = 0;
};
using MatcherPtr = std::unique_ptr<const Matcher>;

/// The value equals, or by a rule of other-match fits, the assertion. Not for the ordering rules.
Result<MatcherPtr> make_match(asn1::MatchingRule rule, View assertion);
enum class Bound { at_least, at_most };
/// The value is >= or <= the assertion.
Result<MatcherPtr> make_ordering(asn1::MatchingRule rule, Bound bound, View assertion);
/// error invalid: the order of the pieces makes no sense (invalid-parameters).
Result<MatcherPtr> make_substrings(const std::vector<asn1::ms::SubstringPiece>& pieces);

/// Equal values have equal keys; for counting. Nothing: the value cannot be read, or the rule has no key.
std::optional<std::string> value_key(asn1::MatchingRule rule, View value);

// ---- the groups of rules, each in a file of its own

/// integer, boolean, OID, bits, octets, times, identifiers. Null: none of these.
using KeyFunction = std::optional<std::string> (*)(const ber::Element&);
KeyFunction simple_key(asn1::MatchingRule rule);
/// An integer or a time as a number that orders as the values do; for the ordering rules.
std::optional<std::int64_t> ordinal(asn1::MatchingRule rule, const ber::Element& value);

/// A string of any character type in UTF-8; nothing: it is no string.
std::optional<std::string> text_of(const ber::Element& value);
std::optional<std::string> folded_text(const ber::Element& value);
/// Strings and lists of strings; null result: not a rule of this group.
Result<MatcherPtr> make_text_match(asn1::MatchingRule rule, const ber::Element& assertion);
/// O/R names and what contains them; null result: not a rule of this group.
Result<MatcherPtr> make_name_match(asn1::MatchingRule rule, const ber::Element& assertion);
std::optional<std::string> name_key(const ber::Element& or_name);

/// An MTSIdentifier in a form that is equal for equal ones.
std::optional<std::string> mts_identifier_key(const ber::Element& value);

}  // namespace x400::mstore::service
