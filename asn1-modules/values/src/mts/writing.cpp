#include "mts/writing.hpp"

#include <bit>

namespace x400::asn1::mts::writing {

void trim(ber::Bits& bits) {
  while (!bits.octets.empty() && bits.octets.back() == 0) bits.octets.pop_back();
  bits.unused = bits.octets.empty() ? 0U : static_cast<unsigned>(std::countr_zero(bits.octets.back()));
}

ber::Bits bits(std::initializer_list<bool> flags) {
  ber::Bits out;
  std::size_t n = 0;
  for (const bool flag : flags) {
    if (n % 8 == 0) out.octets.push_back(0);
    if (flag) out.octets.back() = static_cast<std::uint8_t>(out.octets.back() | 0x80U >> n % 8);
    ++n;
  }
  trim(out);
  return out;
}

void content_type(ber::Writer& w, const ContentType& type, ber::Tag built_in) {
  if (const auto* oid = std::get_if<ber::Oid>(&type.value))
    w.oid(*oid);
  else
    w.integer(built_in, std::get<std::int64_t>(type.value));
}

void priority(ber::Writer& w, Priority p, ber::Tag tag) { w.integer(tag, static_cast<std::int64_t>(p)); }

void optional_eits(ber::Writer& w, const std::optional<EncodedInformationTypes>& eits, ber::Tag tag) {
  if (eits) eits->write(w, tag);
}

void optional_text(ber::Writer& w, const std::optional<std::string>& text, ber::Tag tag) {
  if (text) w.primitive(tag, *text);
}

void optional_number(ber::Writer& w, const std::optional<std::int64_t>& number, ber::Tag tag) {
  if (number) w.integer(tag, *number);
}

void values(ber::Writer& w, const std::vector<Octets>& values, ber::Tag tag) {
  if (values.empty()) return;
  w.constructed(tag, [&] {
    for (const Octets& value : values) w.raw(value);
  });
}

}  // namespace x400::asn1::mts::writing
