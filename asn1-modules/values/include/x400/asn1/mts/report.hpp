// report-delivery (X.411 8.3.1.2).
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "x400/asn1/mts/extension.hpp"
#include "x400/asn1/mts/fields.hpp"
#include "x400/asn1/mts/identifier.hpp"
#include "x400/asn1/or_name.hpp"

namespace x400::asn1::mts {

struct DeliveryReport {
  UtcTime delivery_time;
  MtsUserType user_type = MtsUserType::public_;
};
struct NonDeliveryReport {
  std::int64_t reason = 0;
  std::optional<std::int64_t> diagnostic;
};

/// "unable-to-transfer", "unrecognised-OR-name", ...; empty for numbers X.411 does not name, which are legal
/// up to 32767: show the number.
std::string_view reason_name(std::int64_t reason);
std::string_view diagnostic_name(std::int64_t diagnostic);

struct ReportedRecipient {
  EncodedORName actual_recipient;
  std::variant<DeliveryReport, NonDeliveryReport> report;
  std::optional<EncodedInformationTypes> converted_eits;
  /// If redirected: what the originator wrote. Correlate by this one first.
  std::optional<EncodedORName> originally_intended_recipient;
  std::optional<std::string> supplementary_information;
  Extensions extensions;

  /// The name the originator knows: originally intended if there is one, else actual.
  const EncodedORName& submitted_name() const {
    return originally_intended_recipient ? *originally_intended_recipient : actual_recipient;
  }
};

/// The argument without returned content; with it: content_split.hpp.
struct ReportDeliveryEnvelope {
  MTSIdentifier subject_identifier;
  std::optional<std::string> content_identifier;
  std::optional<ContentType> content_type;
  std::optional<EncodedInformationTypes> original_eits;
  Extensions extensions;
  std::vector<ReportedRecipient> recipients;

  Octets encode() const;
  /// Errors: truncated, malformed (also if returned-content is still in it), limit (also
  /// more than 32767 recipients).
  static Result<ReportDeliveryEnvelope> decode(View octets);
};

/// NULL, or a SET of extensions (1994). What is in them is not looked at.
Octets encode_report_delivery_result();
Status decode_report_delivery_result(View octets);

}  // namespace x400::asn1::mts
