// What the log gets to see of octets that were wrong.
#pragma once

#include <algorithm>

#include "x400/base/octets.hpp"

namespace x400::osi {

inline constexpr std::size_t excerpt_size = 64;

inline Octets excerpt(View octets) { return to_octets(octets.first(std::min(octets.size(), excerpt_size))); }

}  // namespace x400::osi
