// crash_campaign: rounds of kills, power cuts, failing calls and flipped octets, each from a printed seed;
// and controls, that a store broken on purpose is found out.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include "index_disk.hpp"
#include "rounds.hpp"

namespace x400::mstore::crash {
namespace {

constexpr const char* help =
    R"(crash_campaign [--rounds N] [--minutes M] [--seed S] [--kind KIND] [--controls] [--help]

Works on stores and breaks them: processes killed with -9, power cut (what is not synced is lost or torn),
system calls that fail, octets changed at rest. After each the store must keep what it promised.

  --rounds N    so many rounds; 60
  --minutes M   stop after so many minutes
  --seed S      of the first round, the next has S + 1; random. One round again: --kind KIND --seed S --rounds 1
  --kind KIND   only kill, cut, fail or flip; else all four in turn
  --controls    then show that breakages are noticed: syncs that do nothing and the like

Exit status: 0 all promises kept, 1 one was broken (told with the round's seed), 2 wrong use.
)";

struct Arguments {
  std::uint64_t rounds = 60, seed = 0;
  std::uint64_t minutes = 0;  // 0: no limit
  std::string kind;
  bool controls = false;
};

struct NamedRound {
  const char* name;
  Report (*run)(std::uint64_t seed);
};
constexpr NamedRound kinds[] = {{"kill", kill_round},
                                {"cut", [](std::uint64_t seed) { return cut_round(seed); }},
                                {"fail", fail_round},
                                {"flip", flip_round}};

void tell(const NamedRound& kind, std::uint64_t seed, const Report& report) {
  std::printf("broken: --kind %s --seed %llu --rounds 1: %s\n", kind.name,
              static_cast<unsigned long long>(seed), report.how.c_str());
  for (const std::string& fault : report.faults) std::printf("  %s\n", fault.c_str());
}

bool run_rounds(const Arguments& a) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(a.minutes);
  std::uint64_t acknowledged = 0, done = 0, broken = 0;
  std::map<std::string, int> stops;
  for (std::uint64_t i = 0; i < a.rounds; ++i) {
    if (a.minutes != 0 && std::chrono::steady_clock::now() >= end) break;
    const std::uint64_t seed = a.seed + i;
    for (const NamedRound& kind : kinds) {
      if (a.kind.empty() ? &kind != &kinds[i % std::size(kinds)] : a.kind != kind.name) continue;
      const Report report = kind.run(seed);
      acknowledged += report.acknowledged;
      ++done;
      for (const std::string& stop : report.stops) ++stops[stop];
      if (report.faults.empty()) continue;
      ++broken;
      tell(kind, seed, report);
    }
  }
  std::printf("%llu rounds, %llu acknowledgements, %llu rounds with a broken promise\n",
              static_cast<unsigned long long>(done), static_cast<unsigned long long>(acknowledged),
              static_cast<unsigned long long>(broken));
  if (!stops.empty()) std::printf("stopped at:");
  for (const auto& [stop, count] : stops) std::printf(" %s %d;", stop.c_str(), count);
  if (!stops.empty()) std::printf("\n");
  return broken == 0 && done != 0;
}

bool run_controls(std::uint64_t seed) {
  constexpr int most = 60;
  bool all = true;
  for (const Control& control : controls()) {
    int round = 0;
    while (round < most && cut_round(seed + static_cast<std::uint64_t>(round), control.mutant).faults.empty())
      ++round;
    std::printf("control: %s: %s\n", control.name.c_str(),
                round < most ? ("found in round " + std::to_string(round + 1)).c_str() : "NOT FOUND");
    all = all && round < most;
  }
  return all;
}

Arguments parse(int argc, char** argv) {
  Arguments a;
  a.seed = std::random_device{}();
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto value = [&]() -> std::string {
      if (i + 1 < argc) return argv[++i];
      std::fputs(help, stderr);
      std::exit(2);
    };
    if (name == "--rounds") {
      a.rounds = std::strtoull(value().c_str(), nullptr, 10);
    } else if (name == "--minutes") {
      a.minutes = std::strtoull(value().c_str(), nullptr, 10);
    } else if (name == "--seed") {
      a.seed = std::strtoull(value().c_str(), nullptr, 10);
    } else if (name == "--kind") {
      a.kind = value();
    } else if (name == "--controls") {
      a.controls = true;
    } else {
      std::fputs(help, name == "--help" ? stdout : stderr);
      std::exit(name == "--help" ? 0 : 2);
    }
  }
  return a;
}

int run(int argc, char** argv) {
  const Arguments a = parse(argc, argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("seed %llu\n", static_cast<unsigned long long>(a.seed));
  IndexDisk::install();
  bool good = run_rounds(a);
  if (a.controls) good = run_controls(a.seed) && good;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace x400::mstore::crash

int main(int argc, char** argv) { return x400::mstore::crash::run(argc, argv); }
