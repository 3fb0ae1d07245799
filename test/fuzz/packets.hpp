// An input of the association targets: a byte of options, then the octets of a peer, mostly whole TPKTs.
#pragma once

#include <cstdint>
#include <vector>

#include "x400/base/octets.hpp"
#include "x400/osi/association.hpp"

namespace x400::fuzz {

/// TPKTs by their lengths; what is no TPKT is the last piece.
std::vector<Octets> split_packets(View octets);
Octets join_packets(std::uint8_t options, const std::vector<Octets>& packets);

/// All packets of the recorded dialogues (test/vectors/osi): of initiators ('A') or responders ('B').
const std::vector<Octets>& recorded_packets(char side);

/// One thing wrong with a sequence of packets: one left out, doubled, moved, put in, or changed inside with
/// its lengths mended.
std::size_t mutate_packets(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed,
                           const std::vector<Octets>& known);

/// P7 of both editions, P3 of MTAs, with RTSE and without, and the recorded peers' own programs.
osi::ResponderConfig responder_config();
/// P7 94.
osi::ConnectParameters connect_parameters(bool reliable);

}  // namespace x400::fuzz
