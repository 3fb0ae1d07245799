#include "service/plan.hpp"

#include <algorithm>

#include "x400/asn1/oids.hpp"

namespace x400::mstore::service {

namespace {

namespace a = asn1::oids::attribute;
using Item = ms::FilterItem::Kind;

std::uint32_t bit(std::int64_t value, std::uint32_t all) {
  return value >= 0 && value < 8 ? (1u << value) & all : 0u;
}

template <class T>
std::optional<T> wider_from(const std::optional<T>& a, const std::optional<T>& b) {
  return a && b ? std::optional(std::min(*a, *b)) : std::nullopt;
}
template <class T>
std::optional<T> wider_to(const std::optional<T>& a, const std::optional<T>& b) {
  return a && b ? std::optional(std::max(*a, *b)) : std::nullopt;
}
template <class T>
std::optional<T> closer_from(const std::optional<T>& a, const std::optional<T>& b) {
  return !a ? b : !b ? a : std::optional(std::max(*a, *b));
}
template <class T>
std::optional<T> closer_to(const std::optional<T>& a, const std::optional<T>& b) {
  return !a ? b : !b ? a : std::optional(std::min(*a, *b));
}

Box either(const Box& a, const Box& b) {
  if (a.empty) return b;
  if (b.empty) return a;
  Box r;
  r.numbers = {std::min(a.numbers.from, b.numbers.from), std::max(a.numbers.to, b.numbers.to)};
  r.since = wider_from(a.since, b.since);
  r.until = wider_to(a.until, b.until);
  r.statuses = a.statuses | b.statuses;
  r.priorities = a.priorities | b.priorities;
  if (a.type == b.type) r.type = a.type;
  r.precedence_from = wider_from(a.precedence_from, b.precedence_from);
  r.precedence_to = wider_to(a.precedence_to, b.precedence_to);
  r.size_from = wider_from(a.size_from, b.size_from);
  r.size_to = wider_to(a.size_to, b.size_to);
  return r;
}

struct Limits {
  std::optional<std::int64_t> from, to;
};
Limits limits(const FilterNode& node) {
  Limits l;
  if (node.item != Item::less_or_equal) l.from = node.number;
  if (node.item != Item::greater_or_equal) l.to = node.number;
  return l;
}

std::int64_t clamp(std::int64_t v, std::int64_t low, std::int64_t high) {
  return std::max(low, std::min(v, high));
}

void limit_numbers(const Limits& l, Box& box) {
  if (l.from) {
    if (*l.from > backend::max_sequence_number) box.empty = true;
    box.numbers.from = static_cast<SequenceNumber>(clamp(*l.from, 1, backend::max_sequence_number));
  }
  if (l.to) {
    if (*l.to < 1) box.empty = true;
    box.numbers.to = static_cast<SequenceNumber>(clamp(*l.to, 1, backend::max_sequence_number));
  }
}

void limit_sizes(const Limits& l, Box& box) {
  if (l.from) box.size_from = static_cast<std::uint64_t>(std::max<std::int64_t>(*l.from, 0));
  if (l.to) box.size_to = static_cast<std::uint64_t>(std::max<std::int64_t>(*l.to, 0));
}

void limit_times(const Limits& l, Box& box) {
  // The attribute shows whole seconds of what is kept in milliseconds.
  constexpr std::int64_t most = 1'000'000'000'000;
  if (l.from) box.since = clamp(*l.from, -most, most) * 1000;
  if (l.to) box.until = clamp(*l.to, -most, most) * 1000 + 999;
}

void limit_precedence(const Limits& l, Box& box) {
  constexpr std::int64_t most = 2'000'000'000;
  if (l.from) box.precedence_from = static_cast<std::int32_t>(clamp(*l.from, -most, most));
  if (l.to) box.precedence_to = static_cast<std::int32_t>(clamp(*l.to, -most, most));
}

bool is_comparison(Item item) {
  return item == Item::equality || item == Item::approximate_match || item == Item::greater_or_equal ||
         item == Item::less_or_equal;
}

Box box_of_item(const FilterNode& node) {
  Box box;
  if (!node.number || !is_comparison(node.item)) return box;
  const bool equality = node.item == Item::equality || node.item == Item::approximate_match;
  const Limits l = limits(node);
  if (node.type == a::sequence_number)
    limit_numbers(l, box);
  else if (node.type == a::creation_time)
    limit_times(l, box);
  else if (node.type == a::content_length)
    limit_sizes(l, box);
  else if (node.type == asn1::oids::military_attribute::primary_precedence ||
           node.type == asn1::oids::ipm_attribute::precedence)
    limit_precedence(l, box);
  else if (node.type == a::retrieval_status && equality)
    box.statuses = bit(*node.number, 7);
  else if (node.type == a::priority && equality)
    box.priorities = bit(*node.number, 7);
  else if (node.type == a::entry_type && equality) {
    if (*node.number < 0 || *node.number > 255)
      box.empty = true;
    else
      box.type = static_cast<std::uint8_t>(*node.number);
  }
  if (box.statuses == 0 || box.priorities == 0) box.empty = true;
  return box;
}

// Every entry has a status, so "not this one" is "one of the others".
Box box_of_negation(const FilterNode& node) {
  Box box;
  if (node.operands.empty()) return box;
  const FilterNode& inner = node.operands.front();
  if (inner.kind != ms::Filter::Kind::item || inner.type != a::retrieval_status ||
      inner.item != Item::equality || !inner.number)
    return box;
  box.statuses = 7u & ~bit(*inner.number, 7);
  return box;
}

std::optional<std::int64_t> counted(const ber::Oid& type, const backend::Counter& c, bool& has) {
  has = true;
  if (type == a::retrieval_status) return static_cast<std::int64_t>(c.status);
  if (type == a::entry_type) return c.entry_type;
  if (type != a::priority) return std::nullopt;
  // Whether a child has a priority, its row alone knows.
  if (c.child) return std::nullopt;
  const auto t = static_cast<EntryType>(c.entry_type);
  has =
      t == EntryType::delivered_message || t == EntryType::submitted_message || t == EntryType::draft_message;
  return c.priority;
}

}  // namespace

Box both(Box a, const Box& b) {
  a.empty = a.empty || b.empty;
  a.numbers = {std::max(a.numbers.from, b.numbers.from), std::min(a.numbers.to, b.numbers.to)};
  a.since = closer_from(a.since, b.since);
  a.until = closer_to(a.until, b.until);
  a.statuses &= b.statuses;
  a.priorities &= b.priorities;
  if (a.type && b.type && a.type != b.type) a.empty = true;
  if (!a.type) a.type = b.type;
  a.precedence_from = closer_from(a.precedence_from, b.precedence_from);
  a.precedence_to = closer_to(a.precedence_to, b.precedence_to);
  a.size_from = closer_from(a.size_from, b.size_from);
  a.size_to = closer_to(a.size_to, b.size_to);
  if (a.statuses == 0 || a.priorities == 0 || a.numbers.from > a.numbers.to) a.empty = true;
  return a;
}

Box box_of(const FilterNode* filter) {
  if (!filter) return {};
  switch (filter->kind) {
    case ms::Filter::Kind::item: return box_of_item(*filter);
    case ms::Filter::Kind::negation: return box_of_negation(*filter);
    case ms::Filter::Kind::all: {
      Box box;
      for (const FilterNode& n : filter->operands) box = both(box, box_of(&n));
      return box;
    }
    case ms::Filter::Kind::any: break;
  }
  Box box;
  box.empty = true;
  for (const FilterNode& n : filter->operands) box = either(box, box_of(&n));
  return box;
}

std::vector<backend::Query> queries(const Box& box, backend::MailboxNumber mailbox, backend::ClassSet classes,
                                    bool with_children, backend::Order order) {
  std::vector<backend::Query> out;
  if (box.empty || classes.empty()) return out;
  backend::Query q;
  q.mailbox = mailbox;
  q.classes = classes;
  q.numbers = box.numbers;
  q.since = box.since;
  q.until = box.until;
  q.with_children = with_children;
  q.entry_type = box.type;
  q.precedence_from = box.precedence_from;
  q.precedence_to = box.precedence_to;
  q.size_from = box.size_from;
  q.size_to = box.size_to;
  q.order = order;
  // One query a value: each value has an index of its own order.
  const bool by_status = box.statuses != 7, by_priority = box.priorities != 7;
  for (std::uint8_t status = 0; status < (by_status ? 3 : 1); ++status) {
    if (by_status && !(box.statuses >> status & 1u)) continue;
    for (std::uint8_t priority = 0; priority < (by_priority ? 3 : 1); ++priority) {
      if (by_priority && !(box.priorities >> priority & 1u)) continue;
      backend::Query one = q;
      if (by_status) one.status = static_cast<backend::RetrievalStatus>(status);
      if (by_priority) one.priority = priority;
      out.push_back(one);
    }
  }
  return out;
}

std::optional<bool> evaluate(const FilterNode* filter, const backend::Counter& counter) {
  if (!filter) return true;
  if (filter->kind == ms::Filter::Kind::item) {
    bool has = false;
    const auto value = counted(filter->type, counter, has);
    if (!value) return std::nullopt;
    if (filter->item == Item::present) return has;
    if (!filter->number || !is_comparison(filter->item)) return std::nullopt;
    if (!has) return false;
    if (filter->item == Item::greater_or_equal) return *value >= *filter->number;
    if (filter->item == Item::less_or_equal) return *value <= *filter->number;
    return *value == *filter->number;
  }
  bool result = filter->kind == ms::Filter::Kind::all;
  for (const FilterNode& operand : filter->operands) {
    const auto t = evaluate(&operand, counter);
    if (!t) return std::nullopt;
    if (filter->kind == ms::Filter::Kind::negation) return !*t;
    result = filter->kind == ms::Filter::Kind::all ? result && *t : result || *t;
  }
  return result;
}

}  // namespace x400::mstore::service
