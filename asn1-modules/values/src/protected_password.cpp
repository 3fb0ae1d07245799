#include "x400/asn1/protected_password.hpp"

namespace x400::asn1 {
namespace {

constexpr std::size_t longest_member = 1024;
constexpr auto time1_tag = ber::context(0), time2_tag = ber::context(1), random1_tag = ber::context(2),
               random2_tag = ber::context(3);

// In the order of their tags, as DER wants it.
void write_members(ber::Writer& w, const ProtectedFields& f) {
  if (f.time1) w.primitive(time1_tag, *f.time1);
  if (f.time2) w.primitive(time2_tag, *f.time2);
  if (f.random1) w.bits(random1_tag, *f.random1);
  if (f.random2) w.bits(random2_tag, *f.random2);
}

Status too_long(std::size_t size) {
  if (size > longest_member) return Error(ErrorKind::limit, "protected credentials: a member is too long");
  return Ok{};
}

Status read_time(const ber::Element& e, std::optional<std::string>& to) {
  if (to) return Error(ErrorKind::malformed, "protected credentials: a time twice");
  X400_TRY(text, ber::read_chars(e));
  X400_CHECK(too_long(text.size()));
  to = std::move(text);
  return Ok{};
}

Status read_random(const ber::Element& e, std::optional<ber::Bits>& to) {
  if (to) return Error(ErrorKind::malformed, "protected credentials: a random number twice");
  X400_TRY(bits, ber::read_bits(e));
  X400_CHECK(too_long(bits.octets.size()));
  to = std::move(bits);
  return Ok{};
}

Status read_signature(const ber::Element& e, ProtectedFields& to) {
  if (!to.algorithm.empty()) return Error(ErrorKind::malformed, "protected credentials: two signatures");
  ber::Reader in(e.content);
  X400_TRY(identifier, in.expect(ber::tags::sequence));
  ber::Reader inside(identifier.content);  // its parameters, if any, are of no matter to a hash
  X400_TRY(oid, inside.expect(ber::tags::oid));
  X400_TRY(algorithm, ber::read_oid(oid));
  X400_TRY(encrypted, in.expect(ber::tags::bit_string));
  X400_TRY(bits, ber::read_bits(encrypted));
  X400_CHECK(in.finish());
  X400_CHECK(too_long(bits.octets.size()));
  to.algorithm = std::move(algorithm);
  to.signature = std::move(bits);
  return Ok{};
}

}  // namespace

ProtectedPassword ProtectedFields::encode() const {
  ber::Writer w;
  w.constructed(ber::context(1), [&] {
    w.constructed(ber::tags::sequence, [&] {
      w.constructed(ber::tags::sequence, [&] {
        w.oid(algorithm);
        w.null();
      });
      w.bits(ber::tags::bit_string, signature);
    });
    write_members(w, *this);
  });
  return {std::move(w).take()};
}

Result<ProtectedFields> ProtectedFields::decode(const ProtectedPassword& credentials) {
  X400_TRY(whole, ber::read_one(credentials.encoded));
  if (whole.tag != ber::context(1) || !whole.constructed)
    return Error(ErrorKind::malformed, "protected credentials with tag " + ber::to_string(whole.tag));
  ProtectedFields f;
  ber::Reader in(whole.content);
  while (!in.at_end()) {
    X400_TRY(e, in.next());
    if (e.tag == ber::tags::sequence) X400_CHECK(read_signature(e, f));
    if (e.tag == time1_tag) X400_CHECK(read_time(e, f.time1));
    if (e.tag == time2_tag) X400_CHECK(read_time(e, f.time2));
    if (e.tag == random1_tag) X400_CHECK(read_random(e, f.random1));
    if (e.tag == random2_tag) X400_CHECK(read_random(e, f.random2));
  }
  if (f.algorithm.empty()) return Error(ErrorKind::malformed, "protected credentials without a signature");
  return f;
}

Octets ProtectedFields::to_be_signed(const Password& password) const {
  // One buffer that does not grow, so that no copy of the password is left behind.
  ber::Writer w(password.octets.size() + 4 * (longest_member + 8) + 16);
  w.constructed(ber::tags::set, [&] {
    w.primitive(password.octet_string ? ber::tags::octet_string : ber::tags::ia5_string,
                View(password.octets));
    write_members(w, *this);
  });
  return std::move(w).take();
}

}  // namespace x400::asn1
