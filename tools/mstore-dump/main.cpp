// mstore-dump: prints what lies in a store's folder, or in single segments. See mstore-dump(1).
#include <CLI/CLI.hpp>
#include <cstdio>

#include "x400/mstore/maintenance.hpp"

int main(int argc, char** argv) {
  CLI::App app(
      "Prints what lies in the folder of a Message Store, or in single segments of its log.\n"
      "Exit status: 0 all well, 1 something is damaged, 2 wrong use, 3 something could not be read.",
      "mstore-dump");
  app.set_version_flag("--version", "mstore-dump " X400_VERSION);
  std::vector<std::filesystem::path> paths;
  x400::mstore::DumpOptions options;
  bool no_index = false;
  app.add_option("PATH", paths, "the folder of a store, or files of its log")
      ->required()
      ->check(CLI::ExistingPath);
  app.add_flag("--json", options.json, "a JSON object a line");
  app.add_flag("--no-index", no_index, "without what the index says");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  options.index = !no_index;
  const auto result = x400::mstore::dump(paths, options, [](std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    return std::ferror(stdout) != 0 ? x400::mstore::Proceed::stop : x400::mstore::Proceed::go_on;
  });
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) return 3;
  return result.unread ? 3 : result.damaged ? 1 : 0;
}
