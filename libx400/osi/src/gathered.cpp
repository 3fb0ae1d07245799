#include "gathered.hpp"

namespace x400::osi {
namespace {

// Beside a value there may be so much that nobody looks at.
constexpr std::size_t little = 4096;

// Who has not bound makes no files.
bool belongs_in_spool(std::size_t size, const Limits& limits) {
  return limits.spool && size >= limits.spool->from() && size > limits.tsdu_before_bind;
}

}  // namespace

Slice housed(Slice value, const Slice& whole, const Limits& limits) {
  const bool joined = value.owner() != whole.owner();
  const bool small_part = !joined && whole.size() > little && value.size() < whole.size() / 2;
  if (!small_part && !(joined && belongs_in_spool(value.size(), limits))) return value;
  Gathered place(limits);
  place.append(value.view());
  return place.take();
}

void Gathered::append(View octets) {
  if (!tried_ && belongs_in_spool(memory_.size() + octets.size(), *limits_)) move_to_spool();
  if (!spooled_) return x400::append(memory_, octets);
  if (spooled_->append(octets)) return;
  // A full disk must not cost a message that memory can hold.
  memory_.reserve(spooled_->octets().size() + octets.size());
  x400::append(memory_, spooled_->octets());
  x400::append(memory_, octets);
  spooled_.reset();
}

void Gathered::move_to_spool() {
  tried_ = true;
  auto opened = limits_->spool->open();
  if (!opened || !opened->append(memory_)) return;
  spooled_ = std::move(opened);
  memory_ = {};
}

void Gathered::cut(std::size_t size) {
  // What is left must not keep the room of what is gone.
  if (size < this->size() / 2) {
    const Octets kept = to_octets(view().first(size));
    clear();
    append(kept);
  } else if (spooled_) {
    spooled_->cut(size);
  } else {
    memory_.resize(size);
  }
}

Slice Gathered::take() {
  tried_ = false;
  if (!spooled_) return Slice(std::exchange(memory_, {}));
  spooled_->complete();
  const std::shared_ptr<const SpooledOctets> kept = std::move(spooled_);
  return Slice(kept, kept->octets());
}

void Gathered::clear() {
  tried_ = false;
  memory_ = {};
  spooled_.reset();
}

}  // namespace x400::osi
