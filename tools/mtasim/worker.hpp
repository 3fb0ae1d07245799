// Worker: one thread that does what is posted, in order. The queue on disk lives on it, so that the threads
// that serve associations never wait for the disk.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace mtasim {

class Worker {
 public:
  /// `tick` runs between tasks, at least every `every`.
  Worker(std::function<void()> tick, std::chrono::milliseconds every)
      : tick_(std::move(tick)), every_(every), thread_([this] { run(); }) {}
  ~Worker() { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// After stop() nothing is done any more.
  void post(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      tasks_.push_back(std::move(task));
    }
    woken_.notify_one();
  }

  /// Finishes what was posted. Not from the worker itself.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    woken_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_ || !tasks_.empty()) {
      if (tasks_.empty()) woken_.wait_for(lock, every_, [this] { return stopping_ || !tasks_.empty(); });
      std::deque<std::function<void()>> tasks = std::move(tasks_);
      tasks_.clear();
      const bool stopping = stopping_;
      lock.unlock();
      for (auto& task : tasks) task();
      if (!stopping) tick_();
      lock.lock();
    }
  }

  std::function<void()> tick_;
  std::chrono::milliseconds every_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace mtasim
