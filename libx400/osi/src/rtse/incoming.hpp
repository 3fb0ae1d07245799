// The value of one activity as it comes: a run of RTTRs with checkpoints in between.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gathered.hpp"

namespace x400::osi::rtse {

class Incoming {
 public:
  Incoming(Octets activity, const Limits& limits) : activity_(std::move(activity)), joined_(limits) {}

  const Octets& activity() const { return activity_; }
  void set_activity(Octets activity) { activity_ = std::move(activity); }

  /// False if the value would be longer than `most`.
  bool add(const Slice& piece, std::size_t most) {
    if (piece.size() > most - size()) return false;
    if (size() == 0) {
      only_ = piece;  // most values are one piece: no copy
      return true;
    }
    if (joined_.empty()) joined_.append(std::exchange(only_, {}).view());
    joined_.append(piece.view());
    return true;
  }
  std::size_t size() const { return only_.size() + joined_.size(); }

  /// False if nothing came since the last one.
  bool mark() {
    if (size() == (marks_.empty() ? 0 : marks_.back())) return false;
    marks_.push_back(size());
    return true;
  }
  /// Forgets what came behind a checkpoint, from 1; false if there is none such.
  bool back_to(std::uint32_t serial) {
    if (serial == 0 || serial > marks_.size()) return false;
    marks_.resize(serial);
    if (!joined_.empty())
      joined_.cut(marks_.back());
    else
      only_ = only_.part(0, marks_.back());
    return true;
  }
  Slice take() { return joined_.empty() ? std::move(only_) : joined_.take(); }

 private:
  Octets activity_;
  Slice only_;
  Gathered joined_;
  std::vector<std::size_t> marks_;
};

}  // namespace x400::osi::rtse
