#include "x400/asn1/ms/codes.hpp"

namespace x400::asn1::ms {

std::optional<Operation> operation(Port port, std::int64_t code, Edition edition) {
  const auto op = static_cast<Operation>(code);
  switch (port) {
    case Port::submission:
      if (code == 2 || code == 3 || code == 4 || code == 7) return op;
      break;
    case Port::retrieval:
      if (code >= 20 && code <= (edition == Edition::e1988 ? 25 : 26)) return op;
      break;
    case Port::administration:
      if (code == 1 || code == 8) return op;
      break;
  }
  return std::nullopt;
}

std::string_view name(Operation op) {
  switch (op) {
    case Operation::register_: return "register";
    case Operation::change_credentials: return "change-credentials";
    case Operation::submission_control: return "submission-control";
    case Operation::message_submission: return "message-submission";
    case Operation::probe_submission: return "probe-submission";
    case Operation::cancel_deferred_delivery: return "cancel-deferred-delivery";
    case Operation::summarize: return "summarize";
    case Operation::list: return "list";
    case Operation::fetch: return "fetch";
    case Operation::delete_: return "delete";
    case Operation::register_ms: return "register-MS";
    case Operation::alert: return "alert";
    case Operation::modify: return "modify";
  }
  return "unknown-operation";
}

std::string_view error_name(std::int64_t code) {
  namespace c = error_code;
  switch (code) {
    case c::submission_control_violated: return "submission-control-violated";
    case c::originator_invalid: return "originator-invalid";
    case c::recipient_improperly_specified: return "recipient-improperly-specified";
    case c::element_of_service_not_subscribed: return "element-of-service-not-subscribed";
    case c::old_credentials_incorrectly_specified: return "old-credentials-incorrectly-specified";
    case c::new_credentials_unacceptable: return "new-credentials-unacceptable";
    case c::message_submission_identifier_invalid: return "message-submission-identifier-invalid";
    case c::deferred_delivery_cancellation_rejected: return "deferred-delivery-cancellation-rejected";
    case c::register_rejected: return "register-rejected";
    case c::inconsistent_request: return "inconsistent-request";
    case c::mts_security_error:
    case c::security_error: return "security-error";
    case c::unsupported_critical_function: return "unsupported-critical-function";
    case c::remote_bind_error: return "remote-bind-error";
    case c::operation_refused: return "operation-refused";
    case c::attribute_error: return "attribute-error";
    case c::auto_action_request_error: return "auto-action-request-error";
    case c::delete_error: return "delete-error";
    case c::fetch_restriction_error: return "fetch-restriction-error";
    case c::range_error: return "range-error";
    case c::service_error: return "service-error";
    case c::sequence_number_error: return "sequence-number-error";
    case c::invalid_parameters_error: return "invalid-parameters-error";
    case c::message_group_error: return "message-group-error";
    case c::ms_extension_error: return "ms-extension-error";
    case c::register_ms_error: return "register-ms-error";
    case c::modify_error: return "modify-error";
    case c::entry_class_error: return "entry-class-error";
    default: return "unknown-error";
  }
}

}  // namespace x400::asn1::ms
