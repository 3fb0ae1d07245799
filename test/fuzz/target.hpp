// What every fuzz target is: a function that takes any octets and finds nothing wrong, with an oracle beyond
// crashes. The preset fuzz (clang) builds it with libFuzzer, the others with a main that runs files.
//
// The oracle ends the program by abort(), which both take for a finding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "x400/base/octets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace x400::fuzz {

[[noreturn]] inline void finding(const char* what) {
  std::fprintf(stderr, "FINDING: %s\n", what);
  std::abort();
}
inline void require(bool holds, const char* what) {
  if (!holds) finding(what);
}

/// Octets live at the same time since it was made: at most `times` the input's size and `beside`. A peer must
/// not make us hold more than it has sent. Measured only where a sanitizer's allocator counts.
class Memory {
 public:
  Memory(std::size_t input, std::size_t times = 4, std::size_t beside = 64 * 1024);
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory();

 private:
  const std::size_t most_;
};

}  // namespace x400::fuzz
