// bench: measures the engine alone, deliveries over P3 and retrieval over P7, beside floors measured in the
// same run; makes the data set on which the measures of scale run.
#include <fmt/format.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "data_set.hpp"
#include "measures.hpp"

namespace {

using namespace bench;

std::filesystem::path beside(const char* argv0) {
  std::error_code ec;
  auto self = std::filesystem::read_symlink("/proc/self/exe", ec);
  if (ec) self = argv0;
  return self.parent_path() / "mstored";
}

int fail(const std::string& what, const x400::Error& error) {
  fmt::print(stderr, "bench: {}: {}\n", what, error.text());
  return 1;
}

// A name, or the beginning of names: "engine" chooses all of the engine.
bool chosen(const std::string& name, const std::vector<std::string>& only) {
  return only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& o) {
           return name == o || name.starts_with(o + "-");
         });
}

int run_once(const Settings& settings, const std::vector<std::string>& only, Table& table) {
  for (const Measure& m : all_measures()) {
    if (!chosen(m.name, only)) continue;
    if (m.scale && settings.data_set.empty()) {
      if (only.empty()) continue;
      return fail(m.name, x400::Error(x400::ErrorKind::invalid, "wants --data-set"));
    }
    if (const auto status = m.run(m, settings, table); !status.ok()) return fail(m.name, status.error());
  }
  return 0;
}

// Several rounds go through all measures again and again, rather than repeat each: a disk that is slow for a
// minute is slow for one round of everything.
int run(const Settings& settings, const std::vector<std::string>& only, int rounds, Table::Form form) {
  const std::vector<Measure> all = all_measures();
  for (const std::string& o : only)
    if (std::none_of(all.begin(), all.end(), [&](const Measure& m) { return chosen(m.name, {o}); }))
      return fail(o, x400::Error(x400::ErrorKind::invalid, "no such measure; see --list"));
  std::error_code ec;
  std::filesystem::create_directories(settings.folder, ec);
  if (ec) return fail(settings.folder.string(), x400::Error(x400::ErrorKind::io, ec.message()));
  if (rounds == 1) {
    Table table(form);
    if (const int failed = run_once(settings, only, table)) return failed;
    table.finish();
    return 0;
  }
  int failed = 0;
  std::vector<std::vector<Row>> taken;
  for (int round = 1; round <= rounds; ++round) {
    fmt::print(stderr, "round {} of {}\n", round, rounds);
    Table table(Table::Form::none);
    failed = run_once(settings, only, table);
    if (failed != 0) break;  // what the rounds before gave is shown all the same
    taken.push_back(table.rows());
  }
  Table table(form);
  for (Row& row : medians(taken)) table.add(std::move(row));
  table.finish();
  return failed;
}

int make(const DataSetOptions& options) {
  const auto status = make_data_set(options);
  return status.ok() ? 0 : fail("data-set", status.error());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "bench: measures the store beside floors: bare programs doing the same disk and socket work.\n"
      "Nothing else should run on the machine.");
  Settings settings;
  settings.mstored = beside(argv[0]);
  settings.folder = std::filesystem::current_path();
  bool json = false, list = false;
  long seconds = 3;
  int rounds = 1;
  std::uint64_t entries = 0;
  std::vector<std::string> only;
  app.add_option("--mstored", settings.mstored, "the server program (default: beside this one)");
  app.add_option("--folder", settings.folder,
                 "where to make stores, made if need be; the disk that is measured (default: here)");
  app.add_option("--data-set", settings.data_set, "the store made by `bench data-set`, for scale-...");
  app.add_option("--seconds", seconds, "of each measurement")->check(CLI::Range(1, 3600));
  app.add_option("--rounds", rounds, "how often all is measured; shown is the round of the median ratio")
      ->check(CLI::Range(1, 1000));
  app.add_option("--entries", entries, "how many, where a number counts: engine-... then deliver so many");
  app.add_option("--only", only, "measures, by name or beginning: engine, p3-2k-16 (default: all)");
  app.add_flag("--list", list, "only print the names of the measures");
  app.add_flag("--json", json, "JSON at the end instead of a table");
  DataSetOptions data;
  auto* data_set = app.add_subcommand("data-set", "makes the reference data set by direct calls");
  data_set->add_option("folder", data.folder, "of the new store")->required();
  data_set->add_option("--mailboxes", data.mailboxes, "equal ones (default 100)")
      ->check(CLI::Range(1, 100'000));
  data_set->add_option("--processed", data.processed, "entries of each that are processed (default 10000)");
  data_set->add_option("--new", data.fresh, "entries of each that are new (default 1000)");
  data_set->add_option("--big", data.big, "entries of the biggest mailbox (default 500000)")
      ->check(CLI::Range(100, 100'000'000));
  data_set->add_option("--size", data.size, "octets of a content (default 10000)");
  CLI11_PARSE(app, argc, argv);
  settings.time = std::chrono::seconds(seconds);
  if (!settings.data_set.empty()) settings.data_set = std::filesystem::absolute(settings.data_set);
  if (entries > 0) settings.entries = entries;
  ::signal(SIGPIPE, SIG_IGN);
  if (data_set->parsed()) return make(data);
  if (!list) return run(settings, only, rounds, json ? Table::Form::json : Table::Form::people);
  for (const Measure& m : all_measures())
    fmt::print("{:<20} {}{}\n", m.name, m.what, m.scale ? " (data set)" : "");
  return 0;
}
