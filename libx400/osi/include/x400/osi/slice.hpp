// Slice and Chain: octets that move through the stack without being copied.
//
// A Slice is a run of octets together with whatever keeps them alive; copying one copies no octet.
// What the stack receives is one buffer a TSDU, and every value handed up is a Slice of it. What is sent
// is a Chain: the stack puts its headers in buffers of their own between the slices, and where the
// transport has to cut, two slices of the same owner come out of one.
//
// Threads: values; the octets behind them are never written again once they are in a Slice.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "x400/base/octets.hpp"

namespace x400::osi {

class Slice {
 public:
  Slice() = default;
  /// Takes the octets over: one move, no copy.
  Slice(Octets octets) {
    auto kept = std::make_shared<const Octets>(std::move(octets));
    octets_ = *kept;
    owner_ = std::move(kept);
  }
  /// Octets that `owner` keeps alive and unchanged: a mapped file, a record of the log, another Slice.
  Slice(std::shared_ptr<const void> owner, View octets) : owner_(std::move(owner)), octets_(octets) {}

  View view() const { return octets_; }
  std::size_t size() const { return octets_.size(); }
  bool empty() const { return octets_.empty(); }
  const std::shared_ptr<const void>& owner() const { return owner_; }

  /// Part of this one, which lives as long as the whole; `part` must lie inside view().
  Slice part(View part) const { return Slice(owner_, part); }
  Slice part(std::size_t offset, std::size_t size) const { return part(octets_.subspan(offset, size)); }

 private:
  std::shared_ptr<const void> owner_;
  View octets_;
};

/// A value in pieces, in order. Implicit from Octets and Slice: most values are one piece.
class Chain {
 public:
  Chain() = default;
  Chain(Octets octets) { add(Slice(std::move(octets))); }
  Chain(Slice slice) { add(std::move(slice)); }

  void add(Slice slice) {
    if (slice.empty()) return;
    size_ += slice.size();
    slices_.push_back(std::move(slice));
  }
  void add(Chain chain) {
    for (Slice& s : chain.slices_) add(std::move(s));
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const std::vector<Slice>& slices() const { return slices_; }
  Octets flat() const;  ///< one copy of all
  /// A part of it, which must lie inside; no copy.
  Chain part(std::size_t offset, std::size_t size) const;

 private:
  std::vector<Slice> slices_;
  std::size_t size_ = 0;
};

inline Chain Chain::part(std::size_t offset, std::size_t size) const {
  Chain out;
  for (const Slice& s : slices_) {
    if (size == 0) break;
    if (offset >= s.size()) {
      offset -= s.size();
      continue;
    }
    const std::size_t n = s.size() - offset < size ? s.size() - offset : size;
    out.add(s.part(offset, n));
    offset = 0;
    size -= n;
  }
  return out;
}

inline Octets Chain::flat() const {
  Octets out;
  out.reserve(size_);
  for (const Slice& s : slices_) append(out, s.view());
  return out;
}

}  // namespace x400::osi
