// Gather: an encoding in pieces, some made here and some lying where they lie.
//
// Result encoders use it so that attribute values and contents go from the store to the socket without being
// copied into a PDU. Hand pieces() to a gathering write, or join() where one run is wanted.
//
// Lifetime: pieces() borrows from this object and from everything given to borrow(). Moving the object keeps
// them valid. Threads: one at a time.
#pragma once

#include <vector>

#include "x400/base/octets.hpp"

namespace x400::asn1 {

class Gather {
 public:
  Gather() = default;
  Gather(Gather&&) = default;
  Gather& operator=(Gather&&) = default;
  Gather(const Gather&) = delete;
  Gather& operator=(const Gather&) = delete;

  /// Copies the octets.
  void append(View octets);
  /// Refers to the octets, which must outlive this object; runs shorter than `copy_below` are copied instead,
  /// because a piece costs more than its copy.
  void borrow(View octets);

  std::size_t size() const { return size_; }
  std::vector<View> pieces() const;
  Octets join() const;

  static constexpr std::size_t copy_below = 512;

 private:
  // own: a range of arena_; otherwise borrowed.
  struct Run {
    bool own;
    std::size_t offset, length;
    const std::uint8_t* data;
  };
  std::vector<Run> runs_;
  Octets arena_;
  std::size_t size_ = 0;
};

}  // namespace x400::asn1
