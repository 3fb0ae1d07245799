#include "log/log.hpp"

#include <fcntl.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace x400::server {
namespace {

using Sink = std::shared_ptr<spdlog::sinks::sink>;

// spdlog would make the file with the mode of the umask; a log names users and peers.
Result<Sink> file_sink(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (fd < 0) return Error(ErrorKind::io, "cannot write " + file.string() + ": " + std::strerror(errno));
  ::close(fd);
  try {
    return Sink(std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string()));
  } catch (const spdlog::spdlog_ex& error) {
    return Error(ErrorKind::io, error.what());
  }
}

spdlog::level::level_enum spd(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warning: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

struct Log::Sinks {
  Sink standard_error;  // null if not wanted
  std::shared_ptr<spdlog::sinks::dist_sink_mt> all = std::make_shared<spdlog::sinks::dist_sink_mt>();
  spdlog::logger logger{"mstored", all};

  void set(Sink file) {
    std::vector<Sink> list;
    if (standard_error) list.push_back(standard_error);
    if (file) list.push_back(std::move(file));
    for (const Sink& sink : list) sink->set_pattern("%v");
    all->set_sinks(std::move(list));
  }
};

Result<std::unique_ptr<Log>> Log::open(const LogOptions& options) {
  Sink file;
  if (options.file) {
    X400_TRY(opened, file_sink(*options.file));
    file = std::move(opened);
  }
  auto sinks = std::make_unique<Sinks>();
  if (options.standard_error) sinks->standard_error = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  sinks->set(std::move(file));
  sinks->logger.set_pattern("%v");
  sinks->logger.set_level(spd(options.level));
  // Each line at once: the last lines before a crash are those one wants.
  sinks->logger.flush_on(spdlog::level::trace);
  return std::unique_ptr<Log>(new Log(options, std::move(sinks)));
}

Log::Log(LogOptions options, std::unique_ptr<Sinks> sinks)
    : options_(std::move(options)), sinks_(std::move(sinks)) {}
Log::~Log() = default;

void Log::write(const Event& event, std::initializer_list<Field> fields) {
  if (!wants(event.level)) return;
  const std::string line = options_.json ? json_line(now(), event, fields) : text_line(now(), event, fields);
  sinks_->logger.log(spd(event.level), spdlog::string_view_t(line));
}

Status Log::reopen() {
  if (!options_.file) return Ok{};
  X400_TRY(file, file_sink(*options_.file));
  sinks_->set(std::move(file));
  return Ok{};
}

}  // namespace x400::server
