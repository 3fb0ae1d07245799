// The groups of matching rules, each in a file of its own: what matching.hpp chooses from. Assertions that
// cannot be read are errors (malformed).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/matcher.hpp"
#include "x400/asn1/attribute_table.hpp"
#include "x400/asn1/ms/filter.hpp"
#include "x400/base/result.hpp"
#include "x400/ber/reader.hpp"

namespace x400::mstore::service {

/// integer, boolean, OID, bits, octets, times, identifiers. Null: none of these.
using KeyFunction = std::optional<std::string> (*)(const ber::Element&);
KeyFunction simple_key(asn1::MatchingRule rule);
/// An integer or a time as a number that orders as the values do; for the ordering rules.
std::optional<std::int64_t> ordinal(asn1::MatchingRule rule, const ber::Element& value);

/// A string of any character type in UTF-8; nothing: it is no string.
std::optional<std::string> text_of(const ber::Element& value);
std::optional<std::string> folded_text(const ber::Element& value);
/// The same, without memory of its own for what is short and ASCII: nearly all that a search looks at.
class FoldedText {
 public:
  explicit FoldedText(const ber::Element& value);
  FoldedText(const FoldedText&) = delete;
  FoldedText& operator=(const FoldedText&) = delete;
  /// Nothing: it is no string.
  const std::optional<std::string_view>& text() const { return text_; }

 private:
  std::array<char, 256> room_;
  std::string long_;
  std::optional<std::string_view> text_;
};
/// Strings and lists of strings; null result: not a rule of this group.
Result<MatcherPtr> make_text_match(asn1::MatchingRule rule, const ber::Element& assertion);
/// Pieces of a string in their order. Error invalid: the order of the pieces makes no sense
/// (invalid-parameters).
Result<MatcherPtr> make_substrings(const std::vector<asn1::ms::SubstringPiece>& pieces);
/// O/R names and what contains them; null result: not a rule of this group.
Result<MatcherPtr> make_name_match(asn1::MatchingRule rule, const ber::Element& assertion);
std::optional<std::string> name_key(const ber::Element& or_name);

/// An MTSIdentifier in a form that is equal for equal ones.
std::optional<std::string> mts_identifier_key(const ber::Element& value);

}  // namespace x400::mstore::service
