// Octets for the content tests that did not come from this project's own writer.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <stdexcept>
#include <string>

#include "source_folder.hpp"
#include "x400/ber/reader.hpp"

namespace x400::test {

inline Octets hex(std::string_view text) {
  auto octets = from_hex(text);
  if (!octets.ok()) throw std::invalid_argument(octets.error().text());  // also in static constants
  return *octets;
}

/// Identifier octet, shortest definite length and contents, all as hexadecimal text.
inline std::string tlv(const std::string& tag, const std::string& contents) {
  const std::size_t n = hex(contents).size();
  const std::uint8_t octets[] = {0x82, static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
  return tag + to_hex(n < 0x80 ? View(octets).subspan(2) : View(octets)) + contents;
}

/// The encoded value that begins with `marker` in the P7 dialogue test/vectors/p7/`file`.
inline Octets from_p7_vector(const std::string& file, std::string_view marker) {
  std::ifstream in(x400::test::source_folder() / "vectors" / "p7" / file);
  REQUIRE(in);
  const Octets wanted = hex(marker);
  std::string line;
  while (std::getline(in, line)) {
    if (line.size() < 2 || line[0] == '#') continue;
    const Octets tpkt = hex(std::string_view(line).substr(2));
    const auto at = std::search(tpkt.begin(), tpkt.end(), wanted.begin(), wanted.end());
    if (at == tpkt.end()) continue;
    ber::Reader r(View(tpkt).subspan(static_cast<std::size_t>(at - tpkt.begin())));
    auto e = r.next();
    REQUIRE(e.ok());
    return to_octets(e->whole);
  }
  FAIL("no such octets in " << file);
  return {};
}

}  // namespace x400::test
