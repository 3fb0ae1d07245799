#include "service/envelope_tables.hpp"

#include "x400/asn1/oids.hpp"

namespace x400::mstore::service {

namespace {

namespace a = asn1::oids::attribute;
using ber::application;
using ber::context;
namespace tags = ber::tags;

}  // namespace

std::span<const EnvelopeField> delivery_fields() {
  static const EnvelopeField rows[] = {
      {context(0), &a::content_type, Take::content_type},
      {tags::oid, &a::content_type, Take::content_type},
      {application(0), &a::originator_name, Take::value},
      {context(1), &a::original_eits, Take::eits},
      {application(7), &a::priority, Take::value},
      {context(2), &a::delivery_flags, Take::value, tags::bit_string},
      {context(3), &a::other_recipient_names, Take::members},
      {context(4), &a::this_recipient_name, Take::value, application(0)},
      {context(5), &a::originally_intended_recipient_name, Take::value, application(0)},
      {context(6), &a::converted_eits, Take::eits},
      {context(7), &a::message_submission_time, Take::value, tags::utc_time},
      {context(8), &a::content_identifier, Take::value, application(10)},
      {context(9), nullptr, Take::extensions},
  };
  return rows;
}

std::span<const EnvelopeField> report_fields() {
  static const EnvelopeField rows[] = {
      {application(4), &a::subject_submission_identifier, Take::value},
      {application(10), &a::content_identifier, Take::value},
      {application(6), &a::content_type, Take::content_type},
      {tags::oid, &a::content_type, Take::content_type},
      {application(5), &a::original_eits, Take::eits},
      {context(1), nullptr, Take::extensions},
      {tags::sequence, &a::per_recipient_report_delivery_fields, Take::members},
  };
  return rows;
}

std::span<const EnvelopeField> submission_fields() {
  static const EnvelopeField rows[] = {
      {application(0), &a::originator_name, Take::value},
      {application(5), &a::original_eits, Take::eits},
      {application(6), &a::content_type, Take::content_type},
      {tags::oid, &a::content_type, Take::content_type},
      {application(10), &a::content_identifier, Take::value},
      {application(7), &a::priority, Take::value},
      {application(8), &a::per_message_indicators, Take::value},
      {context(0), &a::deferred_delivery_time, Take::value, tags::utc_time},
      {context(2), nullptr, Take::extensions},
      {context(1), &a::per_recipient_message_submission_fields, Take::members},
  };
  return rows;
}

// [0] is the length of the content that is not there.
std::span<const EnvelopeField> probe_fields() {
  static const EnvelopeField rows[] = {
      {application(0), &a::originator_name, Take::value},
      {application(5), &a::original_eits, Take::eits},
      {application(6), &a::content_type, Take::content_type},
      {tags::oid, &a::content_type, Take::content_type},
      {application(10), &a::content_identifier, Take::value},
      {context(0), &a::content_length, Take::value, tags::integer},
      {application(8), &a::per_message_indicators, Take::value},
      {context(2), nullptr, Take::extensions},
      {context(3), &a::per_recipient_probe_submission_fields, Take::members},
  };
  return rows;
}

std::span<const EnvelopeField> recipient_fields() {
  static const EnvelopeField rows[] = {
      {application(0), &a::recipient_names, Take::each},
      {context(0), &a::originator_report_request, Take::each, tags::bit_string},
  };
  return rows;
}

std::span<const ExtensionRow> delivery_extension_rows() {
  static const ExtensionRow rows[] = {
      {4, &a::conversion_with_loss_prohibited},
      {13, &a::originator_return_address},
      {15, &a::originator_certificate},
      {16, &a::message_token},
      {17, &a::content_confidentiality_algorithm_identifier},
      {18, &a::content_integrity_check},
      {19, &a::message_origin_authentication_check},
      {20, &a::message_security_label},
      {22, &a::proof_of_delivery_request},
      {25, &a::redirection_history, true},
      {26, &a::dl_expansion_history, true},
      {37, &a::trace_information, true},
      {38, &a::internal_trace_information, true},
      {40, &a::multiple_originator_certificates},
      {42, &a::dl_exempted_recipients, true},
      {45, &a::certificate_selectors},
  };
  return rows;
}

std::span<const ExtensionRow> report_extension_rows() {
  static const ExtensionRow rows[] = {
      {20, &a::message_security_label},
      {23, &a::content_correlator},
      {31, &a::reporting_dl_name},
      {32, &a::reporting_mta_certificate},
      {33, &a::report_origin_authentication_check},
      {37, &a::trace_information, true},
      {38, &a::internal_trace_information, true},
  };
  return rows;
}

std::span<const ExtensionRow> submission_extension_rows() {
  static const ExtensionRow rows[] = {
      {1, &a::recipient_reassignment_prohibited},
      {3, &a::dl_expansion_prohibited},
      {4, &a::conversion_with_loss_prohibited},
      {5, &a::latest_delivery_time},
      {13, &a::originator_return_address},
      {15, &a::originator_certificate},
      {17, &a::content_confidentiality_algorithm_identifier},
      {19, &a::message_origin_authentication_check},
      {20, &a::message_security_label},
      {23, &a::content_correlator},
      {24, &a::probe_origin_authentication_check},
      {40, &a::multiple_originator_certificates},
      {42, &a::dl_exempted_recipients, true},
      {45, &a::certificate_selectors},
  };
  return rows;
}

}  // namespace x400::mstore::service
