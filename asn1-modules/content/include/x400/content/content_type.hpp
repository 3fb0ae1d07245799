// Content types: what the octets of a content are, by the envelope's word for them.
//
// An envelope names a content type by a built-in integer or by an object identifier (X.411 8.2.1.1.1.34);
// a Message Store always shows an object identifier (X.413 mt-content-type). Format is this project's
// common name for both.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "x400/ber/oid.hpp"

namespace x400::content {

enum class Format : std::uint8_t {
  unidentified,  ///< built-in 0
  external,      ///< built-in 1: the content is an EXTERNAL
  p2,            ///< built-in 2: interpersonal, 1984
  p22,           ///< built-in 22: interpersonal, 1988 and later
  edi,           ///< built-in 35: X.435
  voice,         ///< built-in 40: X.440
  p772,          ///< {1 3 26 0 4406 0 4 1}: military, STANAG 4406
  other,         ///< anything else: kept, never read
};

/// A short name for logs and listings: "p22", "p772", "edi", ...
std::string_view name(Format format);

/// Whether the content is an InformationObject of X.420 (or its military sibling) that ipm.hpp reads.
constexpr bool interpersonal(Format f) { return f == Format::p2 || f == Format::p22 || f == Format::p772; }

Format format_of(std::int64_t built_in);
Format format_of(const ber::Oid& content_type);

/// The integer an envelope carries, if there is one; P772 and other have none.
std::optional<int> built_in(Format format);

/// What the attribute mt-content-type holds. None for external, voice and other: theirs comes from
/// elsewhere (the EXTERNAL, the envelope).
std::optional<ber::Oid> content_type_oid(Format format);

}  // namespace x400::content
