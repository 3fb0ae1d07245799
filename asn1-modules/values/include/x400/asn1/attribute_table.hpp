// The attribute table: every attribute type the project knows, with what X.413 and X.420 say about it.
//
//   if (const AttributeInfo* a = find_attribute(type)) {
//     if (!a->in(edition)) ...                    // exists only in 1994 contexts
//     if (!a->equality(edition)) ...              // inappropriate-matching
//     if (!a->list) ...                           // inappropriate-for-operation in List and Alert
//   }
//
// Syntax, numeration and matching rules are those of the 1999 modules. Availability in List and Summarize
// could not be read in any source; it follows the digest of the 1988 tables and common sense: list says no to
// contents, whole bodies and whole envelopes, summary says yes to types with few values. Body part types that
// are attributes themselves (extended-body-part-data) have any OID and are not in the table.
//
// Threads: constant after the first call, which may come from any thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "x400/asn1/edition.hpp"
#include "x400/ber/oid.hpp"

namespace x400::asn1 {

/// What the values of a type are, as far as matching and checking of assertion values need it.
enum class Syntax {
  integer,
  enumerated,
  priority /* [APPLICATION 7] ENUMERATED */,
  boolean,
  null,
  object_identifier,
  bit_string,
  per_message_indicators /* [APPLICATION 8] BIT STRING */,
  octet_string,
  utc_time,
  generalized_time,
  ms_string /* any string type */,
  ms_string_list,
  printable_string,
  teletex_string,
  general_string,
  universal_or_bmp_string,
  or_name,
  or_address,
  or_descriptor,
  recipient_specifier,
  ipm_identifier,
  mts_identifier,
  content_correlator,
  content_identifier,
  message_group_name,
  dl_expansion,
  redirection,
  ipm_location,
  circulation_member,
  distribution_code,
  information_category,
  other,  ///< no rule compares it
};

/// The tag of a value's encoding, where the syntax has a single one (a CHOICE and `other` have none). For
/// ms_string: none.
std::optional<ber::Tag> tag_of(Syntax syntax);

enum class MatchingRule {
#define X400_MATCHING_RULE(id, ...) id,
#include "x400/asn1/matching_rules.def"
#undef X400_MATCHING_RULE
};

struct MatchingRuleInfo {
  MatchingRule rule;
  ber::Oid oid;
  std::string_view name;  ///< "mSStringMatch"
  Syntax assertion;       ///< what is compared with the attribute's values
};

std::span<const MatchingRuleInfo> matching_rules();
const MatchingRuleInfo& info(MatchingRule rule);
const MatchingRuleInfo* find_matching_rule(const ber::Oid& oid);  ///< null: unknown

/// Who derives the attribute: the store and the envelope, or the content.
enum class AttributeGroup { general, ipm, military };

struct AttributeInfo {
  ber::Oid oid;
  std::string_view name;  ///< of the 1994 edition: "ms-retrieval-status", "subject", "mm-primary-precedence"
  std::string_view name_88;  ///< where it differs ("entry-status"), else empty
  std::string_view type;     ///< ASN.1 type: "RetrievalStatus"
  Syntax syntax;
  bool multi_valued;
  Edition since;
  AttributeGroup group;
  bool list;               ///< may be asked for in List and in the Alert of auto-alert
  bool summary;            ///< may be a summary request
  bool modifiable;         ///< may be changed by Modify
  bool modifiable_status;  ///< may be changed by Modify if the store announced
                           ///< modify-retrieval-status-capability

  bool in(Edition edition) const { return since == Edition::e1988 || edition == Edition::e1994; }
  std::optional<MatchingRule> equality(Edition edition) const {
    return rule(equality_, not_in_88_equality_, edition);
  }
  std::optional<MatchingRule> substrings(Edition edition) const {
    return rule(substrings_, not_in_88_substrings_, edition);
  }
  std::optional<MatchingRule> ordering(Edition edition) const {
    return rule(ordering_, not_in_88_ordering_, edition);
  }
  /// Rules that other-match may name, beside the three above. None in 1988 contexts.
  std::span<const MatchingRule> others(Edition edition) const;
  /// Whether other-match may name the rule for this type: the three above and others().
  bool allows(MatchingRule rule) const;

  // Filled in by the table.
  std::optional<MatchingRule> equality_, substrings_, ordering_;
  std::span<const MatchingRule> others_;
  bool not_in_88_equality_, not_in_88_substrings_, not_in_88_ordering_;

 private:
  static std::optional<MatchingRule> rule(std::optional<MatchingRule> rule, bool not_in_88, Edition edition) {
    return not_in_88 && edition == Edition::e1988 ? std::nullopt : rule;
  }
};

/// All of them, general ones first, in the order of their arcs.
std::span<const AttributeInfo> attributes();
const AttributeInfo* find_attribute(const ber::Oid& type);  ///< null: unknown
/// By name, letter case aside; names of 1988 and names without ms-, mt- are found too. Null: unknown.
const AttributeInfo* find_attribute(std::string_view name);

}  // namespace x400::asn1
