// Deliveries over P3 into a running server.
#pragma once

#include "messages.hpp"
#include "place.hpp"

namespace bench {

/// Delivers `count` messages of this content as fast as it goes.
x400::Status fill(const Place& place, unsigned mailbox, std::uint64_t first, std::uint64_t count,
                  const x400::osi::Slice& content);

}  // namespace bench
