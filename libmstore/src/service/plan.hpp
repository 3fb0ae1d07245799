// Plan: which part of a mailbox has to be looked at for a filter.
//
// From the filter comes a box of conditions that every match fulfils; the index serves it, and the filter is
// evaluated on what the index gives. Never wrong, at worst slow.
#pragma once

#include <vector>

#include "backend/types.hpp"
#include "service/filter.hpp"

namespace x400::mstore::service {

/// Conditions that every selected entry fulfils. Masks: bit n is value n.
struct Box {
  backend::NumberRange numbers;
  std::optional<backend::Time> since, until;
  std::uint32_t statuses = 7, priorities = 7;
  std::optional<std::uint8_t> type;
  std::optional<std::int32_t> precedence_from, precedence_to;
  std::optional<std::uint64_t> size_from, size_to;
  bool empty = false;  ///< nothing can match
};

Box box_of(const FilterNode* filter);
Box both(Box a, const Box& b);

/// Queries that together give every entry of the box, none twice; each by number in `order`.
std::vector<backend::Query> queries(const Box& box, backend::MailboxNumber mailbox, backend::ClassSet classes,
                                    bool with_children, backend::Order order);

/// Whether the filter holds for all entries that a counter counts; nothing: the counter does not tell.
std::optional<bool> evaluate(const FilterNode* filter, const backend::Counter& counter);

}  // namespace x400::mstore::service
