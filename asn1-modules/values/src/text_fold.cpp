#include <cstring>

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

// Lower case of up to eight octets at a time, and whether two spaces stand side by side among them. All are
// taken as ASCII: ascii() says afterwards whether they were.
class Eights {
 public:
  bool surplus = false;

  void take(const std::uint8_t* from, char* to, std::size_t count) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, count);
    all_ |= word;
    // The high bit of each octet tells: at least 'A' and not beyond 'Z'; that bit by two is the 0x20 of lower
    // case.
    const std::uint64_t low = word & ~high;
    const std::uint64_t upper = ((low + each * (0x80 - 'A')) ^ (low + each * (0x7f - 'Z'))) & high;
    word |= upper >> 2;
    std::memcpy(to, &word, count);
    const std::uint64_t spaces = ~(((word ^ each * ' ') & ~high) + ~high) & high;
    surplus |= (spaces & spaces << 8) != 0;
  }
  bool ascii() const { return (all_ & high) == 0; }

 private:
  static constexpr std::uint64_t each = 0x0101010101010101, high = 0x8080808080808080;
  std::uint64_t all_ = 0;
};

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

std::optional<std::string_view> fold_ascii(View octets, std::span<char> room) {
  const std::size_t size = octets.size();
  if (size == 0) return std::string_view();
  if (size > room.size()) return std::nullopt;
  Eights eights;
  char* const to = room.data();
  if (size < 8) {
    eights.take(octets.data(), to, size);
  } else {
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
      eights.take(octets.data() + i, to + i, 8);
      eights.surplus |= i != 0 && to[i - 1] == ' ' && to[i] == ' ';
    }
    // The last eight: some of them once more, which changes nothing.
    eights.take(octets.data() + size - 8, to + size - 8, 8);
  }
  if (!eights.ascii()) return std::nullopt;
  const bool surplus = eights.surplus || to[0] == ' ' || to[size - 1] == ' ';
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
