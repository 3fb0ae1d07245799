// Service: a running mstored, asked over its management socket.
//
// Threads: one at a time.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <string>

#include "x400/base/result.hpp"

namespace x400::mstorectl {

class Service {
 public:
  explicit Service(std::string socket) : socket_(std::move(socket)) {}

  using Progress = std::function<void(const boost::json::object&)>;
  using Line = std::function<void(const boost::json::value&)>;  ///< of a result that is many lines
  /// One request; waits for its result as long as it takes. Errors: unavailable (nobody listens at the
  /// socket, or no right to open it), those the service answers, malformed (it is no mstored), io.
  Result<boost::json::value> get(const std::string& path) const { return ask("GET", path, {}, {}, {}); }
  Result<boost::json::value> post(const std::string& path, const boost::json::object& argument,
                                  const Progress& progress, const Line& line = nullptr) const {
    return ask("POST", path, argument, progress, line);
  }

 private:
  Result<boost::json::value> ask(const char* method, const std::string& path,
                                 const boost::json::object& argument, const Progress& progress,
                                 const Line& line) const;
  const std::string socket_;
};

}  // namespace x400::mstorectl
