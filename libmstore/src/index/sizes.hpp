// Sizes: entries of a range of sizes in the order of their numbers, though the index has them in the order of
// sizes. Their numbers are gathered and sorted, as many as bounded memory holds at a time, and serve the
// pages that follow.
#pragma once

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "index/reader.hpp"

/// The numbers of all entries of the box and the sizes that lie in `low`..`high`, in rising order. An entry
/// may be gone meanwhile: each is to be looked up.
struct x400::mstore::backend::Hits {
  std::int64_t box = 0;
  std::int64_t size_from = 0, size_to = 0;
  SequenceNumber low = 0, high = 0;
  std::vector<SequenceNumber> numbers;
  bool too_many = false;  ///< and none kept: a look at each entry is cheaper
};

namespace x400::mstore::storage {

/// Numbers gathered at a time: 256 KiB, twice as much while they are.
inline constexpr std::size_t most_hits = 65'536;

/// What gathers them: box, least and greatest size; for tests of the plan too.
inline constexpr const char* sizes_statement =
    "SELECT id FROM entries INDEXED BY entries_size WHERE box=?1 AND size BETWEEN ?2 AND ?3";

inline std::int64_t as_int(std::uint64_t v) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(v, std::numeric_limits<std::int64_t>::max()));
}

/// Hits that begin, in the order asked for, with what is in `low`..`high`: those of `query` if they do.
Result<std::shared_ptr<const backend::Hits>> size_hits(Database& db, const backend::Query& query,
                                                       std::int64_t box, SequenceNumber low,
                                                       SequenceNumber high);

/// The numbers of Hits in a range, one after the other.
class HitsInOrder {
 public:
  HitsInOrder(const backend::Hits& hits, SequenceNumber low, SequenceNumber high, backend::Order order);
  std::optional<SequenceNumber> next();
  /// Whether the range goes on where the hits end, behind edge().
  bool beyond() const { return edge_ != (ascending_ ? high_ : low_); }
  SequenceNumber edge() const { return edge_; }

 private:
  const std::vector<SequenceNumber>& numbers_;
  const bool ascending_;
  SequenceNumber low_, high_;
  SequenceNumber edge_;
  std::size_t at_;  // next; descending: one behind it
};

}  // namespace x400::mstore::storage
