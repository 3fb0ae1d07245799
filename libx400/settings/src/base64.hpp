// Standard base64 with padding, canonical form only.
#pragma once

#include <string>
#include <string_view>

#include "x400/base/octets.hpp"

namespace x400::settings {

std::string to_base64(View octets);
/// What it decodes to encodes to the same text. Error: malformed (also: more than 1024 characters).
Result<Octets> from_base64(std::string_view text);

}  // namespace x400::settings
