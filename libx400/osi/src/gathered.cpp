#include "gathered.hpp"

namespace x400::osi {

void Gathered::append(View octets) {
  if (!tried_ && belongs_in_spool(memory_.size() + octets.size())) move_to_spool();
  if (!spooled_) return x400::append(memory_, octets);
  if (spooled_->append(octets)) return;
  // A full disk must not cost a message that memory can hold.
  memory_.reserve(spooled_->octets().size() + octets.size());
  x400::append(memory_, spooled_->octets());
  x400::append(memory_, octets);
  spooled_.reset();
}

// Who has not bound makes no files.
bool Gathered::belongs_in_spool(std::size_t size) const {
  return limits_->spool && size >= limits_->spool->from() && size > limits_->tsdu_before_bind;
}

void Gathered::move_to_spool() {
  tried_ = true;
  auto opened = limits_->spool->open();
  if (!opened || !opened->append(memory_)) return;
  spooled_ = std::move(opened);
  memory_ = {};
}

void Gathered::cut(std::size_t size) {
  if (spooled_)
    spooled_->cut(size);
  else
    memory_.resize(size);
}

Slice Gathered::take() {
  tried_ = false;
  if (!spooled_) return Slice(std::exchange(memory_, {}));
  const std::shared_ptr<const SpooledOctets> kept = std::move(spooled_);
  return Slice(kept, kept->octets());
}

void Gathered::clear() {
  tried_ = false;
  memory_ = {};
  spooled_.reset();
}

}  // namespace x400::osi
