// Segments: the files of a log, their headers and where the log ends in each.
//
// A segment has one current generation. An earlier one, replaced or removed by cleaning, stays readable by
// its number and generation as long as its file is in retired/.
//
// Threads: all functions may be called from any thread.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "env/env.hpp"
#include "log/format.hpp"

namespace x400::mstore::storage {

struct Segment {
  SegmentHeader header;
  std::uint64_t end = 0;  ///< behind it nothing is log; 0: still being written
};

/// Segment and generation in one number, as the index keeps it.
constexpr std::uint64_t file_key(std::uint32_t segment, std::uint32_t generation) {
  return static_cast<std::uint64_t>(segment) << 16 | generation;
}
constexpr std::uint32_t segment_of_key(std::uint64_t key) { return static_cast<std::uint32_t>(key >> 16); }
constexpr std::uint32_t generation_of_key(std::uint64_t key) {
  return static_cast<std::uint32_t>(key & 0xffff);
}
inline constexpr std::uint32_t most_generations = 0xffff;

/// "0000002a.0000-0000019b76daa800": a segment's name and when it was retired.
std::string retired_name(std::uint32_t segment, std::uint32_t generation, Time when);
/// When; nothing: no such name.
std::optional<Time> parse_retired_name(const std::string& name);

class Segments {
 public:
  Segments(Env& env, Path folder, Path retired = {})
      : env_(env), folder_(std::move(folder)), retired_(std::move(retired)) {}

  /// In order of their numbers.
  std::vector<Segment> all() const;
  std::optional<Segment> find(std::uint32_t number) const;
  struct Readable {
    std::shared_ptr<const File> file;
    std::uint64_t salt = 0;
  };
  /// Open for reading; a bounded number stays open. `file` of add() is used while it is there.
  Result<Readable> open(std::uint32_t number, std::uint32_t generation);
  void add(const Segment& segment, std::shared_ptr<File> file = nullptr);
  void seal(std::uint32_t number, std::uint64_t end);
  /// Called after each seal(), on the thread that sealed. A call under way has ended when it is replaced.
  void on_seal(std::function<void()> call);
  void remove(std::uint32_t number);
  /// Takes a generation that is not current (any more) out of the log's folder; it stays readable. Not
  /// durable before the folders are synced.
  Status retire(std::uint32_t number, std::uint32_t generation);
  /// A retired file is removed: its room is free when those who still read it are done.
  Status forget_retired(const std::string& name);

  Path path(const SegmentHeader& header) const {
    return folder_ / segment_name(header.segment, header.generation);
  }
  const Path& folder() const { return folder_; }
  const Path& retired() const { return retired_; }
  Env& env() const { return env_; }

 private:
  struct Open {
    Readable readable;
    std::list<std::uint64_t>::iterator used;
  };
  void keep(std::uint64_t key, Readable readable);
  Result<Readable> open_file(std::uint32_t number, std::uint32_t generation) const;

  Env& env_;
  Path folder_;
  Path retired_;
  mutable std::mutex mutex_;
  std::map<std::uint32_t, Segment> segments_;
  std::map<std::uint64_t, Open> open_;
  std::map<std::uint64_t, Path> retired_paths_;
  std::list<std::uint64_t> used_;  // most recent first
  std::mutex sealed_mutex_;
  std::function<void()> sealed_;
};

}  // namespace x400::mstore::storage
