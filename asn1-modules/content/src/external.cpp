#include "x400/content/external.hpp"

namespace x400::content {
namespace {

namespace tags = ber::tags;

Status take_bits(const ber::Element& e, External& x) {
  if (!e.constructed) {
    if (e.content.empty()) return Error(ErrorKind::malformed, "EXTERNAL: bit string without contents");
    if (e.content[0] != 0) return Error(ErrorKind::unsupported, "EXTERNAL: not a whole number of octets");
    x.octets = e.content.subspan(1);
    return Ok{};
  }
  X400_TRY(bits, ber::read_bits(e));
  if (bits.unused != 0) return Error(ErrorKind::unsupported, "EXTERNAL: not a whole number of octets");
  x.joined = std::make_shared<const Octets>(std::move(bits.octets));
  x.octets = *x.joined;
  return Ok{};
}

Status take_octets(const ber::Element& e, External& x) {
  if (!e.constructed) {
    x.octets = e.content;
    return Ok{};
  }
  X400_TRY(octets, ber::read_octets(e));
  x.joined = std::make_shared<const Octets>(std::move(octets));
  x.octets = *x.joined;
  return Ok{};
}

Status take_encoding(const ber::Element& e, External& x) {
  if (e.tag == ber::context(0)) {
    X400_TRY(inner, ber::read_one(e.content));
    x.encoding = External::Encoding::single_asn1_type;
    x.octets = inner.whole;
    return Ok{};
  }
  if (e.tag == ber::context(1)) {
    x.encoding = External::Encoding::octet_aligned;
    return take_octets(e, x);
  }
  if (e.tag == ber::context(2)) {
    x.encoding = External::Encoding::arbitrary;
    return take_bits(e, x);
  }
  return Error(ErrorKind::malformed, "EXTERNAL: " + to_string(e.tag) + " for its encoding");
}

}  // namespace

Result<Field> External::value() const {
  X400_TRY(e, ber::read_one(octets));
  return Field(e);
}

Result<External> read_external(const Field& f) {
  if (!f.constructed()) return Error(ErrorKind::malformed, "EXTERNAL: primitive");
  External x;
  ber::Reader r(f.contents());
  X400_TRY(reference, r.next_if(tags::oid));
  if (reference) {
    X400_TRY(oid, ber::read_oid(*reference));
    x.reference = std::move(oid);
  }
  X400_CHECK(r.next_if(tags::integer));            // indirect-reference: without meaning here
  X400_CHECK(r.next_if(tags::object_descriptor));  // a name for readers of dumps
  X400_TRY(encoding, r.next());
  X400_CHECK(take_encoding(encoding, x));
  X400_CHECK(r.finish());
  return x;
}

}  // namespace x400::content
