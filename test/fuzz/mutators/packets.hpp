// Sequences of packets with one thing wrong: for the targets of the whole stack, whose inputs are an octet of
// choices and the octets of a peer, mostly whole TPKTs.
#pragma once

#include <cstddef>
#include <cstdint>

namespace x400::fuzz {

/// One packet left out, doubled, moved, put in from the recorded dialogues (test/vectors/osi; of initiators,
/// 'A', or responders, 'B'), cut in two, or changed in one of its layers with the lengths of all around it
/// right.
std::size_t mutate_packets(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed, char side);

}  // namespace x400::fuzz
