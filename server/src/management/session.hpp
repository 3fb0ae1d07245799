// ManagementSession: one connection of an administrator: a request, its answer in lines, the end.
//
// Threads: start() and what it leads to on the server's I/O thread; the answer's functions on any.
#pragma once

#include <atomic>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "management/server.hpp"
#include "service/worker_pool.hpp"

namespace x400::server {

struct ManagementShared {
  std::vector<ManagementRoute> routes;
  WorkerPool pool{2, 64};
  std::atomic<bool> stopping{false};

  /// For handlers: until `done`, which is asked again whenever something moved().
  void wait(const std::function<bool()>& done) {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, done);
  }
  void moved() {
    { const std::lock_guard lock(mutex_); }  // not between a waiter's question and its sleep
    moved_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable moved_;
};

class ManagementSession final : public ManagementAnswer,
                                public std::enable_shared_from_this<ManagementSession> {
 public:
  using Stream = boost::beast::basic_stream<boost::asio::local::stream_protocol>;
  ManagementSession(boost::asio::local::stream_protocol::socket socket,
                    std::shared_ptr<ManagementShared> shared);

  void start();

  void progress(boost::json::object line) override;
  bool line(std::string_view json) override;
  void finish(boost::json::value result) override;
  void fail(const Error& error) override;
  bool wanted() const override { return !gone_ && !shared_->stopping; }

 private:
  using Code = boost::beast::error_code;

  void requested(Code code);
  void refuse(unsigned status, ErrorKind kind, std::string text);
  void watch();
  void say(boost::json::object line, unsigned status, bool last);
  void say(std::string text, unsigned status, bool last);
  void gone();
  void write_next();
  void write_head(unsigned status);
  void wrote(Code code);
  void answered();
  void drop();
  void close();

  const std::shared_ptr<ManagementShared> shared_;
  Stream stream_;
  boost::beast::flat_buffer buffer_;
  boost::beast::http::request_parser<boost::beast::http::string_body> parser_;

  // Of the I/O thread.
  struct Line {
    std::string text;
    unsigned status;
    bool last;
  };
  std::deque<Line> lines_;
  bool writing_ = false;
  std::optional<boost::beast::http::response<boost::beast::http::empty_body>> head_;
  std::optional<boost::beast::http::response_serializer<boost::beast::http::empty_body>> head_writer_;
  bool watched_ = false;
  char said_ = 0;

  std::atomic<bool> gone_{false};
  std::atomic<bool> ended_{false};
  std::atomic<int> unsaid_{0};  // lines on their way, but the last
};

}  // namespace x400::server
