// By what a repeated delivery is recognised (see delivery.hpp): a SHA-256 over what a repeat has in common
// with the first.
#pragma once

#include <optional>

#include "service/envelope.hpp"

namespace x400::mstore::service {

/// `envelope`: the attributes derived from it. Error: internal (no digest).
Result<Octets> message_key(const AttributeList& envelope, View content);
Result<Octets> report_key(const AttributeList& envelope, const std::vector<EnvelopeExtension>& extensions,
                          std::optional<View> returned_content);

}  // namespace x400::mstore::service
