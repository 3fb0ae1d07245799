#include "x400/asn1/mts/report.hpp"

#include "MtsReportDeliveryEnvelope.h"
#include "codec.hpp"
#include "mts/convert.hpp"
#include "mts/writing.hpp"

namespace x400::asn1::mts {
namespace {

using ber::context;

std::variant<DeliveryReport, NonDeliveryReport> to_report(const MtsReportType_t& from) {
  if (from.present == MtsReportType_PR_non_delivery) {
    const auto& n = from.choice.non_delivery;
    return NonDeliveryReport{n.reason, convert::number(n.diagnostic)};
  }
  const auto& d = from.choice.delivery;
  return DeliveryReport{convert::time(d.delivery_time),
                        static_cast<MtsUserType>(convert::number(d.user_type).value_or(0))};
}

Result<ReportedRecipient> to_recipient(const MtsReportedRecipient_t& from) {
  X400_TRY(actual, convert::or_name(from.actual_recipient));
  X400_TRY(eits, convert::eits(from.converted_eits));
  X400_TRY(intended, convert::or_name(from.originally_intended_recipient));
  X400_TRY(extensions, convert::extensions(from.extensions));
  return ReportedRecipient{std::move(actual),
                           to_report(from.report_type),
                           std::move(eits),
                           std::move(intended),
                           convert::text(from.supplementary_information),
                           std::move(extensions)};
}

void write_report(ber::Writer& w, const ReportedRecipient& r) {
  if (const auto* delivery = std::get_if<DeliveryReport>(&r.report)) {
    w.constructed(context(0), [&] {
      w.primitive(context(0), delivery->delivery_time.text);
      if (delivery->user_type != MtsUserType::public_)
        w.integer(context(1), static_cast<std::int64_t>(delivery->user_type));
    });
    return;
  }
  const auto& non_delivery = std::get<NonDeliveryReport>(r.report);
  w.constructed(context(1), [&] {
    w.integer(context(0), non_delivery.reason);
    writing::optional_number(w, non_delivery.diagnostic, context(1));
  });
}

void write_recipient(ber::Writer& w, const ReportedRecipient& r) {
  w.constructed(ber::tags::set, [&] {
    r.actual_recipient.write(w, context(0));
    w.constructed(context(1), [&] { write_report(w, r); });
    writing::optional_eits(w, r.converted_eits);
    if (r.originally_intended_recipient) r.originally_intended_recipient->write(w, context(2));
    writing::optional_text(w, r.supplementary_information, context(3));
    r.extensions.write(w, context(4));
  });
}

}  // namespace

Octets ReportDeliveryEnvelope::encode() const {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    w.raw(subject_identifier.octets());
    writing::optional_text(w, content_identifier, writing::content_identifier_tag);
    if (content_type) writing::content_type(w, *content_type);
    writing::optional_eits(w, original_eits);
    extensions.write(w, context(1));
    w.constructed(ber::tags::sequence, [&] {
      for (const ReportedRecipient& r : recipients) write_recipient(w, r);
    });
  });
  return std::move(w).take();
}

Result<ReportDeliveryEnvelope> ReportDeliveryEnvelope::decode(View octets) {
  X400_TRY(from, codec::decode_type<MtsReportDeliveryEnvelope_t>(asn_DEF_MtsReportDeliveryEnvelope, octets,
                                                                 "report delivery envelope"));
  ReportDeliveryEnvelope to;
  X400_TRY(identifier, convert::identifier(from->subject_identifier));
  X400_TRY(eits, convert::eits(from->original_eits));
  X400_TRY(extensions, convert::extensions(from->extensions));
  to.subject_identifier = std::move(identifier);
  to.content_identifier = convert::text(from->content_identifier);
  if (from->content_type != nullptr) {
    X400_TRY(type, convert::content_type(*from->content_type));
    to.content_type = std::move(type);
  }
  to.original_eits = std::move(eits);
  to.extensions = std::move(extensions);
  X400_CHECK(convert::check_recipients(from->recipients.list.count));
  for (const auto* item : codec::items(from->recipients)) {
    X400_TRY(recipient, to_recipient(*item));
    to.recipients.push_back(std::move(recipient));
  }
  return to;
}

Octets encode_report_delivery_result() {
  ber::Writer w;
  w.null();
  return std::move(w).take();
}

Status decode_report_delivery_result(View octets) {
  X400_CHECK(ber::walk(octets));
  X400_TRY(e, ber::read_one(octets));
  if (e.tag == ber::tags::null) return ber::read_null(e);
  if (e.tag == ber::tags::set && e.constructed) return Ok{};
  return Error(ErrorKind::malformed, "report delivery result: found " + ber::to_string(e.tag));
}

}  // namespace x400::asn1::mts
