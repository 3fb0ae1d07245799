#include "text_tables.hpp"
#include "x400/asn1/text.hpp"

namespace x400::asn1::text {
namespace {

bool even(char32_t c) { return c % 2 == 0; }

char32_t lower_latin_extended(char32_t c) {
  if (c == 0x130) return 'i';
  if (c == 0x178) return 0xff;
  // Two runs of this block have their capitals at odd numbers.
  const bool odd_capitals = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e);
  if (c == 0x138 || c == 0x149 || c == 0x17f) return c;
  return even(c) != odd_capitals ? c + 1 : c;
}

// Simple lower-casing, one character for one, without a locale: the letters of Latin, Greek and
// Cyrillic that telex-born systems and their successors use.
char32_t lower(char32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 32;
  if (c < 0xc0) return c;
  if (c <= 0xde) return c == 0xd7 ? c : c + 32;
  if (c >= 0x100 && c <= 0x17f) return lower_latin_extended(c);
  if (c == 0x2126) return 0x3c9;
  if (c == 0x386) return 0x3ac;
  if (c >= 0x388 && c <= 0x38a) return c + 37;
  if (c == 0x38c) return 0x3cc;
  if (c == 0x38e || c == 0x38f) return c + 63;
  if (c >= 0x391 && c <= 0x3ab && c != 0x3a2) return c + 32;
  if (c >= 0x400 && c <= 0x40f) return c + 80;
  if (c >= 0x410 && c <= 0x42f) return c + 32;
  if (c >= 0x460 && c <= 0x481) return even(c) ? c + 1 : c;
  if (c >= 0x48a && c <= 0x4bf) return even(c) ? c + 1 : c;
  return c;
}

bool is_ascii(std::string_view s) {
  for (const char c : s)
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  return true;
}

char lower_ascii(char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); }

// Nearly all values: no code points needed.
std::string fold_ascii(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (const char c : s) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out.push_back(lower_ascii(c));
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// Of lower case already, in place.
std::string_view without_surplus_spaces(std::span<char> text) {
  std::size_t size = 0;
  for (const char c : text) {
    if (c == ' ' && (size == 0 || text[size - 1] == ' ')) continue;
    text[size++] = c;
  }
  if (size != 0 && text[size - 1] == ' ') --size;
  return {text.data(), size};
}

std::u32string composed(const std::u32string& points) {
  std::u32string out;
  for (const char32_t c : points) {
    const Accent* accent = out.empty() ? nullptr : accent_of_combining(c);
    const char16_t one = accent != nullptr ? compose(*accent, out.back()) : u'\0';
    if (one != 0)
      out.back() = one;
    else
      out.push_back(c);
  }
  return out;
}

}  // namespace

// Loops without a way out, of which the compiler makes some for many octets at a time.
std::optional<std::string_view> fold_ascii(View octets, std::span<char> room) {
  const std::size_t size = octets.size();
  if (size == 0) return std::string_view();
  if (size > room.size()) return std::nullopt;
  char* const to = room.data();
  std::uint8_t all = 0;
  for (std::size_t i = 0; i < size; ++i) {
    all |= octets[i];
    to[i] = lower_ascii(static_cast<char>(octets[i]));
  }
  if (all >= 0x80) return std::nullopt;
  bool surplus = to[0] == ' ' || to[size - 1] == ' ';
  for (std::size_t i = 1; i < size; ++i) surplus |= (to[i - 1] == ' ') & (to[i] == ' ');
  return surplus ? without_surplus_spaces(room.first(size)) : std::string_view(to, size);
}

std::string fold(std::string_view utf8) {
  if (is_ascii(utf8)) return fold_ascii(utf8);
  std::string out;
  out.reserve(utf8.size());
  for (char32_t c : composed(code_points(utf8))) {
    if (c == 0xa0) c = ' ';
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    append_utf8(out, lower(c));
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace x400::asn1::text
