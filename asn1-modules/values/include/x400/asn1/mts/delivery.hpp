// message-delivery (X.411 8.3.1.1).
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

/// Identifier, time and other-fields. In the argument the three stand beside the content; as a value of its
/// own the envelope is a SEQUENCE of them (see content_split.hpp).
struct MessageDeliveryEnvelope {
  MTSIdentifier identifier;
  UtcTime delivery_time;

  ContentType content_type;
  EncodedORName originator_name;
  std::optional<EncodedInformationTypes> original_eits;
  Priority priority = Priority::normal;
  std::optional<bool> implicit_conversion_prohibited;  ///< the only delivery flag; nothing: field absent
  std::vector<EncodedORName> other_recipients;         ///< only if their disclosure was requested
  EncodedORName this_recipient;                        ///< whose mailbox it is for
  std::optional<EncodedORName> originally_intended_recipient;  ///< if redirected
  std::optional<EncodedInformationTypes> converted_eits;
  UtcTime submission_time;
  std::optional<std::string> content_identifier;
  Extensions extensions;

  Octets encode() const;
  /// Errors: truncated, malformed, limit (also more than 32767 other recipients).
  static Result<MessageDeliveryEnvelope> decode(View octets);
};

/// Normally empty: 31 00.
struct MessageDeliveryResult {
  Octets recipient_certificate;  ///< [0], the whole TLV as received; empty: absent
  Octets proof_of_delivery;      ///< [1], likewise
  Extensions extensions;         ///< 1994

  Octets encode() const;
  static Result<MessageDeliveryResult> decode(View octets);
};

}  // namespace x400::asn1::mts
