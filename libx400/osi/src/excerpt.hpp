// What the log gets to see of octets that were wrong.
#pragma once

#include <algorithm>

#include "x400/base/octets.hpp"

namespace x400::osi {

inline constexpr std::size_t excerpt_size = 64;

/// Of an operation's APDU: enough to see which it is, too little for what stands in it, which may be a
/// password.
inline constexpr std::size_t apdu_excerpt_size = 16;

inline Octets apdu_excerpt(View octets) {
  return to_octets(octets.first(std::min(octets.size(), apdu_excerpt_size)));
}

inline Octets excerpt(View octets) { return to_octets(octets.first(std::min(octets.size(), excerpt_size))); }

}  // namespace x400::osi
