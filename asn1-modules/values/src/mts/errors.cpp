#include "x400/asn1/mts/errors.hpp"

#include <array>

#include "codec.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/ber/reader.hpp"
#include "x400/ber/walk.hpp"
#include "x400/ber/writer.hpp"

namespace x400::asn1::mts {
namespace {

struct OperationRow {
  Operation op;
  Port port;
  std::int32_t code;
  std::string_view name;
  bool user, mts;  // who invokes it
};
constexpr std::array<OperationRow, 9> operations = {{
    {Operation::submission_control, Port::submission, 2, "submission-control", false, true},
    {Operation::message_submission, Port::submission, 3, "message-submission", true, false},
    {Operation::probe_submission, Port::submission, 4, "probe-submission", true, false},
    {Operation::cancel_deferred_delivery, Port::submission, 7, "cancel-deferred-delivery", true, false},
    {Operation::delivery_control, Port::delivery, 2, "delivery-control", true, false},
    {Operation::message_delivery, Port::delivery, 5, "message-delivery", false, true},
    {Operation::report_delivery, Port::delivery, 6, "report-delivery", false, true},
    {Operation::register_, Port::administration, 1, "register", true, false},
    {Operation::change_credentials, Port::administration, 8, "change-credentials", true, true},
}};

const OperationRow& row(Operation op) {
  for (const OperationRow& r : operations)
    if (r.op == op) return r;
  return operations[0];
}

// By code; 1 has a name for each port, 0 and 9 are not used.
constexpr std::array<std::string_view, 17> error_names = {
    "",
    "",
    "originator-invalid",
    "recipient-improperly-specified",
    "element-of-service-not-subscribed",
    "old-credentials-incorrectly-specified",
    "new-credentials-unacceptable",
    "message-submission-identifier-invalid",
    "deferred-delivery-cancellation-rejected",
    "",
    "register-rejected",
    "inconsistent-request",
    "security-error",
    "unsupported-critical-function",
    "control-violates-registration",
    "remote-bind-error",
    "operation-refused",
};

}  // namespace

std::optional<Operation> operation(Port port, std::int64_t code) {
  for (const OperationRow& r : operations)
    if (r.port == port && r.code == code) return r.op;
  return std::nullopt;
}

std::int32_t code(Operation op) { return row(op).code; }
Port port(Operation op) { return row(op).port; }
std::string_view name(Operation op) { return row(op).name; }
bool user_invokes(Operation op) { return row(op).user; }
bool mts_invokes(Operation op) { return row(op).mts; }

std::string_view error_name(Port port, std::int64_t code) {
  if (code == error_code::control_violated)
    return port == Port::delivery ? "delivery-control-violated" : "submission-control-violated";
  if (code < 0 || code >= static_cast<std::int64_t>(error_names.size()) ||
      error_names[static_cast<std::size_t>(code)].empty())
    return "unknown-error";
  return error_names[static_cast<std::size_t>(code)];
}

MtsError security_error(SecurityProblem problem) {
  ber::Writer w;
  w.integer(ber::tags::integer, static_cast<std::int64_t>(problem));
  return {error_code::security_error, std::move(w).take()};
}

MtsError recipient_improperly_specified(const std::vector<EncodedORName>& recipients) {
  ber::Writer w;
  w.constructed(ber::tags::sequence, [&] {
    for (const EncodedORName& r : recipients) r.write(w);
  });
  return {error_code::recipient_improperly_specified, std::move(w).take()};
}

MtsError plain_error(std::int32_t code) { return {code, std::nullopt}; }

Result<SecurityProblem> decode_security_problem(View parameter) {
  X400_CHECK(ber::walk(parameter));
  X400_TRY(e, ber::read_one(parameter));
  if (e.tag != ber::tags::integer)
    return Error(ErrorKind::malformed, "security problem: found " + ber::to_string(e.tag));
  X400_TRY(number, ber::read_integer(e));
  return static_cast<SecurityProblem>(number);
}

Result<std::vector<EncodedORName>> decode_improper_recipients(View parameter) {
  X400_CHECK(ber::walk(parameter));
  X400_TRY(e, ber::read_one(parameter));
  if (e.tag != ber::tags::sequence || !e.constructed)
    return Error(ErrorKind::malformed, "improperly specified recipients: found " + ber::to_string(e.tag));
  std::vector<EncodedORName> names;
  ber::Reader in(e.content);
  while (!in.at_end()) {
    X400_TRY(item, in.next());
    X400_TRY(name, codec::inside(EncodedORName::decode(item.whole)));
    names.push_back(std::move(name));
  }
  return names;
}

std::string to_string(Port port, const MtsError& error) {
  std::string text(error_name(port, error.code));
  if (text == "unknown-error") text += " " + std::to_string(error.code);
  if (!error.parameter) return text;
  if (error.code == error_code::security_error) {
    auto problem = decode_security_problem(*error.parameter);
    if (problem.ok()) text += " " + std::to_string(static_cast<std::int64_t>(*problem));
  }
  if (error.code == error_code::recipient_improperly_specified) {
    auto names = decode_improper_recipients(*error.parameter);
    if (!names.ok()) return text;
    std::string separator = ": ";
    for (const EncodedORName& name : *names) {
      text += separator + print_rfc2156(name.address());
      separator = ", ";
    }
  }
  return text;
}

}  // namespace x400::asn1::mts
