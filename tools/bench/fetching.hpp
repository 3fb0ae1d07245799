// Fetches over P7, some outstanding.
#pragma once

#include "latencies.hpp"
#include "x400/access/association.hpp"
#include "x400/asn1/ms/types.hpp"
#include "x400/base/result.hpp"

namespace bench {

struct FetchRun {
  x400::asn1::ms::SequenceNumber first = 1;  ///< numbers from here
  std::uint32_t count = 0;                   ///< so many
  bool again = false;                        ///< begins anew behind the last, until the time is over
  unsigned outstanding = 1;
  std::chrono::milliseconds time{0};
};
struct FetchFigures {
  Latencies latencies;
  std::uint64_t octets = 0;
  double seconds = 0;
};

/// Fetches the contents. The next is asked for where an answer arrives: the Runtime should have one thread.
x400::Result<FetchFigures> fetch_contents(const x400::access::AssociationPtr& association,
                                          const FetchRun& run);

}  // namespace bench
