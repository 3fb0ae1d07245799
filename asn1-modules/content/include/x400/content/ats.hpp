// Air traffic service messages: the ATS message header and its priorities (ICAO Doc 9880 Part IIB, 3.3).
//
// The header stands at the beginning of the single text body part:
//
//   SOH "PRI: FF" CR LF "FT: 241200" CR LF ["OHI: ..." CR LF] STX text
//
// parse_ats_header() takes exactly this form; anything else is a text without header, which is no error:
// the message is kept and shown as it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "x400/asn1/ms/types.hpp"
#include "x400/base/result.hpp"

namespace x400::content {

enum class AtsPriority : std::uint8_t { ss, dd, ff, gg, kk };

struct AtsPriorityInfo {
  AtsPriority priority;
  std::string_view letters;         ///< "SS"
  asn1::ms::Priority mts_priority;  ///< by the table for AFTN gateways (Doc 9880 table 4-2)
  int precedence;                   ///< the recipient extension under the AMHS policy: 107 ... 14
};
/// Highest first.
const std::vector<AtsPriorityInfo>& ats_priorities();
const AtsPriorityInfo& info(AtsPriority priority);
/// nullptr for other letters; case matters.
const AtsPriorityInfo* ats_priority(std::string_view letters);
/// nullptr for a value that the AMHS policy does not know.
const AtsPriorityInfo* ats_priority_of_precedence(std::int64_t precedence);

struct AtsHeader {
  AtsPriority priority = AtsPriority::ff;
  std::string filing_time;  ///< ddhhmm, UTC
  std::string ohi;          ///< optional heading information; empty: no such line
};

struct AtsText {
  AtsHeader header;
  std::string_view text;  ///< what follows STX
};

/// Nothing if `body` does not begin with a header of exactly the standard's form. `text` borrows `body`.
std::optional<AtsText> parse_ats_header(std::string_view body);

/// Header and text together. Errors: invalid (filing time that is none, OHI beyond 53 characters or 48
/// with SS, characters outside IA5 or line ends in the OHI).
Result<std::string> format_ats(const AtsHeader& header, std::string_view text);

}  // namespace x400::content
