// Floors: bare programs that do the same disk and socket work as the store, and nothing else.
//
// In the same run, on the same disk and the same two ends of the loopback: what no store can beat here.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>

#include "table.hpp"
#include "x400/base/result.hpp"

namespace bench {

struct FloorResult {
  double per_second = 0;
  Latencies latencies;
};

/// `connections` clients, each sending a message of `size` octets and waiting for 64 back; the server appends
/// it to a zero-filled file, with one sync for all that arrived meanwhile (group commit), before it answers.
x400::Result<FloorResult> append_floor(const std::filesystem::path& folder, unsigned connections,
                                       std::size_t size, std::chrono::milliseconds time);

/// One client, `outstanding` requests of 128 octets under way, each answered with `size` octets.
x400::Result<FloorResult> round_trip_floor(std::size_t size, unsigned outstanding,
                                           std::chrono::milliseconds time);

}  // namespace bench
