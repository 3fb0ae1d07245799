// CheckpointWatch: when the index of a store was checkpointed, seen from outside.
//
// In WAL mode only checkpoints write the database file, and the log's header counts its resets; so no help of
// the store is needed, whichever process it is in.
#pragma once

#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include "latencies.hpp"

namespace bench {

class CheckpointWatch {
 public:
  /// `store`: the folder of a store that is open.
  explicit CheckpointWatch(const std::filesystem::path& store);
  CheckpointWatch(const CheckpointWatch&) = delete;
  CheckpointWatch& operator=(const CheckpointWatch&) = delete;
  ~CheckpointWatch() { (void)stop(); }

  /// From the first page written until the log was reset; in order. Once.
  std::vector<Span> stop();
  std::uint64_t largest_wal() const { return largest_wal_; }

 private:
  void run();

  const std::filesystem::path database_, wal_;
  std::atomic<bool> stop_{false};
  std::vector<Span> spans_;
  std::atomic<std::uint64_t> largest_wal_{0};
  std::thread thread_;
};

}  // namespace bench
