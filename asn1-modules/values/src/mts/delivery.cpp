#include "x400/asn1/mts/delivery.hpp"

#include "MtsMessageDeliveryEnvelope.h"
#include "MtsMessageDeliveryResult.h"
#include "codec.hpp"
#include "mts/convert.hpp"
#include "mts/writing.hpp"

namespace x400::asn1::mts {
namespace {

using ber::context;

// Tags of other-fields. content-type and content-identifier differ from those of a submission.
constexpr ber::Tag content_type_tag = context(0), original_eits_tag = context(1), flags_tag = context(2),
                   other_recipients_tag = context(3), this_recipient_tag = context(4),
                   originally_intended_tag = context(5), converted_eits_tag = context(6),
                   submission_time_tag = context(7), content_identifier_tag = context(8),
                   extensions_tag = context(9);

Result<std::vector<EncodedORName>> to_names(const MtsOrNames_t* from) {
  std::vector<EncodedORName> to;
  if (from == nullptr) return to;
  X400_CHECK(convert::check_recipients(from->list.count));
  for (const auto* item : codec::items(*from)) {
    X400_TRY(name, EncodedORName::decode(codec::octets_of(*item)));
    to.push_back(std::move(name));
  }
  return to;
}

Status take_names(const MtsOtherDeliveryFields_t& from, MessageDeliveryEnvelope& to) {
  X400_TRY(originator, convert::or_name(from.originator_name));
  X400_TRY(others, to_names(from.other_recipients));
  X400_TRY(recipient, convert::or_name(from.this_recipient));
  X400_TRY(intended, convert::or_name(from.originally_intended_recipient));
  to.originator_name = std::move(originator);
  to.other_recipients = std::move(others);
  to.this_recipient = std::move(recipient);
  to.originally_intended_recipient = std::move(intended);
  return Ok{};
}

Status take_other_fields(const MtsOtherDeliveryFields_t& from, MessageDeliveryEnvelope& to) {
  X400_CHECK(take_names(from, to));
  X400_TRY(type, convert::content_type(from.content_type));
  X400_TRY(original, convert::eits(from.original_eits));
  X400_TRY(converted, convert::eits(from.converted_eits));
  X400_TRY(extensions, convert::extensions(from.extensions));
  to.content_type = std::move(type);
  to.original_eits = std::move(original);
  to.converted_eits = std::move(converted);
  to.extensions = std::move(extensions);
  to.priority = convert::priority(from.priority);
  if (from.delivery_flags != nullptr)
    to.implicit_conversion_prohibited = convert::bit(from.delivery_flags, 1);
  to.submission_time = convert::time(from.submission_time);
  to.content_identifier = convert::text(from.content_identifier);
  return Ok{};
}

void write_names(ber::Writer& w, const std::vector<EncodedORName>& names, ber::Tag tag) {
  if (names.empty()) return;
  w.constructed(tag, [&] {
    for (const EncodedORName& name : names) name.write(w);
  });
}

void write_other_fields(ber::Writer& w, const MessageDeliveryEnvelope& e) {
  w.constructed(ber::tags::set, [&] {
    writing::content_type(w, e.content_type, content_type_tag);
    e.originator_name.write(w);
    writing::optional_eits(w, e.original_eits, original_eits_tag);
    if (e.priority != Priority::normal) writing::priority(w, e.priority);
    if (e.implicit_conversion_prohibited)
      w.bits(flags_tag, writing::bits({false, *e.implicit_conversion_prohibited}));
    write_names(w, e.other_recipients, other_recipients_tag);
    e.this_recipient.write(w, this_recipient_tag);
    if (e.originally_intended_recipient) e.originally_intended_recipient->write(w, originally_intended_tag);
    writing::optional_eits(w, e.converted_eits, converted_eits_tag);
    w.primitive(submission_time_tag, e.submission_time.text);
    writing::optional_text(w, e.content_identifier, content_identifier_tag);
    e.extensions.write(w, extensions_tag);
  });
}

Result<Octets> optional_value(ber::Tag tag, const ANY_t* contents) {
  if (contents == nullptr) return Octets();
  return convert::with_tag(tag, *contents);
}

}  // namespace

Octets MessageDeliveryEnvelope::encode() const {
  ber::Writer w;
  w.constructed(ber::tags::sequence, [&] {
    w.raw(identifier.octets());
    w.primitive(ber::tags::utc_time, delivery_time.text);
    write_other_fields(w, *this);
  });
  return std::move(w).take();
}

Result<MessageDeliveryEnvelope> MessageDeliveryEnvelope::decode(View octets) {
  X400_TRY(from, codec::decode_type<MtsMessageDeliveryEnvelope_t>(asn_DEF_MtsMessageDeliveryEnvelope, octets,
                                                                  "message delivery envelope"));
  MessageDeliveryEnvelope to;
  X400_TRY(identifier, convert::identifier(from->identifier));
  to.identifier = std::move(identifier);
  to.delivery_time = convert::time(from->delivery_time);
  X400_CHECK(take_other_fields(from->other_fields, to));
  return to;
}

Octets MessageDeliveryResult::encode() const {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    w.raw(recipient_certificate);
    w.raw(proof_of_delivery);
    extensions.write(w, context(2));
  });
  return std::move(w).take();
}

Result<MessageDeliveryResult> MessageDeliveryResult::decode(View octets) {
  X400_TRY(from, codec::decode_type<MtsMessageDeliveryResult_t>(asn_DEF_MtsMessageDeliveryResult, octets,
                                                                "message delivery result"));
  X400_TRY(certificate, optional_value(context(0), from->recipient_certificate));
  X400_TRY(proof, optional_value(context(1), from->proof_of_delivery));
  X400_TRY(extensions, convert::extensions(from->extensions));
  return MessageDeliveryResult{std::move(certificate), std::move(proof), std::move(extensions)};
}

}  // namespace x400::asn1::mts
