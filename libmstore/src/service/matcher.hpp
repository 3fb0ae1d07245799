// Matcher: an assertion, compiled once and held against encoded values.
//
// Values of entries that cannot be read match nothing.
//
// Threads: a Matcher is constant.
#pragma once

#include <memory>

#include "x400/base/octets.hpp"

namespace x400::mstore::service {

class Matcher {
 public:
  virtual ~Matcher() = default;
  /// `value`: one value of the attribute, a whole TLV.
  virtual bool matches(View value) const = 0;
};
using MatcherPtr = std::unique_ptr<const Matcher>;

}  // namespace x400::mstore::service
