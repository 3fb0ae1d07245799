// Text: the character sets of X.400 to UTF-8 and back.
//
// Inside this project text is UTF-8. On the wire it is one of the string types of X.680, whose octets
// mean: PrintableString, NumericString, IA5String (ASCII), TeletexString (T.61), BMPString (UCS-2, here
// read as UTF-16), UniversalString (UCS-4), and in general text Latin-1 (registrations 1, 6 and 100).
//
// Reading never fails on a repertoire: octets that mean nothing become U+FFFD, so that a message can be
// shown. Writing fails (invalid) where a character does not exist in the target; nothing is replaced
// unasked.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

namespace x400::asn1::text {

// Reading.

/// T.61, 8 bits: an accent stands before its letter; both become one character where Unicode has it.
/// Octets of the left half which T.61 leaves undefined are read as ASCII, as senders mean them.
/// Controls (line ends among them) pass; escape sequences are not interpreted.
std::string from_t61(View octets);
std::string from_latin1(View octets);
/// UTF-16, big endian. An odd octet at the end or half a surrogate pair becomes U+FFFD.
std::string from_bmp(View octets);
/// UTF-32, big endian. Numbers beyond Unicode become U+FFFD, as do octets left over.
std::string from_universal(View octets);
/// ASCII as it is; octets above 7F become U+FFFD.
std::string from_ia5(View octets);

// Writing. Errors: malformed (not UTF-8), invalid (a character the target has not).

Result<Octets> to_t61(std::string_view utf8);
Result<Octets> to_latin1(std::string_view utf8);
Result<Octets> to_bmp(std::string_view utf8);  ///< invalid above U+FFFF
Result<Octets> to_universal(std::string_view utf8);

// Repertoires (X.680 clause 41). An empty text belongs to each.

bool is_printable(std::string_view text);  ///< letters, digits, space, ' ( ) + , - . / : = ?
bool is_numeric(std::string_view text);    ///< digits and space
bool is_ia5(std::string_view text);        ///< octets below 80
bool is_utf8(std::string_view text);       ///< well-formed, no surrogates, shortest forms

/// Code points of well-formed UTF-8; U+FFFD for each octet that does not fit.
std::u32string code_points(std::string_view utf8);
/// Appends one code point as UTF-8 (U+FFFD if it is none).
void append_utf8(std::string& to, char32_t code_point);

/// What two texts have in common that differ in nothing that matters for X.402 18.4 and the
/// case-ignoring rules of X.520: lower case (Latin, Greek, Cyrillic), letter and accent composed, no
/// spaces at either end, runs of spaces as one.
std::string fold(std::string_view utf8);
/// The same into `room`, for searches through many texts. Nothing: not all octets are ASCII, or the room does
/// not hold as many.
std::optional<std::string_view> fold_ascii(View octets, std::span<char> room);

}  // namespace x400::asn1::text
