// Removed segments: which numbers cleaning took out of the log, so that a hole is not taken for a loss, and
// where the log ends in the segment before a hole (which otherwise stands in its successor).
//
// Kept in a file of its own. One that is lost or damaged costs false reports of missing segments.
#pragma once

#include <optional>
#include <vector>

#include "env/env.hpp"
#include "log/format.hpp"

namespace x400::mstore::storage {

class RemovedSegments {
 public:
  /// Nothing removed where there is no file or it cannot be understood.
  static RemovedSegments read(Env& env, const Path& path);
  Status write(Env& env, const Path& path) const;

  bool has(std::uint32_t segment) const;
  void add(const SegmentHeader& segment);
  /// Where the log ends in `segment`, if its successor was removed.
  std::optional<std::uint64_t> end_of(std::uint32_t segment) const;

  struct Run {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    LogPosition before;  ///< what the first one's header said of the log before it
    friend bool operator==(const Run&, const Run&) = default;
  };
  const std::vector<Run>& runs() const { return runs_; }

 private:
  std::vector<Run> runs_;  // in order, with gaps between them
};

}  // namespace x400::mstore::storage
