#include "service/filter.hpp"

#include "service/match_groups.hpp"

namespace x400::mstore::service {

namespace {

using asn1::AttributeInfo;
using asn1::MatchingRule;
using ms::AttributeProblem;
using ms::FilterItem;

class Compiler {
 public:
  Compiler(Edition edition, const Rules& rules, Problems& problems)
      : edition_(edition),
        matching_edition_(edition == Edition::e1988 && rules.lenient_matching_88 ? Edition::e1994 : edition),
        problems_(problems) {}

  FilterNode node(const ms::Filter& filter) {
    FilterNode n;
    n.kind = filter.kind;
    if (filter.kind == ms::Filter::Kind::item) {
      item(filter.item, n);
      return n;
    }
    for (const ms::Filter& operand : filter.operands) n.operands.push_back(node(operand));
    return n;
  }

 private:
  void item(const FilterItem& item, FilterNode& n) {
    n.item = item.kind;
    n.type = item.type;
    n.home = home_of(item.type);
    bool body_part = false;
    const AttributeInfo* info = known_attribute(item.type, edition_, body_part);
    if (!info && !body_part) return problems_.add(AttributeProblem::unavailable_attribute_type, item.type);
    if (item.kind == FilterItem::Kind::present) return;
    if (!info) return problems_.add(AttributeProblem::inappropriate_matching, item.type);
    switch (item.kind) {
      case FilterItem::Kind::equality:
      case FilterItem::Kind::approximate_match: return equality(*info, item, n);
      case FilterItem::Kind::substrings: return substrings(*info, item, n);
      case FilterItem::Kind::greater_or_equal: return ordering(*info, item, Bound::at_least, n);
      case FilterItem::Kind::less_or_equal: return ordering(*info, item, Bound::at_most, n);
      case FilterItem::Kind::other_match: return other(*info, item, n);
      case FilterItem::Kind::present: return;
    }
  }

  void take(Result<MatcherPtr> made, const FilterItem& item, FilterNode& n) {
    if (made.ok()) {
      n.matcher = std::move(*made);
    } else if (made.error().kind() == ErrorKind::invalid) {
      problems_.invalid_parameters = true;
    } else if (made.error().kind() == ErrorKind::unsupported) {
      problems_.add(AttributeProblem::inappropriate_matching, item.type);
    } else {
      problems_.add(AttributeProblem::invalid_attribute_value, item.type,
                    item.value.empty() ? std::nullopt : std::optional(item.value));
    }
  }

  static std::optional<std::int64_t> number(MatchingRule rule, View value) {
    auto e = ber::read_one(value);
    return e.ok() ? ordinal(rule, *e) : std::nullopt;
  }

  void equality(const AttributeInfo& info, const FilterItem& item, FilterNode& n) {
    const auto rule = info.equality(matching_edition_);
    if (!rule) return problems_.add(AttributeProblem::inappropriate_matching, item.type);
    if (rule == MatchingRule::integer) n.number = number(MatchingRule::integer_ordering, item.value);
    if (rule == MatchingRule::utc_time) n.number = number(MatchingRule::utc_time_ordering, item.value);
    take(make_match(*rule, item.value), item, n);
  }

  void ordering(const AttributeInfo& info, const FilterItem& item, Bound bound, FilterNode& n) {
    const auto rule = info.ordering(matching_edition_);
    if (!rule) return problems_.add(AttributeProblem::inappropriate_matching, item.type);
    n.number = number(*rule, item.value);
    take(make_ordering(*rule, bound, item.value), item, n);
  }

  void substrings(const AttributeInfo& info, const FilterItem& item, FilterNode& n) {
    if (!info.substrings(matching_edition_))
      return problems_.add(AttributeProblem::inappropriate_matching, item.type);
    take(make_substrings(item.pieces), item, n);
  }

  void other(const AttributeInfo& info, const FilterItem& item, FilterNode& n) {
    const asn1::MatchingRuleInfo* rule = asn1::find_matching_rule(item.rule);
    const bool counts = rule && rule->rule == MatchingRule::value_count;
    if (!rule || !(info.allows(rule->rule) || (counts && info.multi_valued)))
      return problems_.add(AttributeProblem::inappropriate_matching, item.type);
    if (counts) {
      const auto wanted = number(MatchingRule::integer_ordering, item.value);
      if (!wanted || *wanted < 1)
        return problems_.add(AttributeProblem::invalid_attribute_value, item.type, item.value);
      n.value_count = static_cast<std::size_t>(*wanted);
      return;
    }
    // An ordering rule by its name is taken as X.520 defines it for searching: not greater.
    if (info.ordering(Edition::e1994) == rule->rule)
      return take(make_ordering(rule->rule, Bound::at_most, item.value), item, n);
    take(make_match(rule->rule, item.value), item, n);
  }

