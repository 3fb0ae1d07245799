#include "general_text.hpp"

#include <iconv.h>

#include <memory>

#include "x400/asn1/text.hpp"

namespace x400::content {
namespace {

// The international register's number and final octet of each right half.
struct Half {
  std::int64_t registration;
  std::uint8_t final;
  int part;
};
constexpr Half halves[] = {
    {100, 'A', 1},  {101, 'B', 2},  {109, 'C', 3},  {110, 'D', 4},  {126, 'F', 7},
    {127, 'G', 6},  {138, 'H', 8},  {144, 'L', 5},  {148, 'M', 9},  {157, 'V', 10},
    {179, 'Y', 13}, {199, '_', 14}, {203, 'b', 15}, {226, 'f', 16},
};

constexpr char replacement[] = "\xEF\xBF\xBD";

struct IconvClose {
  void operator()(void* cd) const { iconv_close(cd); }
};
using Converter = std::unique_ptr<void, IconvClose>;

Converter open_converter(int part) {
  const std::string from = "ISO-8859-" + std::to_string(part);
  iconv_t cd = iconv_open("UTF-8", from.c_str());
  return Converter(cd == reinterpret_cast<iconv_t>(-1) ? nullptr : cd);
}

// One octet at a time, so that one without meaning costs only itself.
void convert(iconv_t cd, std::uint8_t octet, std::string& out) {
  char in = static_cast<char>(octet);
  char buffer[8];
  char* from = &in;
  char* to = buffer;
  std::size_t from_left = 1, to_left = sizeof buffer;
  if (iconv(cd, &from, &from_left, &to, &to_left) == static_cast<std::size_t>(-1))
    out += replacement;
  else
    out.append(buffer, sizeof buffer - to_left);
}

}  // namespace

std::string decode_right_half(View octets, int part) {
  if (part == 1) return asn1::text::from_latin1(octets);
  std::string out;
  const Converter cd = open_converter(part);
  for (const std::uint8_t o : octets) {
    if (cd)
      convert(cd.get(), o, out);
    else
      out += replacement;
  }
  return out;
}

GeneralTextDecoder::GeneralTextDecoder(const std::vector<std::int64_t>& registrations) {
  for (const std::int64_t r : registrations) {
    for (const Half& h : halves) {
      if (h.registration != r) continue;
      part_ = h.part;
      return;
    }
  }
}

// ESC 2D F designates a right half. Other sequences (the C0 and G0 sets a text begins with) are taken
// without effect: ASCII stays on the left.
std::size_t GeneralTextDecoder::escape(View rest) {
  if (rest.empty() || rest[0] != 0x1b) return 0;
  std::size_t n = 1;
  while (n < rest.size() && rest[n] >= 0x20 && rest[n] <= 0x2f) ++n;
  if (n == rest.size() || rest[n] < 0x30 || rest[n] > 0x7e) return 1;  // torn: drop the ESC alone
  if (n == 2 && rest[1] == 0x2d) {
    for (const Half& h : halves)
      if (h.final == rest[2]) part_ = h.part;
  }
  return n + 1;
}

std::string GeneralTextDecoder::decode(View octets) {
  std::string out;
  out.reserve(octets.size());
  while (!octets.empty()) {
    if (const std::size_t n = escape(octets)) {
      octets = octets.subspan(n);
      continue;
    }
    const bool right = octets[0] >= 0x80;
    std::size_t n = 1;
    while (n < octets.size() && (octets[n] >= 0x80) == right && octets[n] != 0x1b) ++n;
    const View run = octets.first(n);
    out += right ? decode_right_half(run, part_) : std::string(chars(run));
    octets = octets.subspan(n);
  }
  return out;
}

}  // namespace x400::content
