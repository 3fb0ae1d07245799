#include "compose_util.hpp"

#include "x400/asn1/text.hpp"

namespace x400::content {

Status check_printable(std::string_view text, std::size_t most, std::string_view what) {
  if (text.size() > most) return Error(ErrorKind::invalid, std::string(what) + " too long");
  if (!asn1::text::is_printable(text))
    return Error(ErrorKind::invalid, std::string(what) + " has other than PrintableString characters");
  return Ok{};
}

Octets encoded_integer(std::int64_t n) {
  ber::Writer w;
  w.integer(ber::tags::integer, n);
  return std::move(w).take();
}

Result<Octets> encoded_bmp_set(std::string_view utf8, std::size_t most, std::string_view what) {
  if (asn1::text::code_points(utf8).size() > most)
    return Error(ErrorKind::invalid, std::string(what) + " too long");
  auto octets = asn1::text::to_bmp(utf8);
  ber::Tag tag = ber::tags::bmp_string;
  if (!octets.ok() && octets.error().kind() == ErrorKind::invalid) {
    octets = asn1::text::to_universal(utf8);
    tag = ber::tags::universal_string;
  }
  if (!octets.ok()) return octets.error().in(what);
  ber::Writer w;
  w.constructed(ber::tags::set, [&] { w.primitive(tag, View(*octets)); });
  return std::move(w).take();
}

}  // namespace x400::content
