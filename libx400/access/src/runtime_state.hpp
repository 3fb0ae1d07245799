// What a Runtime is inside: the io_context, its threads, and who is alive.
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

  boost::asio::io_context& io() { return io_; }
  unsigned threads() const { return static_cast<unsigned>(threads_.size()); }
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

  Context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  mutable std::mutex mutex_;
  std::condition_variable empty_;
  bool stopping_ = false;
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_;
  std::vector<std::thread> threads_;
};

}  // namespace x400::access
