// By what a repeated delivery is recognised (see delivery.hpp): a SHA-256 over what a repeat has in common
// with the first.
#pragma once

#include <optional>

#include "x400/base/octets.hpp"

namespace x400::mstore::service {

/// Errors: malformed, truncated (envelope); internal (no digest).
Result<Octets> message_key(View envelope, View content);
Result<Octets> report_key(View envelope, std::optional<View> returned_content);

}  // namespace x400::mstore::service
