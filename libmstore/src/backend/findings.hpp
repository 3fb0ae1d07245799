// Findings: what was found wrong, for the operator; told once each.
//
// Threads: any. Shared with contents that are still being read when their store has gone.
#pragma once

#include <mutex>
#include <vector>

#include "backend/types.hpp"

namespace x400::mstore::backend {

class Findings {
 public:
  void add(Finding::Kind kind, std::string text) {
    const std::lock_guard lock(mutex_);
    for (const Finding& f : all_)
      if (f.text == text) return;
    if (all_.size() < most) all_.push_back(Finding{kind, std::move(text)});
  }
  std::vector<Finding> all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  static constexpr std::size_t most = 10'000;  // a disk that dies finds more every second

  mutable std::mutex mutex_;
  std::vector<Finding> all_;
};

}  // namespace x400::mstore::backend
