#include "x400/asn1/mts/identifier.hpp"

#include <algorithm>

#include "MtsGlobalDomain.h"
#include "MtsIdentifier.h"
#include "codec.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/asn1/text.hpp"

namespace x400::asn1::mts {
namespace {

using namespace codec;

std::string text_of_part(const MtsDomainPart_t& part) {
  return part.present == MtsDomainPart_PR_numeric ? text_of(part.choice.numeric)
                                                  : text_of(part.choice.printable);
}

GlobalDomain to_domain(const MtsGlobalDomain_t& from) {
  return {text_of_part(from.country), text_of_part(from.admd),
          from.prmd != nullptr ? text_of_part(*from.prmd) : std::string()};
}

void write_part(ber::Writer& w, const std::string& part) {
  const bool digits =
      !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  w.primitive(digits ? ber::tags::numeric_string : ber::tags::printable_string, part);
}

ORAddress as_address(const GlobalDomain& d) {
  ORAddress a;
  a.country = d.country;
  a.admd = d.admd;
  a.prmd = d.prmd;
  return a;
}

Error bad_text(std::string_view why) {
  return Error(ErrorKind::malformed, "MTS identifier in text form: " + std::string(why));
}

}  // namespace

Result<GlobalDomain> GlobalDomain::decode(View octets) {
  X400_TRY(from, decode_type<MtsGlobalDomain_t>(asn_DEF_MtsGlobalDomain, octets, "global domain identifier"));
  return to_domain(*from);
}

void GlobalDomain::write(ber::Writer& w) const {
  w.constructed(tag, [&] {
    w.constructed(ber::application(1), [&] { write_part(w, country); });
    w.constructed(ber::application(2), [&] { write_part(w, admd); });
    if (!prmd.empty()) write_part(w, prmd);
  });
}

std::string GlobalDomain::to_string() const { return print_rfc2156(as_address(*this)); }

bool operator==(const GlobalDomain& a, const GlobalDomain& b) {
  return same_address(as_address(a), as_address(b));
}

MTSIdentifier::MTSIdentifier(GlobalDomain domain, std::string local)
    : domain_(std::move(domain)), local_(std::move(local)) {
  ber::Writer w;
  w.constructed(tag, [&] {
    domain_.write(w);
    w.primitive(ber::tags::ia5_string, local_);
  });
  octets_ = std::move(w).take();
}

Result<MTSIdentifier> MTSIdentifier::decode(View octets) {
  X400_TRY(from, decode_type<MtsIdentifier_t>(asn_DEF_MtsIdentifier, octets, "MTS identifier"));
  MTSIdentifier id;
  id.domain_ = to_domain(from->domain);
  id.local_ = text_of(from->local);
  id.octets_ = to_octets(octets);
  return id;
}

Result<MTSIdentifier> MTSIdentifier::parse(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return bad_text("no brackets");
  text = text.substr(1, text.size() - 2);
  // The domain ends with "/;": a quoted ";" inside it stands after "$".
  const std::size_t end = text.find("/;");
  if (end == text.npos) return bad_text("no ';' after the domain");
  const std::string_view local = text.substr(end + 2);
  X400_TRY(address, parse_or_address(text.substr(0, end + 1)));
  if (address.country.empty() || local.empty()) return bad_text("no country or no local part");
  const ORAddress domain = as_address({address.country, address.admd.value_or(" "), address.prmd});
  if (!same_address(address, domain)) return bad_text("the domain is more than C, ADMD and PRMD");
  if (!text::is_ia5(local)) return bad_text("the local part is not IA5");
  return MTSIdentifier({address.country, *domain.admd, address.prmd}, std::string(local));
}

std::string MTSIdentifier::to_string() const { return "[" + domain_.to_string() + ";" + local_ + "]"; }

std::string MTSIdentifier::key() const { return canonical_key(as_address(domain_)) + ";;" + local_; }

}  // namespace x400::asn1::mts
