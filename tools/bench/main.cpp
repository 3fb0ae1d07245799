// bench: measures a store over P3 and P7, beside floors measured in the same run.
#include <fmt/format.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "measures.hpp"

namespace {

using namespace bench;

std::filesystem::path beside(const char* argv0) {
  std::error_code ec;
  auto self = std::filesystem::read_symlink("/proc/self/exe", ec);
  if (ec) self = argv0;
  return self.parent_path() / "mstored";
}

int fail(const char* what, const x400::Error& error) {
  fmt::print(stderr, "bench: {}: {}\n", what, error.text());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "bench: measures deliveries over P3 and retrieval over P7 of an mstored it starts itself, each beside "
      "a\n"
      "floor: a bare program doing the same disk and socket work. Nothing else should run on the machine.");
  Settings settings;
  settings.mstored = beside(argv[0]);
  settings.folder = std::filesystem::current_path();
  bool json = false;
  long seconds = 3;
  std::string only;
  app.add_option("--mstored", settings.mstored, "the server program (default: beside this one)");
  app.add_option("--folder", settings.folder,
                 "where to make stores; the disk that is measured (default: here)");
  app.add_option("--seconds", seconds, "of each measurement")->check(CLI::Range(1, 3600));
  app.add_option("--entries", settings.big, "entries of the big mailbox (default 100000)");
  app.add_option("--only", only, "deliveries or retrievals")
      ->check(CLI::IsMember({"deliveries", "retrievals"}));
  app.add_flag("--json", json, "JSON at the end instead of a table");
  CLI11_PARSE(app, argc, argv);
  settings.time = std::chrono::seconds(seconds);
  ::signal(SIGPIPE, SIG_IGN);
  Table table(json);
  if (only != "retrievals")
    if (const auto status = deliveries(settings, table); !status.ok())
      return fail("deliveries", status.error());
  if (only != "deliveries")
    if (const auto status = retrievals(settings, table); !status.ok())
      return fail("retrievals", status.error());
  table.finish();
  return 0;
}
