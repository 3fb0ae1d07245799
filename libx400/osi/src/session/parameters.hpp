// Values of session parameters that more than one part of the machine needs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "x400/base/octets.hpp"

namespace x400::osi::session {

inline constexpr std::uint8_t transport_released = 0x01;  // PI 17, bit 1
inline constexpr std::uint8_t first_segment = 0x01, last_segment = 0x02;

/// What protocol version 1 carries (X.225 8.3).
namespace version_1 {
inline constexpr std::size_t user_data = 512, abort_data = 9;
}

inline std::uint16_t u16(View v, std::size_t at = 0) {
  return static_cast<std::uint16_t>(v[at] << 8 | v[at + 1]);
}

inline std::array<std::uint8_t, 2> octets(std::uint16_t n) {
  return {static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
}

/// Serial number: 1 to 6 digits. Absent if it is none.
std::optional<std::uint32_t> read_serial(std::optional<View> digits);
Octets write_serial(std::uint32_t serial);

}  // namespace x400::osi::session
