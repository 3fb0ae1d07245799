// Reading by hand: members of SETs by their context tags, values under explicit tags.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "x400/asn1/ms/types.hpp"
#include "x400/ber/reader.hpp"
#include "x400/ber/walk.hpp"

namespace x400::asn1::ms {

/// A value that lacks something although its octets are whole is malformed; "truncated" would promise that
/// more octets help.
Error settled(const Error& error, std::string_view what);

/// Walks the octets, which must be one value, and reads it.
template <class F>
auto read_whole(View octets, const ber::Limits& limits, std::string_view what, F&& read)
    -> decltype(read(std::declval<const ber::Element&>())) {
  auto extent = ber::walk(octets, limits);
  if (!extent.ok()) return extent.error().in(what);
  auto element = ber::read_one(octets);
  if (!element.ok()) return settled(element.error(), what);
  auto value = read(*element);
  if (!value.ok()) return settled(value.error(), what);
  return value;
}

Error malformed(std::string text);

/// The value under an explicit tag: constructed, exactly one.
Result<ber::Element> inside(const ber::Element& e);
/// The same, with its tag.
Result<ber::Element> inside(const ber::Element& e, ber::Tag tag);
/// A reader over the members of a SEQUENCE or SET.
Result<ber::Reader> members(const ber::Element& e, ber::Tag tag);

Result<std::int64_t> read_number(const ber::Element& e, std::int64_t lowest, std::int64_t highest,
                                 ber::Tag tag = ber::tags::integer);
Result<SequenceNumber> read_sequence_number(const ber::Element& e);
/// All members of a SEQUENCE OF or SET OF.
Result<std::vector<SequenceNumber>> read_sequence_numbers(const ber::Element& e, ber::Tag tag);
Result<std::vector<ber::Oid>> read_oids(const ber::Element& e, ber::Tag tag);
Result<ber::Oid> read_tagged_oid(const ber::Element& e);
Result<std::string> read_string(const ber::Element& e, ber::Tag tag);
Result<Extension> read_extension(const ber::Element& e);
Result<Extensions> read_extensions(const ber::Element& e);
Result<MessageGroupName> read_group_name(const ber::Element& e);

/// The members of a SET or SEQUENCE that all have context tags 0 to 15, each at most once.
class Components {
 public:
  enum class Unknown { refuse, skip };

  static Result<Components> read(const ber::Element& e, ber::Tag tag, Unknown unknown = Unknown::refuse);

  bool has(std::size_t n) const { return found_[n].has_value(); }
  /// What is under the explicit tag [n]. Malformed: not there.
  Result<ber::Element> need(std::size_t n) const;
  Result<ber::Element> need(std::size_t n, ber::Tag tag) const;

 private:
  std::array<std::optional<ber::Element>, 16> found_;
};

}  // namespace x400::asn1::ms
