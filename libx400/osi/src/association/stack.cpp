#include "association/stack.hpp"

#include <algorithm>

#include "excerpt.hpp"

namespace x400::osi {
namespace {

constexpr int lost = -2;  // ConnectRefused::reason
constexpr auto by_rtse_user = static_cast<std::int64_t>(rtse::AbortReason::user_error);

Error closed(const char* request) {
  return Error(ErrorKind::closed, std::string(request) + ": the association is not in a state for it");
}

}  // namespace

Stack::Stack(std::shared_ptr<const ResponderConfig> config)
    : limits_(config->limits),
      config_(std::move(config)),
      transport_(output_, limits_),
      session_(transport_, limits_),
      rose_(*this, limits_),
      phase_(Phase::awaiting_cr),
      own_reliable_(config_->reliable) {
  transport_.set_tsdu_limit(limits_.tsdu_before_bind);
  transport_.listen(config_->selectors.transport, config_->selector_policy);
  session_.listen(config_->selectors.session, config_->selector_policy, config_->segmenting);
}

Stack::Stack(const InitiatorConfig& config)
    : limits_(config.limits),
      transport_(output_, limits_),
      session_(transport_, limits_),
      rose_(*this, limits_),
      phase_(Phase::idle),
      own_reliable_(config.reliable) {
  transport_.set_tsdu_limit(limits_.tsdu_before_bind);
}

// --- driver's side

void Stack::receive(View octets) {
  while (phase_ != Phase::closed && !octets.empty()) {
    auto event = transport_.receive(octets);
    if (!event) return;
    on(std::move(*event));
  }
}

void Stack::transport_lost(std::string_view why) {
  on_transport_end(Aborted::Source::transport, lost, "connection lost: " + std::string(why), {});
}

void Stack::expire() {
  Ending ending;
  ending.text = "deadline passed, " + std::string(name(phase_));
  switch (phase_) {
    case Phase::idle:
    case Phase::closed: return;
    case Phase::awaiting_decision:
      ending.layer = Layer::session;
      if (!session_.refuse(session::RefuseReason::user_congestion).ok()) return;
      tell_end(std::move(ending));
      return await_close();
    case Phase::open:
    case Phase::releasing:
      ending.layer = Layer::acse;
      abort_by(acse::AbortSource::user);
      tell_end(std::move(ending));
      return await_close();
    default: break;
  }
  tell_end(std::move(ending));
  close_now();
}

bool Stack::wants_input() const {
  if (phase_ != Phase::open) return true;
  // Over RTSE an answer of ours may need what the peer says next to get out.
  // Arguments in work are bounded by their octets too: of the longest ones there may be two.
  return awaits_peer() || (rose_.outstanding() < limits_.outstanding &&
                           rose_.outstanding_octets() <= limits_.tsdu && output_.size() < limits_.unsent);
}

std::optional<Event> Stack::next_event() {
  if (events_.empty()) return std::nullopt;
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

// --- phases

bool Stack::in_association() const {
  return phase_ == Phase::awaiting_decision || phase_ == Phase::open || phase_ == Phase::releasing;
}

// One terminal event an attempt or an association: which one, the phase says.
void Stack::tell_end(Ending e) {
  switch (phase_) {
    case Phase::awaiting_cr:
    case Phase::awaiting_cn:
      events_.push_back(Declined{e.layer, e.reason, std::move(e.text), std::move(e.octets)});
      return;
    case Phase::awaiting_cc:
    case Phase::awaiting_ac: {
      ConnectRefused refused;
      refused.layer = e.layer;
      refused.reason = e.reason;
      refused.text = std::move(e.text);
      refused.octets = std::move(e.octets);
      events_.push_back(std::move(refused));
      return;
    }
    case Phase::awaiting_decision:
    case Phase::open:
    case Phase::releasing:
      events_.push_back(Aborted{e.source, e.layer, e.reason, std::move(e.text), std::move(e.octets)});
      return;
    case Phase::idle:
    case Phase::closing:
    case Phase::closed: return;
  }
}

void Stack::await_close() {
  phase_ = Phase::closing;
  transport_.drain();
  rose_.clear();
  cp_ = {};
  parameters_.reset();
}

void Stack::close_now() {
  if (phase_ == Phase::closed) return;
  await_close();
  phase_ = Phase::closed;
  transport_.close();
  events_.push_back(Closed{});
}

// --- transport

void Stack::on(cotp::Event event) {
  if (auto* tsdu = std::get_if<cotp::Tsdu>(&event)) {
    on(tsdu->octets, session_.receive(tsdu->octets));
    while (phase_ != Phase::closed) {
      auto more = session_.next();
      if (!more) break;
      on(tsdu->octets, std::move(*more));
    }
  } else if (std::holds_alternative<cotp::Opened>(event)) {
    if (config_)
      phase_ = Phase::awaiting_cn;
    else
      begin_session();
  } else if (auto* d = std::get_if<cotp::Disconnected>(&event)) {
    on_transport_end(Aborted::Source::transport, d->reason, std::move(d->text), {});
  } else if (auto* declined = std::get_if<cotp::Declined>(&event)) {
    on_transport_end(Aborted::Source::own, declined->reason, std::move(declined->text),
                     std::move(declined->octets));
  } else if (auto* too_long = std::get_if<cotp::TooLong>(&event)) {
    on_too_long(std::move(too_long->text), std::move(too_long->octets));
  } else if (auto* failed = std::get_if<cotp::Failed>(&event)) {
    on_transport_end(Aborted::Source::own, -1, std::move(failed->text), std::move(failed->octets));
  }
}

void Stack::on_transport_end(Aborted::Source source, int reason, std::string text, Octets octets) {
  tell_end({source, Layer::transport, reason, std::move(text), std::move(octets)});
  close_now();
}

// A peer that is known hears why; before that nothing is owed.
void Stack::on_too_long(std::string text, Octets octets) {
  if (!in_association())
    return on_transport_end(Aborted::Source::own, -1, std::move(text), std::move(octets));
  abort_by(acse::AbortSource::user);
  tell_end({Aborted::Source::own, Layer::transport, -1, std::move(text), std::move(octets)});
  await_close();
}

// --- session

void Stack::on(const Slice& tsdu, session::Event event) {
  if (auto* data = std::get_if<session::Data>(&event)) return on_data(data->ssdu);
  if (auto* turned = std::get_if<session::Turned>(&event)) return on_turned(*turned);
  if (auto* request = std::get_if<session::ConnectRequest>(&event)) return on_connect(*request);
  if (auto* accepted = std::get_if<session::Accepted>(&event)) return on_accepted(*accepted);
  if (auto* refused = std::get_if<session::Refused>(&event)) return on_refused(*refused);
  if (auto* finish = std::get_if<session::Finish>(&event)) return on_finish(*finish);
  if (std::holds_alternative<session::Finished>(event)) return on_finished();
  if (auto* abort = std::get_if<session::PeerAborted>(&event)) return on_peer_abort(*abort);
  if (std::holds_alternative<session::Done>(event)) return close_now();
  if (auto* violated = std::get_if<session::Violated>(&event))
    return on_violation(tsdu, std::move(*violated));
  if (auto* declined = std::get_if<session::Declined>(&event))
    return decline(Layer::session, static_cast<int>(declined->reason), std::move(declined->text),
                   tsdu.view());
}

void Stack::on_violation(const Slice& tsdu, session::Violated violated) {
  tell_end({Aborted::Source::own, Layer::session, -1, std::move(violated.text), excerpt(tsdu.view())});
  if (violated.aborted)
    await_close();
  else
    close_now();
}

void Stack::on_peer_abort(const session::PeerAborted& abort) {
  const presentation::Abort carried = presentation::parse_abort(abort.user_data);
  Ending e;
  e.octets = excerpt(abort.user_data.view());
  acse::Abrt abrt;
  if (carried.by_user && !carried.user_data.empty()) abrt = acse::parse_abrt(carried.user_data[0].value);
  std::optional<std::int64_t> rtab;
  if (reliable() && !abrt.user_information.empty())
    rtab = rtse::abort_reason(abrt.user_information[0].value.view());
  const bool by_user = carried.by_user && abrt.source == acse::AbortSource::user &&
                       rtab.value_or(by_rtse_user) == by_rtse_user;
  e.source = by_user ? Aborted::Source::user : Aborted::Source::provider;
  if (rtab && !by_user) {
    e.layer = Layer::rtse;
    e.reason = static_cast<int>(std::clamp<std::int64_t>(*rtab, -1, 255));
    e.text = "aborted by the peer's reliable transfer, reason " + std::to_string(*rtab);
  } else if (carried.by_user) {
    e.layer = Layer::acse;
    e.text = by_user ? "aborted by the peer's user" : "aborted by the peer's ACSE";
  } else if (carried.reason) {
    e.layer = Layer::presentation;
    e.reason = static_cast<int>(std::clamp<std::int64_t>(*carried.reason, -1, 255));
    e.text = "aborted by the peer's presentation, reason " + std::to_string(*carried.reason);
  } else {
    e.layer = Layer::session;
    e.reason = abort.kind;
    e.text = "aborted by the peer's stack, PI 17 = " + std::to_string(abort.kind);
  }
  tell_end(std::move(e));
  close_now();
}

// --- data

bool Stack::carries_user_apdus(ContextId id) const {
  return id != acse_context_ && std::any_of(contexts_.begin(), contexts_.end(),
                                            [&](const Context& c) { return c.id == id && c.accepted; });
}

void Stack::on_data(const Slice& ssdu) {
  using presentation::AbortReason;
  auto pdvs = presentation::parse_user_data(ssdu);
  if (!pdvs.ok()) {
    abort_provider(pdvs.error().reason);
    tell_end({Aborted::Source::own, Layer::presentation, static_cast<int>(pdvs.error().reason),
              pdvs.error().text, excerpt(ssdu.view())});
    return await_close();
  }
  for (presentation::Pdv& pdv : *pdvs) {
    if (pdv.context == acse_context_) {
      abort_by(acse::AbortSource::provider);
      tell_end({Aborted::Source::own, Layer::acse, -1, "ACSE APDU among data", excerpt(pdv.value.view())});
      return await_close();
    }
    if (!carries_user_apdus(pdv.context)) {
      abort_provider(AbortReason::invalid_parameter);
      tell_end({Aborted::Source::own, Layer::presentation, static_cast<int>(AbortReason::invalid_parameter),
                "value on context " + std::to_string(pdv.context) + ", which is not defined",
                excerpt(ssdu.view())});
      return await_close();
    }
    pdv.value = housed(std::move(pdv.value), ssdu, limits_);
    if (rtse_)
      on_rtse(rtse_->data(pdv));
    else
      on_rose(rose_.receive(pdv.context, pdv.value));
    if (!in_association()) return;
  }
}

void Stack::on_rose(rose::Event event) {
  const bool reject = std::holds_alternative<Reject>(event) || std::holds_alternative<RejectSent>(event);
  std::visit([&](auto& e) { events_.emplace_back(std::move(e)); }, event);
  if (reject) count_reject();
}

// Sent or got, by the machine or by the user: a peer that needs so many does not speak this protocol.
void Stack::count_reject() {
  if (++rejects_ < limits_.rejects) return;
  abort_by(acse::AbortSource::user);
  tell_end(
      {Aborted::Source::own, Layer::rose, -1, std::to_string(rejects_) + " rejects on one association", {}});
  await_close();
}

void Stack::carry(ContextId context, Chain apdu, std::optional<InvokeId> invocation) {
  if (!rtse_) return session_.data(presentation::user_data(context, std::move(apdu)));
  // Behind the peer's FN the turn does not come any more.
  if (session_.state() == session::State::open) rtse_->transfer(context, std::move(apdu), invocation);
}

// --- release

Chain Stack::on_acse(Octets apdu) const {
  return presentation::user_data(acse_context_, Slice(std::move(apdu)));
}

void Stack::on_finish(const session::Finish& finish) {
  // A release without RLRQ is still a release; one with something else is none.
  if (!finish.user_data.empty()) {
    auto pdvs = presentation::parse_user_data(finish.user_data);
    const bool rlrq = pdvs.ok() && pdvs->front().context == acse_context_ &&
                      acse::is(pdvs->front().value.view(), acse::rlrq);
    if (!rlrq) {
      abort_by(acse::AbortSource::provider);
      tell_end({Aborted::Source::own, Layer::acse, -1, "FN without a readable RLRQ",
                excerpt(finish.user_data.view())});
      return await_close();
    }
  }
  if (finish.answered) return session_.finish_response(on_acse(acse::encode_rlre()).flat());
  phase_ = Phase::releasing;
  events_.push_back(ReleaseIndication{});
}

void Stack::on_finished() {
  events_.push_back(ReleaseConfirm{});
  transport_.disconnect(cotp::Reason::normal);
  close_now();
}

Status Stack::release() {
  if (phase_ != Phase::open) return closed("release");
  if (rtse_) {
    // X.228 7.6: only who opened the association closes it.
    if (config_) return Error(ErrorKind::invalid, "release: over RTSE it is the initiator's");
    phase_ = Phase::releasing;
    rtse_->close();
    release_if_may();
    return Ok{};
  }
  session_.finish(on_acse(acse::encode_rlrq()).flat());
  phase_ = Phase::releasing;
  return Ok{};
}

Status Stack::release_response() {
  // What came behind the release may have ended the association before its owner was asked.
  if (phase_ != Phase::releasing || session_.state() != session::State::wait_release)
    return closed("release response");
  session_.finish_response(on_acse(acse::encode_rlre()).flat());
  await_close();
  return Ok{};
}

// --- aborts

void Stack::abort_by(acse::AbortSource source) {
  std::optional<rtse::AbortReason> reason;
  if (rtse_ && source == acse::AbortSource::user) reason = rtse::AbortReason::user_error;
  session_.abort(session::AbortKind::user, aru(source, reason));
}

Octets Stack::aru(acse::AbortSource source, std::optional<rtse::AbortReason> reason) const {
  std::vector<ContextId> defined;
  for (const Context& c : contexts_)
    if (c.accepted || phase_ == Phase::awaiting_ac) defined.push_back(c.id);
  Octets rtab;
  if (reason) rtab = rtse::encode_rtab(*reason);
  std::optional<acse::Information> information;
  if (reason) information = acse::Information{information_context_, rtab};
  return presentation::encode_aru(defined, acse_context_, acse::encode_abrt(source, information));
}

void Stack::abort_provider(presentation::AbortReason reason) {
  session_.abort(session::AbortKind::user, presentation::encode_arp(reason));
}

void Stack::abort() {
  switch (phase_) {
    case Phase::awaiting_ac:
    case Phase::awaiting_decision:
    case Phase::open:
    case Phase::releasing: abort_by(acse::AbortSource::user); return await_close();
    case Phase::awaiting_cn: transport_.disconnect(cotp::Reason::normal); return close_now();
    case Phase::idle:
    case Phase::awaiting_cr:
    case Phase::awaiting_cc: return close_now();
    case Phase::closing:
    case Phase::closed: return;
  }
}

// --- operations

Result<InvokeId> Stack::invoke(ContextId context, OperationCode operation, Chain argument) {
  if (phase_ != Phase::open) return closed("invoke");
  if (!carries_user_apdus(context))
    return Error(ErrorKind::invalid, "invoke: context " + std::to_string(context) + " is not accepted");
  return rose_.invoke(context, operation, std::move(argument));
}

// Answers may go out between FN of the peer and our DN, not after an FN of ours; over RTSE that one may still
// wait for the turn.
bool Stack::may_answer() const {
  if (phase_ == Phase::open || session_.state() == session::State::wait_release) return true;
  return rtse_ && phase_ == Phase::releasing && session_.state() == session::State::open;
}

Status Stack::result(InvokeId id, Chain value) {
  if (!may_answer()) return closed("result");
  return rose_.result(id, std::move(value));
}

Status Stack::error(InvokeId id, ErrorCode code, Chain parameter) {
  if (!may_answer()) return closed("error");
  return rose_.error(id, code, std::move(parameter));
}

Status Stack::reject(InvokeId id, Problem problem) {
  if (!may_answer()) return closed("reject");
  X400_CHECK(rose_.reject(id, problem));
  count_reject();
  return Ok{};
}

}  // namespace x400::osi
