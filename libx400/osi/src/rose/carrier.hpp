// What ROSE stands on. Presentation carries each APDU in one P-DATA; RTSE carries each in one activity.
#pragma once

#include <optional>

#include "x400/osi/rose_types.hpp"
#include "x400/osi/slice.hpp"

namespace x400::osi::rose {

class Carrier {
 public:
  virtual ~Carrier() = default;
  /// Carries one APDU on a context, behind all given before. `invocation`: which of ours it is; absent: an
  /// answer.
  virtual void carry(ContextId context, Chain apdu, std::optional<InvokeId> invocation) = 0;
};

}  // namespace x400::osi::rose
