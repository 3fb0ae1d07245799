#include "output.hpp"

namespace x400::osi {

void Output::copy(View octets) {
  append(tail_, octets);
  size_ += octets.size();
}

void Output::add(const Slice& slice) {
  if (slice.size() < gather_below) {
    copy(slice.view());
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
  if (!tail_.empty()) done_.emplace_back(std::exchange(tail_, {}));
}

}  // namespace x400::osi
