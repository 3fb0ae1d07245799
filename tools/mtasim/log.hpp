// Log lines of mtasim on standard error: time, area, text.
#pragma once

#include <string_view>

namespace mtasim {

/// Threads: any.
void log(std::string_view area, std::string_view text);

}  // namespace mtasim
