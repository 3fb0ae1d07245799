// EXTERNAL (X.208 clause 34): how extended body parts and file transfers carry their values.
//
// All three encodings occur on real wires: single-ASN1-type [0], octet-aligned [1], arbitrary [2].
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "x400/content/field.hpp"

namespace x400::content {

struct External {
  enum class Encoding : std::uint8_t { single_asn1_type = 0, octet_aligned = 1, arbitrary = 2 };

  std::optional<ber::Oid> reference;  ///< direct-reference
  Encoding encoding = Encoding::single_asn1_type;
  /// The value's octets: the encoded value for [0], the contents of the string for [1] and [2].
  View octets;
  /// Owns `octets` when they had to be joined from segments; otherwise empty and they are borrowed.
  std::shared_ptr<const Octets> joined;

  /// The one encoded value that `octets` are. Errors: malformed, truncated (free octets, as in a file).
  Result<Field> value() const;
};

/// From [UNIVERSAL 8], or from a field that replaced this tag. Errors: malformed, truncated; unsupported
/// for an arbitrary encoding that is no whole number of octets.
Result<External> read_external(const Field& f);

}  // namespace x400::content
