#include "submission.hpp"

#include "log.hpp"
#include "x400/access/credentials.hpp"
#include "x400/access/protected_password.hpp"
#include "x400/asn1/mts/bind.hpp"
#include "x400/asn1/mts/content_split.hpp"
#include "x400/asn1/mts/errors.hpp"
#include "x400/asn1/or_text.hpp"

namespace mtasim {
namespace {

using namespace x400;
namespace mts = asn1::mts;
namespace operations = access::operations;

void answer_error(access::Reply& reply, const asn1::ms::MtsError& error) {
  reply.error(error.code, error.parameter ? osi::Chain(*error.parameter) : osi::Chain(Octets{0x05, 0x00}));
}

// Octets that live as long as this does; the queue wants one run.
struct Submitted {
  osi::Slice argument;
  mts::MessageSubmissionEnvelope envelope;
  Octets joined;
  View content;
};

Result<std::shared_ptr<Submitted>> read(osi::Slice argument) {
  auto s = std::make_shared<Submitted>();
  s->argument = std::move(argument);
  X400_TRY(parts, mts::split_message_submission(s->argument.view()));
  X400_TRY(envelope, mts::MessageSubmissionEnvelope::decode(parts.envelope));
  s->envelope = std::move(envelope);
  X400_TRY(content, ber::read_octets(parts.content, s->joined));
  s->content = content;
  return s;
}

class Submissions final : public access::Handler, public std::enable_shared_from_this<Submissions> {
 public:
  /// `user`: who bound; null: a store for all its users (bind_as = "store").
  Submissions(SubmissionParts parts, const UserConfig* user) : parts_(parts), user_(user) {}

  void invoked(access::Invocation invocation, access::Reply reply) override {
    const auto operation = invocation.operation;
    if (operation == operations::message_submission) return message(std::move(invocation), std::move(reply));
    if (operation == operations::probe_submission) return probe(std::move(invocation), std::move(reply));
    if (operation == operations::cancel_deferred_delivery)
      return cancel(std::move(invocation), std::move(reply));
    reply.reject(osi::problems::unrecognized_operation);
  }

 private:
  bool is_user(const asn1::ORAddress& originator) const {
    const UserConfig* found = parts_.routing.user(originator);
    return found && (!user_ || found == user_);
  }

  void message(access::Invocation invocation, access::Reply reply);
  void probe(access::Invocation invocation, access::Reply reply);
  void cancel(access::Invocation invocation, access::Reply reply);
  Result<mts::SubmissionResult> take(const Submitted& s);
  Result<mts::MTSIdentifier> new_identifier() {
    X400_TRY(local, parts_.queue.new_local_identifier());
    return mts::MTSIdentifier(parts_.config.domain, local);
  }

