// ManagementServer: the door for administrators. HTTP/1.1 with JSON on a Unix socket, one request a
// connection.
//
//   POST /v1/store/check  ->  200, lines of JSON (application/x-ndjson), each an object with one member:
//     {"progress":{...}}   as often as the work has something to say
//     {"line":...}         of a result that is many lines (dump)
//     {"result":...}       the last line, or
//     {"error":{"kind":"invalid","text":"..."}}
//
// What fails before it has said anything has the status 400, 404, 405, 409 or 500 and the error line alone.
// Who may open the socket is the rights of the file: owner and group (mode 660). Nobody is asked for more.
//
// Threads: open and destruction from one thread. Handlers run on threads of the server's own and may block;
// the destructor waits for them.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "x400/base/result.hpp"

namespace x400::server {

/// What a handler says. Any thread; nothing is said after finish() or fail().
class ManagementAnswer {
 public:
  virtual ~ManagementAnswer() = default;
  /// Dropped when the peer does not read, so that work never waits for a terminal.
  virtual void progress(boost::json::object line) = 0;
  /// Part of a long result, JSON text on one line: none is dropped, the call waits until the peer has read
  /// enough. False: the peer has gone, has read nothing for 30 s, or the service stops. Not on the I/O
  /// thread.
  virtual bool line(std::string_view json) = 0;
  virtual void finish(boost::json::value result) = 0;
  virtual void fail(const Error& error) = 0;
  /// False: the peer has gone, or the service stops; long work should end.
  virtual bool wanted() const = 0;
};

struct ManagementRoute {
  std::string method;  ///< "GET" or "POST"
  std::string path;    ///< whole; no patterns
  /// `argument`: the body, an object; empty without a body. If it says nothing the answer is an error.
  std::function<void(const boost::json::object& argument, ManagementAnswer& answer)> handler;
};

class ManagementServer {
 public:
  /// `socket` is made with mode 660; one left by a killed service is replaced. Errors: exists (another
  /// service listens there), invalid (path of more than 107 octets), io.
  static Result<std::unique_ptr<ManagementServer>> open(const std::filesystem::path& socket,
                                                        std::vector<ManagementRoute> routes);
  virtual ~ManagementServer() = default;
};

}  // namespace x400::server
