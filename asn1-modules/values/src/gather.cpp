#include "x400/asn1/gather.hpp"

namespace x400::asn1 {

void Gather::append(View octets) {
  if (octets.empty()) return;
  if (!runs_.empty() && runs_.back().own) {
    runs_.back().length += octets.size();
  } else {
    runs_.push_back({true, arena_.size(), octets.size(), nullptr});
  }
  x400::append(arena_, octets);
  size_ += octets.size();
}

void Gather::borrow(View octets) {
  if (octets.size() < copy_below) {
    append(octets);
    return;
  }
  runs_.push_back({false, 0, octets.size(), octets.data()});
  size_ += octets.size();
}

std::vector<View> Gather::pieces() const {
  std::vector<View> out;
  out.reserve(runs_.size());
  for (const Run& run : runs_) out.emplace_back(run.own ? arena_.data() + run.offset : run.data, run.length);
  return out;
}

Octets Gather::join() const {
  Octets out;
  out.reserve(size_);
  for (const View piece : pieces()) x400::append(out, piece);
  return out;
}

}  // namespace x400::asn1
