#include "generate.hpp"

namespace x400::corpus {

// SplitMix64 from a fixed state, octets taken low end first.
Octets generated_octets(std::size_t size) {
  Octets out(size);
  std::uint64_t state = 0x5834303043303142;
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (i % 8 == 0) {
      state += 0x9e3779b97f4a7c15;
      word = (state ^ state >> 30) * 0xbf58476d1ce4e5b9;
      word = (word ^ word >> 27) * 0x94d049bb133111eb;
      word ^= word >> 31;
    }
    out[i] = static_cast<std::uint8_t>(word >> (8 * (i % 8)));
  }
  return out;
}

}  // namespace x400::corpus
