// power_worker: works on a store until its disk is gone, or holds what is left against the score. For
// power_cut.sh, which cuts the power in between.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "inspection.hpp"
#include "rounds.hpp"

namespace x400::mstore::crash {
namespace {

constexpr const char* help = R"(power_worker work FOLDER SCORE FIRST SEED [--no-sync]
power_worker check FOLDER SCORE

work   works on the store in FOLDER until nothing is taken any more, and appends to SCORE, which lies on another
       disk, what it means to do and is told. FIRST: number of its first message, higher than any used before.
       --no-sync: the control, syncs of the log are not done.
check  opens the store and holds it against SCORE. Exit status 1: something is lost, torn or there twice.
)";

// Begins what a process adds to the score.
constexpr const char* life = "life";

int work_until_gone(const Path& folder, const char* score, std::uint64_t first, std::uint64_t seed,
                    bool sync) {
  const int file = ::open(score, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0 || ::dprintf(file, "%s\n", life) < 0) return 2;
  Points points;
  if (!sync) points.before = controls().front().mutant;
  PointEnv env(real_env(), points);
  auto store = backend::open_local(store_options(folder), env);
  if (!store.ok()) {
    std::fprintf(stderr, "open: %s\n", store.error().text().c_str());
    return 2;
  }
  WorkOptions how;
  how.seed = seed;
  how.first = first;
  how.operations = 100'000;
  how.refusals = true;
  work(**store, how,
       {[file](const std::string& line) {
          const std::string text = line + "\n";
          if (::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size())) ::_exit(3);
        },
        [](const std::string& fault) { std::fprintf(stderr, "%s\n", fault.c_str()); }});
  ::_exit(0);  // there is no disk to close the store on
}

int check(const Path& folder, const char* score) {
  Ledger ledger;
  std::ifstream in(score);
  for (std::string line; std::getline(in, line);) {
    if (in.eof()) break;  // a last line cut off was told to nobody
    if (line == life)
      ledger.score.life_ends();
    else
      ledger.score.line(line);
  }
  std::mt19937_64 dice(0);
  inspect(real_env(), store_options(folder), ledger, dice);
  for (const std::string& fault : ledger.report.faults) std::printf("%s\n", fault.c_str());
  std::printf("%llu acknowledgements, %zu faults\n",
              static_cast<unsigned long long>(ledger.report.acknowledged), ledger.report.faults.size());
  return ledger.report.faults.empty() ? 0 : 1;
}

}  // namespace
}  // namespace x400::mstore::crash

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "work" && (argc == 6 || argc == 7))
    return x400::mstore::crash::work_until_gone(argv[2], argv[3], std::strtoull(argv[4], nullptr, 10),
                                                std::strtoull(argv[5], nullptr, 10), argc == 6);
  if (mode == "check" && argc == 4) return x400::mstore::crash::check(argv[2], argv[3]);
  std::fputs(x400::mstore::crash::help, mode == "--help" ? stdout : stderr);
  return mode == "--help" ? 0 : 2;
}
