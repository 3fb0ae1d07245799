// TPKT (RFC 1006 section 6): packets in the stream of TCP.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

namespace x400::osi::tpkt {

inline constexpr std::size_t header_size = 4;
inline constexpr std::size_t shortest = 7, longest = 65535;  ///< whole packet, header included

/// Octets of one packet behind its header, as far as they have come.
struct Piece {
  View octets;
  bool begins = false;  ///< the first of its packet
  bool ends = false;    ///< the last of its packet
};

/// Cuts the stream without keeping any of it but a header in pieces.
class Reader {
 public:
  /// Takes from the front of `in`; nothing if more octets are needed. Errors: malformed (not this protocol);
  /// the reader is of no use afterwards.
  Result<std::optional<Piece>> next(View& in);
  bool mid_packet() const { return have_ > 0 || left_ > 0; }

 private:
  Status read_header(View& in);

  std::array<std::uint8_t, header_size> header_{};
  std::size_t have_ = 0;  // octets of header_
  std::size_t left_ = 0;  // octets of the packet to come
  bool fresh_ = false;    // no piece of the packet given yet
};

std::array<std::uint8_t, header_size> header(std::size_t tpdu_size);

}  // namespace x400::osi::tpkt
