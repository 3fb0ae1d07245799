// The initiator's side of connecting: from connect() to the responder's answer (X.225 7.1, X.226 6.2,
// X.227 7.1).
#include <algorithm>
#include <limits>

#include "association/carriage.hpp"
#include "association/stack.hpp"
#include "excerpt.hpp"

namespace x400::osi {
namespace {

using presentation::ContextResult;
using presentation::ProposedContext;

constexpr int error_tpdu = -1;  // ConnectRefused::reason of an ER

const ber::Oid& information_syntax(const ApplicationContext& application) {
  return application.carriage == Carriage::rtse ? application.rtse_syntax : application.bind_syntax;
}

std::vector<ber::Oid> all_syntaxes(const ApplicationContext& application) {
  std::vector<ber::Oid> all;
  const ber::Oid& first = information_syntax(application);
  if (!first.empty()) all.push_back(first);
  all.insert(all.end(), application.syntaxes.begin(), application.syntaxes.end());
  return all;
}

// Identifiers that the initiator defines are odd (X.226 6.2.2). ACSE comes last unless it is among them.
std::vector<Context> number(const std::vector<ber::Oid>& syntaxes) {
  std::vector<Context> contexts;
  ContextId id = -1;
  for (const ber::Oid& syntax : syntaxes) contexts.push_back({id += 2, syntax, false});
  if (std::find(syntaxes.begin(), syntaxes.end(), acse::abstract_syntax()) == syntaxes.end())
    contexts.push_back({id + 2, acse::abstract_syntax(), false});
  return contexts;
}

std::vector<Context>::const_iterator find_context(const std::vector<Context>& contexts,
                                                  const ber::Oid& syntax) {
  return std::find_if(contexts.begin(), contexts.end(),
                      [&](const Context& c) { return c.abstract_syntax == syntax; });
}

Status check_selectors(const Selectors& s) {
  if (s.transport.size() > max_tsel || s.session.size() > max_ssel || s.presentation.size() > max_psel)
    return Error(ErrorKind::limit, "connect: a selector is too long");
  return Ok{};
}

int clamp_reason(std::int64_t n) { return static_cast<int>(std::clamp<std::int64_t>(n, -1, 255)); }

Error refused(const char* what) { return Error(ErrorKind::refused, what); }

}  // namespace

Status Stack::connect(ConnectParameters parameters) {
  if (phase_ != Phase::idle) return Error(ErrorKind::closed, "connect: called already");
  X400_CHECK(check_selectors(parameters.called));
  X400_CHECK(check_selectors(parameters.calling));
  if (parameters.calling_reference.size() > session::most_reference ||
      parameters.common_reference.size() > session::most_reference)
    return Error(ErrorKind::limit, "connect: a session reference is too long");
  const ApplicationContext& application = parameters.application_context;
  if (application.name.empty()) return Error(ErrorKind::invalid, "connect: no application context");
  has_bind_ = !application.bind_syntax.empty();
  if (has_bind_ == parameters.bind_argument.empty())
    return Error(ErrorKind::invalid, "connect: bind argument and application context do not fit");
  if (parameters.abstract_syntaxes.empty()) parameters.abstract_syntaxes = all_syntaxes(application);
  // Said now, not when the transport is there.
  if (parameters.bind_argument.size() + parameters.abstract_syntaxes.size() * 96 + 256 >
      limits_.tsdu_before_bind)
    return Error(ErrorKind::limit, "connect: bind argument too long");
  contexts_ = number(parameters.abstract_syntaxes);
  acse_context_ = find_context(contexts_, acse::abstract_syntax())->id;
  carriage_ = application.carriage;
  if (has_bind_ || reliable()) {
    const auto bind = find_context(contexts_, information_syntax(application));
    if (bind == contexts_.end())
      return Error(ErrorKind::invalid, "connect: the bind syntax is not among the contexts");
    information_context_ = bind->id;
  }
  if (reliable()) operations_ = application.operations;
  application_context_ = application.name;
  parameters_ = std::make_unique<ConnectParameters>(std::move(parameters));
  transport_.connect(parameters_->calling.transport, parameters_->called.transport);
  phase_ = Phase::awaiting_cc;
  return Ok{};
}

void Stack::begin_session() {
  std::vector<ProposedContext> proposed;
  for (const Context& c : contexts_)
    proposed.push_back({c.id, c.abstract_syntax, true, ContextResult::acceptance});
  Octets value;
  if (has_bind_) value = acse::put_bind(acse::bind_argument, parameters_->bind_argument.flat());
  if (reliable()) value = rtse::encode_rtorq(own_reliable_, value);
  std::optional<acse::Information> information;
  if (!value.empty()) information = acse::Information{information_context_, value};
  const Octets aarq = acse::encode_aarq(application_context_, information);
  const Octets cp =
      presentation::encode_cp(parameters_->calling, parameters_->called, proposed, acse_context_, aarq);
  const std::uint16_t units = units_of(parameters_->application_context.carriage);
  const session::Reference reference{parameters_->calling_reference, parameters_->common_reference};
  auto sent = session_.connect(parameters_->calling, parameters_->called, reference, units, cp);
  if (!sent.ok()) {
    tell_end({Aborted::Source::own, Layer::session, -1, sent.error().text(), {}});
    transport_.disconnect(cotp::Reason::normal);
    return close_now();
  }
  phase_ = Phase::awaiting_ac;
}

// --- accepted

void Stack::on_accepted(const session::Accepted& accepted) {
  auto confirm = read_accepted(accepted);
  if (!confirm.ok()) {
    abort_provider(presentation::AbortReason::invalid_parameter);
    tell_end({Aborted::Source::own, Layer::presentation, -1, confirm.error().text(),
              excerpt(accepted.user_data.view())});
    return await_close();
  }
  transport_.set_tsdu_limit(limits_.tsdu);
  parameters_.reset();
  if (reliable()) begin_reliable(rtse::agree(rt_open_, own_reliable_));
  phase_ = Phase::open;
  events_.push_back(std::move(*confirm));
}

Result<ConnectConfirm> Stack::read_accepted(const session::Accepted& accepted) {
  if (!suits(accepted.units, parameters_->application_context.carriage))
    return refused("AC without the functional units that were offered");
  X400_TRY(cpa, presentation::parse_cpa(accepted.user_data, limits_));
  if (cpa.accepted.size() != contexts_.size()) return refused("CPA with another number of context results");
  for (std::size_t i = 0; i < contexts_.size(); ++i) contexts_[i].accepted = cpa.accepted[i];
  if (!find_context(contexts_, acse::abstract_syntax())->accepted)
    return refused("CPA without the ACSE context");
  auto pdvs = presentation::parse_user_data(cpa.user_data);
  if (!pdvs.ok()) return Error(ErrorKind::malformed, pdvs.error().text);
  if (pdvs->front().context != acse_context_) return refused("CPA without AARE");
  X400_CHECK(ber::walk(pdvs->front().value.view(), limits_.bind_ber));
  X400_TRY(aare, acse::parse_aare(pdvs->front().value));
  if (aare.result != 0) return refused("AARE that rejects, in an AC");
  ConnectConfirm confirm;
  confirm.contexts = contexts_;
  confirm.application_context = aare.context_name;
  confirm.responding = {std::move(cpa.responding), session_.called(), transport_.called()};
  Slice answer = find_answer(aare);
  if (reliable()) {
    X400_TRY(open, rtse::parse_rtoac(answer));
    answer = std::exchange(open.user_data, {});
    rt_open_ = std::move(open);
  }
  if (!has_bind_) return confirm;
  auto bind = acse::open_bind(answer, acse::bind_result, limits_.bind_ber);
  if (!bind.ok()) return refused("AARE without a bind result");
  confirm.bind_result = std::move(*bind);
  return confirm;
}

// What stands in the user information; empty if there is none that can be read.
Slice Stack::find_answer(const acse::Aare& aare) const {
  for (const acse::External& e : aare.user_information) {
    if (e.context.value_or(information_context_) != information_context_) continue;
    if (ber::walk(e.value.view(), limits_.bind_ber).ok()) return e.value;
  }
  return {};
}

Slice Stack::find_bind_error(const acse::Aare& aare, ConnectRefused& refused) const {
  Slice answer = find_answer(aare);
  if (reliable()) {
    auto rtorj = rtse::parse_rtorj(answer);
    if (!rtorj.ok()) return {};
    if (rtorj->reason) {
      refused.layer = Layer::rtse;
      refused.reason = clamp_reason(*rtorj->reason);
      refused.text += "; RTORJ, reason " + std::to_string(*rtorj->reason);
    }
    answer = std::move(rtorj->user_data);
  }
  auto bind = acse::open_bind(answer, acse::bind_error, limits_.bind_ber);
  return bind.ok() ? std::move(*bind) : Slice();
}

// --- refused

void Stack::on_refused(const session::Refused& refused) {
  events_.push_back(read_refused(refused));
  transport_.disconnect(cotp::Reason::normal);
  close_now();
}

ConnectRefused Stack::read_refused(const session::Refused& refused) const {
  ConnectRefused out;
  out.octets = excerpt(refused.user_data.view());
  out.layer = Layer::session;
  out.reason = refused.reason;
  out.text = "RF, reason " + std::to_string(refused.reason);
  out.transient =
      refused.reason == static_cast<int>(session::RefuseReason::user_congestion) || refused.reason == 131;
  if (refused.user_data.empty()) return out;
  auto cpr = presentation::parse_cpr(refused.user_data, limits_);
  if (!cpr.ok()) {
    out.text += ", with data that are no CPR: " + cpr.error().text();
    return out;
  }
  out.layer = Layer::presentation;
  out.reason = cpr->provider_reason ? clamp_reason(*cpr->provider_reason) : error_tpdu;
  out.transient = out.reason == static_cast<int>(presentation::RefuseReason::congestion);
  out.text = cpr->provider_reason ? "CPR, provider reason " + std::to_string(*cpr->provider_reason)
                                  : "CPR without reason";
  auto pdvs = presentation::parse_user_data(cpr->user_data);
  if (!pdvs.ok()) return out;
  auto aare = acse::parse_aare(pdvs->front().value);
  if (!aare.ok()) return out;
  out.layer = Layer::acse;
  out.reason = aare->diagnostic.code;
  out.by_provider = aare->diagnostic.provider;
  out.transient = aare->result == static_cast<int>(acse::Outcome::rejected_transient);
  out.text = std::string(out.transient ? "rejected (transient)" : "rejected (permanent)") +
             ", ACSE service " + (out.by_provider ? "provider" : "user") + " diagnostic " +
             std::to_string(out.reason);
  out.bind_error = find_bind_error(*aare, out);
  return out;
}

}  // namespace x400::osi
