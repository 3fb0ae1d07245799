// An entry as text for people.
#pragma once

#include <string>

#include "x400/p7client/entry.hpp"

namespace p7 {

/// Envelope lines, heading lines, text parts; other parts as one line each. UTF-8; controls that a terminal
/// would act on are shown as U+FFFD.
std::string readable_text(const x400::p7client::Entry& entry);

}  // namespace p7
