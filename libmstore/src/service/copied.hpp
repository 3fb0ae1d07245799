// Copied: octets of attributes that a result has, apart from the entries they were found in. An entry keeps
// all that was read to find them, which may be a content of many MiB for a heading.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "x400/base/octets.hpp"

namespace x400::mstore::service {

class Copied {
 public:
  /// `block`: octets taken at a time; what is known to be all is best.
  explicit Copied(std::size_t block = 16 * 1024) : block_(block) {}

  /// Good as long as this one.
  View keep(View octets) {
    if (octets.size() > room_.size()) {
      const std::size_t size = std::max(octets.size(), block_);
      blocks_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(size));
      room_ = {blocks_.back().get(), size};
    }
    std::copy(octets.begin(), octets.end(), room_.begin());
    const View kept = room_.first(octets.size());
    room_ = room_.subspan(octets.size());
    return kept;
  }

 private:
  const std::size_t block_;
  std::vector<std::unique_ptr<std::uint8_t[]>> blocks_;
  std::span<std::uint8_t> room_;
};

}  // namespace x400::mstore::service
