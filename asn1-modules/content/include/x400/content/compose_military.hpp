// Composing military messages (P772, STANAG 4406).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "x400/content/compose.hpp"
#include "x400/content/military.hpp"

namespace x400::content {

/// The heading extensions of P772; what is empty is left out.
struct NewMilitary {
  std::optional<Precedence> primary_precedence;  ///< required if there are primary recipients
  std::optional<Precedence> copy_precedence;     ///< required if there are copy or blind copy recipients
  std::optional<MilitaryMessageType> message_type;
  std::optional<asn1::Time> extended_authorisation_info;  ///< the date-time group
  std::vector<std::string> sics;                          ///< up to 8, of 3 to 8 printable characters each
  std::vector<std::string> handling_instructions;         ///< each up to 69 printable characters
  std::vector<std::string> message_instructions;          ///< likewise
  std::string originator_reference, originator_plad, acp127_identifier;  ///< likewise
};

/// The local part of a military this-IPM: "serial YYMMDDhhmmssZ". The serial number has at least one digit.
std::string military_identifier(std::uint64_t serial, asn1::Time filed);

/// `heading` gets the military extensions behind its own. Rules of STANAG 4406 for senders are enforced:
/// this-IPM with user and a local part of at least 15 characters, precedences as said above, bounds.
/// Errors: invalid.
Result<Octets> compose_p772(NewHeading heading, const NewMilitary& military,
                            const std::vector<Octets>& parts);

/// The MTS grade of delivery and qualifier for the message: by the primary precedence, by the copy
/// precedence only if there is no primary recipient. nullptr without any.
const PrecedenceInfo* governing_precedence(const NewMilitary& military);

}  // namespace x400::content
