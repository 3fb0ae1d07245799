// Ahead: things made on a thread of their own, a bounded number before they are asked for.
//
// Where the system gives no thread, they are made when asked for.
//
// Threads: next() is called by one at a time. What `make` uses must not be changed elsewhere until next() has
// said that it was the last, or this is destroyed.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "x400/base/result.hpp"

namespace x400::mstore::storage {

template <class T>
class Ahead {
 public:
  using Made = Result<std::optional<T>>;

  /// `make` gives the next one, nothing behind the last, or an error, after which it is called no more.
  /// Beside the one in the making at most `most` wait.
  Ahead(std::size_t most, std::function<Made()> make) : most_(most), make_(std::move(make)) {
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::system_error&) {
      // Too many threads: the work is done all the same.
    }
  }
  Ahead(const Ahead&) = delete;
  Ahead& operator=(const Ahead&) = delete;
  /// Waits for the one in the making.
  ~Ahead() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  /// As `make`. Not to be called again after the last or an error.
  Made next() {
    if (!thread_.joinable()) return make_();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !ready_.empty(); });
    Made made = std::move(ready_.front());
    ready_.pop_front();
    lock.unlock();
    changed_.notify_all();
    return made;
  }

 private:
  void run() {
    for (bool more = true; more;) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stop_ || ready_.size() < most_; });
        if (stop_) return;
      }
      Made made = make_();
      more = made.ok() && made->has_value();
      {
        const std::lock_guard lock(mutex_);
        ready_.push_back(std::move(made));
      }
      changed_.notify_all();
    }
  }

  const std::size_t most_;
  const std::function<Made()> make_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Made> ready_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace x400::mstore::storage
