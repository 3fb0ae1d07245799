// Compare: how one index differs from another, table by table. What only helps the index itself (places of
// duplicate keys, accounts of space) is left out.
#pragma once

#include <string>
#include <vector>

#include "index/schema.hpp"

namespace x400::mstore::storage {

struct TableDifference {
  std::string table;
  std::uint64_t added = 0;    ///< rows of the second only
  std::uint64_t removed = 0;  ///< rows of the first only
  std::uint64_t changed = 0;
  std::vector<std::string> examples;  ///< the first few, with their keys

  bool none() const { return added + removed + changed == 0; }
};

/// mailboxes, entries, counters, items and duplicate keys (of `horizon` and later), in this order.
/// corrupt and io: one of them cannot be read.
Result<std::vector<TableDifference>> compare_indices(Database& first, Database& second, Time horizon);

/// Counters that are not the sum of the entries, a text each (at most 100).
Result<std::vector<std::string>> wrong_counters(Database& db);

}  // namespace x400::mstore::storage
