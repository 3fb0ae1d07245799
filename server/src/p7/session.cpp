#include "p7/session.hpp"

#include <algorithm>

#include "p7/session_in_order.hpp"
#include "service/wire.hpp"
#include "x400/asn1/ms/retrieval.hpp"

namespace x400::server {

namespace ms = asn1::ms;
using access::Port;

namespace {

// Both may change the user's, and the log is not for passwords.
bool has_passwords(const access::Operation& operation) {
  return operation == access::operations::change_credentials || operation == access::operations::register_ms;
}

}  // namespace

P7Session::P7Session(const Parts& parts, std::shared_ptr<P7Sessions> sessions,
                     std::unique_ptr<P7Sessions::Place> place, Who who,
                     std::unique_ptr<mstore::Retrieval> retrieval)
    : parts_(parts),
      sessions_(std::move(sessions)),
      place_(std::move(place)),
      who_(std::move(who)),
      retrieval_(std::move(retrieval)),
      queue_(SerialQueue::make(parts.engine, parts.config.limits.unsent)) {}

void P7Session::opened(const access::AssociationPtr& association) {
  {
    const std::lock_guard lock(mutex_);
    association_ = association;
    id_ = association->id();
    peer_ = association->peer();
  }
  parts_.log.write(events::user_bound, {{"assoc", id_},
                                        {"peer", peer_},
                                        {"mailbox", who_.user->id},
                                        {"context", association->context().name}});
  if (association->has(Port::retrieval)) sessions_->listen(who_.mailbox, weak_from_this());
}

void P7Session::closed(const access::Ending&) {
  // The association keeps this handler and this handler the association: here the ring is cut.
  access::AssociationPtr gone;
  const std::lock_guard lock(mutex_);
  gone.swap(association_);
  alerts_.close();
}

void P7Session::invoked(access::Invocation invocation, access::Reply reply) {
  Call call{std::move(invocation), std::move(reply)};
  switch (call.invocation.operation.port) {
    case Port::retrieval: invoke_retrieval(std::move(call)); break;
    case Port::submission: invoke_submission(std::move(call)); break;
    case Port::administration: invoke_administration(std::move(call)); break;
    case Port::delivery: call.reply.reject(osi::problems::unrecognized_operation); break;
  }
}

void P7Session::invoke_retrieval(Call call) {
  switch (call.invocation.operation.code) {
    case access::operations::summarize.code:
      return in_order<ms::SummarizeArgument>(std::move(call),
                                             [](P7Session& self, auto argument, Call c, Turn) {
                                               if (!c.reply.wanted()) return;
                                               const auto outcome = self.retrieval_->summarize(argument);
                                               if (!outcome.ok())
                                                 return self.fail(c, outcome.error(), ms::Port::retrieval);
                                               self.done(c, outcome->encode(self.who_.edition));
                                             });
    case access::operations::list.code:
      return in_order<ms::ListArgument>(std::move(call), [](P7Session& self, auto argument, Call c, Turn) {
        if (!c.reply.wanted()) return;
        const auto outcome = self.retrieval_->list(argument);
        if (!outcome.ok()) return self.fail(c, outcome.error(), ms::Port::retrieval);
        self.done(c, chain_of(outcome->result.encode(self.who_.edition), outcome->storage));
      });
    case access::operations::fetch.code: return fetch(std::move(call));
    case access::operations::delete_entries.code:
      return in_order<ms::DeleteArgument>(
          std::move(call), [](P7Session& self, auto argument, Call c, Turn turn) {
            // The turn goes with the completion: what comes after a delete sees it, and nobody waits in a
            // thread.
            auto shared = std::make_shared<std::pair<Call, Turn>>(std::move(c), std::move(turn));
            self.retrieval_->remove(argument, [me = self.shared_from_this(), shared](const auto& outcome) {
              if (outcome.ok())
                me->done(shared->first, outcome->encode(me->who_.edition));
              else
                me->fail(shared->first, outcome.error(), ms::Port::retrieval);
              shared->second.end();
            });
          });
    case access::operations::register_ms.code:
      return in_order<ms::RegisterMsArgument>(
          std::move(call), [](P7Session& self, auto argument, Call c, Turn turn) {
            self.register_ms(std::move(argument), std::move(c), std::move(turn));
          });
    default: call.reply.reject(osi::problems::unrecognized_operation);
  }
}

void P7Session::fetch(Call call) {
  auto turn = queue_->take_turn();
  if (!turn)
    return in_order<ms::FetchArgument>(std::move(call), [](P7Session& self, auto argument, Call c, Turn) {
      if (!c.reply.wanted()) return;
      self.fetched(c, self.retrieval_->fetch(argument));
    });
  auto argument = ms::FetchArgument::decode(call.argument(), who_.edition);
  if (!argument.ok()) return malformed(call, argument.error());
  if (const auto outcome = retrieval_->fetch_hot(*argument)) return fetched(call, *outcome);
  (void)parts_.engine.post(
      [self = shared_from_this(), argument = std::move(*argument), call = std::move(call),
       turn = std::move(*turn)]() mutable { self->fetched(call, self->retrieval_->fetch(argument)); });
}

void P7Session::fetched(Call& call, const mstore::Outcome<mstore::Fetched>& outcome) {
  if (!outcome.ok()) return fail(call, outcome.error(), ms::Port::retrieval);
  done(call, chain_of(outcome->result.encode(who_.edition), outcome->storage));
}

void P7Session::invoke_submission(Call call) {
  switch (call.invocation.operation.code) {
    case access::operations::message_submission.code: return submit(std::move(call), false);
    case access::operations::probe_submission.code: return submit(std::move(call), true);
    case access::operations::cancel_deferred_delivery.code: return cancel(std::move(call));
    default: call.reply.reject(osi::problems::unrecognized_operation);
  }
}

void P7Session::invoke_administration(Call call) {
  switch (call.invocation.operation.code) {
    case access::operations::register_.code: return relay_register(std::move(call));
    case access::operations::change_credentials.code: return change_credentials(std::move(call));
    default: call.reply.reject(osi::problems::unrecognized_operation);
  }
}

void P7Session::alert(const mstore::Alert& alert) {
  access::AssociationPtr association;
  AlertWindow::Fate fate{};
  {
    const std::lock_guard lock(mutex_);
    if (!association_) return;
    association = association_;
    fate = alerts_.offer(alert);
  }
  if (fate == AlertWindow::Fate::send) send(*association, alert);
  if (fate == AlertWindow::Fate::give_up)
    alert_failed(alert.entry.sequence_number, "too many are unanswered");
}

void P7Session::send(access::Association& association, const mstore::Alert& alert) {
  ms::AlertArgument argument;
  argument.registration_identifier = alert.registration;
  argument.new_entry = alert.entry;
  auto pending =
      association.invoke(access::operations::alert, chain_of(argument.encode(who_.edition), alert.storage));
  pending.then([self = shared_from_this(), registration = alert.registration,
                number = alert.entry.sequence_number](const access::Outcome& outcome) {
    self->alert_answered(registration, number, outcome);
  });
}

void P7Session::alert_answered(std::uint32_t registration, mstore::SequenceNumber number,
                               const access::Outcome& outcome) {
  if (outcome.is_result())
    // Refused only when the service stops; then the next bind tells the user again.
    (void)parts_.engine.post([self = shared_from_this(), registration, number] {
      self->parts_.store.alert_told(self->who_.mailbox, registration, number);
    });
  else
    alert_failed(number, access::to_string(outcome));
  access::AssociationPtr association;
  std::optional<mstore::Alert> next;
  {
    const std::lock_guard lock(mutex_);
    association = association_;
    next = alerts_.answered();
  }
  if (next && association) send(*association, *next);
}

void P7Session::alert_failed(mstore::SequenceNumber number, const std::string& why) {
  parts_.log.write(events::alert_failed,
                   {{"assoc", id_}, {"mailbox", who_.user->id}, {"number", number}, {"error", why}});
}

void P7Session::done(Call& call, osi::Chain result) {
  parts_.log.write(events::operation_done, {{"assoc", id_},
                                            {"mailbox", who_.user->id},
                                            {"operation", call.invocation.rule->name},
                                            {"invoke", call.invocation.invoke_id},
                                            {"octets", result.size()}});
  call.reply.result(charged(std::move(result), queue_));
}

void P7Session::fail(Call& call, const mstore::Failure& failure, ms::Port port) {
  parts_.log.write(events::operation_failed, {{"assoc", id_},
                                              {"mailbox", who_.user->id},
                                              {"operation", call.invocation.rule->name},
                                              {"invoke", call.invocation.invoke_id},
                                              {"problem", ms::to_string(failure.error)},
                                              {"error", failure.log}});
  ms::EncodedError encoded = ms::encode(failure.error, who_.edition, port);
  call.reply.error(encoded.code, std::move(encoded.parameter));
}

void P7Session::malformed(Call& call, const Error& error) {
  parts_.log.write(
      events::operation_malformed,
      {{"assoc", id_},
       {"peer", peer_},
       {"mailbox", who_.user->id},
       {"operation", call.invocation.rule->name},
       {"invoke", call.invocation.invoke_id},
       {"error", error.text()},
       {"octets", has_passwords(call.invocation.operation) ? std::string() : to_hex(call.argument(), 64)}});
  call.reply.reject(osi::problems::mistyped_argument);
}

}  // namespace x400::server