  Edition edition_, matching_edition_;
  Problems& problems_;
};

// An attribute that the entry does not have makes an item FALSE, so that not(present x) can be asked. The
// rule for `not` on other items is open (X.413 8.1.2): here absent counts as FALSE for all of them.
constexpr Truth absent_attribute = Truth::no;

Truth truth(bool b) { return b ? Truth::yes : Truth::no; }

bool one_matches(const Matcher& matcher, View attribute) {
  bool found = false;
  for_each_value(attribute, [&](View value) {
    found = matcher.matches(value);
    return !found;
  });
  return found;
}

// Numbers that are columns of the row, compared as they are.
std::optional<Truth> compare_column(const FilterNode& node, const Entry& entry) {
  using Kind = FilterItem::Kind;
  if (!node.number || node.home != Home::made) return std::nullopt;
  const bool equality = node.item == Kind::equality || node.item == Kind::approximate_match;
  if (!equality && node.item != Kind::greater_or_equal && node.item != Kind::less_or_equal)
    return std::nullopt;
  const auto column = entry.column(node.type);
  if (!column) return std::nullopt;
  if (!*column) return absent_attribute;
  if (equality) return truth(**column == *node.number);
  return truth(node.item == Kind::greater_or_equal ? **column >= *node.number : **column <= *node.number);
}

Truth evaluate_item(const FilterNode& node, Entry& entry) {
  if (const auto known = compare_column(node, entry)) return *known;
  if (node.item == FilterItem::Kind::present) {
    auto found = entry.attribute(node.type);
    if (!found.ok()) return Truth::undefined;
    return truth(!found->empty());
  }
  if (node.value_count) {
    auto values = entry.values(node.type);
    if (!values.ok()) return Truth::undefined;
    if (values->empty()) return absent_attribute;
    return truth(values->size() == *node.value_count);
  }
  auto whole = entry.whole(node.type);
  if (!whole.ok()) return Truth::undefined;
  return whole->empty() ? absent_attribute : truth(one_matches(*node.matcher, *whole));
}

Truth evaluate_list(const FilterNode& node, Entry& entry, Truth decisive, Truth otherwise) {
  Truth result = otherwise;
  for (const FilterNode& operand : node.operands) {
    const Truth t = evaluate(operand, entry);
    if (t == decisive) return decisive;
    if (t == Truth::undefined) result = Truth::undefined;
  }
  return result;
}

// What the run of the row says; undefined: it is not all of the entry's attributes, or not of these.
Truth evaluate_item(const FilterNode& node, View run) {
  if (node.home != Home::row) return Truth::undefined;
  const View found = find_in_run(run, node.type);
  if (node.item == FilterItem::Kind::present) return truth(!found.empty());
  if (found.empty()) return absent_attribute;
  if (!node.matcher) return Truth::undefined;
  return truth(one_matches(*node.matcher, found));
}

Truth evaluate(const FilterNode& node, View run) {
  if (node.kind == ms::Filter::Kind::item) return evaluate_item(node, run);
  if (node.kind == ms::Filter::Kind::negation) {
    const Truth t = node.operands.empty() ? Truth::undefined : evaluate(node.operands.front(), run);
    return t == Truth::undefined ? t : t == Truth::yes ? Truth::no : Truth::yes;
  }
  const Truth decisive = node.kind == ms::Filter::Kind::all ? Truth::no : Truth::yes;
  Truth result = decisive == Truth::no ? Truth::yes : Truth::no;
  for (const FilterNode& operand : node.operands) {
    const Truth t = evaluate(operand, run);
    if (t == decisive) return decisive;
    if (t == Truth::undefined) result = Truth::undefined;
  }
  return result;
}

}  // namespace

void Problems::add(ms::AttributeProblem problem, const ber::Oid& type, std::optional<Octets> value) {
  ms::AttributeError::Problem p{problem, type, std::move(value)};
  for (const auto& known : attributes)
    if (known == p) return;
  attributes.push_back(std::move(p));
}

const AttributeInfo* known_attribute(const ber::Oid& type, Edition edition, bool& body_part) {
  const AttributeInfo* info = asn1::find_attribute(type);
  body_part = !info && is_body_part_type(type);
  return info && info->in(edition) ? info : nullptr;
}

std::unique_ptr<const FilterNode> compile(const std::optional<ms::Filter>& filter, Edition edition,
                                          const Rules& rules, Problems& problems) {
  if (!filter) return nullptr;
  return std::make_unique<FilterNode>(Compiler(edition, rules, problems).node(*filter));
}

bool may_match(const FilterNode& node, const backend::RowView& row) {
  const RowForm form = read_row(row.list_attributes);
  // Attributes that came later stand before those of the row.
  if (!row.list_complete || !form.head.complete || !row.variable.empty()) return true;
  return evaluate(node, form.run) != Truth::no;
}

Truth evaluate(const FilterNode& node, Entry& entry) {
  switch (node.kind) {
    case ms::Filter::Kind::item: return evaluate_item(node, entry);
    case ms::Filter::Kind::all: return evaluate_list(node, entry, Truth::no, Truth::yes);
    case ms::Filter::Kind::any: return evaluate_list(node, entry, Truth::yes, Truth::no);
    case ms::Filter::Kind::negation: break;
  }
  if (node.operands.empty()) return Truth::undefined;
  const Truth t = evaluate(node.operands.front(), entry);
  return t == Truth::undefined ? t : t == Truth::yes ? Truth::no : Truth::yes;
}

}  // namespace x400::mstore::service
