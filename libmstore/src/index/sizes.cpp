#include "index/sizes.hpp"

#include <algorithm>
#include <functional>
#include <limits>

namespace x400::mstore::storage {
namespace {

using backend::Hits;
using backend::Order;

// A row that is read where it lies costs an eighth of one that is looked up.
constexpr std::uint64_t scan_is_cheaper = 8;

bool same_sizes(const Hits& a, const Hits& b) {
  return a.box == b.box && a.size_from == b.size_from && a.size_to == b.size_to;
}

bool serves(const Hits& hits, const Hits& wanted, Order order) {
  return same_sizes(hits, wanted) &&
         (order == Order::ascending ? wanted.low >= hits.low && wanted.low <= hits.high
                                    : wanted.high <= hits.high && wanted.high >= hits.low);
}

Result<std::uint64_t> entries_of(Database& db, std::int64_t box) {
  X400_TRY(sum, db.prepare("SELECT sum(count) FROM counters WHERE box=?1"));
  sum.bind(1, box);
  X400_TRY(row, sum.step());
  return row ? static_cast<std::uint64_t>(std::max<std::int64_t>(sum.integer(0), 0)) : 0;
}

// Leaves the first ones in order.
void leave(std::vector<SequenceNumber>& numbers, std::size_t count, Order order) {
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(count);
  if (order == Order::ascending)
    std::nth_element(numbers.begin(), middle, numbers.end());
  else
    std::nth_element(numbers.begin(), middle, numbers.end(), std::greater<>());
  numbers.resize(count);
}

Status gather(Database& db, Hits& hits, std::uint64_t most, Order order) {
  X400_TRY(rows, db.prepare(sizes_statement));
  rows.bind(1, hits.box).bind(2, hits.size_from).bind(3, hits.size_to);
  bool all = true;
  for (std::uint64_t count = 0;; ++count) {
    X400_TRY(row, rows.step());
    if (!row) break;
    if (count == most) {
      hits.numbers.clear();
      hits.too_many = true;
      return Ok{};
    }
    const SequenceNumber number = number_of(rows.integer(0));
    if (number < hits.low || number > hits.high) continue;
    hits.numbers.push_back(number);
    if (hits.numbers.size() < 2 * most_hits) continue;
    leave(hits.numbers, most_hits, order);
    all = false;
  }
  if (hits.numbers.size() > most_hits) {
    leave(hits.numbers, most_hits, order);
    all = false;
  }
  std::sort(hits.numbers.begin(), hits.numbers.end());
  if (!all && order == Order::ascending) hits.high = hits.numbers.back();
  if (!all && order == Order::descending) hits.low = hits.numbers.front();
  return Ok{};
}

}  // namespace

Result<std::shared_ptr<const Hits>> size_hits(Database& db, const backend::Query& query, std::int64_t box,
                                              SequenceNumber low, SequenceNumber high) {
  auto hits = std::make_shared<Hits>();
  hits->box = box;
  hits->size_from = as_int(query.size_from.value_or(0));
  hits->size_to = as_int(query.size_to.value_or(std::numeric_limits<std::uint64_t>::max()));
  hits->low = low;
  hits->high = high;
  if (query.hits && same_sizes(*query.hits, *hits) && query.hits->too_many) return query.hits;
  if (query.hits && serves(*query.hits, *hits, query.order)) return query.hits;
  X400_TRY(entries, entries_of(db, box));
  const std::uint64_t looks = std::min<std::uint64_t>(entries, std::uint64_t{high} - low + 1);
  X400_CHECK(gather(db, *hits, looks / scan_is_cheaper, query.order));
  return std::shared_ptr<const Hits>(std::move(hits));
}

HitsInOrder::HitsInOrder(const Hits& hits, SequenceNumber low, SequenceNumber high, Order order)
    : numbers_(hits.numbers),
      ascending_(order == Order::ascending),
      low_(low),
      high_(high),
      edge_(ascending_ ? std::min(high, hits.high) : std::max(low, hits.low)) {
  const auto from = ascending_ ? std::lower_bound(numbers_.begin(), numbers_.end(), low)
                               : std::upper_bound(numbers_.begin(), numbers_.end(), high);
  at_ = static_cast<std::size_t>(from - numbers_.begin());
}

std::optional<SequenceNumber> HitsInOrder::next() {
  if (ascending_) {
    if (at_ == numbers_.size() || numbers_[at_] > edge_) return std::nullopt;
    return numbers_[at_++];
  }
  if (at_ == 0 || numbers_[at_ - 1] < edge_) return std::nullopt;
  return numbers_[--at_];
}

}  // namespace x400::mstore::storage
