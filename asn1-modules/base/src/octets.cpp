#include "x400/base/octets.hpp"

#include <algorithm>

namespace x400 {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

bool equal(View a, View b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

void append(Octets& to, View what) { to.insert(to.end(), what.begin(), what.end()); }

std::string to_hex(View v, std::size_t most) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  const std::size_t n = std::min(v.size(), most);
  text.reserve(2 * n + 3);
  for (std::size_t i = 0; i < n; ++i) {
    text += digits[v[i] >> 4];
    text += digits[v[i] & 15];
  }
  if (n < v.size()) text += "...";
  return text;
}

Result<Octets> from_hex(std::string_view text) {
  Octets out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size();) {
    if (blank(text[i])) {
      ++i;
      continue;
    }
    const int high = digit(text[i]);
    const int low = i + 1 < text.size() ? digit(text[i + 1]) : -1;
    if (high < 0 || low < 0)
      return Error(ErrorKind::malformed, "not hexadecimal at character " + std::to_string(i));
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
    i += 2;
  }
  return out;
}

}  // namespace x400
