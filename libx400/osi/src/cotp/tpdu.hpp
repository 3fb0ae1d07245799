// TPDUs of COTP class 0 (X.224 13): their headers, read and written.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

namespace x400::osi::cotp {

enum class Code : std::uint8_t { cr = 0xe0, cc = 0xd0, dr = 0x80, dt = 0xf0, er = 0x70, other = 0 };

namespace parameter {
inline constexpr std::uint8_t tpdu_size = 0xc0, calling_tsel = 0xc1, called_tsel = 0xc2,
                              alternative_classes = 0xc7, additional_information = 0xe0;
}

/// DR reasons (X.224 13.5.3).
enum class Reason : std::uint8_t {
  not_specified = 0,
  congestion = 1,
  not_attached = 2,
  address_unknown = 3,
  normal = 128,
  negotiation_failed = 130,
  protocol_error = 133,
};

struct Parameter {
  std::uint8_t code = 0;
  View value;
};

/// One header, from LI to the last parameter. Views into what was read.
struct Tpdu {
  Code code = Code::other;
  std::uint8_t code_octet = 0;
  std::uint16_t destination = 0;
  std::uint16_t source = 0;
  std::uint8_t options = 0;  ///< CR, CC: class in the high 4 bits
  std::uint8_t reason = 0;   ///< DR: reason; ER: reject cause
  bool end_of_tsdu = false;  ///< DT
  std::vector<Parameter> parameters;

  /// The first with this code.
  std::optional<View> find(std::uint8_t code) const;
  unsigned transport_class() const { return options >> 4; }
};

/// `header`: LI and the LI octets behind it. Errors: malformed.
Result<Tpdu> parse(View header);

/// LI included; destination 0 in a CR.
struct Connect {
  Code code = Code::cr;
  std::uint16_t destination = 0;
  std::uint16_t source = 0;
  std::optional<std::uint8_t> size_code;
  Octets calling_tsel;
  Octets called_tsel;
};
Octets encode(const Connect& connect);
Octets encode_dr(std::uint16_t destination, std::uint16_t source, Reason reason);
inline constexpr std::size_t dt_header_size = 3;

/// 07 = 128 ... 0D = 8192.
inline constexpr std::uint8_t smallest_size = 0x07, largest_size = 0x0d;
inline std::size_t size_of(std::uint8_t code) { return std::size_t{1} << code; }
std::uint8_t size_code(std::size_t tpdu_size);

}  // namespace x400::osi::cotp
