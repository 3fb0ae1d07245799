// SecurityLabel (X.411 8.5.9).
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"
#include "x400/ber/oid.hpp"
#include "x400/ber/writer.hpp"

namespace x400::asn1::mts {

/// Classifications known to X.411; policies may use other numbers.
namespace classification {
inline constexpr std::int64_t unmarked = 0, unclassified = 1, restricted = 2, confidential = 3, secret = 4,
                              top_secret = 5;
}  // namespace classification

struct SecurityLabel {
  struct Category {
    ber::Oid type;
    Octets value;  ///< one TLV
    friend bool operator==(const Category&, const Category&) = default;
  };

  std::optional<ber::Oid> policy;
  std::optional<std::int64_t> classification;
  std::string privacy_mark;  ///< PrintableString, 1..128; empty: absent
  std::vector<Category> categories;

  /// A label never changes once a message has it: keep the octets, decode to look. Errors: truncated,
  /// malformed, limit.
  static Result<SecurityLabel> decode(View octets);
  Octets encode() const;

  friend bool operator==(const SecurityLabel&, const SecurityLabel&) = default;
};

}  // namespace x400::asn1::mts
