// ThrottleTimer: the thread that lets the waiting attempts of a BindThrottle go when their time has come.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "directory/bind_throttle.hpp"

namespace x400::server {

class ThrottleTimer {
 public:
  /// `hooks.changed` is taken by the timer.
  ThrottleTimer(const BindThrottle::Limits& limits, BindThrottle::Hooks hooks);
  /// Refuses what waits.
  ~ThrottleTimer();
  ThrottleTimer(const ThrottleTimer&) = delete;
  ThrottleTimer& operator=(const ThrottleTimer&) = delete;

  BindThrottle& throttle() { return *throttle_; }

 private:
  // Of the thread and of whoever changes the throttle, which may outlive the timer.
  struct Wake {
    std::mutex mutex;
    std::condition_variable woken;
    bool look_again = false, stopping = false;
  };
  void run();

  const std::shared_ptr<Wake> wake_ = std::make_shared<Wake>();
  std::shared_ptr<BindThrottle> throttle_;
  std::thread thread_;
};

}  // namespace x400::server
