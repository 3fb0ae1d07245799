// Presentation addresses: selectors and where to connect, with their text forms.
//
// Three forms are read:
//   host:port                                          127.0.0.1:1102   [::1]:1102   mta.example
//   keyed, parts in any order, separated by ';'        tsel=TRAN;ssel='0206'H;psel="P7";mta.example:102
//   RFC 1278: psel/ssel/tsel/Internet=host+port        "P7"/"SESS"/'0206'H/Internet=10.0.0.6+1102
// A selector is text in quotes ("P7"), hexadecimal ('0206'H), a number (#12: two octets, most significant
// first), or bare text in the keyed form. Text is ASCII. In RFC 1278's form selectors may be left out from
// the left, and an empty one is absent.
//
// Selectors are opaque octets: they are compared octet by octet, never as text. An absent
// selector is the empty one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

namespace x400::osi {

inline constexpr std::size_t max_tsel = 32, max_ssel = 16, max_psel = 16;  ///< octets; X.214, X.215, profiles
inline constexpr std::uint16_t default_port = 102;                         ///< RFC 1006

struct Selectors {
  Octets presentation;
  Octets session;
  Octets transport;

  friend bool operator==(const Selectors&, const Selectors&) = default;
};

struct PresentationAddress {
  Selectors selectors;
  std::string host;  ///< name, IPv4 or IPv6 address without brackets; empty: none given
  std::uint16_t port = default_port;

  friend bool operator==(const PresentationAddress&, const PresentationAddress&) = default;
};

/// Errors: invalid, with what is wrong; limit for a selector longer than above.
Result<PresentationAddress> parse_address(std::string_view text);
/// The keyed form, or host:port if there is no selector; parse_address reads it back.
std::string to_string(const PresentationAddress& address);

/// One selector: "P7" with quotes, '0206'H, #12, or bare text.
Result<Octets> parse_selector(std::string_view text);
/// Quoted if all printable, else hexadecimal; empty for the empty selector.
std::string selector_text(View selector);

}  // namespace x400::osi
