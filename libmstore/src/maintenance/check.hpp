// Check: everything that lies in a store's folder, held against everything else.
#pragma once

#include <functional>
#include <limits>

#include "index/sqlite.hpp"
#include "log/segments.hpp"
#include "x400/mstore/maintenance.hpp"

namespace x400::mstore::maintenance {

using namespace storage;

/// A store's parts, none of which changes meanwhile but by what is appended behind `end`.
struct Checked {
  Segments& segments;
  LogPosition end;
  StoreId store;
  Path large;
  Path index_folder;
  using Compare = std::function<Status(Database& index, Database& built)>;
  /// Calls with the index and one built of the log up to the same position (Index::built_path). Errors: there
  /// is no index that can be compared.
  std::function<Status(const Compare&)> with_index;
  /// Whether a large content lost its entry meanwhile.
  std::function<bool(std::uint64_t id)> gone;
  /// Large contents of this epoch may be on their way to an entry.
  std::uint32_t epoch_in_use = std::numeric_limits<std::uint32_t>::max();
};
Result<CheckReport> check(Env& env, const Checked& what, std::vector<Problem> known,
                          const ProgressCall& progress);

/// Of a closed store: see check() in maintenance.hpp.
Result<CheckReport> check_store(Env& env, const Path& folder, const Path& index_folder,
                                const ProgressCall& progress);

}  // namespace x400::mstore::maintenance
