#include "x400/asn1/mts/fields.hpp"

#include <algorithm>

#include "MtsEncodedInformationTypes.h"
#include "codec.hpp"
#include "mts/convert.hpp"
#include "mts/writing.hpp"
#include "x400/asn1/oids.hpp"

namespace x400::asn1::mts {
namespace {

struct BuiltIn {
  std::int64_t number;
  const ber::Oid& oid;
};
const BuiltIn built_in_content_types[] = {
    {ContentType::unidentified, oids::content_type::unidentified},
    {ContentType::p2, oids::content_type::p2},
    {ContentType::p22, oids::content_type::p22},
    {ContentType::edi, oids::content_type::edi},
};

// 2.6.3.4: below it the bit numbers of the built-in types.
const ber::Oid built_in_eits{2, 6, 3, 4};
constexpr unsigned most_built_in_eits = 32;

void add_once(std::vector<ber::Oid>& to, ber::Oid oid) {
  if (std::find(to.begin(), to.end(), oid) == to.end()) to.push_back(std::move(oid));
}

void set_bit(ber::Bits& bits, std::size_t n) {
  if (bits.octets.size() <= n / 8) bits.octets.resize(n / 8 + 1);
  bits.octets[n / 8] = static_cast<std::uint8_t>(bits.octets[n / 8] | 0x80U >> n % 8);
}

// A received count of unused bits is not trusted.
ber::Bits to_bits(const BIT_STRING_t& from) {
  ber::Bits bits;
  bits.octets = to_octets(codec::octets_of(from));
  bits.unused = bits.octets.empty() ? 0U : static_cast<unsigned>(from.bits_unused) & 7U;
  return bits;
}

}  // namespace

int rank(Priority p) {
  if (p == Priority::urgent) return 0;
  return p == Priority::non_urgent ? 2 : 1;
}

ber::Oid ContentType::oid() const {
  if (const auto* oid = std::get_if<ber::Oid>(&value)) return *oid;
  for (const BuiltIn& known : built_in_content_types)
    if (known.number == std::get<std::int64_t>(value)) return known.oid;
  return {};
}

ContentType ContentType::of(const ber::Oid& oid) {
  for (const BuiltIn& known : built_in_content_types)
    if (known.oid == oid) return {known.number};
  return {oid};
}

std::string ContentType::to_string() const {
  if (const auto* oid = std::get_if<ber::Oid>(&value)) return oid->to_string();
  return std::to_string(std::get<std::int64_t>(value));
}

Result<EncodedInformationTypes> EncodedInformationTypes::decode(View octets, ber::Tag as) {
  X400_CHECK(ber::walk(octets));
  X400_TRY(e, ber::read_one(octets));
  if (e.tag != as || !e.constructed)
    return Error(ErrorKind::malformed, "encoded information types: found " + ber::to_string(e.tag));
  ber::Writer set(octets.size() + 4);
  set.header(ber::tags::set, true, e.content.size());
  set.raw(e.content);
  X400_TRY(from, codec::decode_type<MtsEncodedInformationTypes_t>(asn_DEF_MtsEncodedInformationTypes,
                                                                  set.octets(), "encoded information types"));
  EncodedInformationTypes to;
  to.built_in = to_bits(from->built_in);
  if (from->g3_facsimile != nullptr) {
    ber::Writer w;
    w.bits(ber::context(1), to_bits(*from->g3_facsimile));
    to.g3_parameters = std::move(w).take();
  }
  if (from->teletex != nullptr) {
    X400_TRY(teletex, convert::with_tag(ber::context(2), *from->teletex));
    to.teletex_parameters = std::move(teletex);
  }
  if (from->extended != nullptr)
    for (const auto* item : codec::items(*from->extended)) {
      X400_TRY(oid, convert::oid(*item));
      to.extended.push_back(std::move(oid));
    }
  return to;
}

void EncodedInformationTypes::write(ber::Writer& w, ber::Tag as) const {
  w.constructed(as, [&] {
    w.bits(ber::context(0), built_in);
    w.raw(g3_parameters);
    w.raw(teletex_parameters);
    if (!extended.empty())
      w.constructed(ber::context(4), [&] {
        for (const ber::Oid& oid : extended) w.oid(oid);
      });
  });
}

Octets EncodedInformationTypes::encode() const {
  ber::Writer w;
  write(w);
  return std::move(w).take();
}

std::vector<ber::Oid> EncodedInformationTypes::oids() const {
  std::vector<ber::Oid> all;
  for (unsigned n = 0; n < most_built_in_eits; ++n)
    if (built_in.test(n)) all.push_back(built_in_eits.child(n));
  for (const ber::Oid& oid : extended) add_once(all, oid);
  return all;
}

EncodedInformationTypes EncodedInformationTypes::of(const std::vector<ber::Oid>& types) {
  EncodedInformationTypes eits;
  for (const ber::Oid& oid : types) {
    unsigned n = 0;
    while (n < most_built_in_eits && built_in_eits.child(n) != oid) ++n;
    if (n < most_built_in_eits)
      set_bit(eits.built_in, n);
    else
      add_once(eits.extended, oid);
  }
  writing::trim(eits.built_in);
  return eits;
}

std::string_view name(ReportRequest r) {
  switch (r) {
    case ReportRequest::none: return "no-report";
    case ReportRequest::non_delivery_report: return "non-delivery-report";
    case ReportRequest::report: return "report";
  }
  return "unknown";
}

}  // namespace x400::asn1::mts
