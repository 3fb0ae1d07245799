// What the stack tells, and what becomes of it.
#include "connection.hpp"

namespace x400::access {
namespace {

Ending::Cause cause_of(osi::Aborted::Source source) {
  switch (source) {
    case osi::Aborted::Source::user: return Ending::Cause::peer_aborted;
    case osi::Aborted::Source::provider: return Ending::Cause::provider_aborted;
    case osi::Aborted::Source::transport: return Ending::Cause::connection_lost;
    case osi::Aborted::Source::own: return Ending::Cause::protocol_error;
  }
  return Ending::Cause::connection_lost;
}

}  // namespace

// By its abstract syntax, which a peer may have defined on several contexts.
std::optional<Port> Connection::port_of(osi::ContextId id) const {
  for (const osi::Context& c : stack_->contexts())
    if (c.id == id && c.accepted) return context().port(c.abstract_syntax);
  return std::nullopt;
}

void Connection::on_event(osi::Invoke& event) {
  if (ending_) return;  // it came in the same read as what ended the association
  const std::optional<Port> port = port_of(event.context);
  if (!was_opened_ || !port)
    return reject(event, osi::problems::unrecognized_operation, "no port has this presentation context");
  const Operation operation{*port, event.operation};
  const OperationRule* rule = context().rule(operation);
  if (!rule || !rule->may_invoke(other(party())))
    return reject(event, osi::problems::unrecognized_operation,
                  "operation " + std::to_string(event.operation) + " on the " +
                      std::string(name(operation.port)) + " port is not one of the " +
                      std::string(name(other(party()))) + " in " + std::string(context().name));
  if (event.argument.empty())
    return reject(event, osi::problems::mistyped_argument, std::string(rule->name) + " without argument");
  if (finishing_) return reject(event, osi::problems::release_in_progress, "the association is closing");
  handler_->invoked(Invocation{operation, rule, event.invoke_id, std::move(event.argument)},
                    Reply(weak_from_this(), event.invoke_id));
}

void Connection::reject(const osi::Invoke& event, osi::Problem problem, std::string text) {
  if (!stack_->reject(event.invoke_id, problem).ok()) return;
  // Without octets of the argument, which may have passwords; the text says which operation it is.
  note([&](Observer& o) {
    o.rejected(info(), RejectNote{true, event.invoke_id, problem, std::move(text), {}});
  });
}

std::optional<Promise<Outcome>> Connection::take_sent(osi::InvokeId id) {
  const auto found = sent_.find(id);
  if (found == sent_.end()) return std::nullopt;
  std::optional promise(std::move(found->second.promise));
  sent_.erase(found);
  return promise;
}

void Connection::on_event(osi::ReturnResult& event) {
  if (auto promise = take_sent(event.invoke_id)) promise->set(Outcome::result(std::move(event.result)));
}

void Connection::on_event(osi::ReturnError& event) {
  if (auto promise = take_sent(event.invoke_id))
    promise->set(Outcome::error(event.error, std::move(event.parameter)));
}

void Connection::on_event(osi::Reject& event) {
  note([&](Observer& o) { o.rejected(info(), RejectNote{false, event.invoke_id, event.problem, {}, {}}); });
  if (!event.ours || !event.invoke_id) return;
  if (auto promise = take_sent(*event.invoke_id)) promise->set(Outcome::rejected(event.problem));
}

void Connection::on_event(osi::RejectSent& event) {
  note([&](Observer& o) {
    o.rejected(info(), RejectNote{true, event.invoke_id, event.problem, event.text, event.octets});
  });
  if (!event.ours || !event.invoke_id) return;
  if (auto promise = take_sent(*event.invoke_id))
    promise->set(Outcome::lost("the answer could not be used: " + event.text));
}

void Connection::on_event(osi::ReleaseIndication&) {
  open_ = false;
  release_asked_ = true;
  Ending ending;
  ending.cause = Ending::Cause::released;
  ending.layer = osi::Layer::acse;
  ending.text = "released by the peer";
  ends(std::move(ending));
}

void Connection::on_event(osi::ReleaseConfirm&) {
  Ending ending;
  ending.cause = Ending::Cause::released;
  ending.layer = osi::Layer::acse;
  ending.text = "released here";
  ends(std::move(ending));
}

void Connection::on_event(osi::Aborted& event) {
  open_ = false;
  // A peer that goes away instead of waiting for the answer to its release has still released.
  Ending ending;
  ending.cause = cause_of(event.source);
  ending.layer = event.layer;
  ending.reason = event.reason;
  ending.text = std::move(event.text);
  ending.octets = std::move(event.octets);
  ends(std::move(ending));
}

void Connection::on_event(osi::Closed&) { open_ = false; }

}  // namespace x400::access
