// Register-MS and the administration port.
#include <algorithm>

#include "p3/gateway.hpp"
#include "p7/credentials.hpp"
#include "p7/session.hpp"
#include "p7/session_in_order.hpp"
#include "service/wire.hpp"
#include "x400/asn1/ms/retrieval.hpp"
#include "x400/asn1/mts/errors.hpp"
#include "x400/asn1/mts/registration.hpp"

namespace x400::server {

namespace ms = asn1::ms;

namespace {

const asn1::Password* simple(const asn1::Credentials& credentials) {
  return std::get_if<asn1::Password>(&credentials);
}

mstore::Failure undecided(ms::ServiceProblem problem, std::string why) {
  return {ms::ServiceErrorParameter{problem, {}}, std::move(why)};
}

bool has_code(const ms::ServiceError& error, std::initializer_list<std::int32_t> codes) {
  const auto* mts = std::get_if<ms::MtsError>(&error);
  return mts && std::find(codes.begin(), codes.end(), mts->code) != codes.end();
}

// Change-Credentials has four errors and no service-error (X.411 8.4.1.2). Of these remote-bind-error says
// what a service-error does: who would do it cannot be had now.
ms::ServiceError of_change_credentials(ms::ServiceError error) {
  using namespace ms::error_code;
  const bool allowed = std::holds_alternative<ms::OldCredentialsIncorrectlySpecified>(error) ||
                       std::holds_alternative<ms::NewCredentialsUnacceptable>(error) ||
                       std::holds_alternative<ms::SecurityError>(error) ||
                       has_code(error, {old_credentials_incorrectly_specified, new_credentials_unacceptable,
                                        mts_security_error, remote_bind_error});
  if (!allowed) return ms::MtsError{remote_bind_error, {}};
  return error;
}

}  // namespace

// A Register-MS on its way. Change-Credentials of the administration port is one too: its result is NULL as
// well.
struct P7Session::Registering {
  ms::RegisterMsArgument argument;
  Call call;
  Turn turn;
  BindThrottle::Permit permit{};  // to try a password

  bool by_administration() const { return call.invocation.operation.port == access::Port::administration; }
};

void P7Session::register_ms(ms::RegisterMsArgument argument, Call call, Turn turn) {
  auto work =
      std::make_shared<Registering>(Registering{std::move(argument), std::move(call), std::move(turn)});
  if (!work->argument.change_credentials) return finish_register(work, std::nullopt);
  if (!simple(work->argument.change_credentials->old_credentials))
    return finish_register(work, mstore::CredentialChange{});
  // Who guesses here is slowed as who guesses at a bind, on the same account.
  auto permit = parts_.throttle.enter(
      throttled_address(peer_), who_.user->id, [self = shared_from_this(), work](BindThrottle::Permit later) {
        work->permit = std::move(later);
        // What the pool does not take any more drops the reply, which rejects the invocation.
        (void)self->parts_.engine.post([self, work] { self->check_old_password(work); });
      });
  if (permit.state() == BindThrottle::Permit::State::waiting) return;
  work->permit = std::move(permit);
  check_old_password(work);
}

void P7Session::check_old_password(const std::shared_ptr<Registering>& work) {
  if (work->permit.state() == BindThrottle::Permit::State::refused)
    return fail_register(work, undecided(ms::ServiceProblem::busy, "too many failed binds"));
  const auto* password = simple(work->argument.change_credentials->old_credentials);
  check_password(
      parts_, who_.user, who_.mailbox, settings::Secret(password->octets),
      [self = shared_from_this(), work](Verdict verdict) { self->old_password_checked(work, verdict); });
}

void P7Session::old_password_checked(const std::shared_ptr<Registering>& work, Verdict verdict) {
  switch (verdict) {
    case Verdict::right: work->permit.decided(true); break;
    case Verdict::wrong: work->permit.decided(false); return change_password(work, {});
    case Verdict::overloaded:
      return fail_register(work, undecided(ms::ServiceProblem::busy, "too many password checks waiting"));
    case Verdict::failed:
      return fail_register(
          work, undecided(ms::ServiceProblem::unavailable, "password check failed: out of memory?"));
  }
  make_secret(parts_, who_.user, work->argument.change_credentials->new_credentials,
              [self = shared_from_this(), work](NewSecret made) {
                if (!made.ok())
                  return self->fail_register(
                      work, undecided(ms::ServiceProblem::busy, made.error().in("new password").text()));
                self->change_password(work, {true, std::move(*made)});
              });
}

// Back to the engine pool: the change is written to the store, and this may be a thread of the verifier.
void P7Session::change_password(const std::shared_ptr<Registering>& work, mstore::CredentialChange change) {
  (void)parts_.engine.post([self = shared_from_this(), work, change = std::move(change)]() mutable {
    self->finish_register(work, std::move(change));
  });
}

void P7Session::finish_register(const std::shared_ptr<Registering>& work,
                                std::optional<mstore::CredentialChange> change) {
  retrieval_->register_ms(
      work->argument, std::move(change), [self = shared_from_this(), work](const auto& outcome) {
        if (!outcome.ok()) return self->fail_register(work, outcome.error());
        if (work->argument.change_credentials)
          self->parts_.log.write(events::password_changed,
                                 {{"assoc", self->id_}, {"mailbox", self->who_.user->id}});
        self->done(work->call, outcome->encode(self->who_.edition));
        work->turn.end();
      });
}

void P7Session::fail_register(const std::shared_ptr<Registering>& work, mstore::Failure failure) {
  if (work->by_administration()) {
    failure.error = of_change_credentials(std::move(failure.error));
    fail(work->call, failure, ms::Port::administration);
  } else {
    fail(work->call, failure, ms::Port::retrieval);
  }
  work->turn.end();
}

void P7Session::change_credentials(Call call) {
  (void)queue_->post([self = shared_from_this(), call = std::move(call)](Turn turn) mutable {
    auto change = ms::decode_change_credentials(call.argument());
    if (!change.ok()) return self->malformed(call, change.error());
    ms::RegisterMsArgument argument;
    argument.change_credentials = std::move(*change);
    self->register_ms(std::move(argument), std::move(call), std::move(turn));
  });
}

// The MTA keeps these registrations; the store passes them on and back (X.411 8.4.1.1). Under bind_as =
// "store" they would become the store's own.
void P7Session::relay_register(Call call) {
  const Status form = asn1::mts::check_register_argument(call.argument(), who_.edition);
  if (!form.ok()) return malformed(call, form.error());
  if (parts_.gateway.submits_as_store(*who_.user))
    return fail(call, {ms::MtsError{ms::error_code::register_rejected, {}}, "the MTA knows the store alone"},
                ms::Port::administration);
  auto shared = std::make_shared<Call>(std::move(call));
  parts_.gateway.invoke(who_.user, access::operations::register_, shared->invocation.argument, who_.edition,
                        [self = shared_from_this(), shared](const MtaAnswer& answer) {
                          if (answer.error)
                            return self->fail(*shared, {*answer.error, answer.log}, ms::Port::administration);
                          self->registered(*shared, answer.result);
                        });
}

void P7Session::registered(Call& call, osi::Slice result) {
  const Status form = asn1::mts::check_register_result(result.view(), who_.edition);
  if (form.ok()) return done(call, std::move(result));
  // It is registered, but what the MTA says of it cannot be read.
  fail(call, {ms::MtsError{ms::error_code::remote_bind_error, {}}, form.error().text()},
       ms::Port::administration);
}

}  // namespace x400::server
