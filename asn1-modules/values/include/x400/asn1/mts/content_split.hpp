// Content beside its envelope: taking arguments apart and putting them together without copying a content.
//
//   X400_TRY(parts, split_message_delivery(argument));
//   X400_TRY(envelope, MessageDeliveryEnvelope::decode(parts.envelope));
//   Octets joined;
//   X400_TRY(content, ber::read_octets(parts.content, joined));   // copies only a segmented one
//
//   Octets head = message_delivery_head(envelope.encode(), content.size());   // then append the content
//
// Threads: pure functions.
#pragma once

#include <optional>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"
#include "x400/ber/reader.hpp"

namespace x400::asn1::mts {

struct MessageParts {
  /// Submission: the MessageSubmissionEnvelope (SET). Delivery: a SEQUENCE of identifier, time and
  /// other-fields, which is the MessageDeliveryEnvelope. Contents as received.
  Octets envelope;
  /// The OCTET STRING, primitive or constructed, borrowed from the argument.
  ber::Element content;
};

struct ReportParts {
  Octets envelope;                      ///< the ReportDeliveryEnvelope (SET) without returned-content
  std::optional<ber::Element> content;  ///< [0] returned-content, primitive or constructed
};

/// The argument is walked first. What follows the content of a message (options of X.413) is malformed here:
/// ms::split_message_submission takes it off. Errors: truncated, malformed, limit.
Result<MessageParts> split_message_submission(View argument);
Result<MessageParts> split_message_delivery(View argument);
Result<ReportParts> split_report_delivery(View argument);
// The parts borrow: from a temporary they would dangle.
Result<MessageParts> split_message_submission(Octets&&) = delete;
Result<MessageParts> split_message_delivery(Octets&&) = delete;
Result<ReportParts> split_report_delivery(Octets&&) = delete;

/// All octets of the argument before those of the content, which end it.
Octets message_submission_head(View envelope, std::size_t content_size);
Octets message_delivery_head(View envelope, std::size_t content_size);
/// With returned content; without it the envelope is the argument.
Octets report_delivery_head(View envelope, std::size_t content_size);

}  // namespace x400::asn1::mts
