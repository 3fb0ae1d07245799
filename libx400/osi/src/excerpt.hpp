// What the log gets to see of octets that were wrong.
#pragma once

#include <algorithm>

#include "x400/base/octets.hpp"

namespace x400::osi {

inline constexpr std::size_t excerpt_size = 64;
/// Of an operation's APDU: enough to see which it is, too little for what stands in it, which may be a
/// password.
inline constexpr std::size_t apdu_excerpt_size = 16;

inline Octets excerpt(View octets, std::size_t most = excerpt_size) {
  return to_octets(octets.first(std::min(octets.size(), most)));
}
inline Octets apdu_excerpt(View octets) { return excerpt(octets, apdu_excerpt_size); }

}  // namespace x400::osi
