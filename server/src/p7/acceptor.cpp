#include "p7/acceptor.hpp"

#include "p7/credentials.hpp"
#include "p7/session.hpp"
#include "service/wire.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/asn1/or_text.hpp"

namespace x400::server {

namespace ms = asn1::ms;
using ms::BindProblem;

struct P7Acceptor::Attempt {
  access::BindRequest request;
  access::BindReply reply;
  asn1::Edition edition = asn1::Edition::e1988;
  ms::MsBindArgument argument;
  std::string claimed;  // the initiator's name, for the log
  UserPtr user;         // null: unknown
  std::optional<mstore::MailboxNumber> mailbox;
  BindThrottle::Permit permit;
};

void P7Acceptor::bind(access::BindRequest request, access::BindReply reply) {
  auto attempt = std::make_shared<Attempt>();
  attempt->edition = edition_of(*request.context);
  attempt->request = std::move(request);
  attempt->reply = std::move(reply);
  if (parts_.stopping)
    return refuse(*attempt, BindProblem::unable_to_establish_association, "the service is stopping");
  if (parts_.crowded())
    return refuse(*attempt, BindProblem::unable_to_establish_association, "too many associations in all");
  auto argument = ms::MsBindArgument::decode(attempt->request.argument.view(), attempt->edition);
  if (!argument.ok()) return malformed(*attempt, argument.error());
  attempt->argument = std::move(*argument);
  const bool posted = parts_.engine.post([self = shared_from_this(), attempt] { self->identify(attempt); });
  if (!posted) refuse(*attempt, BindProblem::unable_to_establish_association, "the service is stopping");
}

void P7Acceptor::identify(const std::shared_ptr<Attempt>& attempt) {
  const auto name = asn1::ORName::decode(attempt->argument.initiator_name);
  if (!name.ok()) return malformed(*attempt, name.error().in("initiator-name"));
  attempt->claimed = asn1::print_f401(name->address);
  attempt->user = parts_.directory.find_by_address(name->address);
  if (attempt->user) attempt->mailbox = parts_.mailboxes.number(*attempt->user);
  // All addresses of a user are one name to guess at.
  const std::string counted = attempt->user ? attempt->user->id : ' ' + asn1::canonical_key(name->address);
  auto permit = parts_.throttle.enter(
      throttled_address(attempt->request.peer), counted,
      [self = shared_from_this(), attempt](BindThrottle::Permit later) {
        attempt->permit = std::move(later);
        // Back to the engine pool: the check reads the store.
        if (!self->parts_.engine.post([self, attempt] { self->check(attempt); }))
          self->refuse(*attempt, BindProblem::unable_to_establish_association, "the service is stopping");
      });
  if (permit.state() == BindThrottle::Permit::State::waiting) return;
  attempt->permit = std::move(permit);
  check(attempt);
}

void P7Acceptor::check(const std::shared_ptr<Attempt>& attempt) {
  if (attempt->permit.state() == BindThrottle::Permit::State::refused)
    return refuse(*attempt, BindProblem::unable_to_establish_association, "too many failed binds");
  if (!attempt->reply.wanted()) return;
  Claim claim{attempt->user, attempt->mailbox, attempt->argument.initiator_credentials,
              attempt->request.certificate};
  authenticate(parts_, std::move(claim),
               [self = shared_from_this(), attempt](Verdict verdict, const std::string& why) {
                 self->decided(attempt, verdict, why);
               });
}

void P7Acceptor::decided(const std::shared_ptr<Attempt>& attempt, Verdict verdict, const std::string& why) {
  switch (verdict) {
    case Verdict::right: attempt->permit.decided(true); break;
    case Verdict::wrong:
      attempt->permit.decided(false);
      return refuse(*attempt, BindProblem::authentication_error, why);
    case Verdict::overloaded:
      return refuse(*attempt, BindProblem::unable_to_establish_association,
                    "too many password checks waiting");
    case Verdict::failed:
      return refuse(*attempt, BindProblem::unable_to_establish_association, "password check failed");
  }
  // Back to the engine pool: opening reads the store, and this may be a thread of the verifier.
  const bool posted = parts_.engine.post([self = shared_from_this(), attempt] { self->open(attempt); });
  if (!posted) refuse(*attempt, BindProblem::unable_to_establish_association, "the service is stopping");
}

void P7Acceptor::open(const std::shared_ptr<Attempt>& attempt) {
  const ms::MsBindArgument& argument = attempt->argument;
  if (!attempt->mailbox)
    return refuse(*attempt, BindProblem::unable_to_establish_association,
                  "the user has no mailbox in the store");
  const mstore::MailboxNumber mailbox = *attempt->mailbox;
  if (!argument.security_context.empty())
    return refuse(*attempt, BindProblem::unacceptable_security_context, "security labels are not supported");
  auto place = sessions_->enter(mailbox);
  if (!place)
    return refuse(*attempt, BindProblem::unable_to_establish_association,
                  "too many associations of this user");
  mstore::RetrievalOptions options;
  options.mailbox = mailbox;
  options.edition = attempt->edition;
  options.fetch_restrictions = argument.fetch_restrictions;
  options.ua_registration = argument.ua_registration_identifier;
  auto retrieval = parts_.store.open_retrieval(std::move(options));
  if (!retrieval.ok())
    return refuse(*attempt, BindProblem::unable_to_establish_association, retrieval.error().text());

  ms::MsBindResult result;
  result.responder_credentials = responder_credentials(*attempt->user, argument.initiator_credentials);
  (*retrieval)->describe(argument.configuration_request, result);
  for (const auto& extension : argument.extensions) result.unsupported_extensions.push_back(extension.type);
  P7Session::Who who{attempt->user, mailbox, attempt->edition, argument.ua_registration_identifier};
  auto session =
      std::make_shared<P7Session>(parts_, sessions_, std::move(place), std::move(who), std::move(*retrieval));
  attempt->reply.accept(result.encode(attempt->edition), std::move(session));
}

void P7Acceptor::refuse(Attempt& attempt, BindProblem problem, const std::string& why) {
  parts_.log.write(events::user_refused, {{"assoc", attempt.request.association_id},
                                          {"peer", attempt.request.peer},
                                          {"name", attempt.claimed},
                                          {"mailbox", attempt.user ? attempt.user->id : std::string()},
                                          {"problem", ms::name(problem)},
                                          {"error", why}});
  ms::MsBindError error;
  error.problem = problem;
  attempt.reply.refuse(error.encode(attempt.edition), why);
}

// No octets in the log: a password is among them.
void P7Acceptor::malformed(Attempt& attempt, const Error& error) {
  parts_.log.write(
      events::user_bind_malformed,
      {{"assoc", attempt.request.association_id}, {"peer", attempt.request.peer}, {"error", error.text()}});
  attempt.reply.reject(error.text());
}

}  // namespace x400::server
