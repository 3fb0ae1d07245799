#include "x400/asn1/attribute_table.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "x400/asn1/oids.hpp"

namespace x400::asn1 {
namespace {

// Words of the columns of the .def files.
using Rule = std::optional<MatchingRule>;
namespace rule {
constexpr Rule none = std::nullopt;
#define X400_MATCHING_RULE(id, ...) constexpr Rule id = MatchingRule::id;
#include "x400/asn1/matching_rules.def"
#undef X400_MATCHING_RULE
}  // namespace rule

namespace others {
using R = MatchingRule;
constexpr std::span<const MatchingRule> none;
constexpr MatchingRule or_name[] = {R::or_name_elements, R::or_name_substring_elements,
                                    R::or_name_single_element};
constexpr MatchingRule dl_expansion[] = {
    R::redirection_or_dl_expansion, R::redirection_or_dl_expansion_elements,
    R::redirection_or_dl_expansion_substring_elements, R::redirection_or_dl_expansion_single_element};
constexpr MatchingRule redirection[] = {R::redirection_or_dl_expansion,
                                        R::redirection_or_dl_expansion_elements,
                                        R::redirection_or_dl_expansion_substring_elements,
                                        R::redirection_or_dl_expansion_single_element, R::redirection_reason};
constexpr MatchingRule or_descriptor[] = {R::or_descriptor_elements, R::or_descriptor_single_element,
                                          R::or_descriptor_substring_elements};
constexpr MatchingRule recipient_specifier[] = {R::recipient_specifier_elements,
                                                R::recipient_specifier_substring_elements,
                                                R::recipient_specifier_single_element};
constexpr MatchingRule circulation_member[] = {
    R::circulation_member_elements, R::circulation_member_substring_elements,
    R::circulation_member_single_element, R::circulation_member_checkmark};
constexpr MatchingRule ipm_location[] = {R::ipm_location};
constexpr MatchingRule message_group_name[] = {R::ms_single_substring_list, R::ms_string_list_elements,
                                               R::ms_single_substring_list_elements, R::value_count};
}  // namespace others

namespace numeration {
constexpr bool single = false, multi = true;
}

constexpr unsigned L = 1, M = 2, W = 4, WS = 8, XE = 16, XS = 32, XO = 64;

std::string_view name_88(std::string_view name) {
  if (name == "ms-retrieval-status") return "entry-status";
  if (name == "mt-originally-intended-recipient-name") return "intended-recipient-name";
  if (name == "mt-message-identifier") return "message-delivery-identifier";
  if (name == "ipm-intended-recipient") return "ipm-preferred-recipient";
  return {};
}

struct Rules {
  Rule equality, substrings, ordering;
  std::span<const MatchingRule> others;
};

AttributeInfo make(ber::Oid oid, AttributeGroup group, std::string_view name, std::string_view type,
                   Syntax syntax, bool multi, Edition since, const Rules& rules, unsigned flags) {
  AttributeInfo a{};
  a.oid = std::move(oid);
  a.name = name;
  a.name_88 = name_88(name);
  a.type = type;
  a.syntax = syntax;
  a.multi_valued = multi;
  a.since = since;
  a.group = group;
  a.list = (flags & L) != 0;
  a.summary = (flags & M) != 0;
  a.modifiable = (flags & W) != 0;
  a.modifiable_status = (flags & WS) != 0;
  a.equality_ = rules.equality;
  a.substrings_ = rules.substrings;
  a.ordering_ = rules.ordering;
  a.others_ = rules.others;
  a.not_in_88_equality_ = (flags & XE) != 0;
  a.not_in_88_substrings_ = (flags & XS) != 0;
  a.not_in_88_ordering_ = (flags & XO) != 0;
  return a;
}

std::vector<AttributeInfo> make_table() {
  std::vector<AttributeInfo> t;
#define X400_ATTRIBUTE(arc_name, n, id, name, type, syntax, num, ed, eq, sub, ord, other, flags)     \
  t.push_back(make(oids::arc::arc_name.child(n), group, name, type, Syntax::syntax, numeration::num, \
                   Edition::ed, {rule::eq, rule::sub, rule::ord, others::other}, flags));
  AttributeGroup group = AttributeGroup::general;
#include "x400/asn1/attributes_general.def"
  group = AttributeGroup::ipm;
#include "x400/asn1/attributes_ipm.def"
  group = AttributeGroup::military;
#include "x400/asn1/attributes_military.def"
#undef X400_ATTRIBUTE
  return t;
}

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

struct Table {
  std::vector<AttributeInfo> attributes = make_table();
  std::unordered_map<ber::Oid, const AttributeInfo*> by_oid;
  std::unordered_map<std::string, const AttributeInfo*> by_name;

