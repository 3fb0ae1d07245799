#include "reading.hpp"

namespace x400::asn1::ms {

using namespace ber;

Error malformed(std::string text) { return Error(ErrorKind::malformed, std::move(text)); }

Error settled(const Error& error, std::string_view what) {
  const ErrorKind kind = error.kind() == ErrorKind::truncated ? ErrorKind::malformed : error.kind();
  return Error(kind, error.text()).in(what);
}

Result<Element> inside(const Element& e) {
  if (!e.constructed) return malformed("explicit tag " + to_string(e.tag) + " in primitive form");
  return read_one(e.content);
}

Result<Element> inside(const Element& e, Tag tag) {
  X400_TRY(value, inside(e));
  if (value.tag != tag)
    return malformed("under " + to_string(e.tag) + ": " + to_string(value.tag) + ", not " + to_string(tag));
  return value;
}

Result<Reader> members(const Element& e, Tag tag) {
  if (e.tag != tag) return malformed(to_string(e.tag) + ", not " + to_string(tag));
  if (!e.constructed) return malformed(to_string(tag) + " in primitive form");
  return Reader(e.content);
}

Result<std::int64_t> read_number(const Element& e, std::int64_t lowest, std::int64_t highest, Tag tag) {
  if (e.tag != tag) return malformed(to_string(e.tag) + ", not " + to_string(tag));
  X400_TRY(n, read_integer(e));
  if (n < lowest || n > highest) return malformed("number " + std::to_string(n) + " out of range");
  return n;
}

Result<SequenceNumber> read_sequence_number(const Element& e) {
  X400_TRY(n, read_number(e, 0, max_sequence_number));
  return static_cast<SequenceNumber>(n);
}

Result<std::vector<SequenceNumber>> read_sequence_numbers(const Element& e, Tag tag) {
  X400_TRY(in, members(e, tag));
  std::vector<SequenceNumber> out;
  while (!in.at_end()) {
    X400_TRY(member, in.next());
    X400_TRY(n, read_sequence_number(member));
    out.push_back(n);
  }
  return out;
}

Result<Oid> read_tagged_oid(const Element& e) {
  if (e.tag != tags::oid) return malformed(to_string(e.tag) + ", not an OBJECT IDENTIFIER");
  return read_oid(e);
}

Result<std::vector<Oid>> read_oids(const Element& e, Tag tag) {
  X400_TRY(in, members(e, tag));
  std::vector<Oid> out;
  while (!in.at_end()) {
    X400_TRY(member, in.next());
    X400_TRY(oid, read_tagged_oid(member));
    out.push_back(std::move(oid));
  }
  return out;
}

Result<std::string> read_string(const Element& e, Tag tag) {
  if (e.tag != tag) return malformed(to_string(e.tag) + ", not " + to_string(tag));
  return read_chars(e);
}

Result<Extension> read_extension(const Element& e) {
  X400_TRY(in, members(e, tags::external));
  X400_TRY(type, in.expect(tags::oid));
  X400_TRY(oid, read_oid(type));
  X400_TRY(tagged, in.expect(context(0)));
  X400_TRY(value, inside(tagged));
  X400_CHECK(in.finish());
  return Extension{std::move(oid), to_octets(value.whole)};
}

Result<Extensions> read_extensions(const Element& e) {
  X400_TRY(in, members(e, tags::sequence));
  Extensions out;
  while (!in.at_end()) {
    X400_TRY(member, in.next());
    X400_TRY(extension, read_extension(member));
    out.push_back(std::move(extension));
  }
  return out;
}

Result<MessageGroupName> read_group_name(const Element& e) {
  X400_TRY(in, members(e, tags::sequence));
  MessageGroupName out;
  while (!in.at_end()) {
    X400_TRY(member, in.next());
    X400_TRY(part, read_string(member, tags::general_string));
    out.push_back(std::move(part));
  }
  if (out.empty()) return malformed("message group name without parts");
  return out;
}

Result<Components> Components::read(const Element& e, Tag tag, Unknown unknown) {
  X400_TRY(in, members(e, tag));
  Components out;
  while (!in.at_end()) {
    X400_TRY(member, in.next());
    const bool known = member.tag.cls == Class::context && member.tag.number < out.found_.size();
    if (!known) {
      if (unknown == Unknown::skip) continue;
      return malformed("unknown component " + to_string(member.tag));
    }
    auto& place = out.found_[member.tag.number];
    if (place) return malformed("component " + to_string(member.tag) + " twice");
    place = member;
  }
  return out;
}

Result<Element> Components::need(std::size_t n) const {
  if (!found_[n]) return malformed("no component [" + std::to_string(n) + "]");
  return inside(*found_[n]);
}

Result<Element> Components::need(std::size_t n, Tag tag) const {
  if (!found_[n]) return malformed("no component [" + std::to_string(n) + "]");
  return inside(*found_[n], tag);
}

}  // namespace x400::asn1::ms
