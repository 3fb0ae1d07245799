// Room: what is kept free on the disk for those who read, delete and repair, and who may use it.
//
// New entries are taken while `keep_free` octets would be left. A file of `reserve` octets holds room of its
// own: others may fill the disk. It is given up slice by slice, each when a write of ours finds no room, so
// that the log and the index both live on it and neither takes all; it is made whole again as soon as the
// disk has room for it and keep_free, and until then no entry is taken.
//
// Threads: any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

#include "env/env.hpp"

namespace x400::mstore::backend {

class Room {
 public:
  /// `keep_free` and `reserve` 0: nothing is kept, and only writes that fail tell.
  Room(Env& env, Path folder, std::uint64_t keep_free, std::uint64_t reserve);

  /// First thing at opening: where the disk is so full that opening would fail the reserve goes.
  void open();
  /// unavailable: so many octets more would leave too little. Cheap: the system is asked now and then.
  Status admits(std::uint64_t octets);
  /// A write found no room. True: now there is some more, try again; as often as it takes.
  bool make();
  /// Whether the reserve is in use: what can wait takes no room then.
  bool scarce() const { return released_.load(); }

 private:
  static constexpr std::chrono::milliseconds look_every{100};

  // With the mutex held.
  void look();
  bool held();
  std::uint64_t left();
  bool shrink(std::uint64_t to);
  Status take_up();

  Env& env_;
  const Path folder_;
  const Path file_;
  const std::uint64_t keep_free_;
  const std::uint64_t reserve_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point next_look_{};
  std::uint64_t room_ = 0;             // beyond keep_free, as last seen
  std::uint64_t wanted_ = 0;           // refused for want of room, and nothing as large taken since
  std::atomic<bool> released_{false};  // in part or whole, and not made whole again since
};

}  // namespace x400::mstore::backend
