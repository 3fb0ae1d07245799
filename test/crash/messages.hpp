// Messages of the crash tests: octets made from a number and a size alone, so that whoever finds them can say
// whose they are and whether they are whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "x400/base/octets.hpp"

namespace x400::mstore::crash {

/// At least `size` octets (a little more where the name needs it).
Octets content_of(std::uint64_t message, std::size_t size);
Octets attributes_of(std::uint64_t message);
Octets list_of(std::uint64_t message);
Octets key_of(std::uint64_t message);

/// A content as it was found.
struct Content {
  bool there = false;  ///< the entry has one and it can be read
  std::uint64_t size = 0;
  std::uint64_t hash = 0;
  std::uint64_t message = 0;  ///< whose name it begins with; 0: nobody's
  std::string fault{};        ///< why it cannot be read
  friend bool operator==(const Content&, const Content&) = default;
};
Content describe(View octets);
/// What describe() gives for the content of a message, or for what follows its first octet (a child's).
Content expected(std::uint64_t message, std::size_t size, bool child);

}  // namespace x400::mstore::crash
