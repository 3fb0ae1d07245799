#include <functional>
#include <map>

#include "OrAddress.h"
#include "OrExtendedNetworkAddress.h"
#include "OrName.h"
#include "OrPdsParameter.h"
#include "OrTeletexDomainDefinedAttribute.h"
#include "OrTeletexDomainDefinedAttributes.h"
#include "OrTeletexOrganizationalUnits.h"
#include "OrTeletexPersonalName.h"
#include "OrUnformattedPostalAddress.h"
#include "OrUniversalDomainDefinedAttribute.h"
#include "OrUniversalDomainDefinedAttributes.h"
#include "OrUniversalOrBmpString.h"
#include "OrUniversalOrganizationalUnits.h"
#include "OrUniversalPersonalName.h"
#include "codec.hpp"
#include "or_name/extension_numbers.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/asn1/text.hpp"
#include "x400/ber/reader.hpp"

namespace x400::asn1 {
namespace {

using namespace codec;

std::string optional_text(const auto* s) { return s != nullptr ? text_of(*s) : std::string(); }

std::string text_of_choice(const OrDigitsOrPrintable_t& c) {
  return c.present == OrDigitsOrPrintable_PR_numeric ? text_of(c.choice.numeric)
                                                     : text_of(c.choice.printable);
}

std::string text_of_universal(const OrUniversalOrBmpString_t& s) {
  if (s.characters.present == OrUniversalCharacters_PR_two_octets)
    return text::from_bmp(octets_of(s.characters.choice.two_octets));
  return text::from_universal(octets_of(s.characters.choice.four_octets));
}

template <class Values>
auto& grown(Values& values, std::size_t index) {
  if (values.size() <= index) values.resize(index + 1);
  return values[index];
}

void take_standard(const OrStandardAttributes_t& from, ORAddress& to) {
  if (from.country != nullptr) to.country = text_of_choice(*from.country);
  if (from.administration != nullptr) to.admd = text_of_choice(*from.administration);
  if (from.private_domain != nullptr) to.prmd = text_of_choice(*from.private_domain);
  to.x121_address = optional_text(from.network_address);
  to.terminal_id = optional_text(from.terminal_identifier);
  to.organization.printable = optional_text(from.organization);
  to.numeric_user_id = optional_text(from.numeric_user);
  if (const auto* name = from.personal_name) {
    to.personal_name.surname.printable = text_of(name->surname);
    to.personal_name.given.printable = optional_text(name->given);
    to.personal_name.initials.printable = optional_text(name->initials);
    to.personal_name.generation.printable = optional_text(name->generation);
  }
  if (from.organizational_units == nullptr) return;
  std::size_t i = 0;
  for (const auto* unit : items(*from.organizational_units))
    grown(to.organizational_units, i++).printable = text_of(*unit);
}

void take_domain_defined(const OrDomainDefinedAttributes_t& from, ORAddress& to) {
  std::size_t i = 0;
  for (const auto* attribute : items(from)) {
    auto& dda = grown(to.domain_defined, i++);
    dda.type.printable = text_of(attribute->name);
    dda.value.printable = text_of(attribute->value);
  }
}

// Values of extension attributes: each takes one whole TLV into the address.

Result<std::string> string_value(View value, std::initializer_list<ber::Tag> tags) {
  X400_TRY(e, ber::read_one(value));
  for (const ber::Tag tag : tags)
    if (e.tag == tag) return ber::read_chars(e);
  return Error(ErrorKind::malformed, "extension attribute: unexpected " + ber::to_string(e.tag));
}

Status take_string(View value, std::initializer_list<ber::Tag> tags, std::string& to) {
  X400_TRY(s, string_value(value, tags));
  to = std::move(s);
  return Ok{};
}

Status take_printable(View value, std::string& to) {
  return take_string(value, {ber::tags::printable_string}, to);
}
Status take_teletex(View value, std::string& to) {
  return take_string(value, {ber::tags::teletex_string}, to);
}
Status take_digits_or_printable(View value, std::string& to) {
  return take_string(value, {ber::tags::numeric_string, ber::tags::printable_string}, to);
}
Status take_universal(View value, std::string& to) {
  X400_TRY(s,
           decode_type<OrUniversalOrBmpString_t>(asn_DEF_OrUniversalOrBmpString, value, "universal string"));
  to = text_of_universal(*s);
  return Ok{};
}

Status take_teletex_personal_name(View value, PersonalName& to) {
  X400_TRY(name, decode_type<OrTeletexPersonalName_t>(asn_DEF_OrTeletexPersonalName, value,
                                                      "teletex personal name"));
  to.surname.teletex = text_of(name->surname);
  to.given.teletex = optional_text(name->given);
  to.initials.teletex = optional_text(name->initials);
  to.generation.teletex = optional_text(name->generation);
  return Ok{};
}

Status take_universal_personal_name(View value, PersonalName& to) {
  X400_TRY(name, decode_type<OrUniversalPersonalName_t>(asn_DEF_OrUniversalPersonalName, value,
                                                        "universal personal name"));
  to.surname.universal = text_of_universal(name->surname);
  if (name->given != nullptr) to.given.universal = text_of_universal(*name->given);
  if (name->initials != nullptr) to.initials.universal = text_of_universal(*name->initials);
  if (name->generation != nullptr) to.generation.universal = text_of_universal(*name->generation);
  return Ok{};
}

Status take_teletex_units(View value, ORAddress& to) {
  X400_TRY(units, decode_type<OrTeletexOrganizationalUnits_t>(asn_DEF_OrTeletexOrganizationalUnits, value,
                                                              "teletex organizational units"));
  std::size_t i = 0;
  for (const auto* unit : items(*units)) grown(to.organizational_units, i++).teletex = text_of(*unit);
  return Ok{};
}

Status take_universal_units(View value, ORAddress& to) {
  X400_TRY(units, decode_type<OrUniversalOrganizationalUnits_t>(asn_DEF_OrUniversalOrganizationalUnits, value,
                                                                "universal organizational units"));
  std::size_t i = 0;
  for (const auto* unit : items(*units))
    grown(to.organizational_units, i++).universal = text_of_universal(*unit);
  return Ok{};
}

Status take_teletex_domain_defined(View value, ORAddress& to) {
  X400_TRY(list, decode_type<OrTeletexDomainDefinedAttributes_t>(asn_DEF_OrTeletexDomainDefinedAttributes,
                                                                 value, "teletex domain-defined attributes"));
  std::size_t i = 0;
  for (const auto* attribute : items(*list)) {
    auto& dda = grown(to.domain_defined, i++);
    dda.type.teletex = text_of(attribute->name);
    dda.value.teletex = text_of(attribute->value);
  }
  return Ok{};
}

Status take_universal_domain_defined(View value, ORAddress& to) {
  X400_TRY(list,
           decode_type<OrUniversalDomainDefinedAttributes_t>(asn_DEF_OrUniversalDomainDefinedAttributes,
                                                             value, "universal domain-defined attributes"));
  std::size_t i = 0;
  for (const auto* attribute : items(*list)) {
    auto& dda = grown(to.domain_defined, i++);
    dda.type.universal = text_of_universal(attribute->name);
    dda.value.universal = text_of_universal(attribute->value);
  }
  return Ok{};
}

ORText& postal_parameter(PostalAddress& postal, PostalAttribute attribute) {
  for (auto& [known, value] : postal.parameters)
    if (known == attribute) return value;
  return postal.parameters.emplace_back(attribute, ORText()).second;
}

Status take_pds_parameter(View value, ORText& to) {
  X400_TRY(parameter, decode_type<OrPdsParameter_t>(asn_DEF_OrPdsParameter, value, "postal attribute"));
  to.printable = optional_text(parameter->printable);
  to.teletex = optional_text(parameter->teletex);
  return Ok{};
}

Status take_unformatted(View value, PostalAddress& to) {
  X400_TRY(address, decode_type<OrUnformattedPostalAddress_t>(asn_DEF_OrUnformattedPostalAddress, value,
                                                              "unformatted postal address"));
  if (address->printable != nullptr)
    for (const auto* line : items(*address->printable)) to.unformatted_lines.push_back(text_of(*line));
  to.unformatted_teletex = optional_text(address->teletex);
  return Ok{};
}

Status take_network_address(View value, NetworkAddress& to) {
  X400_TRY(address, decode_type<OrExtendedNetworkAddress_t>(asn_DEF_OrExtendedNetworkAddress, value,
                                                            "network address"));
  if (address->present == OrExtendedNetworkAddress_PR_e163_4) {
    to.e164_number = text_of(address->choice.e163_4.number);
    to.e164_subaddress = optional_text(address->choice.e163_4.sub_address);
    return Ok{};
  }
  X400_TRY(e, ber::read_one(value));
  to.presentation_address = to_octets(e.content);
  return Ok{};
}

Status take_terminal_type(View value, ORAddress& to) {
  X400_TRY(e, ber::read_one(value));
  if (e.tag != ber::tags::integer) return Error(ErrorKind::malformed, "terminal type is no INTEGER");
  X400_TRY(number, ber::read_integer(e));
  to.terminal_type = static_cast<TerminalType>(number);
  return Ok{};
}

Status take_postal(std::int64_t number, View value, ORAddress& to) {
  if (number == ext::unformatted) return take_unformatted(value, to.postal);
  if (number == ext::universal_unformatted) return take_universal(value, to.postal.unformatted_universal);
  if (number >= ext::first_postal_universal)
    return take_universal(
        value, postal_parameter(to.postal, static_cast<PostalAttribute>(number - ext::universal_distance))
                   .universal);
  return take_pds_parameter(value, postal_parameter(to.postal, static_cast<PostalAttribute>(number)));
}

Status take_extension(std::int64_t number, View value, ORAddress& to) {
  switch (number) {
    case ext::common_name: return take_printable(value, to.common_name.printable);
    case ext::teletex_common_name: return take_teletex(value, to.common_name.teletex);
    case ext::universal_common_name: return take_universal(value, to.common_name.universal);
    case ext::teletex_organization: return take_teletex(value, to.organization.teletex);
    case ext::universal_organization: return take_universal(value, to.organization.universal);
    case ext::teletex_personal_name: return take_teletex_personal_name(value, to.personal_name);
    case ext::universal_personal_name: return take_universal_personal_name(value, to.personal_name);
    case ext::teletex_units: return take_teletex_units(value, to);
    case ext::universal_units: return take_universal_units(value, to);
    case ext::teletex_domain_defined: return take_teletex_domain_defined(value, to);
    case ext::universal_domain_defined: return take_universal_domain_defined(value, to);
    case ext::pds_name: return take_printable(value, to.postal.pds_name);
    case ext::postal_country: return take_digits_or_printable(value, to.postal.country);
    case ext::postal_code: return take_digits_or_printable(value, to.postal.postal_code);
    case ext::network_address: return take_network_address(value, to.network);
    case ext::terminal_type: return take_terminal_type(value, to);
    default: break;
  }
  if (ext::is_postal(number)) return take_postal(number, value, to);
  to.other_extensions.emplace_back(number, to_octets(value));
  return Ok{};
}

Status take_extensions(const OrExtensionAttributes_t& from, ORAddress& to) {
  for (const auto* attribute : items(from))
    X400_CHECK(take_extension(attribute->type, octets_of(attribute->value), to));
  return Ok{};
}

// OrName and OrAddress have the same members but are two C types.
Result<ORAddress> to_address(const auto& from) {
  ORAddress to;
  take_standard(from.standard, to);
  if (from.domain_defined != nullptr) take_domain_defined(*from.domain_defined, to);
  if (from.extensions != nullptr) X400_CHECK(take_extensions(*from.extensions, to));
  return to;
}

Result<ORName> to_name(const OrName_t& from) {
  X400_TRY(address, to_address(from));
  ORName name{std::move(address), {}};
  if (from.directory_name != nullptr) {
    X400_TRY(e, ber::read_one(octets_of(*from.directory_name)));
    name.directory_name = to_octets(e.whole);
  }
  return name;
}

Result<ORName> decode_name(View octets) {
  X400_TRY(from, decode_type<OrName_t>(asn_DEF_OrName, octets, "O/R name"));
  return inside(to_name(*from));
}

// The octets under their own tag and of definite length outside; contents as received.
Result<Octets> retagged(View octets, ber::Tag as) {
  X400_TRY(extent, ber::walk(octets));
  (void)extent;
  X400_TRY(e, ber::read_one(octets));
  if (e.tag != as || !e.constructed)
    return Error(ErrorKind::malformed, "O/R name: found " + ber::to_string(e.tag));
  ber::Writer w(octets.size() + 4);
  w.header(ORName::tag, true, e.content.size());
  w.raw(e.content);
  return std::move(w).take();
}

}  // namespace

Result<ORAddress> ORAddress::decode(View octets) {
  X400_TRY(from, decode_type<OrAddress_t>(asn_DEF_OrAddress, octets, "O/R address"));
  return inside(to_address(*from));
}

Result<ORName> ORName::decode(View octets, ber::Tag as) {
  if (as == tag) return decode_name(octets);
  X400_TRY(own, retagged(octets, as));
  return decode_name(own);
}

Result<EncodedORName> EncodedORName::decode(View octets, ber::Tag as) {
  X400_TRY(own, retagged(octets, as));
  X400_TRY(name, decode_name(own));
  return EncodedORName(std::move(name), std::move(own));
}

}  // namespace x400::asn1
