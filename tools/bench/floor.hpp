// Floors: bare programs that do the same disk and socket work as the store, and nothing else.
//
// In the same run, on the same disk and the same two ends of the loopback: what no store can beat here.
#pragma once

#include <cstddef>
#include <filesystem>

#include "latencies.hpp"
#include "x400/base/result.hpp"

namespace bench {

struct FloorResult {
  double per_second = 0;
  Latencies latencies;
};

/// One thread appends messages of `size` octets, `together` to each write and sync, to a file filled with
/// zeroes before, or to one that grows.
x400::Result<FloorResult> append_alone(const std::filesystem::path& folder, std::size_t size,
                                       unsigned together, bool filled, std::chrono::milliseconds time);
/// `threads` threads append to a zero-filled file, with one sync for all that wait meanwhile (group commit).
x400::Result<FloorResult> append_together(const std::filesystem::path& folder, std::size_t size,
                                          unsigned threads, std::chrono::milliseconds time);

/// `connections` clients, each sending a message of `size` octets over the loopback and waiting for 64 back;
/// the server appends it with group commit before it answers, and puts a row into an SQLite table
/// afterwards.
x400::Result<FloorResult> append_server(const std::filesystem::path& folder, unsigned connections,
                                        std::size_t size, std::chrono::milliseconds time);
/// One client, `outstanding` requests of 128 octets under way, each answered with `size` octets.
x400::Result<FloorResult> round_trip(std::size_t size, unsigned outstanding, std::chrono::milliseconds time);

}  // namespace bench
