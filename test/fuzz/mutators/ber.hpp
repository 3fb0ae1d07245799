// Values of BER with one thing wrong, their lengths right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

#include "x400/base/octets.hpp"

namespace x400::fuzz {

/// One value left out, doubled, moved, put into another, given another tag, form of length or content; the
/// lengths around it are right again. What is no BER is changed as plain octets. Values inside octet strings
/// (EXTERNAL, RTSE's APDUs) are values too.
Octets mutate_values(View values, std::mt19937& random);

/// The same of an input whose first `beside` octets are something else and stay.
std::size_t mutate_values(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed,
                          std::size_t beside);

}  // namespace x400::fuzz
