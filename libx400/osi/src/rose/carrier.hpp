// What ROSE stands on. Presentation carries each APDU in one P-DATA; RTSE would carry each in one activity.
#pragma once

#include "x400/osi/rose_types.hpp"
#include "x400/osi/slice.hpp"

namespace x400::osi::rose {

class Carrier {
 public:
  virtual ~Carrier() = default;
  /// Carries one APDU on a context, behind all given before.
  virtual void carry(ContextId context, Chain apdu) = 0;
};

}  // namespace x400::osi::rose
