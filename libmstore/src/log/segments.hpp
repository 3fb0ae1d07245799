// Segments: the files of a log, their headers and where the log ends in each.
//
// Threads: all functions may be called from any thread.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "env/env.hpp"
#include "log/format.hpp"

namespace x400::mstore::storage {

struct Segment {
  SegmentHeader header;
  std::uint64_t end = 0;  ///< behind it nothing is log; 0: still being written
};

class Segments {
 public:
  Segments(Env& env, Path folder) : env_(env), folder_(std::move(folder)) {}

  /// In order of their numbers.
  std::vector<Segment> all() const;
  std::optional<Segment> find(std::uint32_t number) const;
  struct Readable {
    std::shared_ptr<const File> file;
    std::uint64_t salt = 0;
  };
  /// Open for reading; a bounded number stays open. `file` of add() is used while it is there.
  Result<Readable> open(std::uint32_t number);
  void add(const Segment& segment, std::shared_ptr<File> file = nullptr);
  void seal(std::uint32_t number, std::uint64_t end);
  Path path(const SegmentHeader& header) const {
    return folder_ / segment_name(header.segment, header.generation);
  }
  const Path& folder() const { return folder_; }
  Env& env() const { return env_; }

 private:
  struct Open {
    Readable readable;
    std::list<std::uint32_t>::iterator used;
  };
  void keep(std::uint32_t number, Readable readable);

  Env& env_;
  Path folder_;
  mutable std::mutex mutex_;
  std::map<std::uint32_t, Segment> segments_;
  std::map<std::uint32_t, Open> open_;
  std::list<std::uint32_t> used_;  // most recent first
};

}  // namespace x400::mstore::storage
