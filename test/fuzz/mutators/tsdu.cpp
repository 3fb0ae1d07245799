// For the target whose inputs are TSDUs.
#include <algorithm>

#include "mutators/session.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned seed) {
  std::mt19937 random(seed);
  const auto out = x400::fuzz::mutate_tsdu(x400::View(data, size), random);
  if (random() % 4 == 0 || out.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::copy(out.begin(), out.end(), data);
  return out.size();
}
