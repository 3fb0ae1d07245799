// The walk: one pass over received octets before anything else looks at them.
//
// Every PDU that comes from a peer is walked first (and a PDV value by itself, after its frame).
// The walk looks at identifiers and lengths only. After it, a reader may trust that every length
// lies inside its parent, that indefinite lengths end, and that neither depth nor count is beyond
// the limits; decoders then cost at most what the walk allowed.
//
// Refused as malformed: a primitive of indefinite length, universal tag 0 other than 00 00 at the
// end of an indefinite length, lengths of more than 4 octets or with first octet FF, tag numbers of
// more than 28 bits or with a leading zero group, contents that pass their parent's end.
// Refused as truncated: the octets end inside the value (more of them might cure it).
// Refused as limit: deeper or more elements than Limits.
// Accepted: all length forms of BER, also longer ones than needed (X.690 8.1.3.5 note 2).
//
// Cost: one pass, no allocation, no recursion.
#pragma once

#include <cstddef>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

namespace x400::ber {

/// Depth counts constructed values around a value; max_depth is the deepest this build can be asked for.
struct Limits {
  std::size_t depth = 64;
  std::size_t elements = 1'000'000;

  /// What a peer may send after its bind.
  static constexpr Limits pdu() { return {}; }
  /// What may come before anybody is authenticated.
  static constexpr Limits bind() { return {64, 2'000}; }
};

/// Room for messages forwarded in messages: each of them costs three to six levels of its content.
inline constexpr std::size_t max_depth = 256;

struct Extent {
  std::size_t size = 0;      ///< octets of the first value, end-of-contents included
  std::size_t elements = 0;  ///< values in it, itself included
  bool definite = true;      ///< no indefinite length anywhere in it
};

/// Walks the first value of `octets`; what comes after it is not looked at.
Result<Extent> walk_one(View octets, const Limits& limits = {});

/// Walks `octets`, which must be exactly one value. Trailing octets are malformed.
Result<Extent> walk(View octets, const Limits& limits = {});

/// Walks `octets` as a run of zero or more values, the contents of a constructed value.
Result<Extent> walk_contents(View octets, const Limits& limits = {});

/// A copy of one walked value in which every length is definite and minimal. Contents of primitives are
/// not touched. For decoders that need definite lengths; what is stored or signed stays as received.
Result<Octets> to_definite(View value, const Limits& limits = {});

}  // namespace x400::ber
