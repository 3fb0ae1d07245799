// mstored: the Message Store. See mstored(8) and mstored.toml(5).
#include <CLI/CLI.hpp>
#include <iostream>

#include "config/config.hpp"
#include "log/log.hpp"
#include "service/exit_status.hpp"
#include "service/file_limit.hpp"
#include "service/notify.hpp"
#include "service/service.hpp"
#include "service/signals.hpp"

namespace {

using namespace x400;
using namespace x400::server;

// Serves until a signal asks for the end.
int serve(const Config& config, Log& log) {
  log.write(events::service_starting, {{"version", X400_VERSION}, {"config", config.file.string()}});
  const std::size_t files = raise_file_limit();
  if (files < files_for(config.limits.associations))
    log.write(events::few_open_files,
              {{"allowed", files}, {"wanted", files_for(config.limits.associations)}});
  auto started = Service::start(config, log, mstore::Store::open);
  if (!started.ok()) {
    log.write(events::service_failed, {{"error", started.error().error.text()}});
    return started.error().status;
  }
  log.write(events::service_ready);
  notify_ready();

  while (wait_for_signal() == Signal::reload) {
    const Status reopened = log.reopen();
    if (reopened.ok())
      log.write(events::log_reopened);
    else
      log.write(events::log_reopen_failed, {{"error", reopened.error().text()}});
    (*started)->reload();
  }

  notify_stopping();
  log.write(events::service_stopping);
  bool second = false;
  const Status stopped = (*started)->stop([&] {
    second = second || wait_for_signal(std::chrono::milliseconds(0)) == Signal::stop;
    return second;
  });
  started->reset();
  if (!stopped.ok()) log.write(events::shutdown_cut_short, {{"error", stopped.error().text()}});
  log.write(events::service_stopped);
  return stopped.ok() || stopped.error().kind() == ErrorKind::unavailable ? exit_ok : exit_failed;
}

int run(const std::string& file, bool only_check) {
  const auto config = read_config(file);
  if (!config.ok()) {
    std::cerr << "mstored: configuration refused\n" << config.error().text() << "\n";
    return exit_configuration;
  }
  if (only_check) {
    std::cout << file << ": in order; " << config->mailboxes.size() << " mailboxes, " << config->mtas.size()
              << " MTAs, " << config->listen.size() << " addresses to listen on\n";
    return exit_ok;
  }
  auto log = Log::open(config->log);
  if (!log.ok()) {
    std::cerr << "mstored: log: " << log.error().text() << "\n";
    return exit_configuration;
  }
  return serve(*config, **log);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "The Message Store: keeps users' messages, serves them by P7, takes deliveries and submits by P3.\n"
      "Exit status: 0 ended as asked, 1 failed, 2 wrong use, 3 configuration refused, 4 store cannot be "
      "opened, "
      "5 address cannot be listened on.",
      "mstored");
  std::string file = "/etc/mstored/mstored.toml";
  bool only_check = false, list_events = false;
  app.add_option("-c,--config", file, "configuration file")->capture_default_str();
  app.add_flag("--check-config", only_check,
               "read the configuration and the files it names, say what is wrong, end");
  app.add_flag("--list-events", list_events, "print what the log can say, with explanations, as Markdown");
  app.set_version_flag("--version", "mstored " X400_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }
  if (list_events) {
    std::cout << events_document();
    return exit_ok;
  }
  take_signals();
  return run(file, only_check);
}
