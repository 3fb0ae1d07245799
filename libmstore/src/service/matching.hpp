// Matching rules of X.413, X.420 and X.520: an assertion, compiled once and held against encoded values.
//
// Assertions that cannot be read are errors (malformed): invalid-attribute-value.
//
// Threads: functions from any.
#pragma once

#include <optional>
#include <string>

#include "service/matcher.hpp"
#include "x400/asn1/attribute_table.hpp"
#include "x400/base/result.hpp"

namespace x400::mstore::service {

/// The value equals, or by a rule of other-match fits, the assertion. Not for the ordering rules.
Result<MatcherPtr> make_match(asn1::MatchingRule rule, View assertion);
enum class Bound { at_least, at_most };
/// The value is >= or <= the assertion.
Result<MatcherPtr> make_ordering(asn1::MatchingRule rule, Bound bound, View assertion);

/// Equal values have equal keys; for counting. Nothing: the value cannot be read, or the rule has no key.
std::optional<std::string> value_key(asn1::MatchingRule rule, View value);

}  // namespace x400::mstore::service
