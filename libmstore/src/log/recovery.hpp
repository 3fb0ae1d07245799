// Recovery: finds the segments of a log and ends the epoch that a crash, or a clean end, left open.
//
// The last segment is cut behind its last whole batch; a torn tail is copied to torn/ before. Whatever of it
// nobody recorded as synced is written again and synced, since what can be read after a crash need not be on
// the disk. Afterwards the log ends at a place that is durable, and a new epoch may begin.
#pragma once

#include <memory>
#include <vector>

#include "log/removed.hpp"
#include "log/scan.hpp"
#include "log/segments.hpp"

namespace x400::mstore::storage {

struct LogFolders {
  Path log;        ///< segments
  Path torn;       ///< tails cut off
  Path retired{};  ///< generations replaced or removed, for a while
  Path removed{};  ///< the file that names removed segments
};

struct RecoveredLog {
  std::shared_ptr<Segments> segments;
  LogPosition end;  ///< segment 0: the log is empty
  std::uint32_t last_epoch = 0;
  std::vector<backend::Finding> findings;
  RemovedSegments removed;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> superseded;  ///< generations that have a newer one
  std::vector<RecordHeader> torn_records;  ///< headers that could be made out in the torn tail
  /// Whether anything of it was rewritten or removed.
  bool cleaned() const;
};

enum class RecoveryMode : std::uint8_t {
  repair,
  look,  ///< nothing is written: what would be found
};

/// `known`: positions that followers recorded as synced (clean-shutdown mark, index).
/// corrupt: the files belong to another store.
Result<RecoveredLog> recover_log(Env& env, const LogFolders& folders, const StoreId& store,
                                 const std::vector<LogPosition>& known,
                                 RecoveryMode mode = RecoveryMode::repair);

/// All batches from `from` (a position between batches; segment 0: from the beginning) to `end`. Every
/// segment is sealed, or ends there. Damage is told to `damage`; the count of records lost with it is
/// returned.
Result<std::uint64_t> replay_log(Segments& segments, LogPosition from, const LogPosition& end,
                                 const BatchVisitor& visit, std::vector<std::string>& damage);

/// The clean-shutdown mark: a position once synced, in a file of its own.
Status write_position(Env& env, const Path& path, const LogPosition& position);
/// Segment 0 when there is none or it cannot be read (it only ever adds knowledge).
LogPosition read_position(Env& env, const Path& path);

}  // namespace x400::mstore::storage
