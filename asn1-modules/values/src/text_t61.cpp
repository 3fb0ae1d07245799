#include <algorithm>
#include <array>
#include <optional>

#include "text_tables.hpp"
#include "x400/asn1/text.hpp"

namespace x400::asn1::text {
namespace {

constexpr char16_t none = 0xfffd;
constexpr std::uint8_t underline_octet = 0xcc;
constexpr char32_t underline = 0x332;

// A0 to BF and E0 to FF; C0 to CF are the accents, D0 to DF are undefined.
constexpr std::array<char16_t, 32> columns_10_11 = {
    none,   0x00a1, 0x00a2, 0x00a3, u'$', 0x00a5, u'#',   0x00a7, 0x00a4, none,   none,
    0x00ab, none,   none,   none,   none, 0x00b0, 0x00b1, 0x00b2, 0x00b3, 0x00d7, 0x00b5,
    0x00b6, 0x00b7, 0x00f7, none,   none, 0x00bb, 0x00bc, 0x00bd, 0x00be, 0x00bf};
constexpr std::array<char16_t, 32> columns_14_15 = {
    0x2126, 0x00c6, 0x0110, 0x00aa, 0x0126, none,   0x0132, 0x013f, 0x0141, 0x00d8, 0x0152,
    0x00ba, 0x00de, 0x0166, 0x014a, 0x0149, 0x0138, 0x00e6, 0x0111, 0x00f0, 0x0127, 0x0131,
    0x0133, 0x0140, 0x0142, 0x00f8, 0x0153, 0x00df, 0x00fe, 0x0167, 0x014b, none};

char32_t single(std::uint8_t octet) {
  if (octet < 0xa0) return octet;
  if (octet < 0xc0) return columns_10_11[octet - 0xa0U];
  if (octet >= 0xe0) return columns_14_15[octet - 0xe0U];
  return none;
}

const Accent* accent_of_octet(std::uint8_t octet) {
  for (const Accent& accent : accents)
    if (accent.octet == octet) return &accent;
  return nullptr;
}

void append_accented(std::string& out, std::uint8_t octet, char32_t letter) {
  const Accent* accent = accent_of_octet(octet);
  if (accent != nullptr) {
    if (const char16_t composed = compose(*accent, letter)) {
      append_utf8(out, composed);
      return;
    }
  }
  append_utf8(out, letter);
  append_utf8(out, accent != nullptr ? accent->combining : underline);
}

std::optional<std::uint8_t> single_octet(char32_t c) {
  if (c == 0x00d0) return 0xe2;  // Eth and D with stroke look alike; T.61 has one of them
  if (c == 0x03a9) return 0xe0;  // Omega and the ohm sign
  if (c == u'$') return 0xa4;
  if (c == u'#') return 0xa6;
  if (c < 0xa0) return static_cast<std::uint8_t>(c);
  for (unsigned octet = 0xa0; octet <= 0xff; ++octet) {
    const auto o = static_cast<std::uint8_t>(octet);
    if (single(o) == c && c != none) return o;
  }
  return std::nullopt;
}

bool append_composed(Octets& out, char32_t c) {
  for (const Accent& accent : accents)
    for (std::size_t i = 0; i + 1 < accent.pairs.size(); i += 2)
      if (accent.pairs[i + 1] == c) {
        out.push_back(accent.octet);
        out.push_back(static_cast<std::uint8_t>(accent.pairs[i]));
        return true;
      }
  return false;
}

std::uint8_t combining_octet(char32_t c) {
  if (c == underline) return underline_octet;
  const Accent* accent = accent_of_combining(c);
  return accent != nullptr ? accent->octet : std::uint8_t{0};
}

}  // namespace

std::string from_t61(View octets) {
  // Nearly all values.
  if (std::all_of(octets.begin(), octets.end(), [](std::uint8_t o) { return o < 0x80; }))
    return std::string(chars(octets));
  std::string out;
  out.reserve(octets.size());
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const std::uint8_t octet = octets[i];
    const bool accent = octet == underline_octet || accent_of_octet(octet) != nullptr;
    // An accent belongs to a letter or a space; before anything else it means nothing.
    if (accent && i + 1 < octets.size() && octets[i + 1] >= 0x20 && octets[i + 1] < 0x7f)
      append_accented(out, octet, octets[++i]);
    else
      append_utf8(out, single(octet));
  }
  return out;
}

Result<Octets> to_t61(std::string_view utf8) {
  if (!is_utf8(utf8)) return Error(ErrorKind::malformed, "text is not UTF-8");
  const std::u32string points = code_points(utf8);
  Octets out;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const char32_t c = points[i];
    const std::uint8_t mark = i + 1 < points.size() ? combining_octet(points[i + 1]) : std::uint8_t{0};
    if (mark != 0 && c >= 0x20 && c < 0x7f) {
      out.push_back(mark);
      out.push_back(static_cast<std::uint8_t>(c));
      ++i;
    } else if (const auto octet = single_octet(c)) {
      out.push_back(*octet);
    } else if (!append_composed(out, c)) {
      return Error(ErrorKind::invalid, "text has a character that T.61 has not");
    }
  }
  return out;
}

}  // namespace x400::asn1::text
