// For the targets whose inputs are values.
#include "mutators/ber.hpp"

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned seed) {
  return x400::fuzz::mutate_values(data, size, most, seed, 0);
}
