// The responder's side of connecting: from CN to the user's decision and its answer (X.225 7.1, X.226 6.2,
// X.227 7.1).
#include <algorithm>

#include "association/carriage.hpp"
#include "association/stack.hpp"
#include "excerpt.hpp"
#include "selector.hpp"
#include "x400/ber/reader.hpp"

namespace x400::osi {
namespace {

using presentation::ContextResult;
using presentation::ProposedContext;

// The AARQ among the connect data, and its context.
struct Found {
  const ProposedContext* context = nullptr;
  std::optional<acse::Aarq> aarq;
  std::string why;
};

Found find_aarq(const presentation::Cp& cp, const Limits& limits) {
  Found found;
  auto pdvs = presentation::parse_user_data(cp.user_data);
  if (!pdvs.ok()) {
    found.why = pdvs.error().text;
    return found;
  }
  for (const presentation::Pdv& pdv : *pdvs) {
    const auto it = std::find_if(cp.contexts.begin(), cp.contexts.end(),
                                 [&](const ProposedContext& c) { return c.id == pdv.context; });
    if (it == cp.contexts.end() || it->abstract_syntax != acse::abstract_syntax() || !it->basic_encoding)
      continue;
    found.context = &*it;
    // The walk of the CP does not look into a value that is octet-aligned.
    if (auto walked = ber::walk(pdv.value.view(), limits.bind_ber); !walked.ok()) {
      found.why = walked.error().text();
      return found;
    }
    auto aarq = acse::parse_aarq(pdv.value);
    if (aarq.ok())
      found.aarq = std::move(*aarq);
    else
      found.why = aarq.error().text();
    return found;
  }
  found.why = "no value on an ACSE context";
  return found;
}

bool belongs(const ApplicationContext& application, const ber::Oid& syntax) {
  return syntax == application.bind_syntax || (!syntax.empty() && syntax == application.rtse_syntax) ||
         std::find(application.syntaxes.begin(), application.syntaxes.end(), syntax) !=
             application.syntaxes.end();
}

}  // namespace

void Stack::decline(Layer layer, int reason, std::string text, View octets) {
  tell_end({Aborted::Source::own, layer, reason, std::move(text), excerpt(octets)});
  await_close();
}

// A refusal whose text fits no SPDU cannot occur: what it repeats of the peer is bounded by the limits.
void Stack::send_refusal(std::optional<presentation::RefuseReason> reason, View aare) {
  const presentation::Cp* cp = cp_.contexts.empty() ? nullptr : &cp_;
  const Octets cpr = presentation::encode_cpr(cp, reason, acse_context_, aare);
  if (!session_.refuse(session::RefuseReason::user_with_data, cpr).ok())
    session_.abort(session::AbortKind::user);
}

void Stack::decline_acse(acse::Diagnostic diagnostic, std::string text) {
  send_refusal(std::nullopt, make_aare(acse::Outcome::rejected_permanent, diagnostic, {}));
  decline(Layer::acse, diagnostic.code, std::move(text), cp_.user_data.view());
}

void Stack::decline_rtse(rtse::RefuseReason reason, std::string text) {
  send_refusal(std::nullopt, make_aare(acse::Outcome::rejected_permanent, acse::diagnostics::no_reason,
                                       rtse::encode_rtorj(reason, {})));
  decline(Layer::rtse, static_cast<int>(reason), std::move(text), cp_.user_data.view());
}

void Stack::on_connect(const session::ConnectRequest& request) {
  auto cp = presentation::parse_cp(request.user_data, limits_);
  if (!cp.ok()) {
    const presentation::CpFault& fault = cp.error();
    if (fault.reason)
      send_refusal(fault.reason, {});
    else if (!session_.refuse(session::RefuseReason::not_specified).ok())
      return close_now();
    return decline(Layer::presentation, fault.reason ? static_cast<int>(*fault.reason) : -1, fault.text,
                   request.user_data.view());
  }
  cp_ = std::move(*cp);
  if (!selector_taken(config_->selectors.presentation, cp_.called, config_->selector_policy)) {
    negotiate(nullptr);
    send_refusal(presentation::RefuseReason::address_unknown, {});
    return decline(Layer::presentation, static_cast<int>(presentation::RefuseReason::address_unknown),
                   "called presentation selector " + to_hex(cp_.called) + " unknown", cp_.called);
  }
  Found found = find_aarq(cp_, limits_);
  if (found.context != nullptr) acse_context_ = found.context->id;
  if (!found.aarq) {
    negotiate(nullptr);
    send_refusal(std::nullopt, {});
    return decline(Layer::acse, -1, "no readable AARQ: " + found.why, cp_.user_data.view());
  }
  associate(request, *found.aarq);
}

const ApplicationContext* Stack::find_application(const ber::Oid& name) const {
  const auto& all = config_->application_contexts;
  const auto it =
      std::find_if(all.begin(), all.end(), [&](const ApplicationContext& a) { return a.name == name; });
  return it == all.end() ? nullptr : &*it;
}

// The result list. ACSE often stands last, so its context counts even beyond the limit. Without an
// application context all syntaxes known to any of them are taken.
void Stack::negotiate(const ApplicationContext* application) {
  const auto known = [&](const ber::Oid& syntax) {
    if (syntax == acse::abstract_syntax()) return true;
    if (application != nullptr) return belongs(*application, syntax);
    const auto& all = config_->application_contexts;
    return std::any_of(all.begin(), all.end(),
                       [&](const ApplicationContext& a) { return belongs(a, syntax); });
  };
  contexts_.clear();
  for (std::size_t i = 0; i < cp_.contexts.size(); ++i) {
    ProposedContext& c = cp_.contexts[i];
    if (i >= limits_.contexts && c.id != acse_context_)
      c.result = ContextResult::local_limit;
    else if (!known(c.abstract_syntax))
      c.result = ContextResult::abstract_syntax_not_supported;
    else if (!c.basic_encoding)
      c.result = ContextResult::transfer_syntaxes_not_supported;
    else
      c.result = ContextResult::acceptance;
    contexts_.push_back({c.id, c.abstract_syntax, c.result == ContextResult::acceptance});
  }
}

void Stack::associate(const session::ConnectRequest& request, const acse::Aarq& aarq) {
  application_context_ = aarq.context_name;
  const ApplicationContext* application = find_application(aarq.context_name);
  negotiate(application);
  if (!aarq.version_1) return decline_acse(acse::diagnostics::version, "ACSE version 1 is not offered");
  if (application == nullptr)
    return decline_acse(acse::diagnostics::context_name,
                        "application context " + aarq.context_name.to_string() + " unknown");
  const bool tokens = application->carriage != Carriage::rtse || session_.tokens_together();
  if (!suits(request.offered_units, application->carriage) || !tokens) {
    if (!session_.refuse(session::RefuseReason::restriction).ok()) return close_now();
    return decline(Layer::session, static_cast<int>(session::RefuseReason::restriction),
                   "session functional units or tokens do not suit the application context", {});
  }
  const auto usable = [&](const ber::Oid& syntax) {
    return std::any_of(contexts_.begin(), contexts_.end(),
                       [&](const Context& c) { return c.accepted && c.abstract_syntax == syntax; });
  };
  if (std::none_of(application->syntaxes.begin(), application->syntaxes.end(), usable))
    return decline_acse(acse::diagnostics::no_reason, "no context for any operation");

  ConnectIndication indication;
  has_bind_ = !application->bind_syntax.empty();
  carriage_ = application->carriage;
  Slice information;
  if (has_bind_ || reliable()) {
    auto found = find_information(*application, aarq);
    if (!found.ok()) return decline_acse(acse::diagnostics::no_reason, found.error().text());
    information = std::move(*found);
  }
  if (reliable()) {
    auto open = rtse::parse_rtorq(information);
    if (!open.ok()) return decline_acse(acse::diagnostics::no_reason, open.error().text());
    if (open->recover)
      return decline_rtse(rtse::RefuseReason::cannot_recover, "an earlier association is to be recovered");
    if (!open->two_way_alternate)
      return decline_rtse(rtse::RefuseReason::unacceptable_dialogue_mode, "RTSE dialogue mode monologue");
    information = open->user_data;
    rt_open_ = std::move(*open);
    rt_open_.user_data = {};
    operations_ = application->operations;
  }
  if (has_bind_) {
    auto bind = acse::open_bind(information, acse::bind_argument, limits_.bind_ber);
    if (!bind.ok()) return decline_acse(acse::diagnostics::no_reason, bind.error().text());
    indication.bind_argument = std::move(*bind);
  }
  indication.called = {cp_.called, session_.called(), transport_.called()};
  indication.calling = {cp_.calling, session_.calling(), transport_.calling()};
  indication.application_context = application_context_;
  indication.contexts = contexts_;
  indication.bind_context = information_context_;
  indication.calling_ap_title = aarq.calling_ap_title;
  cp_.user_data = {};
  phase_ = Phase::awaiting_decision;
  events_.push_back(std::move(indication));
}

Result<Slice> Stack::find_information(const ApplicationContext& application, const acse::Aarq& aarq) {
  const ber::Oid& syntax = reliable() ? application.rtse_syntax : application.bind_syntax;
  std::vector<ContextId> bind_contexts;
  for (const Context& c : contexts_)
    if (c.accepted && c.abstract_syntax == syntax) bind_contexts.push_back(c.id);
  if (bind_contexts.empty()) return Error(ErrorKind::refused, "no context for the bind");
  for (const acse::External& e : aarq.user_information) {
    // Without indirect reference there must be only one context it can mean.
    if (!e.context && bind_contexts.size() != 1) continue;
    const auto it =
        std::find(bind_contexts.begin(), bind_contexts.end(), e.context.value_or(bind_contexts[0]));
    if (it == bind_contexts.end()) continue;
    information_context_ = *it;
    X400_CHECK(ber::walk(e.value.view(), limits_.bind_ber));
    return e.value;
  }
  return Error(ErrorKind::refused, "no user information on the bind context");
}

Octets Stack::make_aare(acse::Outcome outcome, acse::Diagnostic diagnostic, View information) const {
  std::optional<acse::Information> out;
  if (!information.empty()) out = acse::Information{information_context_, information};
  return acse::encode_aare(application_context_, outcome, diagnostic, out);
}

Status Stack::accept(const Chain& bind_result) {
  if (phase_ != Phase::awaiting_decision)
    return Error(ErrorKind::closed, "accept: no bind waits for an answer");
  if (has_bind_ && bind_result.empty()) return Error(ErrorKind::invalid, "accept: no bind result");
  Octets information;
  if (has_bind_) information = acse::put_bind(acse::bind_result, bind_result.flat());
  const ReliableTransfer agreed = rtse::agree(rt_open_, own_reliable_);
  if (reliable()) information = rtse::encode_rtoac(agreed, information);
  const Octets aare = make_aare(acse::Outcome::accepted, acse::diagnostics::null, information);
  const Octets cpa = presentation::encode_cpa(cp_.called, cp_.contexts, acse_context_, aare);
  X400_CHECK(session_.accept(units_of(carriage_), cpa));
  if (reliable()) begin_reliable(agreed);
  transport_.set_tsdu_limit(limits_.tsdu);
  cp_ = {};
  phase_ = Phase::open;
  return Ok{};
}

Status Stack::refuse(const Refusal& refusal) {
  if (phase_ != Phase::awaiting_decision)
    return Error(ErrorKind::closed, "refuse: no bind waits for an answer");
  if (refusal.kind == Refusal::Kind::congestion) {
    X400_CHECK(session_.refuse(session::RefuseReason::user_congestion));
  } else {
    const bool permanent = refusal.kind == Refusal::Kind::permanent;
    const acse::Diagnostic diagnostic{false,
                                      permanent ? refusal.diagnostic : acse::diagnostics::no_reason.code};
    Octets error;
    if (permanent && has_bind_ && !refusal.bind_error.empty())
      error = acse::put_bind(acse::bind_error, refusal.bind_error.flat());
    if (reliable()) error = rtse::encode_rtorj(std::nullopt, error);
    send_refusal(std::nullopt,
                 make_aare(permanent ? acse::Outcome::rejected_permanent : acse::Outcome::rejected_transient,
                           diagnostic, error));
  }
  await_close();
  return Ok{};
}

}  // namespace x400::osi
