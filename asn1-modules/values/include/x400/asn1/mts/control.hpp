// submission-control and delivery-control (X.411 8.2.1.4, 8.3.1.3): limits for what is sent, until changed
// or until the association ends.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "x400/asn1/mts/extension.hpp"
#include "x400/asn1/mts/fields.hpp"

namespace x400::asn1::mts {

/// Which operations; true: allowed (Controls) or holding (Waiting).
struct Operations {
  bool probe_or_report = false;
  bool message = false;
  friend bool operator==(const Operations&, const Operations&) = default;
};

/// Argument of both operations; content types and EITs only of delivery-control.
struct Controls {
  bool restrict = true;  ///< true: set the limits that follow, leave others; false: lift all
  std::optional<Operations> permissible_operations;
  std::optional<std::int64_t> permissible_maximum_content_length;  ///< octets
  std::optional<Priority> permissible_lowest_priority;
  std::vector<ContentType> permissible_content_types;
  /// 1994: SEQUENCE of constraints; 1988: [APPLICATION 5]. The whole TLV as received; empty: absent.
  Octets permissible_eits;
  std::vector<Octets> permissible_security_context;  ///< labels, each a whole TLV
  Extensions extensions;                             ///< delivery-control, 1994

  Octets encode() const;
  /// Reads either edition. Errors: truncated, malformed, limit.
  static Result<Controls> decode(View octets);
};

/// Result of both operations: what the controls hold back.
struct Waiting {
  Operations waiting_operations;
  bool long_content = false, low_priority = false, other_security_labels = false;
  std::vector<ContentType> waiting_content_types;
  std::optional<EncodedInformationTypes> waiting_eits;
  Extensions extensions;  ///< delivery-control, 1994

  Octets encode() const;
  static Result<Waiting> decode(View octets);
};

}  // namespace x400::asn1::mts
