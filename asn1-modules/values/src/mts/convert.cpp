#include "mts/convert.hpp"

namespace x400::asn1::mts::convert {

Result<Octets> with_tag(ber::Tag tag, const ANY_t& contents) {
  const View octets = codec::octets_of(contents);
  auto extent = codec::inside(ber::walk_contents(octets));
  if (!extent.ok()) return std::move(extent).error();
  ber::Writer w(octets.size() + 8);
  w.header(tag, true, octets.size());
  w.raw(octets);
  return std::move(w).take();
}

Result<EncodedORName> or_name(const ANY_t& contents) {
  X400_TRY(octets, with_tag(ORName::tag, contents));
  return EncodedORName::decode(octets);
}

Result<std::optional<EncodedORName>> or_name(const ANY_t* contents) {
  if (contents == nullptr) return std::optional<EncodedORName>();
  X400_TRY(name, or_name(*contents));
  return std::optional<EncodedORName>(std::move(name));
}

Result<MTSIdentifier> identifier(const ANY_t& contents) {
  X400_TRY(octets, with_tag(MTSIdentifier::tag, contents));
  return MTSIdentifier::decode(octets);
}

Result<EncodedInformationTypes> eits(const ANY_t& contents) {
  X400_TRY(octets, with_tag(ber::application(5), contents));
  return EncodedInformationTypes::decode(octets);
}

Result<std::optional<EncodedInformationTypes>> eits(const ANY_t* contents) {
  if (contents == nullptr) return std::optional<EncodedInformationTypes>();
  X400_TRY(types, eits(*contents));
  return std::optional<EncodedInformationTypes>(std::move(types));
}

Result<Extensions> extensions(const MtsExtensions_t* set) {
  Extensions out;
  if (set == nullptr) return out;
  for (const auto* item : codec::items(*set)) {
    X400_TRY(field, ExtensionField::decode(codec::octets_of(*item)));
    out.add(std::move(field));
  }
  return out;
}

Status check_recipients(int count) {
  if (count > most_recipients) return Error(ErrorKind::limit, "more than 32767 recipients");
  return Ok{};
}

Result<ber::Oid> oid(const OBJECT_IDENTIFIER_t& value) {
  return ber::Oid::from_contents(codec::octets_of(value));
}

UtcTime time(const MtsTime_t& value) { return {codec::text_of(value)}; }

std::optional<std::int64_t> number(const long* value) {
  if (value == nullptr) return std::nullopt;
  return *value;
}

Priority priority(const long* value) {
  return value == nullptr ? Priority::normal : static_cast<Priority>(*value);
}

bool bit(const BIT_STRING_t* bits, std::size_t n) {
  if (bits == nullptr || n / 8 >= static_cast<std::size_t>(bits->size)) return false;
  return (bits->buf[n / 8] >> (7 - n % 8) & 1) != 0;
}

}  // namespace x400::asn1::mts::convert
