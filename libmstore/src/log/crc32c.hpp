// CRC-32C (Castagnoli): what every stored octet is held against.
#pragma once

#include <cstdint>

#include "x400/base/octets.hpp"

namespace x400::mstore::storage {

/// Of `octets` behind what gave `before` (0: nothing). crc32c("123456789") is 0xe3069283.
/// Uses the processor's instruction where there is one.
std::uint32_t crc32c(View octets, std::uint32_t before = 0);
/// The same by table; for processors without the instruction, and to test the other against.
std::uint32_t crc32c_portable(View octets, std::uint32_t before = 0);

}  // namespace x400::mstore::storage
