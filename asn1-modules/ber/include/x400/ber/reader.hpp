// Reader: a cursor over the values of one constructed value.
//
// It borrows: Elements are views into the octets given, which must outlive them. It checks every
// length against what is left, so it is safe on octets that were not walked; walking first (walk.hpp)
// only bounds the cost of indefinite lengths.
//
//   Reader r(pdu);
//   X400_TRY(seq, r.expect(tags::sequence));
//   Reader in(seq.content);
//   X400_TRY(id, in.expect(tags::integer));
//   X400_TRY(n, read_integer(id));
//   X400_CHECK(in.finish());          // leftovers are an error: say so, do not skip them
#pragma once

#include <cstdint>
#include <optional>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"
#include "x400/ber/tag.hpp"

namespace x400::ber {

/// One value: its tag, its whole encoding and its contents (end-of-contents octets in neither).
struct Element {
  Tag tag;
  bool constructed = false;
  View whole;    ///< identifier, length, contents and, if indefinite, 00 00
  View content;  ///< contents octets only
};

/// Identifier and length at the start of some octets, contents not needed.
struct Header {
  Tag tag;
  bool constructed = false;
  bool indefinite = false;
  std::size_t header_size = 0;   ///< octets of identifier and length
  std::size_t content_size = 0;  ///< 0 if indefinite
};

/// Errors: truncated (more octets needed), malformed.
Result<Header> read_header(View octets);

class Reader {
 public:
  explicit Reader(View octets) : rest_(octets) {}

  bool at_end() const { return rest_.empty(); }
  View rest() const { return rest_; }

  /// The next value, taken. Errors: truncated at the end, malformed.
  Result<Element> next();
  /// The next value, not taken.
  Result<Element> peek() const;
  /// The next value's tag if there is one and its header can be read.
  std::optional<Tag> peek_tag() const;
  /// The next value, which must have this tag (malformed if not, truncated if nothing is left).
  Result<Element> expect(Tag tag);
  /// The next value if it has this tag; nothing if it has another or none is left.
  Result<std::optional<Element>> next_if(Tag tag);
  /// Success if nothing is left; malformed otherwise.
  Status finish() const;

 private:
  View rest_;
};

/// Exactly one value in `octets`: trailing octets are malformed.
Result<Element> read_one(View octets);

// Contents of primitive types. Errors: malformed (wrong form or impossible contents), limit.

Result<bool> read_boolean(const Element& e);          ///< any non-zero octet is true (X.690 8.2.2)
Result<std::int64_t> read_integer(const Element& e);  ///< also ENUMERATED; limit beyond 8 octets
Status read_null(const Element& e);

/// Octets of an OCTET STRING or a character string, primitive or constructed (X.690 8.7.3, 8.21):
/// segments are OCTET STRINGs, up to eight levels of them (limit), joined in a copy.
Result<Octets> read_octets(const Element& e);
/// The same without a copy if the form is primitive; `joined` receives the copy otherwise.
Result<View> read_octets(const Element& e, Octets& joined);
/// The same as characters, unconverted.
Result<std::string> read_chars(const Element& e);

/// Bits of a BIT STRING, first bit is bit 0 (the most significant of the first octet).
struct Bits {
  Octets octets;
  unsigned unused = 0;  ///< 0..7 bits at the end of the last octet that do not count

  bool test(std::size_t bit) const;  ///< false beyond the end: trailing zero bits do not matter
  std::size_t size() const { return octets.size() * 8 - unused; }
};
Result<Bits> read_bits(const Element& e);

}  // namespace x400::ber
