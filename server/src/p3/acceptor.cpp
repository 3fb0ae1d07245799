#include "p3/acceptor.hpp"

#include <algorithm>

#include "p3/session.hpp"

namespace x400::server {

namespace mts = asn1::mts;
using mts::MtsBindError;

namespace {

struct Decision {
  const MtaConfig* mta = nullptr;  // null: refused
  MtsBindError error = MtsBindError::authentication_error;
  std::string why;
};

Decision decide(const Parts& parts, const mts::MtsBindArgument& argument) {
  if (parts.stopping) return {nullptr, MtsBindError::busy, "the service is stopping"};
  if (parts.crowded()) return {nullptr, MtsBindError::busy, "too many associations in all"};
  // Who cannot be answered had better come later: P3 has no such answer to a delivery.
  if (const Status writable = parts.store.writable(); !writable.ok())
    return {nullptr, MtsBindError::busy, "the store cannot write: " + writable.error().text()};
  const auto* name = std::get_if<mts::MtaName>(&argument.initiator_name);
  if (!name) return {nullptr, MtsBindError::authentication_error, "not the name of an MTA"};
  const auto& mtas = parts.config.mtas;
  const auto mta =
      std::find_if(mtas.begin(), mtas.end(), [&](const auto& m) { return m.name == name->name; });
  if (mta == mtas.end()) return {nullptr, MtsBindError::authentication_error, "unknown MTA"};
  const auto* password = std::get_if<asn1::Password>(&argument.initiator_credentials);
  if (!password) return {nullptr, MtsBindError::authentication_error, "only simple credentials are taken"};
  if (!mta->password.matches(password->octets))
    return {nullptr, MtsBindError::authentication_error, "wrong password"};
  if (!argument.security_context.empty())
    return {nullptr, MtsBindError::unacceptable_security_context, "security labels are not supported"};
  return {&*mta, {}, {}};
}

}  // namespace

void P3Acceptor::bind(access::BindRequest request, access::BindReply reply) {
  const auto argument = mts::MtsBindArgument::decode(request.argument.view());
  if (!argument.ok()) {
    parts_.log.write(events::mta_bind_malformed, {{"assoc", request.association_id},
                                                  {"peer", request.peer},
                                                  {"error", argument.error().text()},
                                                  {"octets", to_hex(request.argument.view(), 64)}});
    return reply.reject(argument.error().text());
  }
  const Decision decision = decide(parts_, *argument);
  const std::string name = mts::to_string(argument->initiator_name);
  if (!decision.mta) {
    parts_.log.write(events::mta_refused, {{"assoc", request.association_id},
                                           {"peer", request.peer},
                                           {"name", name},
                                           {"problem", mts::name(decision.error)},
                                           {"error", decision.why}});
    return reply.refuse(mts::encode(decision.error), decision.why);
  }
  parts_.log.write(events::mta_bound, {{"assoc", request.association_id},
                                       {"peer", request.peer},
                                       {"mta", decision.mta->name},
                                       {"context", request.context->name}});
  const StoreConfig& store = parts_.config.store;
  // The form of the password, IA5 or octets, is the initiator's: it surely reads its own.
  const bool octets = std::get<asn1::Password>(argument->initiator_credentials).octet_string;
  const mts::MtsBindResult result{mts::MessageStoreName{asn1::EncodedORName(store.or_address)},
                                  std::nullopt,
                                  asn1::Password{to_octets(store.password.octets()), octets},
                                  {}};
  reply.accept(result.encode(), std::make_shared<P3Session>(parts_, *decision.mta, nullptr));
}

}  // namespace x400::server
