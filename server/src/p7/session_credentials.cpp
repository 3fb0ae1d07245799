// Register-MS and the administration port.
#include "p3/gateway.hpp"
#include "p7/credentials.hpp"
#include "p7/session.hpp"
#include "p7/session_in_order.hpp"
#include "service/wire.hpp"
#include "x400/asn1/ms/retrieval.hpp"
#include "x400/asn1/mts/errors.hpp"

namespace x400::server {

namespace ms = asn1::ms;

namespace {

const asn1::Password* simple(const asn1::Credentials& credentials) {
  return std::get_if<asn1::Password>(&credentials);
}

mstore::Failure undecided(Verdict verdict) {
  const bool busy = verdict == Verdict::overloaded;
  return {ms::ServiceErrorParameter{busy ? ms::ServiceProblem::busy : ms::ServiceProblem::unavailable, {}},
          busy ? "too many password checks waiting" : "password check failed: out of memory?"};
}

}  // namespace

void P7Session::register_ms(ms::RegisterMsArgument argument, Call call, Turn turn) {
  struct Work {
    ms::RegisterMsArgument argument;
    Call call;
    Turn turn;
  };
  auto work = std::make_shared<Work>(Work{std::move(argument), std::move(call), std::move(turn)});
  const auto finish = [self = shared_from_this(), work](std::optional<mstore::CredentialChange> change) {
    self->retrieval_->register_ms(work->argument, std::move(change), [self, work](const auto& outcome) {
      if (!outcome.ok()) {
        self->fail(work->call, outcome.error(), ms::Port::retrieval);
      } else {
        if (work->argument.change_credentials)
          self->parts_.log.write(events::password_changed,
                                 {{"assoc", self->id_}, {"mailbox", self->who_.user->id}});
        // Change-Credentials of the administration port comes this way too; its result is NULL as well.
        self->done(work->call, outcome->encode(self->who_.edition));
      }
      work->turn.end();
    });
  };
  if (!work->argument.change_credentials) return finish(std::nullopt);
  const auto* old_password = simple(work->argument.change_credentials->old_credentials);
  if (!old_password) return finish(mstore::CredentialChange{});
  check_password(parts_, who_.user, who_.mailbox, settings::Secret(old_password->octets),
                 [self = shared_from_this(), work, finish](Verdict verdict) {
                   if (verdict == Verdict::overloaded || verdict == Verdict::failed) {
                     self->fail(work->call, undecided(verdict), ms::Port::retrieval);
                     work->turn.end();
                     return;
                   }
                   mstore::CredentialChange change;
                   change.old_is_right = verdict == Verdict::right;
                   if (change.old_is_right)
                     change.new_secret = new_secret(self->parts_, *self->who_.user,
                                                    work->argument.change_credentials->new_credentials);
                   finish(std::move(change));
                 });
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

// The MTA keeps these registrations; the store passes them on and back (X.411 8.4.1.1).
void P7Session::relay_register(Call call) {
  auto shared = std::make_shared<Call>(std::move(call));
  parts_.gateway.invoke(who_.user, access::operations::register_, shared->invocation.argument, who_.edition,
                        [self = shared_from_this(), shared](const MtaAnswer& answer) {
                          if (answer.error)
                            return self->fail(*shared, {*answer.error, answer.log}, ms::Port::administration);
                          self->done(*shared, answer.result);
                        });
}

}  // namespace x400::server
