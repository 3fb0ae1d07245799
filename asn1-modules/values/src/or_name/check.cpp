#include <algorithm>

#include "x400/asn1/or_name.hpp"
#include "x400/asn1/text.hpp"

namespace x400::asn1 {
namespace {

Error bad(const std::string& what) { return Error(ErrorKind::invalid, "O/R address: " + what); }

// Upper bounds of X.411 annex B, in characters.
Status bounded(const std::string& name, std::string_view value, std::size_t most) {
  if (value.size() > most) return bad(name + " is longer than " + std::to_string(most));
  return Ok{};
}

Status printable(const std::string& name, std::string_view value, std::size_t most) {
  if (!text::is_printable(value)) return bad(name + " has a character that is not printable");
  return bounded(name, value, most);
}

Status numeric(const std::string& name, std::string_view value, std::size_t most) {
  if (!text::is_numeric(value)) return bad(name + " is not numeric");
  return bounded(name, value, most);
}

Status bounded(const std::string& name, const ORText& value, std::size_t most) {
  X400_CHECK(printable(name, value.printable, most));
  if (text::code_points(text::from_t61(view(value.teletex))).size() > most ||
      text::code_points(value.universal).size() > most)
    return bad(name + " is longer than " + std::to_string(most));
  return Ok{};
}

Status check_country(const std::string& name, const std::string& country) {
  const bool alpha = country.size() == 2 && std::all_of(country.begin(), country.end(), [](char c) {
                       return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
                     });
  const bool digits = country.size() == 3 && text::is_numeric(country) && country.find(' ') == country.npos;
  if (!country.empty() && !alpha && !digits) return bad(name + " is neither two letters nor three digits");
  return Ok{};
}

Status check_domain_defined(const ORAddress& a) {
  if (a.domain_defined.size() > 4) return bad("more than 4 domain-defined attributes");
  for (const auto& dda : a.domain_defined) {
    if (dda.type.empty() || dda.value.empty()) return bad("an empty domain-defined attribute");
    X400_CHECK(bounded("a domain-defined attribute's type", dda.type, 8));
    X400_CHECK(bounded("a domain-defined attribute's value", dda.value, 128));
  }
  return Ok{};
}

Status check_personal_name(const PersonalName& name) {
  if (!name.empty() && name.surname.empty()) return bad("a personal name without surname");
  X400_CHECK(bounded("surname", name.surname, name.surname.universal.empty() ? 40 : 64));
  X400_CHECK(bounded("given name", name.given, name.given.universal.empty() ? 16 : 40));
  X400_CHECK(bounded("initials", name.initials, name.initials.universal.empty() ? 5 : 16));
  return bounded("generation qualifier", name.generation, name.generation.universal.empty() ? 3 : 16);
}

Status check_postal(const PostalAddress& p) {
  X400_CHECK(printable("physical delivery service", p.pds_name, 16));
  X400_CHECK(check_country("physical delivery country", p.country));
  X400_CHECK(printable("postal code", p.postal_code, 16));
  for (const auto& [attribute, value] : p.parameters)
    X400_CHECK(bounded("postal attribute " + std::to_string(static_cast<int>(attribute)), value, 30));
  if (p.unformatted_lines.size() > 6) return bad("more than 6 lines of postal address");
  for (const std::string& line : p.unformatted_lines)
    X400_CHECK(printable("a line of postal address", line, 30));
  return bounded("unformatted postal address", p.unformatted_teletex, 180);
}

Status check_bounds(const ORAddress& a) {
  X400_CHECK(check_country("country", a.country));
  X400_CHECK(printable("ADMD", a.admd.value_or(""), 16));
  X400_CHECK(printable("PRMD", a.prmd, 16));
  X400_CHECK(numeric("X.121 address", a.x121_address, 16));
  X400_CHECK(printable("terminal identifier", a.terminal_id, 24));
  X400_CHECK(numeric("numeric user identifier", a.numeric_user_id, 32));
  X400_CHECK(bounded("organization", a.organization, 64));
  if (a.organizational_units.size() > 4) return bad("more than 4 organizational units");
  for (const ORText& unit : a.organizational_units) X400_CHECK(bounded("organizational unit", unit, 32));
  X400_CHECK(check_personal_name(a.personal_name));
  X400_CHECK(bounded("common name", a.common_name, 64));
  X400_CHECK(check_domain_defined(a));
  X400_CHECK(numeric("ISDN number", a.network.e164_number, 15));
  X400_CHECK(numeric("ISDN sub-address", a.network.e164_subaddress, 40));
  return check_postal(a.postal);
}

// X.402 18.5: mnemonic, numeric, postal (both) and terminal forms.
bool complete(const ORAddress& a) {
  if (!a.x121_address.empty() || !a.network.empty()) return true;
  if (a.country.empty() || !a.admd) return false;
  if (!a.numeric_user_id.empty()) return true;
  if (!a.postal.country.empty() && !a.postal.postal_code.empty()) return true;
  return !a.prmd.empty() || !a.organization.empty() || !a.organizational_units.empty() ||
         !a.personal_name.empty() || !a.common_name.empty();
}

}  // namespace

Status check(const ORAddress& address) {
  X400_CHECK(check_bounds(address));
  if (!complete(address))
    return bad("not complete in any form: it needs at least C, ADMD and one name below");
  return Ok{};
}

}  // namespace x400::asn1
