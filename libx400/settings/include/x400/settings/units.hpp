// Texts with a number and a unit, as configuration files and command lines carry them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "x400/base/result.hpp"

namespace x400::settings {

/// "500 ms", "10 s", "5 min", "2 h", "30 d"; the space may be left out. Whole numbers only.
/// Errors: malformed (what to write instead), limit (more than a hundred years).
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// "512 B", "64 KiB", "20 MiB", "1 GiB", "2 TiB"; the space may be left out. Errors as above.
Result<std::uint64_t> parse_size(std::string_view text);

}  // namespace x400::settings
