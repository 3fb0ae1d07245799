// Output: what waits for TCP, as slices for writev.
#pragma once

#include <vector>

#include "x400/osi/slice.hpp"

namespace x400::osi {

class Output {
 public:
  /// Below this size copying is cheaper than one more buffer for writev.
  static constexpr std::size_t gather_below = 256;

  void copy(View octets);
  void add(const Slice& slice);
  std::vector<Slice> take();
  std::size_t size() const { return size_; }

 private:
  void close_tail();

  std::vector<Slice> done_;
  Octets tail_;  // small pieces gathered, not yet a slice
  std::size_t size_ = 0;
};

}  // namespace x400::osi
