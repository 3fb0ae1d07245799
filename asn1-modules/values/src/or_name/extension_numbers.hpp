// Numbers of the extension attributes of an O/R address (X.411 figure 2).
#pragma once

#include <cstdint>

namespace x400::asn1::ext {

inline constexpr std::int64_t common_name = 1, teletex_common_name = 2, teletex_organization = 3,
                              teletex_personal_name = 4, teletex_units = 5, teletex_domain_defined = 6,
                              pds_name = 7, postal_country = 8, postal_code = 9, unformatted = 16,
                              network_address = 22, terminal_type = 23, universal_common_name = 24,
                              universal_organization = 25, universal_personal_name = 26, universal_units = 27,
                              universal_domain_defined = 28, universal_unformatted = 35;

/// The postal attributes 10 to 21 have their universal forms at 29 to 40.
inline constexpr std::int64_t first_postal = 10, last_postal = 21, universal_distance = 19,
                              first_postal_universal = 29, last_postal_universal = 40;

constexpr bool is_postal(std::int64_t number) {
  return (number >= first_postal && number <= last_postal) ||
         (number >= first_postal_universal && number <= last_postal_universal);
}

}  // namespace x400::asn1::ext
