#include "x400/access/contexts.hpp"

#include <algorithm>
#include <array>

#include "x400/asn1/oids.hpp"

namespace x400::access {
namespace {

namespace op = operations;
namespace syntax = asn1::oids::syntax;

constexpr bool yes = true, no = false;

// Columns: may the user invoke it, may the service, is it in the 1994 contexts only.
constexpr std::array p7_rules{
    OperationRule{op::message_submission, "message-submission", yes, no, no},
    OperationRule{op::probe_submission, "probe-submission", yes, no, no},
    OperationRule{op::cancel_deferred_delivery, "cancel-deferred-delivery", yes, no, no},
    OperationRule{op::submission_control, "submission-control", no, yes, no},
    OperationRule{op::summarize, "summarize", yes, no, no},
    OperationRule{op::list, "list", yes, no, no},
    OperationRule{op::fetch, "fetch", yes, no, no},
    OperationRule{op::delete_entries, "delete", yes, no, no},
    OperationRule{op::register_ms, "register-MS", yes, no, no},
    OperationRule{op::alert, "alert", no, yes, no},
    OperationRule{op::modify, "modify", yes, no, yes},
    OperationRule{op::register_, "register", yes, no, no},
    OperationRule{op::change_credentials, "change-credentials", yes, no, no},
};
// change-credentials goes both ways in P3 only.
constexpr std::array p3_rules{
    OperationRule{op::message_submission, "message-submission", yes, no, no},
    OperationRule{op::probe_submission, "probe-submission", yes, no, no},
    OperationRule{op::cancel_deferred_delivery, "cancel-deferred-delivery", yes, no, no},
    OperationRule{op::submission_control, "submission-control", no, yes, no},
    OperationRule{op::message_delivery, "message-delivery", no, yes, no},
    OperationRule{op::report_delivery, "report-delivery", no, yes, no},
    OperationRule{op::delivery_control, "delivery-control", yes, no, no},
    OperationRule{op::register_, "register", yes, no, no},
    OperationRule{op::change_credentials, "change-credentials", yes, yes, no},
};

std::span<const OperationRule> rules(Protocol protocol) {
  if (protocol == Protocol::p7) return p7_rules;
  return p3_rules;
}

ApplicationContext ms_access(std::string_view name, const ber::Oid& oid, Edition edition) {
  const bool old = edition == Edition::e1988;
  ApplicationContext c;
  c.name = name;
  c.oid = oid;
  c.protocol = Protocol::p7;
  c.edition = edition;
  c.bind_syntax = old ? syntax::ms_88 : syntax::ms_94;
  c.ports = {{Port::submission, old ? syntax::msse : syntax::ms_msse},
             {Port::retrieval, old ? syntax::mrse_88 : syntax::mrse_94},
             {Port::administration, old ? syntax::mase_88 : syntax::mase_94}};
  return c;
}

ApplicationContext mts_access(std::string_view name, const ber::Oid& oid, Edition edition, Party initiator) {
  const bool old = edition == Edition::e1988;
  ApplicationContext c;
  c.name = name;
  c.oid = oid;
  c.protocol = Protocol::p3;
  c.edition = edition;
  c.initiator = initiator;
  c.bind_syntax = syntax::mts;
  c.ports = {{Port::submission, syntax::msse},
             {Port::delivery, old ? syntax::mdse_88 : syntax::mdse_94},
             {Port::administration, old ? syntax::mase_88 : syntax::mase_94}};
  return c;
}

ApplicationContext over_rtse(ApplicationContext c) {
  c.reliable = true;
  c.bind_syntax = c.protocol == Protocol::p7 ? syntax::ms_rtse : syntax::mts_rtse;
  return c;
}

const std::vector<ApplicationContext>& table() {
  namespace context = asn1::oids::context;
  constexpr auto e94 = Edition::e1994, e88 = Edition::e1988;
  static const std::vector<ApplicationContext> contexts = {
      ms_access("ms-access-94", context::ms_access_94, e94),
      ms_access("ms-access-88", context::ms_access_88, e88),
      mts_access("mts-access-94", context::mts_access_94, e94, Party::user),
      mts_access("mts-access-88", context::mts_access_88, e88, Party::user),
      mts_access("mts-forced-access-94", context::mts_forced_access_94, e94, Party::service),
      mts_access("mts-forced-access-88", context::mts_forced_access_88, e88, Party::service),
      over_rtse(ms_access("ms-reliable-access-94", context::ms_reliable_access_94, e94)),
      over_rtse(ms_access("ms-reliable-access-88", context::ms_reliable_access_88, e88)),
      over_rtse(mts_access("mts-reliable-access-94", context::mts_reliable_access_94, e94, Party::user)),
      over_rtse(mts_access("mts-reliable-access-88", context::mts_reliable_access_88, e88, Party::user)),
      over_rtse(mts_access("mts-forced-reliable-access-94", context::mts_forced_reliable_access_94, e94,
                           Party::service)),
      over_rtse(mts_access("mts-forced-reliable-access-88", context::mts_forced_reliable_access_88, e88,
                           Party::service)),
  };
  return contexts;
}

// What the two ends may invoke, for peers that do not tell the port.
std::vector<osi::OperationSyntax> operation_syntaxes(const ApplicationContext& c) {
  std::vector<osi::OperationSyntax> all;
  for (const OperationRule& r : rules(c.protocol)) {
    const ber::Oid* on = c.syntax(r.operation.port);
    if (on == nullptr) continue;
    if (r.may_invoke(c.initiator)) all.push_back({r.operation.code, true, *on});
    if (r.may_invoke(other(c.initiator))) all.push_back({r.operation.code, false, *on});
  }
  return all;
}

}  // namespace

std::string_view name(Protocol protocol) { return protocol == Protocol::p7 ? "P7" : "P3"; }
std::string_view name(Edition edition) { return edition == Edition::e1988 ? "88" : "94"; }
std::string_view name(Party party) { return party == Party::user ? "user" : "service"; }
std::string_view name(Port port) {
  switch (port) {
    case Port::submission: return "submission";
    case Port::delivery: return "delivery";
    case Port::retrieval: return "retrieval";
    case Port::administration: return "administration";
  }
  return "unknown";
}

const ber::Oid* ApplicationContext::syntax(Port port) const {
  for (const PortSyntax& p : ports)
    if (p.port == port) return &p.syntax;
  return nullptr;
}

std::optional<Port> ApplicationContext::port(const ber::Oid& syntax) const {
  for (const PortSyntax& p : ports)
    if (p.syntax == syntax) return p.port;
  return std::nullopt;
}

const OperationRule* ApplicationContext::rule(Operation operation) const {
  const auto all = rules(protocol);
  const auto found = std::ranges::find(all, operation, &OperationRule::operation);
  if (found == all.end() || (found->only_94 && edition == Edition::e1988)) return nullptr;
  return &*found;
}

osi::ApplicationContext ApplicationContext::for_stack() const {
  osi::ApplicationContext c;
  c.name = oid;
  c.bind_syntax = bind_syntax;
  for (const PortSyntax& p : ports) c.syntaxes.push_back(p.syntax);
  if (!reliable) return c;
  c.carriage = osi::Carriage::rtse;
  c.rtse_syntax = bind_syntax;
  c.operations = operation_syntaxes(*this);
  return c;
}

std::span<const ApplicationContext> application_contexts() { return table(); }

const ApplicationContext* find_context(const ber::Oid& oid) {
  const auto found = std::ranges::find(table(), oid, &ApplicationContext::oid);
  return found == table().end() ? nullptr : &*found;
}

const ApplicationContext* find_context(std::string_view name) {
  const auto found = std::ranges::find(table(), name, &ApplicationContext::name);
  return found == table().end() ? nullptr : &*found;
}

namespace contexts {
const ApplicationContext& of(Protocol protocol, Edition edition, Party initiator, bool reliable) {
  const Party opens = protocol == Protocol::p7 ? Party::user : initiator;
  return *std::ranges::find_if(table(), [&](const ApplicationContext& c) {
    return c.protocol == protocol && c.edition == edition && c.initiator == opens && c.reliable == reliable;
  });
}

const ApplicationContext& ms_access_88() { return of(Protocol::p7, Edition::e1988, Party::user, false); }
const ApplicationContext& ms_access_94() { return of(Protocol::p7, Edition::e1994, Party::user, false); }
const ApplicationContext& mts_access_88() { return of(Protocol::p3, Edition::e1988, Party::user, false); }
const ApplicationContext& mts_access_94() { return of(Protocol::p3, Edition::e1994, Party::user, false); }
const ApplicationContext& mts_forced_access_88() {
  return of(Protocol::p3, Edition::e1988, Party::service, false);
}
const ApplicationContext& mts_forced_access_94() {
  return of(Protocol::p3, Edition::e1994, Party::service, false);
}
}  // namespace contexts

}  // namespace x400::access
