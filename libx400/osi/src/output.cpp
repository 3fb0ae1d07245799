#include "output.hpp"

namespace x400::osi {

void Output::copy(View octets) {
  append(tail_, octets);
  size_ += octets.size();
}

void Output::add(const Slice& slice) {
  if (slice.size() < gather_below) {
    copy(slice.view());
    if (slice.owner() && (tail_owners_.empty() || tail_owners_.back() != slice.owner()))
      tail_owners_.push_back(slice.owner());
    return;
  }
  close_tail();
  done_.push_back(slice);
  size_ += slice.size();
}

std::vector<Slice> Output::take() {
  close_tail();
  size_ = 0;
  return std::exchange(done_, {});
}

void Output::close_tail() {
  if (tail_.empty()) return;
  struct Kept {
    Octets octets;
    std::vector<std::shared_ptr<const void>> owners;
  };
  const auto kept =
      std::make_shared<const Kept>(Kept{std::exchange(tail_, {}), std::exchange(tail_owners_, {})});
  done_.emplace_back(kept, kept->octets);
}

}  // namespace x400::osi
