// Tag: class, form and number of a BER identifier (X.690 8.1.2).
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace x400::ber {

enum class Class : std::uint8_t { universal = 0, application = 1, context = 2, private_use = 3 };

/// Class and number. The form (primitive or constructed) belongs to an encoding, not to a type, and
/// is therefore not part of it: a constructed OCTET STRING has the tag of an OCTET STRING.
struct Tag {
  Class cls = Class::universal;
  std::uint32_t number = 0;

  friend constexpr auto operator<=>(const Tag&, const Tag&) = default;
};

constexpr Tag universal(std::uint32_t n) { return {Class::universal, n}; }
constexpr Tag application(std::uint32_t n) { return {Class::application, n}; }
constexpr Tag context(std::uint32_t n) { return {Class::context, n}; }

/// "[3]", "[APPLICATION 0]", "[UNIVERSAL 16]": as ASN.1 writes it.
std::string to_string(Tag tag);

namespace tags {
inline constexpr Tag end_of_contents = universal(0), boolean = universal(1), integer = universal(2),
                     bit_string = universal(3), octet_string = universal(4), null = universal(5),
                     oid = universal(6), object_descriptor = universal(7), external = universal(8),
                     enumerated = universal(10), utf8_string = universal(12), sequence = universal(16),
                     set = universal(17), numeric_string = universal(18), printable_string = universal(19),
                     teletex_string = universal(20), videotex_string = universal(21),
                     ia5_string = universal(22), utc_time = universal(23), generalized_time = universal(24),
                     graphic_string = universal(25), visible_string = universal(26),
                     general_string = universal(27), universal_string = universal(28),
                     bmp_string = universal(30);
}  // namespace tags

}  // namespace x400::ber
