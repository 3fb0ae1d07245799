// Attributes from envelopes: one table for each kind of envelope says which field gives which attribute.
//
// Values are the received octets under the tag of the attribute's own syntax; nothing is re-encoded but what
// X.413 shows in another form: content type and encoded information types as OBJECT IDENTIFIER.
//
// Errors: malformed, truncated: the envelope does not follow its syntax.
#pragma once

#include <optional>

#include "service/run.hpp"
#include "x400/content/field.hpp"

namespace x400::mstore::service {

/// MessageDeliveryEnvelope: SEQUENCE { identifier, delivery time, other-fields }.
Status derive_message_envelope(View envelope, AttributeList& to);
/// OtherMessageDeliveryFields (SET): part of the above, and what a forwarded message brings with it.
Status derive_other_fields(const ber::Element& set, AttributeList& to);
/// ReportDeliveryEnvelope: SET.
Status derive_report_envelope(View envelope, AttributeList& to);
/// MessageSubmissionEnvelope or ProbeSubmissionEnvelope: SET.
Status derive_submission_envelope(View envelope, bool probe, AttributeList& to);

/// EncodedInformationTypes under any tag: one OBJECT IDENTIFIER a type.
Status derive_eits(const ber::Element& types, const ber::Oid& attribute, AttributeList& to);

/// One extension of an envelope (X.411 ExtensionField).
struct EnvelopeExtension {
  std::optional<std::int64_t> standard;  ///< number of X.411
  std::optional<ber::Oid> private_type;
  bool critical_for_delivery = false;
  std::optional<ber::Element> value;  ///< absent: NULL
  View whole;
};
Result<std::vector<EnvelopeExtension>> read_extensions(View set_contents);
/// The extensions of a message delivery or report delivery envelope.
Result<std::vector<EnvelopeExtension>> delivery_extensions(View envelope);

/// X.411 numbers that the engine looks at.
namespace extension {
inline constexpr std::int64_t proof_of_delivery_request = 22, redirection_history = 25,
                              dl_expansion_history = 26, reporting_mta_name = 39, forwarding_request = 36,
                              last_known = 46;
}

}  // namespace x400::mstore::service
