#include "service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

namespace x400::mstorectl {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;

ErrorKind kind_of(std::string_view text) {
  for (const ErrorKind kind :
       {ErrorKind::invalid, ErrorKind::malformed, ErrorKind::limit, ErrorKind::not_found, ErrorKind::exists,
        ErrorKind::unavailable, ErrorKind::corrupt, ErrorKind::closed})
    if (name(kind) == text) return kind;
  return ErrorKind::io;
}

// Lines as they come: progress and those of a long result to their takers, the last one kept.
class Lines {
 public:
  Lines(const Service::Progress& progress, const Service::Line& one) : progress_(progress), one_(one) {}

  void add(std::string_view octets) {
    text_ += octets;
    std::size_t begin = 0;
    for (std::size_t end; (end = text_.find('\n', begin)) != std::string::npos; begin = end + 1)
      line(std::string_view(text_).substr(begin, end - begin));
    text_.erase(0, begin);
  }
  Result<json::value> result() {
    if (!last_) return Error(ErrorKind::malformed, "the service broke off without a result");
    return std::move(*last_);
  }

 private:
  void line(std::string_view text) {
    boost::system::error_code bad;
    json::value value = json::parse(json::string_view(text.data(), text.size()), bad);
    const json::object* object = bad ? nullptr : value.if_object();
    if (!object) {
      last_ = Error(ErrorKind::malformed, "the answer is not that of mstored");
    } else if (const auto* progress = object->if_contains("progress")) {
      if (progress_ && progress->is_object()) progress_(progress->get_object());
    } else if (const auto* one = object->if_contains("line")) {
      if (one_) one_(*one);
    } else if (const auto* result = object->if_contains("result")) {
      last_ = *result;
    } else {
      last_ = error_of(*object);
    }
  }
  static Error error_of(const json::object& line) {
    const auto* error = line.if_contains("error");
    const auto text = [&](const char* key) -> std::string {
      const auto* member = error && error->is_object() ? error->get_object().if_contains(key) : nullptr;
      return member && member->is_string() ? std::string(member->get_string().c_str()) : std::string();
    };
    return Error(kind_of(text("kind")), text("text").empty() ? "the service gave no reason" : text("text"));
  }

  const Service::Progress& progress_;
  const Service::Line& one_;
  std::string text_;
  std::optional<Result<json::value>> last_;
};

}  // namespace

Result<json::value> Service::ask(const char* method, const std::string& path, const json::object& argument,
                                 const Progress& progress, const Line& line) const {
  asio::io_context io;
  asio::local::stream_protocol::socket socket(io);
  beast::error_code code;
  if (socket_.size() > 107)
    return Error(ErrorKind::invalid, socket_ + ": a socket's path has at most 107 octets");
  socket.connect(asio::local::stream_protocol::endpoint(socket_), code);
  if (code)
    return Error(ErrorKind::unavailable, socket_ + ": " + code.message() +
                                             "; is mstored running, with socket in [management] of its "
                                             "configuration, and may you open it? See --socket");

  http::request<http::string_body> request(http::string_to_verb(method), path, 11);
  request.set(http::field::host, "localhost");
  if (!argument.empty()) request.body() = json::serialize(argument);
  request.prepare_payload();
  http::write(socket, request, code);
  if (code) return Error(ErrorKind::io, socket_ + ": " + code.message());

  Lines lines(progress, line);
  auto on_chunk = [&](std::uint64_t, beast::string_view octets, beast::error_code&) {
    lines.add({octets.data(), octets.size()});
    return octets.size();
  };
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  parser.on_chunk_body(on_chunk);
  beast::flat_buffer buffer;
  http::read(socket, buffer, parser, code);
  if (code) return Error(ErrorKind::io, socket_ + ": the answer broke off: " + code.message());
  return lines.result();
}

}  // namespace x400::mstorectl
