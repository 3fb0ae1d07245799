// mtasim: a small P3 MTA for tests and demonstrations.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "config.hpp"
#include "inject.hpp"
#include "log.hpp"
#include "mta.hpp"
#include "x400/settings/units.hpp"

namespace {

using namespace x400;
using namespace mtasim;

enum Exit : int { done = 0, failed = 1, usage = 2, timed_out = 5 };

int fail(const char* what, const Error& error) {
  fmt::print(stderr, "mtasim: {}: {}\n", what, error.text());
  return error.kind() == ErrorKind::invalid || error.kind() == ErrorKind::malformed ? usage : failed;
}

int run(Config config) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int s : {SIGINT, SIGTERM}) sigaddset(&signals, s);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread: all inherit it
  std::signal(SIGPIPE, SIG_IGN);
  const std::string name = config.name;
  auto mta = Mta::start(std::move(config));
  if (!mta.ok()) return fail("run", mta.error());
  std::string ports;
  for (const auto port : (*mta)->ports()) ports += " " + std::to_string(port);
  log("mta", name + " listens on port" + ports);
  int signal = 0;
  sigwait(&signals, &signal);
  log("mta", "stopping");
  (*mta)->stop();
  return done;
}

int show(const Config& config, bool json) {
  auto queue = Queue::open(config.queue);
  if (!queue.ok()) return fail("queue", queue.error());
  auto state = queue->state();
  auto jobs = queue->jobs();
  if (!state.ok()) return fail("queue", state.error());
  if (!jobs.ok()) return fail("queue", jobs.error());
  if (json) {
    boost::json::object o{{"waiting", state->waiting},
                          {"delivered", state->delivered},
                          {"reports", state->reports},
                          {"non_delivered", state->non_delivered}};
    fmt::print("{}\n", boost::json::serialize(o));
    return done;
  }
  fmt::print("waiting {}, delivered {}, reports {}, non-delivered {}\n", state->waiting, state->delivered,
             state->reports, state->non_delivered);
  for (const Job& j : *jobs)
    fmt::print("{:>6}  {:<8}  attempts {:<3}  {}  to {}\n", j.id,
               j.kind == JobKind::message ? "message" : "report", j.attempts, j.identifier, j.recipient);
  return done;
}

int wait(const Config& config, std::chrono::milliseconds timeout) {
  auto queue = Queue::open(config.queue);
  if (!queue.ok()) return fail("wait", queue.error());
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    auto state = queue->state();
    if (!state.ok()) return fail("wait", state.error());
    if (state->waiting == 0) return done;
    if (timeout.count() > 0 && std::chrono::steady_clock::now() >= end) {
      fmt::print(stderr, "mtasim: wait: {} still waiting\n", state->waiting);
      return timed_out;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

int inject(const Config& config, const std::vector<std::string>& paths, bool json) {
  auto queue = Queue::open(config.queue);
  if (!queue.ok()) return fail("inject", queue.error());
  const Routing routing(config);
  auto count = inject_all(paths, config, routing, *queue);
  if (!count.ok()) return fail("inject", count.error());
  if (json)
    fmt::print("{}\n", boost::json::serialize(boost::json::object{{"injected", *count}}));
  else
    fmt::print("{} put into the queue\n", *count);
  return done;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("mtasim: a small X.400 MTA that speaks P3 with message stores, for tests and demonstrations");
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", X400_VERSION);
  app.footer("Exit status: 0 done, 1 failed, 2 wrong use or configuration, 5 timed out. See mtasim(1).");
  std::string file, timeout_text;
  bool json = false;
  std::vector<std::string> paths;
  app.add_option("--config", file, "configuration, the mirror of the store's")->required();
  app.add_flag("--json", json, "JSON on standard output");
  app.add_subcommand("run", "serve until SIGTERM");
  app.add_subcommand("queue", "show what waits, and what was delivered");
  app.add_subcommand("inject", "put messages and reports of a corpus into the queue, beside a running MTA")
      ->add_option("path", paths, "a folder made by `corpus build`, or single .toml files")
      ->required();
  app.add_subcommand("wait", "wait until nothing is in the queue")
      ->add_option("--timeout", timeout_text, "give up after this time (status 5), as 30 s");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? done : usage;
  }
  auto config = read_config(file);
  if (!config.ok()) return fail("configuration", config.error());
  if (app.got_subcommand("run")) return run(std::move(*config));
  if (app.got_subcommand("queue")) return show(*config, json);
  if (app.got_subcommand("inject")) return inject(*config, paths, json);
  std::chrono::milliseconds timeout{0};
  if (!timeout_text.empty()) {
    auto parsed = settings::parse_duration(timeout_text);
    if (!parsed.ok()) return fail("--timeout", parsed.error());
    timeout = *parsed;
  }
  return wait(*config, timeout);
}
