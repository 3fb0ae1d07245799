// Pending: a value that comes later. Three ways to take it, exactly one of which may be used, once:
//
//   T v = pending.get();                         blocks; for programs with a thread to spare
//   pending.then([](T v) { ... });               called where the value is made, or at once if it is there
//   T v = co_await wait(std::move(pending));     in Asio coroutines: x400/access/asio.hpp
//
// Dropping a Pending drops the value, not what makes it.
//
// Threads: a Pending belongs to one thread at a time; the Promise may be on another. A function given to
// then() usually runs on a thread of the Runtime, where it must not block: never get() there.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace x400::access {

namespace detail {

template <class T>
class Continuation {
 public:
  virtual ~Continuation() = default;
  virtual void run(T value) = 0;
};

template <class T, class F>
class FunctionContinuation final : public Continuation<T> {
 public:
  explicit FunctionContinuation(F f) : f_(std::move(f)) {}
  void run(T value) override { f_(std::move(value)); }

 private:
  F f_;
};

template <class T>
struct PendingState {
  std::mutex mutex;
  std::condition_variable filled;
  std::optional<T> value;
  std::unique_ptr<Continuation<T>> next;
  bool done = false;  ///< a value was set, taken or not
};

}  // namespace detail

template <class T>
class Pending {
 public:
  Pending() = default;  ///< of nothing: valid() is false and nothing else may be called
  explicit Pending(std::shared_ptr<detail::PendingState<T>> state) : state_(std::move(state)) {}
  /// One that is there already.
  static Pending ready(T value) {
    auto state = std::make_shared<detail::PendingState<T>>();
    state->value.emplace(std::move(value));
    state->done = true;
    return Pending(std::move(state));
  }

  bool valid() const { return state_ != nullptr; }
  bool is_ready() const {
    const std::lock_guard lock(state_->mutex);
    return state_->done;
  }

  /// Whether the value came within `time`; get() then does not block.
  template <class Rep, class Period>
  bool wait_for(std::chrono::duration<Rep, Period> time) {
    std::unique_lock lock(state_->mutex);
    return state_->filled.wait_for(lock, time, [this] { return state_->done; });
  }

  /// Waits for the value and takes it.
  T get() {
    auto state = std::move(state_);
    std::unique_lock lock(state->mutex);
    state->filled.wait(lock, [&] { return state->done; });
    return std::move(*state->value);
  }

  template <class F>
  void then(F f) {
    auto state = std::move(state_);
    std::unique_lock lock(state->mutex);
    if (!state->done) {
      state->next = std::make_unique<detail::FunctionContinuation<T, F>>(std::move(f));
      return;
    }
    lock.unlock();
    f(std::move(*state->value));
  }

 private:
  std::shared_ptr<detail::PendingState<T>> state_;
};

/// The other end. Set once; dropped without, it sets what the given function makes, so that nobody waits
/// for ever.
template <class T>
class Promise {
 public:
  using Fallback = T (*)();

  explicit Promise(Fallback fallback)
      : state_(std::make_shared<detail::PendingState<T>>()), fallback_(fallback) {}
  Promise(Promise&& other) noexcept = default;
  Promise& operator=(Promise&& other) noexcept {
    if (this != &other) {
      drop();
      state_ = std::move(other.state_);
      fallback_ = other.fallback_;
    }
    return *this;
  }
  ~Promise() { drop(); }

  /// Once, before set().
  Pending<T> pending() const { return Pending<T>(state_); }

  void set(T value) {
    auto state = std::move(state_);
    if (!state) return;
    std::unique_lock lock(state->mutex);
    state->done = true;
    auto next = std::move(state->next);
    if (!next) {
      state->value.emplace(std::move(value));
      state->filled.notify_all();
      return;
    }
    lock.unlock();
    next->run(std::move(value));
  }

 private:
  void drop() {
    if (state_) set(fallback_());
  }

  std::shared_ptr<detail::PendingState<T>> state_;
  Fallback fallback_;
};

}  // namespace x400::access