  Table() {
    for (const AttributeInfo& a : attributes) {
      by_oid.emplace(a.oid, &a);
      by_name.emplace(lower(a.name), &a);
      if (!a.name_88.empty()) by_name.emplace(lower(a.name_88), &a);
    }
    // Short names last: they must not hide a full one.
    for (const AttributeInfo& a : attributes)
      if (a.group == AttributeGroup::general) by_name.emplace(lower(a.name.substr(3)), &a);
  }
};

const Table& table() {
  static const Table t;
  return t;
}

struct RuleTable {
  std::vector<MatchingRuleInfo> rules = {
#define X400_MATCHING_RULE(id, name, assertion, ...) \
  {MatchingRule::id, oids::matching_rule::id, name, Syntax::assertion},
#include "x400/asn1/matching_rules.def"
#undef X400_MATCHING_RULE
  };
};

const RuleTable& rule_table() {
  static const RuleTable t;
  return t;
}

}  // namespace

std::optional<ber::Tag> tag_of(Syntax syntax) {
  using namespace ber;
  switch (syntax) {
    case Syntax::integer: return tags::integer;
    case Syntax::enumerated: return tags::enumerated;
    case Syntax::priority: return application(7);
    case Syntax::boolean: return tags::boolean;
    case Syntax::null: return tags::null;
    case Syntax::object_identifier: return tags::oid;
    case Syntax::bit_string: return tags::bit_string;
    case Syntax::per_message_indicators: return application(8);
    case Syntax::octet_string: return tags::octet_string;
    case Syntax::utc_time: return tags::utc_time;
    case Syntax::generalized_time: return tags::generalized_time;
    case Syntax::printable_string: return tags::printable_string;
    case Syntax::teletex_string: return tags::teletex_string;
    case Syntax::general_string: return tags::general_string;
    case Syntax::or_name: return application(0);
    case Syntax::ipm_identifier: return application(11);
    case Syntax::mts_identifier: return application(4);
    case Syntax::content_identifier: return application(10);
    case Syntax::or_address:
    case Syntax::ms_string_list:
    case Syntax::message_group_name:
    case Syntax::dl_expansion:
    case Syntax::redirection:
    case Syntax::distribution_code:
    case Syntax::information_category: return tags::sequence;
    case Syntax::or_descriptor:
    case Syntax::recipient_specifier:
    case Syntax::circulation_member:
    case Syntax::universal_or_bmp_string: return tags::set;
    case Syntax::ms_string:
    case Syntax::content_correlator:
    case Syntax::ipm_location:
    case Syntax::other: return std::nullopt;
  }
  return std::nullopt;
}

std::span<const MatchingRuleInfo> matching_rules() { return rule_table().rules; }

const MatchingRuleInfo& info(MatchingRule rule) { return rule_table().rules[static_cast<std::size_t>(rule)]; }

const MatchingRuleInfo* find_matching_rule(const ber::Oid& oid) {
  const auto rules = matching_rules();
  const auto it = std::find_if(rules.begin(), rules.end(), [&](const auto& r) { return r.oid == oid; });
  return it == rules.end() ? nullptr : &*it;
}

std::span<const MatchingRule> AttributeInfo::others(Edition edition) const {
  return edition == Edition::e1988 ? std::span<const MatchingRule>{} : others_;
}

bool AttributeInfo::allows(MatchingRule rule) const {
  return rule == equality_ || rule == substrings_ || rule == ordering_ ||
         std::find(others_.begin(), others_.end(), rule) != others_.end();
}

std::span<const AttributeInfo> attributes() { return table().attributes; }

const AttributeInfo* find_attribute(const ber::Oid& type) {
  const auto it = table().by_oid.find(type);
  return it == table().by_oid.end() ? nullptr : it->second;
}

const AttributeInfo* find_attribute(std::string_view name) {
  const auto it = table().by_name.find(lower(name));
  return it == table().by_name.end() ? nullptr : it->second;
}

}  // namespace x400::asn1
