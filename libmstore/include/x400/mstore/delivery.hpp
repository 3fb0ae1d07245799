// Delivery: what comes from the MTS (X.411 8.3.1).
//
// A delivery is answered to the MTA only when its completion says so: then the entry survives a power cut. A
// repeat of a delivery whose answer was lost is recognised for 30 days, also after the entry was deleted,
// and gives the same success without a second entry. "The same" means: message-delivery-identifier,
// this-recipient, originally-intended-recipient, DL expansion and redirection history and the content agree;
// the delivery time may differ.
//
// A content that cannot be read as what its content-type says is kept all the same; the entry then has no
// attributes of the content.
//
// Threads: values.
#pragma once

#include <functional>
#include <optional>

#include "x400/mstore/content.hpp"
#include "x400/mstore/types.hpp"

namespace x400::mstore {

struct MessageDelivery {
  MailboxNumber mailbox = 0;
  /// MessageDeliveryEnvelope: SEQUENCE { message-delivery-identifier, message-delivery-time, other-fields },
  /// the argument of message-delivery without its content. Kept as it is.
  Octets envelope;
  Content content;
};

struct ReportDelivery {
  MailboxNumber mailbox = 0;
  /// ReportDeliveryEnvelope: the SET of the argument of report-delivery without [0] returned-content.
  Octets envelope;
  /// The contents of the OCTET STRING returned-content.
  std::optional<Content> returned_content;
};

struct Delivered {
  SequenceNumber number = 0;  ///< of the main entry; of the first one if `duplicate`
  bool duplicate = false;
  Time time;  ///< creation time
};

/// A delivery that was not taken. P3 has no error for "try again later", so:
///   error given            answer it: unsupported-critical-function, security-error
///   log.kind() malformed   reject, mistyped-argument
///   any other kind         do not answer: abort the association; the MTA repeats it
///                          (unavailable: disk full; io, closed: until reopened; not_found: no such mailbox)
struct DeliveryFailure {
  std::optional<ms::MtsError> error;
  Error log;
  /// The hard quota of this one mailbox is reached (kind unavailable): overload. Where the peer is known to
  /// take it as passing, reject with resource-limitation instead, which spares the other deliveries.
  bool mailbox_full = false;
};

using DeliveryOutcome = Result<Delivered, DeliveryFailure>;
using DeliveryCompletion = std::function<void(DeliveryOutcome)>;

}  // namespace x400::mstore
