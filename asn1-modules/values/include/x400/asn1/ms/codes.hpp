// Operation and error codes of P7 (X.419 MSAccessProtocol): local integers of ROSE.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "x400/asn1/edition.hpp"

namespace x400::asn1::ms {

enum class Operation : std::int32_t {
  // administration
  register_ = 1,
  change_credentials = 8,
  // submission; submission_control is invoked by the store
  submission_control = 2,
  message_submission = 3,
  probe_submission = 4,
  cancel_deferred_delivery = 7,
  // retrieval; alert is invoked by the store
  summarize = 20,
  list = 21,
  fetch = 22,
  delete_ = 23,
  register_ms = 24,
  alert = 25,
  modify = 26
};

/// The groups of operations, each with an abstract syntax of its own. The same code means different
/// operations on different ports.
enum class Port { submission, retrieval, administration };

/// Which operation a code means on a port in an edition; nothing: unrecognised-operation. Alert and
/// submission-control are answered too: whether the peer may invoke them is for the caller.
std::optional<Operation> operation(Port port, std::int64_t code, Edition edition);
std::string_view name(Operation op);  ///< "list", "message-submission", ...

namespace error_code {
// X.411, on the submission and administration ports; 5 and 6 also of register-MS.
inline constexpr int submission_control_violated = 1, originator_invalid = 2,
                     recipient_improperly_specified = 3, element_of_service_not_subscribed = 4,
                     old_credentials_incorrectly_specified = 5, new_credentials_unacceptable = 6,
                     message_submission_identifier_invalid = 7, deferred_delivery_cancellation_rejected = 8,
                     register_rejected = 10, inconsistent_request = 11, mts_security_error = 12,
                     unsupported_critical_function = 13, remote_bind_error = 15, operation_refused = 16;
// X.413. 25 exists in 1988 contexts only, 30 to 34 in 1994 contexts only.
inline constexpr int attribute_error = 21, auto_action_request_error = 22, delete_error = 23,
                     fetch_restriction_error = 24, range_error = 25, security_error = 26, service_error = 27,
                     sequence_number_error = 28, invalid_parameters_error = 29, message_group_error = 30,
                     ms_extension_error = 31, register_ms_error = 32, modify_error = 33,
                     entry_class_error = 34;
}  // namespace error_code

/// "attribute-error", ...; "unknown-error".
std::string_view error_name(std::int64_t code);

}  // namespace x400::asn1::ms
