#include "p3/acceptor.hpp"

#include "p3/session.hpp"
#include "x400/access/credentials.hpp"

namespace x400::server {

namespace mts = asn1::mts;
using mts::MtsBindError;

namespace {

// Nothing, or why the MTA had better come later: P3 has no such answer to a delivery.
std::optional<std::string> busy(const Parts& parts) {
  if (parts.stopping) return "the service is stopping";
  if (parts.crowded()) return "too many associations in all";
  if (const Status writable = parts.store.writable(); !writable.ok())
    return "the store cannot write: " + writable.error().text();
  return std::nullopt;
}

// The MTA of this name, or null. The name is compared with all of them, so that the time does not tell.
const MtaConfig* find(const Parts& parts, const mts::ObjectName& name) {
  const auto* mta_name = std::get_if<mts::MtaName>(&name);
  const MtaConfig* found = nullptr;
  for (const MtaConfig& mta : parts.config.mtas)
    if (mta_name && mta.name == mta_name->name) found = &mta;
  return found;
}

// Empty if it is this MTA; else why not, for the log. Somebody's password is looked at in any case.
std::string judge(const Parts& parts, const MtaConfig* mta, const mts::MtsBindArgument& argument,
                  const std::optional<access::PeerCertificate>& certificate) {
  const settings::Secret& secret = mta ? mta->password : parts.config.store.password;
  const auto& credentials = argument.initiator_credentials;
  const bool wants_protected = mta && mta->protected_credentials;
  std::string wrong;
  if (const auto* password = std::get_if<asn1::Password>(&credentials)) {
    if (!secret.matches(password->octets))
      wrong = "wrong password";
    else if (wants_protected)
      wrong = "simple credentials, where protected ones are wanted";
  } else if (const auto* hashed = std::get_if<asn1::ProtectedPassword>(&credentials)) {
    const auto fault = parts.protected_checker.check(mts::to_string(argument.initiator_name), *hashed,
                                                     mta ? std::optional(secret.octets()) : std::nullopt);
    if (fault != access::ProtectedFault::none)
      wrong = "protected credentials: " + std::string(access::name(fault));
    else if (!wants_protected)
      wrong = "protected credentials, where simple ones are wanted";
  } else {
    wrong = "strong credentials are not supported";
  }
  if (!mta) return "unknown MTA";
  if (wrong.empty() && !mta->certificates.empty() &&
      (!certificate || !listed(mta->certificates, *certificate)))
    wrong = certificate ? "not this MTA's certificate" : "no certificate";
  return wrong;
}

}  // namespace

struct P3Acceptor::Attempt {
  access::BindRequest request;
  access::BindReply reply;
  mts::MtsBindArgument argument;
  std::string claimed;  // the initiator's name, for the log
  BindThrottle::Permit permit;
};

void P3Acceptor::bind(access::BindRequest request, access::BindReply reply) {
  auto argument = mts::MtsBindArgument::decode(request.argument.view());
  if (!argument.ok()) {
    // No octets in the log: a password is among them.
    parts_.log.write(
        events::mta_bind_malformed,
        {{"assoc", request.association_id}, {"peer", request.peer}, {"error", argument.error().text()}});
    return reply.reject(argument.error().text());
  }
  const auto attempt = std::make_shared<Attempt>();
  attempt->claimed = mts::to_string(argument->initiator_name);
  attempt->request = std::move(request);
  attempt->reply = std::move(reply);
  attempt->argument = std::move(*argument);
  if (const auto why = busy(parts_)) return refuse(*attempt, MtsBindError::busy, *why);
  auto permit = parts_.throttle.enter(throttled_address(attempt->request.peer), "mta " + attempt->claimed,
                                      [self = shared_from_this(), attempt](BindThrottle::Permit later) {
                                        attempt->permit = std::move(later);
                                        self->decide(*attempt);
                                      });
  if (permit.state() == BindThrottle::Permit::State::waiting) return;
  attempt->permit = std::move(permit);
  decide(*attempt);
}

void P3Acceptor::decide(Attempt& attempt) {
  if (attempt.permit.state() == BindThrottle::Permit::State::refused)
    return refuse(attempt, MtsBindError::busy, "too many failed binds");
  if (!attempt.reply.wanted()) return;
  const MtaConfig* const mta = find(parts_, attempt.argument.initiator_name);
  const std::string wrong = judge(parts_, mta, attempt.argument, attempt.request.certificate);
  attempt.permit.decided(wrong.empty());
  if (!wrong.empty()) return refuse(attempt, MtsBindError::authentication_error, wrong);
  if (!attempt.argument.security_context.empty())
    return refuse(attempt, MtsBindError::unacceptable_security_context, "security labels are not supported");
  accept(attempt, *mta);
}

void P3Acceptor::refuse(Attempt& attempt, MtsBindError error, const std::string& why) {
  parts_.log.write(events::mta_refused, {{"assoc", attempt.request.association_id},
                                         {"peer", attempt.request.peer},
                                         {"name", attempt.claimed},
                                         {"problem", mts::name(error)},
                                         {"error", why}});
  attempt.reply.refuse(mts::encode(error), why);
}

void P3Acceptor::accept(Attempt& attempt, const MtaConfig& mta) {
  auto own = access::responder_credentials(parts_.config.store.password.octets(),
                                           attempt.argument.initiator_credentials, asn1::now());
  if (!own.ok()) return refuse(attempt, MtsBindError::busy, own.error().text());
  parts_.log.write(events::mta_bound, {{"assoc", attempt.request.association_id},
                                       {"peer", attempt.request.peer},
                                       {"mta", mta.name},
                                       {"context", attempt.request.context->name}});
  const StoreConfig& store = parts_.config.store;
  const mts::MtsBindResult result{
      mts::MessageStoreName{asn1::EncodedORName(store.or_address)}, std::nullopt, std::move(*own), {}};
  attempt.reply.accept(result.encode(), std::make_shared<P3Session>(parts_, mta, nullptr));
}

}  // namespace x400::server
