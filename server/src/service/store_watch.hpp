// StoreWatch: tells the operator when the store takes nothing more, when it does again, and what it finds
// damaged while it runs.
//
// Threads: look() any, one at a time; a thread of its own looks every second.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "log/log.hpp"
#include "x400/mstore/store.hpp"

namespace x400::server {

class StoreWatch {
 public:
  /// Both outlive it. What the store has found so far is told already.
  StoreWatch(const mstore::Store& store, Log& log);
  StoreWatch(const StoreWatch&) = delete;
  StoreWatch& operator=(const StoreWatch&) = delete;
  ~StoreWatch();

  /// Logs what has changed since the last look.
  void look();

 private:
  void run();

  const mstore::Store& store_;
  Log& log_;
  std::size_t findings_;
  std::optional<ErrorKind> told_;  // why it takes nothing, as last told

  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ = false;
  std::mutex looking_;
  std::thread thread_;
};

}  // namespace x400::server
