// For the target that hears responders.
#include "mutators/packets.hpp"

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned seed) {
  return x400::fuzz::mutate_packets(data, size, most, seed, 'B');
}
