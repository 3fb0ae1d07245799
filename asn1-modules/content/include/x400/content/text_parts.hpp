// Text of body parts, as UTF-8.
//
// ia5-text, teletex and general-text of X.420, and the military adatp3, acp127-data and corrections.
// Octets that mean nothing in their repertoire become U+FFFD: what cannot be read must not hide the rest.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "x400/content/body.hpp"

namespace x400::content {

/// Whether text() knows how to read parts of this kind.
bool is_text(PartKind kind);

/// The text of the part: line ends as sent, pages of teletex separated by form feeds. Errors: unsupported
/// (no text part), malformed.
Result<std::string> text(const BodyPart& part);

/// The registrations of the character sets of a general text, ascending. Errors: malformed, unsupported.
Result<std::vector<std::int64_t>> character_sets(const BodyPart& part);

/// General text octets under their registrations (ISO 2022 with the sets of Doc 9880 and of ISO 8859):
/// the left half is ASCII, the right half Latin-1 unless an escape or another registered set says else.
std::string decode_general_text(View octets, const std::vector<std::int64_t>& registrations);

}  // namespace x400::content
