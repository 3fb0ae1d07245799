// What the targets of single layers share: a decoder of the stack is given what a peer sent, and what it says
// must come back when it is encoded and decoded again.
#pragma once

#include <algorithm>

#include "target.hpp"
#include "x400/ber/walk.hpp"
#include "x400/osi/policy.hpp"
#include "x400/osi/slice.hpp"

namespace x400::fuzz {

/// Whether a value lies in the octets it was read from (or has none).
inline bool inside(View whole, View part) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

/// One value that our own encoders may put inside others: they are never given anything else.
inline bool one_value(const osi::Slice& value) {
  return ber::walk(value.view(), osi::Limits{}.bind_ber).ok();
}

}  // namespace x400::fuzz
