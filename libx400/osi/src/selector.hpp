// The one rule for called selectors of transport, session and presentation.
#pragma once

#include "x400/osi/policy.hpp"

namespace x400::osi {

inline bool selector_taken(View configured, View called, SelectorPolicy policy) {
  if (policy == SelectorPolicy::lenient && (configured.empty() || called.empty())) return true;
  return equal(configured, called);
}

}  // namespace x400::osi
