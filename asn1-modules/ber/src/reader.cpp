#include "x400/ber/reader.hpp"

#include "x400/ber/walk.hpp"

namespace x400::ber {
namespace {

Error truncated(const char* what) { return Error(ErrorKind::truncated, what); }
Error malformed(std::string what) { return Error(ErrorKind::malformed, std::move(what)); }

// Four groups of 7 bits: more than any type of X.400 needs, and no overflow.
Result<std::size_t> read_high_tag(View in, Tag& tag) {
  std::uint32_t number = 0;
  for (std::size_t i = 1; i <= 4; ++i) {
    if (i >= in.size()) return truncated("tag number not complete");
    if (i == 1 && in[i] == 0x80) return malformed("tag number with a leading zero group");
    number = number << 7 | (in[i] & 0x7f);
    if ((in[i] & 0x80) == 0) {
      tag.number = number;
      return i + 1;
    }
  }
  return malformed("tag number of more than 28 bits");
}

Status read_length(View in, std::size_t at, Header& h) {
  if (at >= in.size()) return truncated("no length octet");
  const std::uint8_t first = in[at];
  if (first < 0x80) {
    h.content_size = first;
    h.header_size = at + 1;
    return Ok{};
  }
  if (first == 0x80) {
    if (!h.constructed) return malformed("primitive of indefinite length");
    h.indefinite = true;
    h.header_size = at + 1;
    return Ok{};
  }
  if (first == 0xff) return malformed("length that begins with the reserved octet FF");
  const std::size_t count = first & 0x7f;
  std::size_t length = 0;
  for (std::size_t i = 1; i <= count; ++i) {
    if (at + i >= in.size()) return truncated("length not complete");
    // Zeros in front are allowed (X.690 8.1.3.5).
    if (length >> 24 != 0) return malformed("length of more than 4 octets");
    length = length << 8 | in[at + i];
  }
  h.content_size = length;
  h.header_size = at + 1 + count;
  return Ok{};
}

// Nested segments of indefinite length are walked once for each level, so levels are few. Nobody sends more
// than one.
constexpr std::size_t segment_depth = 8;

Status join_segments(View content, Tag segment, std::size_t depth, Octets& out) {
  if (depth > segment_depth) return Error(ErrorKind::limit, "string segments nested too deep");
  Reader r(content);
  while (!r.at_end()) {
    X400_TRY(e, r.expect(segment));
    if (e.constructed)
      X400_CHECK(join_segments(e.content, segment, depth + 1, out));
    else
      append(out, e.content);
  }
  return Ok{};
}

Status join_bits(View content, std::size_t depth, Bits& out) {
  if (depth > segment_depth) return Error(ErrorKind::limit, "bit string segments nested too deep");
  Reader r(content);
  while (!r.at_end()) {
    X400_TRY(e, r.expect(tags::bit_string));
    if (out.unused != 0) return malformed("unused bits before the last segment of a bit string");
    if (e.constructed) {
      X400_CHECK(join_bits(e.content, depth + 1, out));
      continue;
    }
    X400_TRY(part, read_bits(e));
    append(out.octets, part.octets);
    out.unused = part.unused;
  }
  return Ok{};
}

}  // namespace

Result<Header> read_header(View in) {
  if (in.empty()) return truncated("no identifier octet");
  Header h;
  h.tag.cls = static_cast<Class>(in[0] >> 6);
  h.constructed = (in[0] & 0x20) != 0;
  h.tag.number = in[0] & 0x1f;
  std::size_t at = 1;
  if (h.tag.number == 0x1f) {
    X400_TRY(used, read_high_tag(in, h.tag));
    at = used;
  }
  X400_CHECK(read_length(in, at, h));
  return h;
}

Result<Element> Reader::peek() const {
  X400_TRY(h, read_header(rest_));
  if (h.tag == tags::end_of_contents) return malformed("end-of-contents where a value is expected");
  Element e{h.tag, h.constructed, {}, {}};
  if (h.indefinite) {
    X400_TRY(extent, walk_one(rest_, Limits{max_depth, Limits{}.elements}));
    e.whole = rest_.first(extent.size);
    e.content = e.whole.subspan(h.header_size, extent.size - h.header_size - 2);
    return e;
  }
  if (h.content_size > rest_.size() - h.header_size) return truncated("contents pass the end of the octets");
  e.whole = rest_.first(h.header_size + h.content_size);
  e.content = e.whole.subspan(h.header_size);
  return e;
}

Result<Element> Reader::next() {
  X400_TRY(e, peek());
  rest_ = rest_.subspan(e.whole.size());
  return e;
}

std::optional<Tag> Reader::peek_tag() const {
  auto h = read_header(rest_);
  if (!h.ok()) return std::nullopt;
  return h->tag;
}

Result<Element> Reader::expect(Tag tag) {
  X400_TRY(e, peek());
  if (e.tag != tag) return malformed("found " + to_string(e.tag) + " for " + to_string(tag));
  rest_ = rest_.subspan(e.whole.size());
  return e;
}

Result<std::optional<Element>> Reader::next_if(Tag tag) {
  if (at_end()) return std::optional<Element>();
  X400_TRY(h, read_header(rest_));
  if (h.tag != tag) return std::optional<Element>();
  X400_TRY(e, next());
  return std::optional<Element>(e);
}

Status Reader::finish() const {
  if (at_end()) return Ok{};
  const auto tag = peek_tag();
  return malformed("unexpected " + (tag ? to_string(*tag) : std::string("octets")) + " after the last value");
}

Result<Element> read_one(View octets) {
  Reader r(octets);
  X400_TRY(e, r.next());
  X400_CHECK(r.finish());
  return e;
}

Result<bool> read_boolean(const Element& e) {
  if (e.constructed || e.content.size() != 1) return malformed("BOOLEAN is not one octet");
  return e.content[0] != 0;
}

Result<std::int64_t> read_integer(const Element& e) {
  if (e.constructed || e.content.empty()) return malformed("INTEGER without contents");
  if (e.content.size() > 8) return Error(ErrorKind::limit, "INTEGER of more than 8 octets");
  std::uint64_t n = (e.content[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const std::uint8_t o : e.content) n = n << 8 | o;
  return static_cast<std::int64_t>(n);
}

Status read_null(const Element& e) {
  if (e.constructed || !e.content.empty()) return malformed("NULL with contents");
  return Ok{};
}

Result<View> read_octets(const Element& e, Octets& joined) {
  if (!e.constructed) return e.content;
  joined.clear();
  X400_CHECK(join_segments(e.content, tags::octet_string, 1, joined));
  return View(joined);
}

Result<Octets> read_octets(const Element& e) {
  Octets joined;
  X400_TRY(v, read_octets(e, joined));
  if (e.constructed) return joined;
  return to_octets(v);
}

Result<std::string> read_chars(const Element& e) {
  Octets joined;
  X400_TRY(v, read_octets(e, joined));
  return std::string(chars(v));
}

bool Bits::test(std::size_t bit) const { return bit < size() && (octets[bit / 8] >> (7 - bit % 8) & 1) != 0; }

Result<Bits> read_bits(const Element& e) {
  Bits bits;
  if (e.constructed) {
    X400_CHECK(join_bits(e.content, 1, bits));
    return bits;
  }
  if (e.content.empty()) return malformed("BIT STRING without its first octet");
  bits.unused = e.content[0];
  bits.octets = to_octets(e.content.subspan(1));
  if (bits.unused > 7 || (bits.unused > 0 && bits.octets.empty()))
    return malformed("BIT STRING with an impossible count of unused bits");
  return bits;
}

}  // namespace x400::ber
