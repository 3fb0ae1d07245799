#include "rose/machine.hpp"

#include <limits>

#include "excerpt.hpp"

namespace x400::osi::rose {

Event Machine::receive(ContextId context, const Slice& octets) {
  auto apdu = parse(octets, limits_.pdu_ber);
  if (!apdu.ok()) return reject_apdu(context, apdu.error(), octets);
  if (auto* invoke = std::get_if<InvokeApdu>(&*apdu)) return invoked(context, std::move(*invoke), octets);
  if (auto* result = std::get_if<ResultApdu>(&*apdu)) return returned(context, std::move(*result), octets);
  if (auto* error = std::get_if<ErrorApdu>(&*apdu)) return failed(context, std::move(*error), octets);
  return rejected(std::get<RejectApdu>(*apdu));
}

Event Machine::invoked(ContextId context, InvokeApdu apdu, const Slice& octets) {
  // No operation here has linked ones, so a linked invocation is wrong whatever it names.
  if (apdu.linked) {
    const bool known = ours_.count(static_cast<InvokeId>(*apdu.linked)) > 0 &&
                       static_cast<InvokeId>(*apdu.linked) == *apdu.linked;
    return reject_apdu(context,
                       {known ? problems::linked_response_unexpected : problems::unrecognized_linked_id,
                        apdu.id, "linked invocation", false},
                       octets);
  }
  if (!theirs_.emplace(apdu.id, Invocation{context, apdu.operation, octets.size()}).second)
    return reject_apdu(
        context, {problems::duplicate_invocation, apdu.id, "invoke id still outstanding", false}, octets);
  their_octets_ += octets.size();
  return Invoke{apdu.id, apdu.operation, context, std::move(apdu.argument)};
}

Event Machine::returned(ContextId context, ResultApdu apdu, const Slice& octets) {
  const auto it = ours_.find(apdu.id);
  if (it == ours_.end())
    return reject_apdu(
        context, {problems::result_unrecognized_invocation, apdu.id, "result of no invocation of ours", true},
        octets);
  if (apdu.operation && *apdu.operation != it->second.operation)
    return reject_apdu(context, {problems::mistyped_result, apdu.id, "result of another operation", true},
                       octets);
  ReturnResult event{apdu.id, it->second.operation, context, std::move(apdu.result)};
  ours_.erase(it);
  return event;
}

Event Machine::failed(ContextId context, ErrorApdu apdu, const Slice& octets) {
  const auto it = ours_.find(apdu.id);
  if (it == ours_.end())
    return reject_apdu(
        context, {problems::error_unrecognized_invocation, apdu.id, "error of no invocation of ours", true},
        octets);
  if (!apdu.error)
    return reject_apdu(context, {problems::unrecognized_error, apdu.id, "error code not local", true},
                       octets);
  ReturnError event{apdu.id, it->second.operation, context, *apdu.error, std::move(apdu.parameter)};
  ours_.erase(it);
  return event;
}

Event Machine::rejected(const RejectApdu& apdu) {
  Reject event{apdu.id, apdu.problem, false};
  const bool of_invocation =
      apdu.problem.kind == Problem::Kind::invoke || apdu.problem.kind == Problem::Kind::general;
  if (apdu.id && of_invocation) event.ours = ours_.erase(*apdu.id) > 0;
  return event;
}

Event Machine::reject_apdu(ContextId context, const ApduFault& fault, const Slice& octets) {
  carrier_.carry(context, encode_reject(fault.id, fault.problem), std::nullopt);
  RejectSent event{std::nullopt, fault.problem, fault.text, apdu_excerpt(octets.view()), false};
  if (fault.id && static_cast<InvokeId>(*fault.id) == *fault.id)
    event.invoke_id = static_cast<InvokeId>(*fault.id);
  // An answer that could not be used is still the answer: no other will come.
  if (fault.answer && event.invoke_id) event.ours = ours_.erase(*event.invoke_id) > 0;
  return event;
}

InvokeId Machine::invoke(ContextId context, OperationCode operation, Chain argument) {
  do {
    last_ = last_ == std::numeric_limits<InvokeId>::max() ? 1 : last_ + 1;
  } while (!ours_.emplace(last_, Invocation{context, operation, 0}).second);
  carrier_.carry(context, encode_invoke(last_, operation, std::move(argument)), last_);
  return last_;
}

Result<Machine::Invocation> Machine::take(InvokeId id) {
  const auto it = theirs_.find(id);
  if (it == theirs_.end())
    return Error(ErrorKind::invalid, "no invocation " + std::to_string(id) + " waits for an answer");
  const Invocation invocation = it->second;
  theirs_.erase(it);
  their_octets_ -= invocation.octets;
  return invocation;
}

Status Machine::result(InvokeId id, Chain value) {
  X400_TRY(invocation, take(id));
  carrier_.carry(invocation.context, encode_result(id, invocation.operation, std::move(value)), std::nullopt);
  return Ok{};
}

Status Machine::error(InvokeId id, ErrorCode code, Chain parameter) {
  X400_TRY(invocation, take(id));
  carrier_.carry(invocation.context, encode_error(id, code, std::move(parameter)), std::nullopt);
  return Ok{};
}

Status Machine::reject(InvokeId id, Problem problem) {
  X400_TRY(invocation, take(id));
  carrier_.carry(invocation.context, encode_reject(id, problem), std::nullopt);
  return Ok{};
}

std::optional<Event> Machine::not_carried(InvokeId id) {
  if (ours_.erase(id) == 0) return std::nullopt;
  return Reject{id, problems::resource_limitation, true};
}

void Machine::clear() {
  theirs_.clear();
  their_octets_ = 0;
  ours_.clear();
}

}  // namespace x400::osi::rose
