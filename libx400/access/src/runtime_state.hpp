// What a Runtime is inside: its threads, each with an io_context of its own, and who is alive.
//
// One context for all threads would have them hand each event from one to another: that costs more than
// most events. An association stays with the thread it was given.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace x400::access {

class Connection;

class RuntimeState {
 public:
  explicit RuntimeState(unsigned threads);

  /// The first thread's, for what is no association.
  boost::asio::io_context& io() { return loops_.front()->io; }
  /// Of the thread whose turn it is to be given an association.
  boost::asio::io_context& next_io() {
    return loops_[next_loop_.fetch_add(1, std::memory_order_relaxed) % loops_.size()]->io;
  }
  unsigned threads() const { return static_cast<unsigned>(loops_.size()); }
  std::size_t connections() const;

  /// Keeps the connection alive until leave(). False when the Runtime is ending: it must not start.
  bool enter(std::uint64_t id, std::shared_ptr<Connection> connection);
  void leave(std::uint64_t id);

  /// Once, by ~Runtime.
  void stop();

  static std::uint64_t next_id();

 private:
  // Associations in the hands of users keep the context alive; so handlers that are left over, which may
  // hold associations, have to go before it does.
  class Context : public boost::asio::io_context {
   public:
    using boost::asio::io_context::io_context;
    void drop_handlers() { shutdown(); }
  };

  struct Loop {
    Context io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
    std::thread thread;
  };

  std::vector<std::unique_ptr<Loop>> loops_;
  std::atomic<std::size_t> next_loop_{0};
  mutable std::mutex mutex_;
  std::condition_variable empty_;
  bool stopping_ = false;
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_;
};

}  // namespace x400::access
