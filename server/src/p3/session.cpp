#include "p3/session.hpp"

#include "p3/link.hpp"
#include "p3/subject_index.hpp"
#include "service/wire.hpp"
#include "x400/asn1/ms/register.hpp"
#include "x400/asn1/mts/content_split.hpp"
#include "x400/asn1/mts/control.hpp"
#include "x400/asn1/mts/delivery.hpp"
#include "x400/asn1/mts/extension_values.hpp"
#include "x400/asn1/mts/report.hpp"
#include "x400/asn1/or_text.hpp"

namespace x400::server {

namespace mts = asn1::mts;
namespace operations = access::operations;

namespace {

// So much is read and digested in less time than it takes to hand it to another thread.
constexpr std::size_t short_argument = 16 * 1024;

// The content without a copy, unless it came in segments.
Result<mstore::Content> content_of(const ber::Element& element, const osi::Slice& argument) {
  Octets joined;
  X400_TRY(octets, ber::read_octets(element, joined));
  if (!joined.empty()) return mstore::Content::own(std::move(joined));
  return mstore::Content::shared(octets, argument.owner());
}

}  // namespace

P3Session::P3Session(const Parts& parts, const MtaConfig& mta, std::shared_ptr<MtaLink> link)
    : parts_(parts), mta_(mta), link_(std::move(link)), queue_(SerialQueue::make(parts.engine)) {}

void P3Session::opened(const access::AssociationPtr& association) {
  const std::lock_guard lock(mutex_);
  id_ = association->id();
  peer_ = association->peer();
  weak_association_ = association;
  // The last pointer to an association that the store opened releases it: that one is the link's.
  if (!link_) association_ = association;
}

void P3Session::closed(const access::Ending&) {
  if (link_) link_->ended(id_);
  access::AssociationPtr gone;
  const std::lock_guard lock(mutex_);
  gone.swap(association_);
}

void P3Session::invoked(access::Invocation invocation, access::Reply reply) {
  Call call{std::move(invocation), std::move(reply)};
  const access::Operation operation = call.invocation.operation;
  if (operation == operations::message_delivery || operation == operations::report_delivery) {
    const bool report = operation == operations::report_delivery;
    if (!report && call.argument().size() <= short_argument)
      if (const auto turn = queue_->take_turn()) return deliver(std::move(call));
    // The turn ends when the engine has taken the delivery: numbers keep the order, syncs are shared.
    (void)queue_->post([self = shared_from_this(), call = std::move(call), report](Turn) mutable {
      report ? self->deliver_report(std::move(call), false) : self->deliver(std::move(call));
    });
    return;
  }
  if (operation == operations::submission_control) return control(std::move(call));
  if (operation == operations::change_credentials) return change_credentials(std::move(call));
  call.reply.reject(osi::problems::unrecognized_operation);
}

void P3Session::deliver(Call call) {
  auto parts = mts::split_message_delivery(call.argument());
  if (!parts.ok()) return malformed(call, parts.error());
  const auto envelope = mts::MessageDeliveryEnvelope::decode(parts->envelope);
  if (!envelope.ok()) return malformed(call, envelope.error());
  auto content = content_of(parts->content, call.invocation.argument);
  if (!content.ok()) return malformed(call, content.error());
  const UserPtr user = user_of(envelope->this_recipient.address());
  const auto number = user ? parts_.mailboxes.number(*user) : std::nullopt;
  if (!number) return no_mailbox(call, asn1::print_f401(envelope->this_recipient.address()));

  mstore::MessageDelivery delivery;
  delivery.mailbox = *number;
  delivery.envelope = std::move(parts->envelope);
  delivery.content = std::move(*content);
  auto shared = std::make_shared<Call>(std::move(call));
  parts_.store.deliver(std::move(delivery), [self = shared_from_this(), shared,
                                             id = user->id](const mstore::DeliveryOutcome& outcome) {
    self->finish(*shared, outcome, id, false);
  });
}

void P3Session::deliver_report(Call call, bool settled) {
  auto parts = mts::split_report_delivery(call.argument());
  if (!parts.ok()) return malformed(call, parts.error());
  const auto envelope = mts::ReportDeliveryEnvelope::decode(parts->envelope);
  if (!envelope.ok()) return malformed(call, envelope.error());
  const UserPtr user = user_of_report(*envelope);
  if (!user && !settled) return deliver_report_when_settled(std::move(call));
  const auto number = user ? parts_.mailboxes.number(*user) : std::nullopt;
  if (!number) return no_mailbox(call, "report on " + envelope->subject_identifier.to_string());

  mstore::ReportDelivery delivery;
  delivery.mailbox = *number;
  delivery.envelope = std::move(parts->envelope);
  if (parts->content) {
    auto content = content_of(*parts->content, call.invocation.argument);
    if (!content.ok()) return malformed(call, content.error());
    delivery.returned_content = std::move(*content);
  }
  auto shared = std::make_shared<Call>(std::move(call));
  parts_.store.deliver_report(std::move(delivery), [self = shared_from_this(), shared,
                                                    id = user->id](const mstore::DeliveryOutcome& outcome) {
    self->finish(*shared, outcome, id, true);
  });
}

void P3Session::deliver_report_when_settled(Call call) {
  auto shared = std::make_shared<Call>(std::move(call));
  parts_.subjects.when_settled([self = shared_from_this(), shared] {
    (void)self->queue_->post([self, shared](Turn) { self->deliver_report(std::move(*shared), true); });
  });
}

UserPtr P3Session::user_of(const asn1::ORAddress& recipient) const {
  UserPtr user = parts_.directory.find_by_address(recipient);
  const bool others = link_ && link_->user() && user != link_->user();
  return others ? nullptr : user;
}

// A report names its subject, not whom it is for (X.411 8.3.1.2). On a user's own association it is the
// user's; else the one who submitted the subject; else the originator, if a distribution list made the MTA
// write him down (extension 30).
UserPtr P3Session::user_of_report(const mts::ReportDeliveryEnvelope& envelope) const {
  if (link_ && link_->user()) return link_->user();
  if (const auto mailbox = parts_.subjects.find(envelope.subject_identifier)) {
    if (const UserPtr user = parts_.mailboxes.user(*mailbox)) return user;
  }
  const auto history =
      mts::expansion_history(envelope.extensions, mts::extension::originator_and_dl_expansion_history);
  if (!history.ok() || history->empty()) return nullptr;
  return parts_.directory.find_by_address(history->front().name.address());
}

void P3Session::finish(Call& call, const mstore::DeliveryOutcome& outcome, const std::string& mailbox,
                       bool report) {
  if (outcome.ok()) {
    parts_.log.write(report ? events::report_delivered : events::message_delivered,
                     {{"assoc", id_},
                      {"mta", mta_.name},
                      {"mailbox", mailbox},
                      {"number", outcome->number},
                      {"octets", call.argument().size()},
                      {"duplicate", outcome->duplicate}});
    return call.reply.result(report ? mts::encode_report_delivery_result()
                                    : mts::MessageDeliveryResult().encode());
  }
  const mstore::DeliveryFailure& failure = outcome.error();
  if (failure.error) return refuse(call, *failure.error, failure.log.text());
  if (failure.log.kind() == ErrorKind::malformed) return malformed(call, failure.log);
  if (failure.mailbox_full) return full(call, failure.log, mailbox);
  parts_.log.write(events::delivery_not_taken,
                   {{"assoc", id_}, {"mta", mta_.name}, {"mailbox", mailbox}, {"error", failure.log.text()}});
  abort(call, "delivery not taken: " + failure.log.text());
}

// P3 has no answer that says "later"; the MTA keeps the message in either case (mts.md 7).
void P3Session::full(Call& call, const Error& error, const std::string& mailbox) {
  parts_.log.write(events::mailbox_full,
                   {{"assoc", id_}, {"mta", mta_.name}, {"mailbox", mailbox}, {"error", error.text()}});
  if (mta_.full_mailbox == MtaConfig::FullMailbox::reject)
    return call.reply.reject(osi::problems::resource_limitation);
  abort(call, "mailbox full: " + error.text());
}

void P3Session::no_mailbox(Call& call, const std::string& whom) {
  parts_.log.write(events::delivery_unknown_mailbox,
                   {{"assoc", id_}, {"peer", peer_}, {"mta", mta_.name}, {"recipient", whom}});
  if (mta_.unknown_mailbox == MtaConfig::UnknownMailbox::abort) return abort(call, "no mailbox for " + whom);
  refuse(call, mts::security_error(mts::SecurityProblem::unauthorised_user_name), "no mailbox for " + whom);
}

void P3Session::refuse(Call& call, const asn1::ms::MtsError& error, const std::string& why) {
  parts_.log.write(events::delivery_refused, {{"assoc", id_},
                                              {"mta", mta_.name},
                                              {"problem", mts::to_string(mts::Port::delivery, error)},
                                              {"error", why}});
  call.reply.error(error.code, parameter_of(error));
}

void P3Session::malformed(Call& call, const Error& error) {
  parts_.log.write(events::delivery_malformed, {{"assoc", id_},
                                                {"peer", peer_},
                                                {"mta", mta_.name},
                                                {"operation", call.invocation.rule->name},
                                                {"error", error.text()},
                                                {"octets", to_hex(call.argument(), 64)}});
  call.reply.reject(osi::problems::mistyped_argument);
}

void P3Session::control(Call call) {
  const auto controls = mts::Controls::decode(call.argument());
  if (!controls.ok()) return malformed(call, controls.error());
  parts_.log.write(events::submission_control,
                   {{"assoc", id_}, {"mta", mta_.name}, {"restrict", controls->restrict}});
  // On an association that the MTA opened the store does not submit: nothing is held back there.
  call.reply.result(link_ ? link_->control(*controls).encode() : mts::Waiting().encode());
}

// The passwords of P3 are the operator's to change.
void P3Session::change_credentials(Call call) {
  const auto change = asn1::ms::decode_change_credentials(call.argument());
  if (!change.ok()) return malformed(call, change.error());
  parts_.log.write(events::mts_password_refused, {{"assoc", id_}, {"mta", mta_.name}});
  call.reply.error(mts::error_code::new_credentials_unacceptable, Octets{0x05, 0x00});
}

// A reply that goes unanswered rejects. It goes here, behind the abort: another thread that still holds the
// call could let go of it before, and an MTA that was told "rejected" does not come again.
void P3Session::abort(Call& call, const std::string& why) {
  const access::Reply unanswered = std::move(call.reply);
  access::AssociationPtr association;
  {
    const std::lock_guard lock(mutex_);
    association = weak_association_.lock();
  }
  if (association) association->abort(why);
}

}  // namespace x400::server
