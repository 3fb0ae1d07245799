#include "accepted.hpp"

#include <algorithm>

namespace x400::access {

Accepted::Accepted(std::shared_ptr<const Shared> shared, Strand strand, std::unique_ptr<Stream> stream,
                   std::string peer, std::function<void(std::uint64_t)> left)
    : Connection(Parts{Side::responder, shared->runtime, shared->options, strand, std::move(stream),
                       std::make_unique<osi::Responder>(shared->stack), std::move(peer)}),
      shared_(std::move(shared)),
      left_(std::move(left)) {}

void Accepted::on_indication(osi::ConnectIndication& event) {
  // The stack was told of no other contexts than these.
  const auto found =
      std::ranges::find(shared_->contexts, event.application_context, &ApplicationContext::oid);
  if (found == shared_->contexts.end()) return decide_here({});
  set_context(**found);
  BindRequest request;
  request.association_id = id();
  request.peer = peer();
  request.context = *found;
  for (const auto& port : (*found)->ports)
    if (stack().context_id(port.syntax)) request.ports.push_back(port.port);
  request.called = std::move(event.called);
  request.calling = std::move(event.calling);
  request.certificate = stream().certificate();
  request.argument = std::move(event.bind_argument);
  shared_->acceptor->bind(std::move(request), BindReply(weak_from_this()));
}

void Accepted::on_declined(osi::Declined& event) {
  if (ending()) return;  // a time-out of ours
  refusal_ =
      RefusalNote{true, event.layer, event.reason, false, std::move(event.text), std::move(event.octets)};
  Ending ending;
  ending.cause = Ending::Cause::protocol_error;
  ends(std::move(ending));
}

void Accepted::decide(Decision decision) {
  on_strand([decision = std::move(decision)](Connection& c) mutable {
    static_cast<Accepted&>(c).decide_here(std::move(decision));
  });
}

void Accepted::decide_here(Decision decision) {
  if (decided_ || over() || stack().phase() != osi::Phase::awaiting_decision) return;
  decided_ = true;
  if (decision.kind == Decision::Kind::accept) {
    accept(std::move(decision));
  } else {
    refuse(std::move(decision));
  }
  pump();
}

void Accepted::accept(Decision decision) {
  const Status status = responder().accept(std::move(decision.value));
  if (status.ok()) return opened(std::move(decision.handler), shared_from_this());
  Decision refused;
  refused.text = status.error().text();
  if (status.error().kind() == ErrorKind::limit) {
    // The peer's session cannot carry the answer, and will not the next time.
    refused.kind = Decision::Kind::reject;
  } else {
    // Any other is a fault of this program: the peer is told to come again.
    note([&](Observer& o) { o.trouble("accepting a bind: " + refused.text); });
  }
  refuse(std::move(refused));
}

void Accepted::refuse(Decision decision) {
  osi::Refusal refusal;
  refusal.text = decision.text;
  if (decision.kind == Decision::Kind::shortage) refusal.kind = osi::Refusal::Kind::transient;
  const bool bind_error = decision.kind == Decision::Kind::bind_error;
  if (bind_error) refusal.bind_error = std::move(decision.value);
  refusal_ =
      RefusalNote{true, osi::Layer::acse, refusal.diagnostic, bind_error, std::move(decision.text), {}};
  Ending ending;
  ending.cause = Ending::Cause::closed;
  ends(std::move(ending));
  const Status status = responder().refuse(std::move(refusal));
  if (!status.ok()) stack().abort();
}

void Accepted::on_not_opened(const Ending& ending) {
  if (!refusal_)
    refusal_ = RefusalNote{ending.cause != Ending::Cause::peer_aborted &&
                               ending.cause != Ending::Cause::provider_aborted &&
                               ending.cause != Ending::Cause::connection_lost,
                           ending.layer,
                           ending.reason,
                           false,
                           ending.text,
                           ending.octets};
  note([&](Observer& o) { o.refused(info(), *refusal_); });
}

void Accepted::on_ended() { left_(id()); }

}  // namespace x400::access
