// forwarding-request (X.413, envelope extension 36): the store adds a stored message to the one being
// submitted.
#pragma once

#include <optional>

#include "service/entry.hpp"

namespace x400::mstore::service {

/// The sequence number asked for; nothing: no such extension. Errors: malformed.
Result<std::optional<SequenceNumber>> forwarding_request(View submission_envelope);
/// The envelope without it, everything else octet for octet. Errors: invalid where a signature over the
/// content forbids to add to it.
Result<Octets> without_forwarding_request(View submission_envelope);
/// The interpersonal message `content` with one more body part: the message of `entry` with its delivery time
/// and envelope. Errors: invalid: one of the two is no message.
Result<Octets> with_forwarded(View content, Entry& entry);

}  // namespace x400::mstore::service
