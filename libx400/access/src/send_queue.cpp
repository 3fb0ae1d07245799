#include "send_queue.hpp"

#include <algorithm>

namespace x400::access {
namespace {

// An idle connection keeps next to nothing; a busy one does not allocate for each message.
constexpr std::size_t kept_capacity = 8;
constexpr std::size_t compact_from = 256;

template <class T>
void compact(std::vector<T>& items, std::size_t& first) {
  if (first == items.size()) {
    items.clear();
    if (items.capacity() > kept_capacity) items.shrink_to_fit();
    first = 0;
  } else if (first >= compact_from && first >= items.size() / 2) {
    items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(first));
    first = 0;
  }
}

}  // namespace

void SendQueue::add(std::vector<osi::Slice> slices, Kind kind) {
  std::size_t size = 0;
  for (const osi::Slice& s : slices) size += s.size();
  if (size == 0) return;
  if (slices_.empty()) {
    slices_ = std::move(slices);
  } else {
    std::ranges::move(slices, std::back_inserter(slices_));
  }
  added_ += size;
  if (kind == Kind::other) return;
  answers_.push_back(Answer{added_, size});
  unsent_answers_ += size;
}

std::size_t SendQueue::gather(std::span<boost::asio::const_buffer> out) const {
  std::size_t n = 0;
  std::size_t offset = offset_;
  for (std::size_t i = first_; i < slices_.size() && n < out.size(); ++i, offset = 0) {
    const View octets = slices_[i].view().subspan(offset);
    if (!octets.empty()) out[n++] = boost::asio::const_buffer(octets.data(), octets.size());
  }
  return n;
}

void SendQueue::consume(std::size_t octets) {
  sent_ += octets;
  octets += offset_;
  while (first_ < slices_.size() && octets >= slices_[first_].size()) {
    octets -= slices_[first_].size();
    slices_[first_++] = {};
  }
  offset_ = octets;
  forget_sent();
}

void SendQueue::forget_sent() {
  while (first_answer_ < answers_.size() && answers_[first_answer_].end <= sent_)
    unsent_answers_ -= answers_[first_answer_++].size;
  compact(slices_, first_);
  compact(answers_, first_answer_);
}

void SendQueue::clear() {
  slices_ = {};
  answers_ = {};
  first_ = offset_ = first_answer_ = 0;
  unsent_answers_ = 0;
}

}  // namespace x400::access
