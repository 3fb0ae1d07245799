#include "service/selection.hpp"

#include <algorithm>

#include "service/homes.hpp"
#include "x400/asn1/oids.hpp"

namespace x400::mstore::service {

namespace {

// Few enough rows to stay in the processor's cache until they are looked at.
constexpr std::uint32_t page_size = 256;

bool before(const backend::Row& a, const backend::Row& b, backend::Order order) {
  return order == backend::Order::ascending ? a.number < b.number : a.number > b.number;
}

// What a made attribute needs beyond the plain columns lies in the row's head.
bool column_only(const ber::Oid& type) {
  namespace a = asn1::oids::attribute;
  return home_of(type) == Home::made && type != a::priority &&
         type != asn1::oids::ipm_attribute::message_body_parts;
}

}  // namespace

bool needs_attributes(const FilterNode* filter) {
  if (!filter) return false;
  if (filter->kind == ms::Filter::Kind::item) return !column_only(filter->type);
  return std::any_of(filter->operands.begin(), filter->operands.end(),
                     [](const FilterNode& n) { return needs_attributes(&n); });
}

bool needs_attributes(const ms::EntryInformationSelection& selection) {
  return std::any_of(selection.begin(), selection.end(),
                     [](const ms::AttributeSelection& s) { return !column_only(s.type); });
}

Selection::Selection(backend::Backend& backend, backend::MailboxNumber mailbox, const Want& want,
                     bool attributes)
    : backend_(backend), mailbox_(mailbox), want_(want) {
  const bool all = attributes || needs_attributes(want.filter.get());
  const Box box = both(want.box, box_of(want.filter.get()));
  for (backend::Query& q : queries(box, mailbox, want.classes, want.with_children, want.order)) {
    q.attributes = all;
    // One more than wanted, to know whether there is a next one.
    q.limit = want.limit && !want.filter ? std::min(*want.limit, page_size - 1) + 1 : page_size;
    if (want.filter && all)
      q.where = [filter = want.filter.get()](const backend::RowView& row) { return may_match(*filter, row); };
    pagers_.push_back({std::move(q), {}, 0, false, false});
  }
}

Result<backend::Row*> Selection::head(Pager& pager) {
  while (!pager.ended && pager.at == pager.page.rows.size()) {
    if (pager.started && !pager.page.more) {
      pager.ended = true;
      break;
    }
    if (pager.started) {
      pager.query.after = pager.page.reached;
      pager.query.hits = std::move(pager.page.hits);
    }
    pager.started = true;
    X400_TRY(page, backend_.select(pager.query));
    pager.page = std::move(page);
    pager.at = 0;
    if (pager.page.rows.empty() && !pager.page.more) pager.ended = true;
  }
  return pager.ended ? nullptr : &pager.page.rows[pager.at];
}

Result<std::unique_ptr<Entry>> Selection::next() {
  for (;;) {
    Pager* best = nullptr;
    backend::Row* row = nullptr;
    for (Pager& p : pagers_) {
      X400_TRY(candidate, head(p));
      if (candidate && (!row || before(*candidate, *row, want_.order))) {
        best = &p;
        row = candidate;
      }
    }
    if (!best) return std::unique_ptr<Entry>();
    ++best->at;
    auto source = stored_source(backend_, mailbox_, *row);
    auto entry = std::make_unique<Entry>(std::move(*row), std::move(source));
    if (!want_.filter || evaluate(*want_.filter, *entry) == Truth::yes) return entry;
  }
}

bool multi_valued(const ber::Oid& type) {
  const asn1::AttributeInfo* info = asn1::find_attribute(type);
  return info ? info->multi_valued : is_body_part_type(type);
}

bool in_edition(const ber::Oid& type, Edition edition) {
  bool body_part = false;
  return known_attribute(type, edition, body_part) || body_part;
}

void check_selection(const ms::EntryInformationSelection& selection, Purpose purpose, Edition edition,
                     Problems& problems) {
  for (const ms::AttributeSelection& s : selection) {
    bool body_part = false;
    const asn1::AttributeInfo* info = known_attribute(s.type, edition, body_part);
    if (!info && !body_part)
      problems.add(ms::AttributeProblem::unavailable_attribute_type, s.type);
    else if (purpose == Purpose::list && !(info && info->list))
      problems.add(ms::AttributeProblem::inappropriate_for_operation, s.type);
  }
}

ms::EntryInformationSelection merged(ms::EntryInformationSelection selection) {
  ms::EntryInformationSelection out;
  for (ms::AttributeSelection& s : selection) {
    const auto at = std::find_if(out.begin(), out.end(), [&](const auto& o) { return o.type == s.type; });
    if (at == out.end()) {
      out.push_back(std::move(s));
      continue;
    }
    const std::uint64_t from = std::min(at->from.value_or(1), s.from.value_or(1));
    const auto end = [](const ms::AttributeSelection& x) {
      return x.count ? std::optional<std::uint64_t>(std::uint64_t{x.from.value_or(1)} + *x.count)
                     : std::nullopt;
    };
    const auto a = end(*at), b = end(s);
    at->from = static_cast<std::uint32_t>(from);
    at->count = a && b ? std::optional(static_cast<std::uint32_t>(std::max(*a, *b) - from)) : std::nullopt;
  }
  return out;
}

Cut cut(const ms::AttributeSelection& wanted, std::size_t total) {
  Cut c{0, total, false};
  if (!multi_valued(wanted.type)) return c;
  const std::size_t from = std::max<std::size_t>(wanted.from.value_or(1), 1);
  c.first = std::min(from - 1, total);
  if (wanted.count && total - c.first > *wanted.count) {
    c.last = c.first + *wanted.count;
    c.exceeded = true;
  }
  return c;
}

Result<ms::EntryInformation> information(Entry& entry, const ms::EntryInformationSelection& selection,
                                         Edition edition, bool strict) {
  ms::EntryInformation info;
  info.sequence_number = entry.row().number;
  info.attributes.reserve(selection.size());
  for (const ms::AttributeSelection& wanted : selection) {
    auto found = entry.attribute(wanted.type);
    if (!found.ok()) {
      if (strict) return found.error();
      continue;
    }
    if (found->empty()) continue;
    if (!wanted.from && !wanted.count) {
      info.attributes.push_back(found->first);
      if (!found->second.empty()) info.attributes.push_back(found->second);
      continue;
    }
    X400_TRY(values, entry.values(wanted.type));
    const Cut c = cut(wanted, values.size());
    if (c.exceeded && edition == Edition::e1994)
      info.value_count_exceeded.push_back({wanted.type, static_cast<std::uint32_t>(values.size())});
    if (c.first == c.last) continue;
    std::vector<Octets> kept;
    for (std::size_t i = c.first; i < c.last; ++i) kept.push_back(to_octets(values[i]));
    info.attributes.push_back(entry.keep(encode_attribute(wanted.type, kept)));
  }
  return info;
}

}  // namespace x400::mstore::service
