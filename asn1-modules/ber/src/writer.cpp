#include "x400/ber/writer.hpp"

namespace x400::ber {
namespace {

std::size_t length_octets(std::size_t n) {
  if (n < 0x80) return 1;
  std::size_t count = 1;
  while (n > 0) {
    ++count;
    n >>= 8;
  }
  return count;
}

std::size_t tag_octets(Tag tag) {
  if (tag.number < 0x1f) return 1;
  std::size_t count = 1;
  for (std::uint32_t n = tag.number; n > 0; n >>= 7) ++count;
  return count;
}

void put_tag(Octets& out, Tag tag, bool constructed) {
  const auto lead =
      static_cast<std::uint8_t>(static_cast<unsigned>(tag.cls) << 6 | (constructed ? 0x20U : 0U));
  if (tag.number < 0x1f) {
    out.push_back(static_cast<std::uint8_t>(lead | tag.number));
    return;
  }
  out.push_back(lead | 0x1f);
  for (std::size_t i = tag_octets(tag) - 1; i > 0; --i) {
    const auto group = static_cast<std::uint8_t>(tag.number >> (7 * (i - 1)) & 0x7f);
    out.push_back(i > 1 ? group | 0x80 : group);
  }
}

void write_length(std::uint8_t* at, std::size_t n, std::size_t octets) {
  if (octets == 1) {
    *at = static_cast<std::uint8_t>(n);
    return;
  }
  *at = static_cast<std::uint8_t>(0x80 | (octets - 1));
  for (std::size_t i = octets - 1; i > 0; --i, n >>= 8) at[i] = static_cast<std::uint8_t>(n);
}

}  // namespace

std::size_t header_size(Tag tag, std::size_t content_size) {
  return tag_octets(tag) + length_octets(content_size);
}

void Writer::header(Tag tag, bool constructed, std::size_t content_size) {
  put_tag(out_, tag, constructed);
  const std::size_t octets = length_octets(content_size);
  out_.resize(out_.size() + octets);
  write_length(&out_[out_.size() - octets], content_size, octets);
}

void Writer::primitive(Tag tag, View contents) {
  header(tag, false, contents.size());
  append(out_, contents);
}

void Writer::boolean(Tag tag, bool value) {
  const std::uint8_t octet = value ? 0xff : 0;
  primitive(tag, View(&octet, 1));
}

void Writer::integer(Tag tag, std::int64_t value) {
  std::uint8_t octets[8];
  for (int i = 7; i >= 0; --i, value >>= 8) octets[i] = static_cast<std::uint8_t>(value);
  std::size_t skip = 0;
  while (skip < 7 && ((octets[skip] == 0x00 && (octets[skip + 1] & 0x80) == 0) ||
                      (octets[skip] == 0xff && (octets[skip + 1] & 0x80) != 0)))
    ++skip;
  primitive(tag, View(octets + skip, 8 - skip));
}

void Writer::oid(Tag tag, const Oid& value) { primitive(tag, value.contents()); }

void Writer::bits(Tag tag, const Bits& value) {
  header(tag, false, value.octets.size() + 1);
  out_.push_back(static_cast<std::uint8_t>(value.unused));
  append(out_, value.octets);
}

std::size_t Writer::begin(Tag tag) {
  put_tag(out_, tag, true);
  out_.push_back(0);
  return out_.size();
}

void Writer::end(std::size_t start) {
  const std::size_t length = out_.size() - start;
  const std::size_t octets = length_octets(length);
  if (octets > 1) out_.insert(out_.begin() + static_cast<std::ptrdiff_t>(start), octets - 1, 0);
  write_length(&out_[start - 1], length, octets);
}

}  // namespace x400::ber
