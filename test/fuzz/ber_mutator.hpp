// Inputs of the targets for values: an octet of choices, then values of BER.
#pragma once

#include <cstddef>
#include <cstdint>

namespace x400::fuzz {

/// One value left out, doubled, moved, put into another, given another tag, form of length or content; the
/// lengths around it are right again. What is no BER is changed as plain octets. `beside`: octets before the
/// first value.
std::size_t mutate_values(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed,
                          std::size_t beside);

}  // namespace x400::fuzz
