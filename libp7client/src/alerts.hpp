// What the store invokes on our association: Alert. Counts them, so that a waiting thread can be woken.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

#include "x400/access/association.hpp"
#include "x400/p7client/client.hpp"

namespace x400::p7client {

class AlertHandler : public access::Handler {
 public:
  explicit AlertHandler(std::function<void(const Alert&)> sink) : sink_(std::move(sink)) {}

  void invoked(access::Invocation invocation, access::Reply reply) override;
  void closed(const access::Ending&) override;

  /// Alerts so far.
  std::uint64_t count() const;
  /// Until there are more than `seen`, the association has ended, or the time is over.
  void wait_beyond(std::uint64_t seen, std::chrono::steady_clock::time_point until) const;

 private:
  void note(const Alert& alert);

  std::function<void(const Alert&)> sink_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::uint64_t count_ = 0;
  bool closed_ = false;
};

}  // namespace x400::p7client
