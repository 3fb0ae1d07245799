#include "management/session.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace x400::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::local::stream_protocol;

constexpr auto patience = std::chrono::seconds(30);  // for a whole request, and for each line to be taken
constexpr std::size_t most_body = 64 * 1024;
constexpr int most_unsaid = 64;
constexpr auto last_words = std::chrono::seconds(5);  // for what a refused peer still writes

boost::json::object error_line(ErrorKind kind, const std::string& text) {
  return {{"error", {{"kind", std::string(name(kind))}, {"text", text}}}};
}

unsigned status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
    case ErrorKind::malformed:
    case ErrorKind::limit: return 400;
    case ErrorKind::not_found: return 404;
    case ErrorKind::exists:
    case ErrorKind::unavailable: return 409;
    default: return 500;
  }
}

}  // namespace

ManagementSession::ManagementSession(stream_protocol::socket socket, std::shared_ptr<ManagementShared> shared)
    : shared_(std::move(shared)), stream_(std::move(socket)) {
  parser_.body_limit(most_body);
  parser_.header_limit(8 * 1024);
}

void ManagementSession::start() {
  stream_.expires_after(patience);
  http::async_read(stream_, buffer_, parser_,
                   [self = shared_from_this()](Code code, std::size_t) { self->requested(code); });
}

void ManagementSession::requested(Code code) {
  if (code == http::error::body_limit || code == http::error::header_limit)
    return refuse(413, ErrorKind::limit, "the request is too large");
  if (code && code.category() == http::make_error_code(http::error::bad_method).category() &&
      code != http::error::end_of_stream && code != http::error::partial_message)
    return refuse(400, ErrorKind::malformed, "not HTTP: " + code.message());
  if (code) return close();
  stream_.expires_never();
  const auto& request = parser_.get();
  const std::string path(request.target()), method(request.method_string());
  const auto& routes = shared_->routes;
  const bool known = std::any_of(routes.begin(), routes.end(), [&](const auto& r) { return r.path == path; });
  if (!known) return refuse(404, ErrorKind::not_found, "nothing is at " + path);
  const auto route = std::find_if(routes.begin(), routes.end(),
                                  [&](const auto& r) { return r.path == path && r.method == method; });
  if (route == routes.end()) return refuse(405, ErrorKind::invalid, path + " does not take " + method);

  boost::json::object argument;
  if (!request.body().empty()) {
    Code bad;
    auto value = boost::json::parse(request.body(), bad);
    if (bad || !value.is_object()) return refuse(400, ErrorKind::malformed, "the body is no JSON object");
    argument = std::move(value.as_object());
  }
  watch();
  const bool taken = shared_->pool.post(
      [self = shared_from_this(), &handler = route->handler, argument = std::move(argument)] {
        handler(argument, *self);
        if (!self->ended_) self->fail(Error(ErrorKind::internal, "no answer"));
      });
  if (!taken) refuse(503, ErrorKind::unavailable, "too much is being asked at once, or the service stops");
}

void ManagementSession::refuse(unsigned status, ErrorKind kind, std::string text) {
  ended_ = true;
  say(error_line(kind, text), status, true);
}

// A peer says nothing after its request: whatever can be read is its end.
void ManagementSession::watch() {
  watched_ = true;
  stream_.socket().async_read_some(asio::buffer(&said_, 1),
                                   [self = shared_from_this()](Code code, std::size_t) {
                                     if (code != asio::error::operation_aborted) self->gone();
                                   });
}

void ManagementSession::progress(boost::json::object line) {
  if (ended_ || !wanted() || unsaid_ >= most_unsaid) return;
  ++unsaid_;
  say({{"progress", std::move(line)}}, 200, false);
}

bool ManagementSession::line(std::string_view json) {
  shared_->wait([this] { return unsaid_ < most_unsaid || !wanted(); });
  if (ended_ || !wanted()) return false;
  ++unsaid_;
  say("{\"line\":" + std::string(json) + "}\n", 200, false);
  return true;
}

void ManagementSession::gone() {
  gone_ = true;
  shared_->moved();
}

void ManagementSession::finish(boost::json::value result) {
  if (ended_.exchange(true)) return;
  say({{"result", std::move(result)}}, 200, true);
}

void ManagementSession::fail(const Error& error) {
  if (ended_.exchange(true)) return;
  say(error_line(error.kind(), error.text()), status_of(error.kind()), true);
}

void ManagementSession::say(boost::json::object line, unsigned status, bool last) {
  say(boost::json::serialize(line) + "\n", status, last);
}

void ManagementSession::say(std::string text, unsigned status, bool last) {
  asio::post(stream_.get_executor(),
             [self = shared_from_this(), status, last, text = std::move(text)]() mutable {
               self->lines_.push_back({std::move(text), status, last});
               if (!self->writing_) self->write_next();
             });
}

void ManagementSession::write_next() {
  if (lines_.empty()) return;
  writing_ = true;
  stream_.expires_after(patience);
  if (!head_) return write_head(lines_.front().status);
  const auto done = [self = shared_from_this()](Code code, std::size_t) { self->wrote(code); };
  asio::async_write(stream_, http::make_chunk(asio::buffer(lines_.front().text)), done);
}

void ManagementSession::write_head(unsigned status) {
  head_.emplace(static_cast<http::status>(status), 11);
  head_->set(http::field::content_type, "application/x-ndjson");
  head_->set(http::field::cache_control, "no-store");
  head_->keep_alive(false);
  head_->chunked(true);
  head_writer_.emplace(*head_);
  http::async_write_header(stream_, *head_writer_, [self = shared_from_this()](Code code, std::size_t) {
    if (code) {
      self->gone();
      return self->close();
    }
    self->write_next();
  });
}

void ManagementSession::wrote(Code code) {
  if (code) {
    gone();
    return close();
  }
  writing_ = false;
  const bool last = lines_.front().last;
  lines_.pop_front();
  if (!last) {
    --unsaid_;
    shared_->moved();
    return write_next();
  }
  asio::async_write(stream_, http::make_chunk_last(),
                    [self = shared_from_this()](Code, std::size_t) { self->answered(); });
}

// A peer that was refused may still be writing its request: closed now, its write would break, and it would
// never read why. So the rest is read and dropped, for a while.
void ManagementSession::answered() {
  Code ignored;
  stream_.socket().shutdown(stream_protocol::socket::shutdown_send, ignored);
  if (watched_) return close();
  stream_.expires_after(last_words);
  drop();
}

void ManagementSession::drop() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](Code code, std::size_t) {
    code ? self->close() : self->drop();
  });
}

void ManagementSession::close() {
  Code ignored;
  stream_.socket().shutdown(stream_protocol::socket::shutdown_both, ignored);
  stream_.close();
}

}  // namespace x400::server
