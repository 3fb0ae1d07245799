#include "x400/asn1/mts/submission.hpp"

#include "MtsMessageSubmissionEnvelope.h"
#include "MtsProbeSubmissionEnvelope.h"
#include "MtsSubmissionResult.h"
#include "codec.hpp"
#include "mts/convert.hpp"
#include "mts/writing.hpp"

namespace x400::asn1::mts {
namespace {

using ber::context;

constexpr ber::Tag indicators_tag = ber::application(8), extensions_tag = context(2);

PerMessageIndicators to_indicators(const BIT_STRING_t* bits) {
  PerMessageIndicators i;
  i.disclosure_of_other_recipients = convert::bit(bits, 0);
  i.implicit_conversion_prohibited = convert::bit(bits, 1);
  i.alternate_recipient_allowed = convert::bit(bits, 2);
  i.content_return_request = convert::bit(bits, 3);
  i.notification_type = (convert::bit(bits, 5) ? 2 : 0) + (convert::bit(bits, 6) ? 1 : 0);
  i.service_message = convert::bit(bits, 7);
  return i;
}

void write_indicators(ber::Writer& w, const PerMessageIndicators& i) {
  if (i == PerMessageIndicators()) return;
  w.bits(indicators_tag,
         writing::bits({i.disclosure_of_other_recipients, i.implicit_conversion_prohibited,
                        i.alternate_recipient_allowed, i.content_return_request, false,
                        (i.notification_type & 2) != 0, (i.notification_type & 1) != 0, i.service_message}));
}

// Bits 3 and 4; how many bits count does not matter.
ReportRequest to_report_request(const BIT_STRING_t& bits) {
  if (convert::bit(&bits, 3)) return ReportRequest::report;
  return convert::bit(&bits, 4) ? ReportRequest::non_delivery_report : ReportRequest::none;
}

Result<SubmittedRecipient> to_recipient(const MtsSubmittedRecipient_t& from) {
  X400_TRY(name, convert::or_name(from.name));
  X400_TRY(extensions, convert::extensions(from.extensions));
  return SubmittedRecipient{std::move(name), to_report_request(from.report_request),
                            convert::number(from.explicit_conversion), std::move(extensions)};
}

Result<std::vector<SubmittedRecipient>> to_recipients(const MtsSubmittedRecipients_t& from) {
  X400_CHECK(convert::check_recipients(from.list.count));
  std::vector<SubmittedRecipient> to;
  to.reserve(static_cast<std::size_t>(from.list.count));
  for (const auto* item : codec::items(from)) {
    X400_TRY(recipient, to_recipient(*item));
    to.push_back(std::move(recipient));
  }
  return to;
}

void write_recipients(ber::Writer& w, const std::vector<SubmittedRecipient>& recipients, ber::Tag tag) {
  w.constructed(tag, [&] {
    for (const SubmittedRecipient& r : recipients)
      w.constructed(ber::tags::set, [&] {
        r.name.write(w);
        const bool report = r.report_request == ReportRequest::report;
        const bool ndr = r.report_request == ReportRequest::non_delivery_report;
        w.bits(context(0), writing::bits({false, false, false, report, ndr}));
        writing::optional_number(w, r.explicit_conversion, context(1));
        r.extensions.write(w, extensions_tag);
      });
  });
}

// What messages and probes have in common.
template <class Envelope>
Status take_common(const auto& from, Envelope& to) {
  X400_TRY(originator, convert::or_name(from.originator_name));
  X400_TRY(eits, convert::eits(from.original_eits));
  X400_TRY(type, convert::content_type(from.content_type));
  X400_TRY(extensions, convert::extensions(from.extensions));
  X400_TRY(recipients, to_recipients(from.recipients));
  to.originator_name = std::move(originator);
  to.original_eits = std::move(eits);
  to.content_type = std::move(type);
  to.content_identifier = convert::text(from.content_identifier);
  to.indicators = to_indicators(from.indicators);
  to.extensions = std::move(extensions);
  to.recipients = std::move(recipients);
  return Ok{};
}

template <class Envelope>
void write_common(ber::Writer& w, const Envelope& e) {
  e.originator_name.write(w);
  writing::optional_eits(w, e.original_eits);
  writing::content_type(w, e.content_type);
  writing::optional_text(w, e.content_identifier, writing::content_identifier_tag);
  write_indicators(w, e.indicators);
}

}  // namespace

Octets MessageSubmissionEnvelope::encode() const {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    write_common(w, *this);
    if (priority != Priority::normal) writing::priority(w, priority);
    if (deferred_delivery_time) w.primitive(context(0), deferred_delivery_time->text);
    extensions.write(w, extensions_tag);
    write_recipients(w, recipients, context(1));
  });
  return std::move(w).take();
}

Result<MessageSubmissionEnvelope> MessageSubmissionEnvelope::decode(View octets) {
  X400_TRY(from, codec::decode_type<MtsMessageSubmissionEnvelope_t>(asn_DEF_MtsMessageSubmissionEnvelope,
                                                                    octets, "message submission envelope"));
  MessageSubmissionEnvelope to;
  X400_CHECK(take_common(*from, to));
  to.priority = convert::priority(from->priority);
  if (from->deferred_delivery_time != nullptr)
    to.deferred_delivery_time = convert::time(*from->deferred_delivery_time);
  return to;
}

Octets ProbeSubmissionEnvelope::encode() const {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    write_common(w, *this);
    writing::optional_number(w, content_length, context(0));
    extensions.write(w, extensions_tag);
    write_recipients(w, recipients, context(3));
  });
  return std::move(w).take();
}

Result<ProbeSubmissionEnvelope> ProbeSubmissionEnvelope::decode(View octets) {
  X400_TRY(from, codec::decode_type<MtsProbeSubmissionEnvelope_t>(asn_DEF_MtsProbeSubmissionEnvelope, octets,
                                                                  "probe submission envelope"));
  ProbeSubmissionEnvelope to;
  X400_CHECK(take_common(*from, to));
  to.content_length = convert::number(from->content_length);
  return to;
}

Octets SubmissionResult::encode() const {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    w.raw(identifier.octets());
    w.primitive(context(0), time.text);
    writing::optional_text(w, content_identifier, writing::content_identifier_tag);
    extensions.write(w, context(1));
  });
  return std::move(w).take();
}

Result<SubmissionResult> SubmissionResult::decode(View octets) {
  X400_TRY(from, codec::decode_type<MtsSubmissionResult_t>(asn_DEF_MtsSubmissionResult, octets,
                                                           "submission result"));
  X400_TRY(identifier, convert::identifier(from->identifier));
  X400_TRY(extensions, convert::extensions(from->extensions));
  return SubmissionResult{std::move(identifier), convert::time(from->time),
                          convert::text(from->content_identifier), std::move(extensions)};
}

}  // namespace x400::asn1::mts
