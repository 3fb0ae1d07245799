// MemoryDisk: what a disk under a journaling file system holds, and what of it a power cut leaves.
//
// Of each file two states are kept: as programs see it, and as it would be found after a power cut. Between
// them stand the sectors written and the operations on names that nobody has synced. A cut keeps any part of
// them: sectors in any order, a size of before, of now or between, names in the order in which they were made
// or not. What the system writes back by itself, early, is played by `leak`.
//
// Threads: none of its own; the caller locks.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "env/env.hpp"

namespace x400::mstore::test {

class MemoryDisk {
 public:
  static constexpr std::size_t sector = 512;

  struct Node {
    Octets current;
    Octets synced;
    std::vector<std::pair<std::size_t, std::size_t>> unsynced;  ///< ranges of sectors, may overlap
  };
  using NodePtr = std::shared_ptr<Node>;

  NodePtr find(const Path& path) const;
  NodePtr create(const Path& path);
  bool folder(const Path& path) const { return folders_.contains(path); }
  bool exists(const Path& path) const { return names_.contains(path) || folder(path); }
  void make_folder(const Path& path);
  void remove(const Path& path);
  bool rename(const Path& from, const Path& to);
  void sync_folder(const Path& path);
  const std::map<Path, NodePtr>& names() const { return names_; }

  void write(Node& node, std::size_t offset, View octets);
  void truncate(Node& node, std::size_t size);
  static void sync(Node& node);

  /// The part of sectors and names that reaches the disk as soon as it is written, 0..1.
  void set_leak(double part, std::uint64_t seed);

  /// As found by a process that comes after one that was killed.
  MemoryDisk after_kill() const;
  /// As found after a power cut. `keep`: the part of what was not synced that is there, 0..1.
  MemoryDisk after_cut(std::uint64_t seed, double keep) const;

 private:
  /// An operation on names, whole or not at all: `gone` names nothing any more, `made` names `node`.
  struct Change {
    Path gone;
    Path made;
    NodePtr node;
    bool in(const Path& folder) const { return gone.parent_path() == folder || made.parent_path() == folder; }
    void apply(std::map<Path, NodePtr>& names) const;
  };
  void change(Change made);
  bool leaks();

  std::map<Path, NodePtr> names_;
  std::map<Path, NodePtr> synced_names_;
  std::vector<Change> changes_;  // not synced, oldest first
  std::set<Path> folders_;
  std::set<Path> new_folders_;  // their own names are not synced
  double leak_ = 0;
  std::mt19937_64 dice_;
};

}  // namespace x400::mstore::test
