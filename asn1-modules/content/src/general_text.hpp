// ISO 2022 as general text uses it: G0 is ASCII, G1 one of the right halves of ISO 8859.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "x400/base/octets.hpp"

namespace x400::content {

class GeneralTextDecoder {
 public:
  /// Starts with the first right half among `registrations`, Latin-1 if there is none.
  explicit GeneralTextDecoder(const std::vector<std::int64_t>& registrations);

  std::string decode(View octets);

 private:
  // Octets of the escape sequence at the front; 0 if there is none.
  std::size_t escape(View rest);

  int part_ = 1;  // of ISO 8859
};

/// The right half of ISO 8859-`part` (1 to 16) as UTF-8, octets A0 to FF; U+FFFD for what has no meaning.
std::string decode_right_half(View octets, int part);

}  // namespace x400::content
