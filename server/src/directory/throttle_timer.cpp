#include "directory/throttle_timer.hpp"

namespace x400::server {

ThrottleTimer::ThrottleTimer(const BindThrottle::Limits& limits, BindThrottle::Hooks hooks) {
  hooks.changed = [this] {
    {
      const std::lock_guard lock(mutex_);
      look_again_ = true;
    }
    woken_.notify_one();
  };
  throttle_ = BindThrottle::make(limits, std::move(hooks));
  thread_ = std::thread([this] { run(); });
}

ThrottleTimer::~ThrottleTimer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_one();
  thread_.join();
  throttle_->stop();
}

void ThrottleTimer::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    look_again_ = false;
    lock.unlock();
    throttle_->tick();
    const auto next = throttle_->next();
    lock.lock();
    const auto woken = [this] { return look_again_ || stopping_; };
    if (next)
      woken_.wait_until(lock, *next, woken);
    else
      woken_.wait(lock, woken);
  }
}

}  // namespace x400::server
