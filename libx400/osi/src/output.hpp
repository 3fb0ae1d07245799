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
  /// The slice's owner lives until the octets are sent, copied or not: who counts what is held by it (the
  /// bounds on results) must not be told otherwise because a peer wants small TPDUs.
  void add(const Slice& slice);
  std::vector<Slice> take();
  std::size_t size() const { return size_; }

 private:
  void close_tail();

  std::vector<Slice> done_;
  // Small pieces gathered, not yet a slice, and whom they were copied from.
  Octets tail_;
  std::vector<std::shared_ptr<const void>> tail_owners_;
  std::size_t size_ = 0;
};

}  // namespace x400::osi
