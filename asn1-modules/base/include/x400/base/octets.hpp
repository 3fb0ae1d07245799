// Octets: owned and borrowed runs of octets, and their text form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "x400/base/result.hpp"

namespace x400 {

using Octets = std::vector<std::uint8_t>;    ///< owned
using View = std::span<const std::uint8_t>;  ///< borrowed; whoever made it says how long it lives

inline Octets to_octets(View v) { return Octets(v.begin(), v.end()); }
inline Octets to_octets(std::string_view s) { return Octets(s.begin(), s.end()); }
inline View view(std::string_view s) {
  return View(reinterpret_cast<const std::uint8_t*>(s.data()), s.size());
}
/// The octets as characters, unchanged; lives as long as what `v` borrows from.
inline std::string_view chars(View v) {
  return std::string_view(reinterpret_cast<const char*>(v.data()), v.size());
}
bool equal(View a, View b);
void append(Octets& to, View what);

/// Lower-case hexadecimal, two digits an octet, nothing between. `most` cuts long values with "...".
std::string to_hex(View v, std::size_t most = static_cast<std::size_t>(-1));

/// Reads hexadecimal digits of either case; white space between octets is skipped.
/// Refused (malformed): another character, an odd digit.
Result<Octets> from_hex(std::string_view text);

}  // namespace x400
