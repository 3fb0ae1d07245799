#include "x400/osi/association.hpp"

#include "association/stack.hpp"

namespace x400::osi {

Association::Association(std::unique_ptr<Stack> stack) : stack_(std::move(stack)) {}
Association::Association(Association&&) noexcept = default;
Association& Association::operator=(Association&&) noexcept = default;
Association::~Association() = default;

void Association::receive(View octets) { stack_->receive(octets); }
void Association::transport_lost(std::string_view why) { stack_->transport_lost(why); }
void Association::expire() { stack_->expire(); }
bool Association::wants_input() const { return stack_->wants_input(); }

std::optional<Event> Association::next_event() { return stack_->next_event(); }
std::vector<Slice> Association::take_output() { return stack_->take_output(); }
std::size_t Association::output_size() const { return stack_->output_size(); }

Phase Association::phase() const { return stack_->phase(); }
const std::vector<Context>& Association::contexts() const { return stack_->contexts(); }
std::size_t Association::outstanding() const { return stack_->outstanding(); }
bool Association::mid_pdu() const { return stack_->mid_pdu(); }
bool Association::awaits_peer() const { return stack_->awaits_peer(); }
std::size_t Association::pdu_octets() const { return stack_->pdu_octets(); }

std::optional<ContextId> Association::context_id(const ber::Oid& abstract_syntax) const {
  for (const Context& c : contexts())
    if (c.accepted && c.abstract_syntax == abstract_syntax) return c.id;
  return std::nullopt;
}

Result<InvokeId> Association::invoke(ContextId context, OperationCode operation, Chain argument) {
  return stack_->invoke(context, operation, std::move(argument));
}
Status Association::result(InvokeId id, Chain value) { return stack_->result(id, std::move(value)); }
Status Association::error(InvokeId id, ErrorCode code, Chain parameter) {
  return stack_->error(id, code, std::move(parameter));
}
Status Association::reject(InvokeId id, Problem problem) { return stack_->reject(id, problem); }
Status Association::release() { return stack_->release(); }
Status Association::release_response() { return stack_->release_response(); }
void Association::abort() { stack_->abort(); }

Responder::Responder(ResponderConfig config)
    : Responder(std::make_shared<const ResponderConfig>(std::move(config))) {}
Responder::Responder(std::shared_ptr<const ResponderConfig> config)
    : Association(std::make_unique<Stack>(std::move(config))) {}
Status Responder::accept(Chain bind_result) { return stack_->accept(bind_result); }
Status Responder::refuse(Refusal refusal) { return stack_->refuse(refusal); }

Initiator::Initiator(InitiatorConfig config) : Association(std::make_unique<Stack>(config)) {}
Status Initiator::connect(ConnectParameters parameters) { return stack_->connect(std::move(parameters)); }

}  // namespace x400::osi
