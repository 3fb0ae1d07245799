// Heading extensions of X.420 annex A, read by their types.
//
// A store takes attributes from Extensions (extensions.hpp) as received; this is for those who show or
// evaluate them. Text comes as UTF-8, times as received (asn1::parse_generalized_time reads them).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "x400/content/heading.hpp"

namespace x400::content {

struct IpmExtensions {
  bool incomplete_copy = false;
  std::vector<std::string> languages;
  std::optional<std::int64_t> auto_submitted;     ///< 0 not, 1 generated, 2 replied
  std::optional<std::string> authorization_time;  ///< GeneralizedTime; AMHS: the filing time
  std::optional<std::string> extended_subject;
  std::vector<std::string> manual_handling_instructions;
  std::optional<std::string> originators_reference;  ///< AMHS: optional heading information
  std::optional<ber::Oid> precedence_policy;
};

/// Errors: malformed, with the extension's name.
Result<IpmExtensions> read_ipm_extensions(const Extensions& extensions);

/// UniversalOrBMPString of X.411: SET { BMPString or UniversalString, language PrintableString OPTIONAL }.
/// A bare string is read too. Errors: malformed.
Result<std::string> read_universal_or_bmp(const Field& f);

}  // namespace x400::content
