// Options of a store on the local disk. The defaults are what an operator should run with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "backend/backend.hpp"

namespace x400::mstore {
class Env;
}

namespace x400::mstore::backend {

struct Options {
  std::filesystem::path folder;            ///< made if it is not there (its parent must be)
  bool create = true;                      ///< false: not_found when there is no store in `folder`
  std::uint16_t shards = 1;                ///< fixed when the store is made; only 1 is built
  std::uint64_t segment_size = 64u << 20;  ///< octets of a log file; at least 1 MiB, less than 4 GiB
  std::uint64_t fill_ahead = 4u << 20;     ///< octets zero-filled ahead of the writer; 0: never
  std::uint64_t large_content = 4u << 20;  ///< contents of this size and more become files
  std::uint32_t max_batch_records = 4096;
  std::uint64_t max_batch_octets = 8u << 20;
  std::uint32_t unapplied_records = 8192;  ///< synced but not in the index: beyond that writers wait
  std::uint64_t unapplied_octets = 32u << 20;
  /// How long the index may be behind while nobody waits for it, in a stream of at least `gather_from`
  /// records in that time. Fewer are taken up at once, as is a stream that pauses for `pause_ms`; 0: never
  /// behind.
  std::uint32_t apply_ms = 10;
  std::uint32_t gather_from = 8;
  std::uint32_t pause_ms = 1;
  std::uint32_t lazy_ms = 5;                    ///< the longest that a status change stays in memory only
  bool strict_status = false;                   ///< true: Durability::lazy is treated as synced
  std::uint64_t checkpoint_octets = 64u << 20;  ///< of the index's write-ahead log
  std::uint32_t duplicate_days = 30;            ///< how long duplicate keys are remembered
  std::filesystem::path index_folder;           ///< empty: beside the log
  /// New entries are refused (unavailable) while the disk would have less left; 0: until a write fails.
  std::uint64_t keep_free = 64u << 20;
  /// Octets of a file that is given up when the disk is full all the same, so that reading, deleting and
  /// opening go on; 0: none.
  std::uint64_t reserve = 16u << 20;
  bool housekeeping = true;                 ///< a thread of the store writes catalogues and cleans
  std::uint32_t housekeeping_seconds = 10;  ///< how often it looks
  std::uint32_t clean_dead_percent = 30;    ///< share of dead octets in the log that is borne
  std::uint64_t clean_rate = 16u << 20;     ///< octets a second that it reads and writes at most; 0: no bound
  std::uint32_t retired_minutes = 24 * 60;  ///< how long files that cleaning replaced stay in retired/
  std::uint64_t follower_bound = 4ull << 30;  ///< octets of log that cleaning waits for a follower
  std::uint32_t event_days = 0;               ///< how long events stay in the log; 0: for ever
};

/// Opens (recovering as needed: findings()) or makes a store. One opener at a time: another one, in this or
/// another process, gets unavailable. `env` outlives the store.
/// unsupported: made by a later version of the format, or with more shards than are built.
Result<std::unique_ptr<Backend>> open_local(const Options& options, Env& env);

}  // namespace x400::mstore::backend
