// Gathered: octets that come in pieces and become one Slice: a TSDU, the segments of an SSDU, the value of an
// activity. Short ones lie in memory, long ones in the spool if there is one that has room.
#pragma once

#include <memory>

#include "x400/osi/policy.hpp"
#include "x400/osi/slice.hpp"
#include "x400/osi/spool.hpp"

namespace x400::osi {

class Gathered {
 public:
  /// `limits` must outlive it.
  explicit Gathered(const Limits& limits) : limits_(&limits) {}

  void append(View octets);
  bool empty() const { return size() == 0; }
  std::size_t size() const { return view().size(); }
  View view() const { return spooled_ ? spooled_->octets() : View(memory_); }
  /// Keeps the first `size`.
  void cut(std::size_t size);
  /// All of them; it is empty then.
  Slice take();
  void clear();

 private:
  void move_to_spool();

  const Limits* limits_;
  Octets memory_;
  std::unique_ptr<SpooledOctets> spooled_;
  bool tried_ = false;  // the spool was asked for this PDU; not again for each piece of it
};

/// A value that was found in `whole`, to be kept for longer. A small part of something long does not keep all
/// of it alive, and a long one that had to be joined from pieces goes where long ones lie.
Slice housed(Slice value, const Slice& whole, const Limits& limits);

}  // namespace x400::osi
