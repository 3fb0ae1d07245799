#include "directory/throttle_timer.hpp"

namespace x400::server {

ThrottleTimer::ThrottleTimer(const BindThrottle::Limits& limits, BindThrottle::Hooks hooks) {
  hooks.changed = [wake = wake_] {
    {
      const std::lock_guard lock(wake->mutex);
      wake->look_again = true;
    }
    wake->woken.notify_one();
  };
  throttle_ = BindThrottle::make(limits, std::move(hooks));
  thread_ = std::thread([this] { run(); });
}

ThrottleTimer::~ThrottleTimer() {
  {
    const std::lock_guard lock(wake_->mutex);
    wake_->stopping = true;
  }
  wake_->woken.notify_one();
  thread_.join();
  throttle_->stop();
}

void ThrottleTimer::run() {
  Wake& wake = *wake_;
  std::unique_lock lock(wake.mutex);
  while (!wake.stopping) {
    wake.look_again = false;
    lock.unlock();
    throttle_->tick();
    const auto next = throttle_->next();
    lock.lock();
    const auto woken = [&wake] { return wake.look_again || wake.stopping; };
    if (next)
      wake.woken.wait_until(lock, *next, woken);
    else
      wake.woken.wait(lock, woken);
  }
}

}  // namespace x400::server
