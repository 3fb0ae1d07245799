// Composing messages of air traffic services (ICAO Doc 9880 Part IIB, 3.1 and 3.3).
#pragma once

#include <string>
#include <vector>

#include "x400/content/ats.hpp"
#include "x400/content/compose.hpp"

namespace x400::content {

struct NewAtsMessage {
  AtsHeader header;
  std::string text;  ///< IA5
  NewIdentifier this_ipm;
  NewDescriptor originator;
  std::vector<NewDescriptor> primary;  ///< action addressees
  std::vector<NewDescriptor> copy;
  std::string subject;
  bool acknowledgement = false;  ///< answers an SS message: no receipt notification asked

  /// Also the heading extensions of the Extended service (group IHE): precedence of each recipient, its
  /// policy, authorization time = filing time, originator's reference = OHI. The year and month of the
  /// filing time are those of `filed`.
  bool extended_service = false;
  asn1::Time filed{};
};

/// One ia5-text part that begins with the ATS header. Receipt notifications are asked from every
/// recipient if and only if the priority is SS and this is no acknowledgement. Errors: invalid.
Result<Octets> compose_ats(const NewAtsMessage& message);

/// Filing time ddhhmm of an instant.
std::string filing_time(asn1::Time time);

}  // namespace x400::content
