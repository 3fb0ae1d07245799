// Filter: compiled once against the attribute table and the edition, then evaluated on entries (X.413 8.1.2).
//
// What is wrong with a filter is found when it is compiled, before any entry is looked at; all problems come
// together. Threads: constant after compile.
#pragma once

#include <optional>
#include <vector>

#include "service/entry.hpp"
#include "service/homes.hpp"
#include "service/matching.hpp"
#include "x400/asn1/ms/errors.hpp"
#include "x400/mstore/store.hpp"

namespace x400::mstore::service {

/// Three-valued: undefined where an attribute cannot be read; it selects nothing, also not under `not`.
enum class Truth : std::uint8_t { no, yes, undefined };

struct FilterNode {
  ms::Filter::Kind kind = ms::Filter::Kind::all;
  std::vector<FilterNode> operands;
  // Of an item:
  ms::FilterItem::Kind item = ms::FilterItem::Kind::present;
  ber::Oid type;
  Home home = Home::record;
  MatcherPtr matcher;                      ///< null: present, and value_count
  std::optional<std::size_t> value_count;  ///< valueCountMatch
  std::optional<std::int64_t> number;      ///< assertion as integer or instant, where it is one
};

/// What is wrong with a filter or a selection of attributes.
struct Problems {
  bool invalid_parameters = false;
  std::vector<ms::AttributeError::Problem> attributes;
  bool none() const { return !invalid_parameters && attributes.empty(); }
  void add(ms::AttributeProblem problem, const ber::Oid& type, std::optional<Octets> value = {});
};

/// Null if there is no filter or `problems` says why there is none.
std::unique_ptr<const FilterNode> compile(const std::optional<ms::Filter>& filter, Edition edition,
                                          const Rules& rules, Problems& problems);
Truth evaluate(const FilterNode& node, Entry& entry);
/// False only where the row alone tells that an entry does not match.
bool may_match(const FilterNode& node, const backend::RowView& row);

/// The attribute as the edition sees it; null: unknown there. Body part types are known without a table
/// entry: `body_part` says so.
const asn1::AttributeInfo* known_attribute(const ber::Oid& type, Edition edition, bool& body_part);

}  // namespace x400::mstore::service
