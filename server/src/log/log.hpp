// Log: lines with a stable event id and named fields, to standard error and/or a file.
//
//   log.write(events::listening, {{"protocol", "p7"}, {"address", address}});
//
//   2026-03-01T12:00:00.123Z info S109 listening protocol=p7 address=0.0.0.0:102
//   {"time":"2026-03-01T12:00:00.123Z","level":"info","id":"S109","event":"listening", ...}
//
// Values from peers are safe to log: what is not printable ASCII (or UTF-8, in JSON) is escaped, and a value
// with spaces, quotes or nothing in it is quoted; a line is always one line.
//
// Threads: write() and reopen() from any thread. write() blocks for the system call that writes the line.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "log/events.hpp"
#include "x400/base/result.hpp"

namespace x400::server {

struct LogOptions {
  Level level = Level::info;                  ///< events below it are not written
  std::optional<std::filesystem::path> file;  ///< appended to, made if absent (mode 640)
  bool standard_error = true;
  bool json = false;
};

/// Lives in the call of write(): texts are not copied, and nothing is allocated for an event nobody wants.
class Field {
 public:
  Field(std::string_view field, std::string_view text) : name(field), text_(text) {}
  Field(std::string_view field, const char* text) : name(field), text_(text) {}
  Field(std::string_view field, const std::string& text) : name(field), text_(text) {}
  template <std::integral Number>
  Field(std::string_view field, Number number) : name(field), bare(true) {
    const auto end = std::to_chars(digits_.begin(), digits_.end(), number).ptr;
    size_ = static_cast<std::size_t>(end - digits_.begin());
  }
  Field(std::string_view field, bool yes) : name(field), bare(true), text_(yes ? "true" : "false") {}

  std::string_view value() const { return size_ ? std::string_view(digits_.data(), size_) : text_; }

  std::string_view name;
  bool bare = false;  ///< a number or a truth value: not quoted in JSON

 private:
  std::string_view text_;
  std::array<char, 24> digits_;
  std::size_t size_ = 0;
};

class Log {
 public:
  /// Error: io (the file cannot be opened).
  static Result<std::unique_ptr<Log>> open(const LogOptions& options);
  ~Log();

  void write(const Event& event, std::initializer_list<Field> fields = {});
  bool wants(Level level) const { return level >= options_.level; }
  /// Closes the file and opens it again by its name, for log rotation. On an error (io) the old file stays.
  Status reopen();

 private:
  struct Sinks;
  Log(LogOptions options, std::unique_ptr<Sinks> sinks);

  const LogOptions options_;
  std::unique_ptr<Sinks> sinks_;
};

/// The line without its end; `time` in milliseconds since 1970 UTC.
std::string text_line(std::int64_t time, const Event& event, std::initializer_list<Field> fields);
std::string json_line(std::int64_t time, const Event& event, std::initializer_list<Field> fields);

}  // namespace x400::server
