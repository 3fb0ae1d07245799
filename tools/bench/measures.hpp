// The measurements. Each adds its rows to the table.
#pragma once

#include <chrono>

#include "place.hpp"
#include "table.hpp"

namespace bench {

struct Settings {
  std::filesystem::path mstored, folder;
  std::chrono::milliseconds time{3000};  ///< of each measurement
  unsigned big = 100'000;                ///< entries of the big mailbox
};

/// A content of about `size` octets that reads as an interpersonal message.
x400::Result<x400::osi::Slice> message_of(std::size_t size);

/// Durable deliveries per second over P3: 2 kB and 50 kB, 1 and 16 associations, one outstanding on each.
x400::Status deliveries(const Settings& settings, Table& table);
/// Over P7: list the new ones in a big mailbox, fetch one by one and with 32 outstanding, and the time from
/// delivery to fetched.
x400::Status retrievals(const Settings& settings, Table& table);

/// Delivers `count` messages of this content as fast as it goes.
x400::Status fill(const Place& place, unsigned mailbox, std::uint64_t first, std::uint64_t count,
                  const x400::osi::Slice& content);

}  // namespace bench
