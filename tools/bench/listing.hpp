// Bind and list of the new entries, as a user agent does when it comes.
#pragma once

#include "latencies.hpp"
#include "messages.hpp"
#include "place.hpp"

namespace bench {

struct ListFigures {
  Latencies latencies;
  std::size_t octets = 0;  ///< of the attributes listed
};

/// Ten are delivered and indexed before each of the rounds, as listing makes them listed. `next`: numbers of
/// deliveries. Timed: TCP connection, bind and list; the release is not.
x400::Result<ListFigures> bind_and_list(const Place& place, unsigned mailbox, int rounds,
                                        const x400::osi::Slice& content, std::uint64_t& next);

/// What is new already becomes listed.
x400::Status list_all(const Place& place, unsigned mailbox);
/// Of the ten that are new.
x400::Result<ListFigures> bind_and_list_once(const Place& place, unsigned mailbox);

}  // namespace bench
