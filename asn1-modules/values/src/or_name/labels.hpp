// Labels of attributes in the text forms, and the attribute each means.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "x400/asn1/or_name.hpp"

namespace x400::asn1::labels {

enum class Kind {
  country,
  admd,
  prmd,
  x121,
  terminal_id,
  numeric_user,
  organization,
  unit,
  surname,
  given,
  initials,
  generation,
  common_name,
  personal_name,
  network_number,
  network_subaddress,
  psap,
  terminal_type,
  pds_name,
  postal_country,
  postal_code,
  postal_parameter,
  unformatted_line,
  unformatted,
};

struct Label {
  std::string_view name;
  Kind kind;
  int number = 0;  ///< of a unit (1..4), a line (1..6), or a PostalAttribute
};

constexpr int n(PostalAttribute a) { return static_cast<int>(a); }

/// Both forms' labels. The first of a kind (and number) is what form A prints.
inline constexpr std::array<Label, 62> all = {{
    {"C", Kind::country},
    {"A", Kind::admd},
    {"ADMD", Kind::admd},
    {"P", Kind::prmd},
    {"PRMD", Kind::prmd},
    {"X.121", Kind::x121},
    {"X121", Kind::x121},
    {"T-ID", Kind::terminal_id},
    {"N-ID", Kind::numeric_user},
    {"UA-ID", Kind::numeric_user},
    {"O", Kind::organization},
    {"OU", Kind::unit},
    {"OU1", Kind::unit, 1},
    {"OU2", Kind::unit, 2},
    {"OU3", Kind::unit, 3},
    {"OU4", Kind::unit, 4},
    {"S", Kind::surname},
    {"G", Kind::given},
    {"I", Kind::initials},
    {"Q", Kind::generation},
    {"GQ", Kind::generation},
    {"CN", Kind::common_name},
    {"PN", Kind::personal_name},
    {"ISDN", Kind::network_number},
    {"NET-NUM", Kind::network_number},
    {"NET-SUB", Kind::network_subaddress},
    {"PSAP", Kind::psap},
    {"NET-PSAP", Kind::psap},
    {"T-TY", Kind::terminal_type},
    {"NET-TTYPE", Kind::terminal_type},
    {"PD-SN", Kind::pds_name},
    {"PD-SYSTEM", Kind::pds_name},
    {"PD-C", Kind::postal_country},
    {"PD-PC", Kind::postal_code},
    {"PD-CODE", Kind::postal_code},
    {"PD-OF", Kind::postal_parameter, n(PostalAttribute::office_name)},
    {"PD-OFFICE", Kind::postal_parameter, n(PostalAttribute::office_name)},
    {"PD-OFN", Kind::postal_parameter, n(PostalAttribute::office_number)},
    {"PD-OFFICE-NUM", Kind::postal_parameter, n(PostalAttribute::office_number)},
    {"PD-EA", Kind::postal_parameter, n(PostalAttribute::or_address_extension)},
    {"PD-EXT-ADDRESS", Kind::postal_parameter, n(PostalAttribute::or_address_extension)},
    {"PD-PN", Kind::postal_parameter, n(PostalAttribute::personal_name)},
    {"PD-O", Kind::postal_parameter, n(PostalAttribute::organization)},
    {"PD-ED", Kind::postal_parameter, n(PostalAttribute::delivery_extension)},
    {"PD-EXT-DELIVERY", Kind::postal_parameter, n(PostalAttribute::delivery_extension)},
    {"PD-S", Kind::postal_parameter, n(PostalAttribute::street)},
    {"PD-STREET", Kind::postal_parameter, n(PostalAttribute::street)},
    {"PD-B", Kind::postal_parameter, n(PostalAttribute::box)},
    {"PD-BOX", Kind::postal_parameter, n(PostalAttribute::box)},
    {"PD-R", Kind::postal_parameter, n(PostalAttribute::poste_restante)},
    {"PD-RESTANTE", Kind::postal_parameter, n(PostalAttribute::poste_restante)},
    {"PD-U", Kind::postal_parameter, n(PostalAttribute::unique_name)},
    {"PD-UNIQUE", Kind::postal_parameter, n(PostalAttribute::unique_name)},
    {"PD-L", Kind::postal_parameter, n(PostalAttribute::local)},
    {"PD-LOCAL", Kind::postal_parameter, n(PostalAttribute::local)},
    {"PD-A1", Kind::unformatted_line, 1},
    {"PD-A2", Kind::unformatted_line, 2},
    {"PD-A3", Kind::unformatted_line, 3},
    {"PD-A4", Kind::unformatted_line, 4},
    {"PD-A5", Kind::unformatted_line, 5},
    {"PD-A6", Kind::unformatted_line, 6},
    {"PD-ADDRESS", Kind::unformatted},
}};

/// The label of this kind that form A or form B prints.
std::string_view printed(Kind kind, int number, bool form_b);

struct TerminalName {
  std::string_view name;
  TerminalType type;
};
inline constexpr std::array<TerminalName, 6> terminal_names = {{
    {"tlx", TerminalType::telex},
    {"ttx", TerminalType::teletex},
    {"g3fax", TerminalType::g3_facsimile},
    {"g4fax", TerminalType::g4_facsimile},
    {"ia5", TerminalType::ia5_terminal},
    {"vtx", TerminalType::videotex},
}};

}  // namespace x400::asn1::labels
