// RTSE between ROSE and the session, in the reliable application contexts (X.228, X.229 on top of it).
#include <algorithm>

#include "association/stack.hpp"
#include "excerpt.hpp"
#include "x400/ber/reader.hpp"

namespace x400::osi {
namespace {

// The operation of a ROIV; absent if it is none, or none that can be read.
std::optional<std::int64_t> operation_of(const Slice& apdu) {
  constexpr ber::Tag invoke = ber::context(1), linked = ber::context(0), not_linked = ber::context(1);
  auto e = ber::read_one(apdu.view());
  if (!e.ok() || e->tag != invoke) return std::nullopt;
  ber::Reader r(e->content);
  if (!r.next().ok() || !r.next_if(linked).ok() || !r.next_if(not_linked).ok()) return std::nullopt;
  auto code = r.expect(ber::tags::integer);
  if (!code.ok()) return std::nullopt;
  auto operation = ber::read_integer(*code);
  return operation.ok() ? std::optional(*operation) : std::nullopt;
}

}  // namespace

void Stack::begin_reliable(ReliableTransfer agreed) {
  rtse_.emplace(session_, limits_, information_context_, agreed);
}

void Stack::on_turned(const session::Turned& turned) {
  if (!rtse_) return;
  on_rtse(rtse_->receive(turned));
  release_if_may();
}

void Stack::release_if_may() {
  if (phase_ != Phase::releasing || session_.state() != session::State::open || !rtse_->may_release()) return;
  if (rose_.outstanding() != 0) return;  // came while the turn was waited for: answered before FN
  session_.finish(on_acse(acse::encode_rlrq()).flat());
}

void Stack::on_rtse(rtse::Event event) {
  if (auto* apdu = std::get_if<rtse::Apdu>(&event)) {
    const auto context = apdu->context ? apdu->context : context_of(apdu->octets);
    if (!context || !carries_user_apdus(*context))
      return abort_reliable(rtse::AbortReason::protocol_error, "APDU on a context that is not defined",
                            apdu->octets.view());
    on_apdu(*context, apdu->octets);
  } else if (auto* failed = std::get_if<rtse::NotTransferred>(&event)) {
    // An answer that does not arrive is waited for: only the end of the association tells.
    if (!failed->invocation)
      return abort_reliable(rtse::AbortReason::temporary_problem, "the peer discarded an answer", {});
    if (auto told = rose_.not_carried(*failed->invocation)) on_rose(std::move(*told));
  } else if (auto* fault = std::get_if<rtse::Fault>(&event)) {
    abort_reliable(fault->reason, std::move(fault->text), {});
  }
}

// Reading has to go on while answers wait for the turn, so here the number of invocations has an end.
void Stack::on_apdu(ContextId context, const Slice& apdu) {
  rose::Event event = rose_.receive(context, apdu);
  const auto* invoke = std::get_if<Invoke>(&event);
  const bool too_many = rose_.outstanding() + rtse_->queued() > limits_.outstanding ||
                        rose_.outstanding_octets() > 2 * limits_.tsdu;
  if (invoke != nullptr && too_many) {
    const InvokeId id = invoke->invoke_id;
    (void)rose_.reject(id, problems::resource_limitation);
    event = RejectSent{id, problems::resource_limitation, "too many invocations", apdu_excerpt(apdu.view()),
                       false};
  }
  on_rose(std::move(event));
}

void Stack::abort_reliable(rtse::AbortReason reason, std::string text, View octets) {
  session_.abort(session::AbortKind::user, aru(acse::AbortSource::user, reason));
  tell_end({Aborted::Source::own, Layer::rtse, static_cast<int>(reason), std::move(text), excerpt(octets)});
  await_close();
}

// Where a bare APDU belongs: its operation tells. Of answers and what is no invocation any context will do.
std::optional<ContextId> Stack::context_of(const Slice& apdu) const {
  const auto operation = operation_of(apdu);
  const auto told = std::find_if(operations_.begin(), operations_.end(), [&](const OperationSyntax& o) {
    return operation == o.operation && o.by_initiator == (config_ != nullptr);
  });
  std::optional<ContextId> any;
  for (const Context& c : contexts_) {
    if (!c.accepted || c.id == acse_context_) continue;
    if (told != operations_.end() && c.abstract_syntax == told->syntax) return c.id;
    if (!any || any == information_context_) any = c.id;
  }
  return any;
}

}  // namespace x400::osi
