// Letters and the accents of T.61 (its column 12), shared by conversion and folding.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace x400::asn1::text {

/// One accent: its octet in T.61, its combining character, and its letters, each followed by the
/// composed character.
struct Accent {
  std::uint8_t octet;
  char16_t combining;
  std::u16string_view pairs;
};

inline constexpr std::array<Accent, 14> accents = {{
    {0xc1, 0x0300, u"AÀEÈIÌOÒUÙaàeèiìoòuù"},
    {0xc2, 0x0301, u" ´AÁCĆEÉIÍLĹNŃOÓRŔSŚUÚYÝZŹaácćeéiílĺnńoórŕsśuúyýzź"},
    {0xc3, 0x0302, u"AÂCĈEÊGĜHĤIÎJĴOÔSŜUÛWŴYŶaâcĉeêgĝhĥiîjĵoôsŝuûwŵyŷ"},
    {0xc4, 0x0303, u"AÃIĨNÑOÕUŨaãiĩnñoõuũ"},
    {0xc5, 0x0304, u" ¯AĀEĒIĪOŌUŪaāeēiīoōuū"},
    {0xc6, 0x0306, u" ˘AĂGĞUŬaăgğuŭ"},
    {0xc7, 0x0307, u" ˙CĊEĖGĠIİZŻcċeėgġzż"},
    {0xc8, 0x0308, u" ¨AÄEËIÏOÖUÜYŸaäeëiïoöuüyÿ"},
    // The umlaut of earlier editions, now the same as the diaeresis.
    {0xc9, 0x0308, u" ¨AÄEËIÏOÖUÜYŸaäeëiïoöuüyÿ"},
    {0xca, 0x030a, u" ˚AÅUŮaåuů"},
    {0xcb, 0x0327, u" ¸CÇGĢKĶLĻNŅRŖSŞTŢcçgģkķlļnņrŗsştţ"},
    {0xcd, 0x030b, u" ˝OŐUŰoőuű"},
    {0xce, 0x0328, u" ˛AĄEĘIĮUŲaąeęiįuų"},
    {0xcf, 0x030c, u" ˇCČDĎEĚLĽNŇRŘSŠTŤZŽcčdďeělľnňrřsštťzž"},
}};

/// The composed character, or 0 if the table has none.
constexpr char16_t compose(const Accent& accent, char32_t letter) {
  for (std::size_t i = 0; i + 1 < accent.pairs.size(); i += 2)
    if (accent.pairs[i] == letter) return accent.pairs[i + 1];
  return 0;
}

constexpr const Accent* accent_of_combining(char32_t combining) {
  for (const Accent& accent : accents)
    if (accent.combining == combining) return &accent;
  return nullptr;
}

}  // namespace x400::asn1::text
