#include "x400/asn1/text.hpp"

#include <algorithm>

namespace x400::asn1::text {
namespace {

constexpr char32_t replacement = 0xfffd;

bool surrogate(char32_t c) { return c >= 0xd800 && c < 0xe000; }
bool valid(char32_t c) { return c < 0x110000 && !surrogate(c); }

// One code point from the front; size 1 and not ok where none is well-formed.
struct Decoded {
  char32_t point = replacement;
  std::size_t size = 1;
  bool ok = false;
};

Decoded decode(std::string_view s) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned lead = octet(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || s.size() < size) return {};
  char32_t point = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((octet(i) & 0xc0) != 0x80) return {};
    point = point << 6 | (octet(i) & 0x3f);
  }
  const char32_t least[] = {0x80, 0x800, 0x10000};
  if (point < least[size - 2] || !valid(point)) return {};
  return {point, size, true};
}

Result<std::u32string> checked_points(std::string_view utf8) {
  if (!is_utf8(utf8)) return Error(ErrorKind::malformed, "text is not UTF-8");
  return code_points(utf8);
}

template <class Predicate>
bool every_octet(std::string_view text, Predicate p) {
  return std::all_of(text.begin(), text.end(), p);
}

}  // namespace

void append_utf8(std::string& to, char32_t c) {
  if (!valid(c)) c = replacement;
  const auto put = [&](char32_t octet) { to.push_back(static_cast<char>(octet)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

std::u32string code_points(std::string_view utf8) {
  std::u32string points;
  while (!utf8.empty()) {
    const Decoded d = decode(utf8);
    points.push_back(d.point);
    utf8.remove_prefix(d.size);
  }
  return points;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Decoded d = decode(text);
    if (!d.ok) return false;
    text.remove_prefix(d.size);
  }
  return true;
}

std::string from_latin1(View octets) {
  std::string out;
  out.reserve(octets.size());
  for (const std::uint8_t o : octets) append_utf8(out, o);
  return out;
}

std::string from_ia5(View octets) {
  std::string out;
  out.reserve(octets.size());
  for (const std::uint8_t o : octets) append_utf8(out, o < 0x80 ? char32_t{o} : replacement);
  return out;
}

std::string from_bmp(View octets) {
  std::string out;
  std::size_t i = 0;
  const auto unit = [&](std::size_t at) { return static_cast<char32_t>(octets[at] << 8 | octets[at + 1]); };
  while (i + 1 < octets.size()) {
    char32_t c = unit(i);
    i += 2;
    if (c >= 0xd800 && c < 0xdc00 && i + 1 < octets.size() && unit(i) >= 0xdc00 && unit(i) < 0xe000) {
      c = 0x10000 + ((c - 0xd800) << 10) + (unit(i) - 0xdc00);
      i += 2;
    }
    append_utf8(out, c);
  }
  if (i < octets.size()) append_utf8(out, replacement);
  return out;
}

std::string from_universal(View octets) {
  std::string out;
  std::size_t i = 0;
  for (; i + 3 < octets.size(); i += 4)
    append_utf8(out, static_cast<char32_t>(octets[i]) << 24 | static_cast<char32_t>(octets[i + 1]) << 16 |
                         static_cast<char32_t>(octets[i + 2]) << 8 | octets[i + 3]);
  if (i < octets.size()) append_utf8(out, replacement);
  return out;
}

Result<Octets> to_latin1(std::string_view utf8) {
  X400_TRY(points, checked_points(utf8));
  Octets out;
  for (const char32_t c : points) {
    if (c > 0xff) return Error(ErrorKind::invalid, "text has a character that Latin-1 has not");
    out.push_back(static_cast<std::uint8_t>(c));
  }
  return out;
}

Result<Octets> to_bmp(std::string_view utf8) {
  X400_TRY(points, checked_points(utf8));
  Octets out;
  for (const char32_t c : points) {
    if (c > 0xffff) return Error(ErrorKind::invalid, "text has a character that a BMPString has not");
    out.push_back(static_cast<std::uint8_t>(c >> 8));
    out.push_back(static_cast<std::uint8_t>(c));
  }
  return out;
}

Result<Octets> to_universal(std::string_view utf8) {
  X400_TRY(points, checked_points(utf8));
  Octets out;
  for (const char32_t c : points)
    for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<std::uint8_t>(c >> shift));
  return out;
}

bool is_printable(std::string_view text) {
  return every_octet(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
  });
}

bool is_numeric(std::string_view text) {
  return every_octet(text, [](char c) { return c == ' ' || (c >= '0' && c <= '9'); });
}

bool is_ia5(std::string_view text) {
  return every_octet(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace x400::asn1::text
