// bench-copies: how many times the octets of a content are copied within mstored, between the socket it comes
// from and the disk, and between the disk and the socket it goes to.
//
// Runs mstored with a memcpy that counts (count_copies.so), delivers messages over P3 and fetches them over
// P7, and prints copies in large pieces for each octet of content, by caller. Reading and writing themselves,
// which the kernel does, are not among them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <map>

#include "delivering.hpp"
#include "fetching.hpp"

namespace {

using namespace x400;
namespace fs = std::filesystem;

struct Arguments {
  fs::path mstored = "build/release/bin/mstored", counter = "build/release/bin/count_copies.so",
           folder = "/tmp";
  std::size_t size = 50'000, least = 1024;
  std::uint32_t count = 200;
};

struct Copies {
  double octets = 0, times = 0;
};
using ByCaller = std::map<std::string, Copies>;

ByCaller read(const fs::path& file) {
  ByCaller all;
  std::ifstream in(file);
  double octets = 0, times = 0;
  for (std::string caller; in >> octets >> times >> caller;) all[caller] = {octets, times};
  return all;
}

// What mstored copies while `count` messages are delivered and, if wanted, fetched.
Result<ByCaller> copies(const Arguments& a, std::uint32_t count, bool fetched) {
  const fs::path file = a.folder / "x400-copies";
  fs::remove(file);
  ::setenv("X400_COPIES_LEAST", std::to_string(a.least).c_str(), 1);
  ::setenv("X400_COPIES_FILE", file.c_str(), 1);
  ::setenv("LD_PRELOAD", fs::absolute(a.counter).c_str(), 1);
  auto made = bench::Place::make({.mstored = a.mstored, .under = a.folder});
  ::unsetenv("LD_PRELOAD");
  X400_TRY(place, std::move(made));
  X400_TRY(content, bench::message_of(a.size));
  X400_CHECK(bench::fill(*place, 0, 1, count, content));
  if (fetched) {
    access::Runtime runtime(1);
    X400_TRY(client, place->user(runtime, 0));
    bench::FetchRun run;
    run.count = count;
    run.time = std::chrono::minutes(10);
    X400_TRY(figures, bench::fetch_contents(client->association(), run));
    if (figures.latencies.size() != count) return Error(ErrorKind::unavailable, "not all were fetched");
  }
  place.reset();
  auto all = read(file);
  if (all.empty())
    return Error(ErrorKind::unavailable, "nothing was counted: is " + a.counter.string() + " there?");
  return all;
}

std::string function_at(const std::string& place) {
  const auto plus = place.rfind('+');
  const std::string command = "addr2line -f -C -s -e '" + place.substr(0, plus) + "' " +
                              place.substr(plus + 1) + " 2>/dev/null | head -n 1";
  std::string name;
  if (std::FILE* out = ::popen(command.c_str(), "r")) {
    for (int c = std::fgetc(out); c != EOF && c != '\n'; c = std::fgetc(out)) name += static_cast<char>(c);
    ::pclose(out);
  }
  return name.empty() || name == "??" ? place : name.substr(0, 90);
}

// The difference of two runs: what came with the octets.
void print(const char* what, const ByCaller& with, const ByCaller& without, double octets) {
  std::multimap<double, std::string> largest;
  double all = 0;
  for (const auto& [caller, copied] : with) {
    const auto before = without.find(caller);
    const double more = copied.octets - (before == without.end() ? 0 : before->second.octets);
    all += more;
    if (more > 0.01 * octets) largest.emplace(-more / octets, caller);
  }
  fmt::print("{}: {:.2f} copies of an octet\n", what, all / octets);
  for (const auto& [share, caller] : largest) fmt::print("  {:5.2f}  {}\n", -share, function_at(caller));
}

Status run(const Arguments& a) {
  X400_TRY(none, copies(a, 1, false));
  X400_TRY(delivered, copies(a, a.count + 1, false));
  X400_TRY(fetched, copies(a, a.count + 1, true));
  const double octets = static_cast<double>(a.size) * a.count;
  fmt::print("{} messages of {} octets; copies of at least {} octets\n", a.count, a.size, a.least);
  print("delivery, socket to disk", delivered, none, octets);
  print("fetch, disk to socket", fetched, delivered, octets);
  return Ok{};
}

}  // namespace

int main(int argc, char** argv) {
  Arguments a;
  CLI::App app("bench-copies: how often a content is copied between socket and disk", "bench-copies");
  app.add_option("--mstored", a.mstored, "the program")->capture_default_str();
  app.add_option("--counter", a.counter, "count_copies.so")->capture_default_str();
  app.add_option("--folder", a.folder, "where the store is made, and removed")->capture_default_str();
  app.add_option("--size", a.size, "octets of a content")->capture_default_str();
  app.add_option("--count", a.count, "messages")->capture_default_str();
  app.add_option("--least", a.least, "shorter copies are not counted")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (const auto done = run(a); !done.ok()) {
    fmt::print(stderr, "bench-copies: {}\n", done.error().text());
    return 1;
  }
  return 0;
}
