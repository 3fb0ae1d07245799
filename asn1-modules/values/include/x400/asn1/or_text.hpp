// O/R addresses as text, in two forms.
//
// Form A, F.401 annex B and RFC 1685, for people:   G=John; S=Smith; O=A Bank; P=abl; A=snomail; C=aq
// Form B, RFC 2156 std-or-address, for machines:    /G=John/S=Smith/O=A Bank/PRMD=abl/ADMD=snomail/C=aq/
//
// They differ in one dangerous thing. In form A units are numbered, OU1 the most significant, and
// domain-defined attributes stand in their order. In form B both are written least significant first:
// the rightmost OU is the most significant.
//
// parse() takes either, and the labels of both in either; a leading "/" tells form B. In form A values
// are separated by ";", in form B by "/" or ";". A separator doubled is one that belongs to the value;
// in form B "$" quotes the next character. Labels are in any case and order.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "x400/asn1/or_name.hpp"

namespace x400::asn1 {

/// Reads either form. UTF-8; a value that is not printable becomes teletex, else universal; in form B
/// "printable*teletex" gives both, with {ddd} for an octet of T.61.
/// C or PRMD without ADMD gives ADMD " " (any). Form A with several OUs without numbers is refused: which
/// of them is the highest cannot be known.
/// Errors: malformed (label unknown, twice, or without value; text beyond a quote), naming the place.
/// The address is not checked for completeness: check() does that.
Result<ORAddress> parse_or_address(std::string_view text);

/// Form A, in the order G I S Q CN O OU1.. and so on, P A C. ADMD " " is left out.
std::string print_f401(const ORAddress& address);

/// Form B, which also is the form of directory attributes (mhsORAddresses).
std::string print_rfc2156(const ORAddress& address);

}  // namespace x400::asn1
