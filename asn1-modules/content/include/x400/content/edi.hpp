// EDI messages (X.435): an EDIFACT interchange in an EDIM.
//
// A store keeps EDI contents opaque; this is for who composes and shows them. The EDIM heading repeats
// fields of the interchange's UNB segment, so that an MTS-user can route without parsing EDIFACT.
//
// Views borrow the content.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "x400/asn1/or_name.hpp"
#include "x400/asn1/time.hpp"
#include "x400/content/field.hpp"

namespace x400::content {

/// What the service segments of an EDIFACT interchange say (ISO 9735).
struct Interchange {
  std::string syntax_identifier;  ///< "UNOA"
  std::string syntax_version;     ///< "1"
  std::string sender, sender_qualifier;
  std::string recipient, recipient_qualifier;
  std::string date, time;  ///< YYMMDD, hhmm
  std::string control_reference;
  std::string application_reference;
  bool acknowledgement_requested = false, test = false;
  std::vector<std::string> message_types;  ///< of the UNH segments, each once
};
/// Reads UNA, UNB and UNH segments. Errors: malformed (no UNB, or one without its mandatory elements).
Result<Interchange> read_interchange(std::string_view text);

struct NewEdim {
  asn1::EncodedORName originator;
  std::string local_identifier;
  std::vector<asn1::EncodedORName> recipients;
  std::string_view interchange;  ///< EDIFACT in ISO 646
};
/// Errors: malformed (interchange), invalid.
Result<Octets> compose_edim(const NewEdim& edim);

/// The parts of an EDIM that are shown.
struct Edim {
  std::optional<Field> user;  ///< of this-EDIM: ORName
  std::string local_identifier;
  std::optional<Field> originator;  ///< ORName
  std::vector<Field> recipients;    ///< ORName
  ber::Oid body_type;               ///< edifact in ISO 646 if the heading says nothing
  std::vector<std::string> message_types;
  View body;  ///< the interchange
  std::shared_ptr<const Octets> joined;
};
/// Errors: malformed, truncated; unsupported (a notification, or a forwarded EDIM as the primary part).
Result<Edim> read_edim(View content);

}  // namespace x400::content
