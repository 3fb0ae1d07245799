// Operation codes and abstract errors of P3 (X.411 8.2.2, 8.3.2, 8.4.2; X.419).
//
//   return security_error(SecurityProblem::unauthorised_user_name);
//
// Every error has the parameter NULL but three: recipient-improperly-specified, security-error and
// operation-refused. As P7 passes on what an MTA says, the carrier is ms::MtsError, whose absent parameter
// is sent as NULL.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "x400/asn1/ms/errors.hpp"
#include "x400/asn1/or_name.hpp"

namespace x400::asn1::mts {

using ms::MtsError;

/// Ports of the MTS. Codes 2 (operation) and 1 (error) mean different things on submission and delivery:
/// the presentation context tells them apart.
enum class Port { submission, delivery, administration };

enum class Operation {
  register_,
  submission_control,  ///< code 2 on the submission port
  delivery_control,    ///< code 2 on the delivery port
  message_submission,
  probe_submission,
  message_delivery,
  report_delivery,
  cancel_deferred_delivery,
  change_credentials,
};
/// Nothing: no operation of this port has that code (unrecognised-operation).
std::optional<Operation> operation(Port port, std::int64_t code);
std::int32_t code(Operation op);
Port port(Operation op);
std::string_view name(Operation op);  ///< "message-delivery", ...
/// Whether the MTS-user (a user agent, or a store for it) or the MTS invokes it; change-credentials: both.
bool user_invokes(Operation op);
bool mts_invokes(Operation op);

namespace error_code {
inline constexpr std::int32_t control_violated = 1,  ///< submission- or delivery-control-violated, by port
    originator_invalid = 2, recipient_improperly_specified = 3, element_of_service_not_subscribed = 4,
                              old_credentials_incorrectly_specified = 5, new_credentials_unacceptable = 6,
                              message_submission_identifier_invalid = 7,
                              deferred_delivery_cancellation_rejected = 8, register_rejected = 10,
                              inconsistent_request = 11, security_error = 12,
                              unsupported_critical_function = 13, control_violates_registration = 14,
                              remote_bind_error = 15, operation_refused = 16;
}  // namespace error_code
/// "originator-invalid", ...; "unknown-error".
std::string_view error_name(Port port, std::int64_t code);

enum class SecurityProblem : std::int64_t {
  assembly_instructions_conflict = 0,
  authentication_problem = 1,
  authentication_failure_on_subject_message = 2,
  confidentiality_association_problem = 3,
  decryption_failed = 4,
  decryption_key_unobtainable = 5,
  failure_of_proof_of_message = 6,
  forbidden_user_security_label_register = 7,
  incompatible_change_with_original_security_context = 8,
  integrity_failure_on_subject_message = 9,
  invalid_security_label = 10,
  invalid_security_label_update = 11,
  key_failure = 12,
  mandatory_parameter_absence = 13,
  operation_security_failure = 14,
  redirection_prohibited = 15,
  refused_alternate_recipient_name = 16,
  repudiation_failure_of_message = 17,
  responder_credentials_checking_problem = 18,
  security_context_failure = 19,
  security_context_problem = 20,
  security_policy_violation = 21,
  security_services_refusal = 22,
  token_decryption_failed = 23,
  token_error = 24,
  unable_to_aggregate_security_labels = 25,
  unauthorised_dl_name = 26,
  unauthorised_entry_class = 27,
  unauthorised_originally_intended_recipient_name = 28,
  unauthorised_originator_name = 29,
  unauthorised_recipient_name = 30,
  unauthorised_security_label_update = 31,
  unauthorised_user_name = 32,
  unknown_security_label = 33,
  unsupported_algorithm_identifier = 34,
  unsupported_security_policy = 35
};

MtsError security_error(SecurityProblem problem);
MtsError recipient_improperly_specified(const std::vector<EncodedORName>& recipients);
/// An error whose parameter is NULL.
MtsError plain_error(std::int32_t code);

/// The parameter of an error with code 12, and 3. Errors: truncated, malformed.
Result<SecurityProblem> decode_security_problem(View parameter);
Result<std::vector<EncodedORName>> decode_improper_recipients(View parameter);

/// For logs: "security-error 21", "recipient-improperly-specified: C=...".
std::string to_string(Port port, const MtsError& error);

}  // namespace x400::asn1::mts
