// Military messages: precedences and heading extensions of STANAG 4406 (P772).
//
// P772 is the syntax of P22 with extensions of its own, so Heading reads it; this header knows what the
// extensions mean. A P22 message that carries them is read the same way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "x400/asn1/ms/types.hpp"
#include "x400/content/heading.hpp"

namespace x400::content {

/// MMHS precedence: 0..5 as named; 6..15 are reserved for NATO, 16..31 for nations.
enum class Precedence : std::uint8_t {
  deferred = 0,
  routine = 1,
  priority = 2,
  immediate = 3,
  flash = 4,
  override_ = 5,
};

struct PrecedenceInfo {
  Precedence precedence;
  std::string_view name;        ///< "flash"
  char prosign;                 ///< of ACP 127: 'Z'
  asn1::ms::Priority priority;  ///< grade of delivery in the MTS
  bool qualifier_high;          ///< priority-level-qualifier, which tells two precedences of a grade apart
};
/// The table of STANAG 4406, lowest first.
const std::vector<PrecedenceInfo>& precedences();
/// nullptr for a code outside 0..5.
const PrecedenceInfo* precedence_info(std::int64_t code);
/// nullptr for an unknown name.
const PrecedenceInfo* precedence_named(std::string_view name);

struct MilitaryMessageType {
  std::int64_t type = 0;  ///< 0 exercise, 1 operation, 2 project, 3 drill
  std::string identifier;
};

struct MilitaryHeading {
  std::optional<std::int64_t> primary_precedence;
  std::optional<std::int64_t> copy_precedence;
  std::optional<MilitaryMessageType> message_type;
  std::optional<std::string> extended_authorisation_info;  ///< the date-time group, UTCTime as received
  std::vector<std::string> sics;                           ///< subject indicator codes
  std::vector<std::string> handling_instructions;
  std::vector<std::string> message_instructions;
  std::optional<std::int64_t> codress_groups;
  std::optional<std::string> originator_reference;
  std::optional<std::string> originator_plad;
  std::optional<std::string> acp127_identifier;
};

/// Errors: malformed, with the extension's name. Extensions not listed above stay in Extensions.
Result<MilitaryHeading> read_military_heading(const Extensions& extensions);

/// The SICs inside a distribution-codes value, each as the attribute sic-codes holds it; none if the
/// value has none. Errors: malformed.
Result<std::vector<Field>> sic_fields(const Field& distribution_codes);

}  // namespace x400::content
