#include "x400/asn1/mts/bind.hpp"

#include "MtsBindArgument.h"
#include "MtsBindResult.h"
#include "codec.hpp"
#include "mts/convert.hpp"
#include "mts/writing.hpp"
#include "x400/asn1/or_text.hpp"

namespace x400::asn1::mts {
namespace {

constexpr ber::Tag mta_tag = ber::context(0), store_tag = ber::context(4), waiting_tag = ber::context(1),
                   credentials_tag = ber::context(2), context_tag = ber::context(3),
                   extensions_tag = ber::context(5);

Result<ObjectName> to_object_name(const MtsObjectName_t& from) {
  if (from.present == MtsObjectName_PR_mta) return ObjectName(MtaName{codec::text_of(from.choice.mta)});
  const bool store = from.present == MtsObjectName_PR_message_store;
  X400_TRY(name, convert::or_name(store ? from.choice.message_store : from.choice.user_agent));
  if (store) return ObjectName(MessageStoreName{std::move(name)});
  return ObjectName(UserAgentName{std::move(name)});
}

void write_object_name(ber::Writer& w, const ObjectName& name) {
  if (const auto* user = std::get_if<UserAgentName>(&name))
    user->name.write(w);
  else if (const auto* store = std::get_if<MessageStoreName>(&name))
    store->name.write(w, store_tag);
  else
    w.primitive(mta_tag, std::get<MtaName>(name).name);
}

DeliveryQueue to_queue(const MtsDeliveryQueue_t& from) {
  return {from.messages, convert::number(from.octets)};
}

std::optional<MessagesWaiting> to_waiting(const MtsMessagesWaiting_t* from) {
  if (from == nullptr) return std::nullopt;
  return MessagesWaiting{to_queue(from->urgent), to_queue(from->normal), to_queue(from->non_urgent)};
}

void write_queue(ber::Writer& w, const DeliveryQueue& queue, ber::Tag tag) {
  w.constructed(tag, [&] {
    w.integer(ber::context(0), queue.messages);
    writing::optional_number(w, queue.octets, ber::context(1));
  });
}

void write_waiting(ber::Writer& w, const std::optional<MessagesWaiting>& waiting) {
  if (!waiting) return;
  w.constructed(waiting_tag, [&] {
    w.constructed(ber::tags::set, [&] {
      write_queue(w, waiting->urgent, ber::context(0));
      write_queue(w, waiting->normal, ber::context(1));
      write_queue(w, waiting->non_urgent, ber::context(2));
    });
  });
}

Result<Credentials> to_credentials(const ANY_t& from) {
  X400_TRY(e, codec::inside(ber::read_one(codec::octets_of(from))));
  return codec::inside(read_credentials(e));
}

void write_credentials(ber::Writer& w, const Credentials& credentials) {
  w.constructed(credentials_tag, [&] { write(w, credentials); });
}

}  // namespace

std::string to_string(const ObjectName& name) {
  if (const auto* user = std::get_if<UserAgentName>(&name)) return "user " + print_f401(user->name.address());
  if (const auto* store = std::get_if<MessageStoreName>(&name))
    return "store " + print_f401(store->name.address());
  return "MTA " + std::get<MtaName>(name).name;
}

Octets MtsBindArgument::encode() const {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    write_object_name(w, initiator_name);
    write_waiting(w, messages_waiting);
    write_credentials(w, initiator_credentials);
    writing::values(w, security_context, context_tag);
    extensions.write(w, extensions_tag);
  });
  return std::move(w).take();
}

Result<MtsBindArgument> MtsBindArgument::decode(View octets) {
  X400_TRY(from, codec::decode_type<MtsBindArgument_t>(asn_DEF_MtsBindArgument, octets, "MTS-bind argument",
                                                       ber::Limits::bind()));
  MtsBindArgument to;
  X400_TRY(name, to_object_name(from->initiator_name));
  X400_TRY(credentials, to_credentials(from->credentials));
  X400_TRY(extensions, convert::extensions(from->extensions));
  to.initiator_name = std::move(name);
  to.messages_waiting = to_waiting(from->messages_waiting);
  to.initiator_credentials = std::move(credentials);
  to.security_context = convert::values(from->security_context);
  to.extensions = std::move(extensions);
  return to;
}

Octets MtsBindResult::encode() const {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    write_object_name(w, responder_name);
    write_waiting(w, messages_waiting);
    write_credentials(w, responder_credentials);
    extensions.write(w, extensions_tag);
  });
  return std::move(w).take();
}

Result<MtsBindResult> MtsBindResult::decode(View octets) {
  X400_TRY(from, codec::decode_type<MtsBindResult_t>(asn_DEF_MtsBindResult, octets, "MTS-bind result",
                                                     ber::Limits::bind()));
  MtsBindResult to;
  X400_TRY(name, to_object_name(from->responder_name));
  X400_TRY(credentials, to_credentials(from->credentials));
  X400_TRY(extensions, convert::extensions(from->extensions));
  to.responder_name = std::move(name);
  to.messages_waiting = to_waiting(from->messages_waiting);
  to.responder_credentials = std::move(credentials);
  to.extensions = std::move(extensions);
  return to;
}

std::string_view name(MtsBindError e) {
  switch (e) {
    case MtsBindError::busy: return "busy";
    case MtsBindError::authentication_error: return "authentication-error";
    case MtsBindError::unacceptable_dialogue_mode: return "unacceptable-dialogue-mode";
    case MtsBindError::unacceptable_security_context: return "unacceptable-security-context";
    case MtsBindError::inadequate_association_confidentiality:
      return "inadequate-association-confidentiality";
  }
  return "unknown";
}

Octets encode(MtsBindError e) {
  ber::Writer w;
  w.integer(ber::tags::integer, static_cast<std::int64_t>(e));
  return std::move(w).take();
}

Result<MtsBindError> decode_bind_error(View octets) {
  X400_CHECK(ber::walk(octets, ber::Limits::bind()));
  X400_TRY(e, ber::read_one(octets));
  if (e.tag != ber::tags::integer)
    return Error(ErrorKind::malformed, "MTS-bind error: found " + ber::to_string(e.tag));
  X400_TRY(number, ber::read_integer(e));
  return static_cast<MtsBindError>(number);
}

bool transient(MtsBindError e) {
  return e != MtsBindError::authentication_error && e != MtsBindError::unacceptable_security_context &&
         e != MtsBindError::inadequate_association_confidentiality;
}

}  // namespace x400::asn1::mts