  SubmissionParts parts_;
  const UserConfig* user_;
};

Result<mts::SubmissionResult> Submissions::take(const Submitted& s) {
  X400_TRY(identifier, new_identifier());
  const auto time = asn1::now();
  X400_CHECK(parts_.queue.add(parts_.routing.jobs(s.envelope, identifier, time), s.content));
  mts::SubmissionResult result;
  result.identifier = std::move(identifier);
  result.time = mts::UtcTime::of(time);
  result.content_identifier = s.envelope.content_identifier;
  return result;
}

void Submissions::message(access::Invocation invocation, access::Reply reply) {
  auto submitted = read(std::move(invocation.argument));
  if (!submitted.ok()) {
    log("submission", "an argument that cannot be read: " + submitted.error().text());
    return reply.reject(osi::problems::mistyped_argument);
  }
  const auto& envelope = (*submitted)->envelope;
  if (!is_user(envelope.originator_name.address()))
    return answer_error(reply, mts::plain_error(mts::error_code::originator_invalid));
  if (envelope.recipients.empty())
    return answer_error(reply, mts::plain_error(mts::error_code::inconsistent_request));
  auto shared = std::make_shared<access::Reply>(std::move(reply));
  parts_.worker.post([self = shared_from_this(), this, s = std::move(*submitted), shared] {
    auto result = take(*s);
    if (result.ok()) return shared->result(result->encode());
    // No answer that says "later" exists: the store sees the association end and keeps the outcome open.
    log("submission", "not taken: " + result.error().text());
    shared->reject(osi::problems::resource_limitation);
  });
}

void Submissions::probe(access::Invocation invocation, access::Reply reply) {
  auto envelope = mts::ProbeSubmissionEnvelope::decode(invocation.argument.view());
  if (!envelope.ok()) return reply.reject(osi::problems::mistyped_argument);
  if (!is_user(envelope->originator_name.address()))
    return answer_error(reply, mts::plain_error(mts::error_code::originator_invalid));
  auto shared = std::make_shared<access::Reply>(std::move(reply));
  auto kept = std::make_shared<mts::ProbeSubmissionEnvelope>(std::move(*envelope));
  parts_.worker.post([self = shared_from_this(), this, kept, shared] {
    auto identifier = new_identifier();
    if (!identifier.ok()) return shared->reject(osi::problems::resource_limitation);
    if (!parts_.queue.add(parts_.routing.jobs(*kept, *identifier), std::nullopt).ok())
      return shared->reject(osi::problems::resource_limitation);
    mts::SubmissionResult result;
    result.identifier = std::move(*identifier);
    result.time = mts::UtcTime::of(asn1::now());
    result.content_identifier = kept->content_identifier;
    shared->result(result.encode());
  });
}

void Submissions::cancel(access::Invocation invocation, access::Reply reply) {
  auto identifier = mts::MTSIdentifier::decode(invocation.argument.view());
  if (!identifier.ok()) return reply.reject(osi::problems::mistyped_argument);
  auto shared = std::make_shared<access::Reply>(std::move(reply));
  parts_.worker.post([self = shared_from_this(), this, text = identifier->to_string(), shared] {
    auto cancelled = parts_.queue.cancel_deferred(text);
    if (!cancelled.ok()) return shared->reject(osi::problems::resource_limitation);
    if (*cancelled) return shared->result(Octets{0x05, 0x00});
    answer_error(*shared, mts::plain_error(mts::error_code::deferred_delivery_cancellation_rejected));
  });
}

class SubmissionAcceptor final : public access::Acceptor {
 public:
  explicit SubmissionAcceptor(SubmissionParts parts) : parts_(parts) {}

  void bind(access::BindRequest request, access::BindReply reply) override {
    auto bind = mts::MtsBindArgument::decode(request.argument.view());
    if (!bind.ok()) return reply.reject("MTS-bind argument: " + bind.error().text());
    const auto who = mts::to_string(bind->initiator_name);
    const UserConfig* user = nullptr;
    if (!authenticate(*bind, user)) {
      log("submission", who + " from " + request.peer + ": authentication-error");
      return reply.refuse(mts::encode(mts::MtsBindError::authentication_error), who);
    }
    mts::MtsBindResult result;
    result.responder_name = mts::MtaName{parts_.config.name};
    auto own = access::responder_credentials(parts_.config.password.octets(), bind->initiator_credentials,
                                             asn1::now());
    result.responder_credentials = own.ok() ? std::move(*own) : asn1::Credentials(asn1::ia5_password(""));
    log("submission", who + " bound from " + request.peer);
    reply.accept(result.encode(), std::make_shared<Submissions>(parts_, user));
  }

 private:
  // In the form that the user's store is to use.
  bool matches(const settings::Secret& secret, bool wants_protected, const mts::MtsBindArgument& bind) {
    if (secret.empty()) return false;
    if (const auto* hashed = std::get_if<asn1::ProtectedPassword>(&bind.initiator_credentials))
      return wants_protected && checker_.check(mts::to_string(bind.initiator_name), *hashed,
                                               secret.octets()) == access::ProtectedFault::none;
    const auto* password = std::get_if<asn1::Password>(&bind.initiator_credentials);
    return !wants_protected && password && secret.matches(password->octets);
  }

  bool authenticate(const mts::MtsBindArgument& bind, const UserConfig*& user) {
    const asn1::ORAddress* address = nullptr;
    if (const auto* store = std::get_if<mts::MessageStoreName>(&bind.initiator_name))
      address = &store->name.address();
    if (const auto* agent = std::get_if<mts::UserAgentName>(&bind.initiator_name))
      address = &agent->name.address();
    if (!address) return false;
    user = parts_.routing.user(*address);
    if (user)
      return matches(user->mts_password, parts_.config.stores[user->store].protected_credentials, bind);
    for (const StoreConfig& store : parts_.config.stores)
      if (asn1::same_address(store.or_address, *address))
        return matches(store.password, store.protected_credentials, bind);
    return false;
  }

  SubmissionParts parts_;
  access::ProtectedChecker checker_;
};

}  // namespace

std::shared_ptr<access::Acceptor> submission_acceptor(SubmissionParts parts) {
  return std::make_shared<SubmissionAcceptor>(parts);
}

}  // namespace mtasim
