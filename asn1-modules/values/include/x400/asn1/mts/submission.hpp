// message-submission, probe-submission and cancel-deferred-delivery (X.411 8.2.1).
//
// The argument of message-submission is envelope and content: content_split.hpp. The argument of
// probe-submission is the envelope; that of cancel-deferred-delivery an MTSIdentifier, its result NULL.
//
// Decoding is strict in structure and liberal in values: bounds, extension types and time texts are for
// whoever uses them. More than 32767 recipients (ub-recipients) are refused as limit.
//
// Threads: values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "x400/asn1/mts/extension.hpp"
#include "x400/asn1/mts/fields.hpp"
#include "x400/asn1/mts/identifier.hpp"
#include "x400/asn1/or_name.hpp"

namespace x400::asn1::mts {

/// Per-recipient fields, of a message and of a probe.
struct SubmittedRecipient {
  EncodedORName name;  ///< address or directory name or both
  ReportRequest report_request = ReportRequest::non_delivery_report;
  std::optional<std::int64_t> explicit_conversion;
  Extensions extensions;
};

struct MessageSubmissionEnvelope {
  EncodedORName originator_name;
  std::optional<EncodedInformationTypes> original_eits;
  ContentType content_type;
  std::optional<std::string> content_identifier;  ///< PrintableString, 1..16
  Priority priority = Priority::normal;
  PerMessageIndicators indicators;
  std::optional<UtcTime> deferred_delivery_time;
  Extensions extensions;
  std::vector<SubmittedRecipient> recipients;

  /// The SET. Defaults are left out.
  Octets encode() const;
  /// Errors: truncated, malformed, limit.
  static Result<MessageSubmissionEnvelope> decode(View octets);
};

struct ProbeSubmissionEnvelope {
  EncodedORName originator_name;
  std::optional<EncodedInformationTypes> original_eits;
  ContentType content_type;
  std::optional<std::string> content_identifier;
  std::optional<std::int64_t> content_length;  ///< absent: any length
  PerMessageIndicators indicators;             ///< disclosure and content return are not used
  Extensions extensions;
  std::vector<SubmittedRecipient> recipients;

  Octets encode() const;
  static Result<ProbeSubmissionEnvelope> decode(View octets);
};

/// Of a message or a probe: they have the same tags.
struct SubmissionResult {
  MTSIdentifier identifier;
  UtcTime time;
  std::optional<std::string> content_identifier;  ///< given back if it was given
  Extensions extensions;

  Octets encode() const;
  static Result<SubmissionResult> decode(View octets);
};

}  // namespace x400::asn1::mts
