#include "x400/asn1/text.hpp"

#include "x400/asn1/or_name.hpp"

namespace x400::asn1 {

ORText ORText::of(std::string_view utf8) {
  ORText t;
  if (text::is_printable(utf8)) {
    t.printable = utf8;
    return t;
  }
  auto t61 = text::to_t61(utf8);
  if (t61.ok()) {
    t.teletex = chars(*t61);
    return t;
  }
  for (const char32_t c : text::code_points(utf8)) text::append_utf8(t.universal, c);
  return t;
}

std::string ORText::utf8() const {
  if (!printable.empty()) return text::from_ia5(view(printable));
  if (!universal.empty()) return universal;
  return text::from_t61(view(teletex));
}

bool PersonalName::empty() const {
  return surname.empty() && given.empty() && initials.empty() && generation.empty();
}

bool PostalAddress::empty() const {
  return pds_name.empty() && country.empty() && postal_code.empty() && parameters.empty() &&
         unformatted_lines.empty() && unformatted_teletex.empty() && unformatted_universal.empty();
}

bool ORAddress::empty() const {
  return country.empty() && !admd && prmd.empty() && x121_address.empty() && terminal_id.empty() &&
         numeric_user_id.empty() && organization.empty() && organizational_units.empty() &&
         personal_name.empty() && common_name.empty() && domain_defined.empty() && postal.empty() &&
         network.empty() && !terminal_type && other_extensions.empty();
}

}  // namespace x400::asn1
