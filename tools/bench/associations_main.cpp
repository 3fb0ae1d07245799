// bench-associations: many users bound at once to a real mstored, and one who works meanwhile.
//
// Starts mstored with users of its own in a folder of its own, binds --associations of them (16 a user),
// holds them, and prints: binds a second, with the users' passwords already checked since the start (the
// repeat is verified by the HMAC kept in memory) and without (each user's first bind pays scrypt); the memory
// of mstored for each idle association; list and fetch of a normal user before and while they are held.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "latencies.hpp"
#include "place.hpp"
#include "x400/access/connect.hpp"
#include "x400/asn1/ms/retrieval.hpp"

namespace {

using namespace x400;
using bench::Clock;

constexpr std::size_t per_user = 16;

struct Arguments {
  std::string mstored = "build/release/bin/mstored", folder = ".";
  std::size_t associations = 10'000, outstanding = 64, operations = 2'000;
  unsigned threads = 2;
  std::uint64_t cost = 16384;
  bool tls = false;
};

class Binds {
 public:
  Binds(access::Runtime& runtime, const Arguments& a, const bench::Place& place)
      : runtime_(runtime), a_(a), place_(place) {}

  // Binds `count`, user by user in turn, and holds them in `held`. Seconds it took.
  double make(std::size_t count, std::size_t users, std::vector<access::AssociationPtr>& held) {
    const auto begin = Clock::now();
    std::unique_lock lock(mutex_);
    for (std::size_t i = 0; i < count; ++i) {
      changed_.wait(lock, [&] { return under_way_ < a_.outstanding; });
      ++under_way_;
      lock.unlock();
      access::connect(runtime_, place_.user_options(static_cast<unsigned>(i % users)))
          .then([this, &held](auto made) {
            const std::lock_guard inner(mutex_);
            --under_way_;
            if (made.ok())
              held.push_back(made->association);
            else if (++failed_ == 1)
              fmt::print("a bind failed: {}\n", made.error().text);
            changed_.notify_one();
          });
      lock.lock();
    }
    changed_.wait(lock, [&] { return under_way_ == 0; });
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }
  std::size_t failed() const { return failed_; }

 private:
  access::Runtime& runtime_;
  const Arguments& a_;
  const bench::Place& place_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t under_way_ = 0, failed_ = 0;
};

// List after list by one user; milliseconds.
bench::Latencies work(access::Runtime& runtime, const bench::Place& place, std::size_t user,
                      std::size_t times) {
  bench::Latencies all;
  auto made = access::connect(runtime, place.user_options(static_cast<unsigned>(user))).get();
  if (!made.ok()) {
    fmt::print("the normal user: {}\n", made.error().text);
    return all;
  }
  const Octets argument = asn1::ms::ListArgument{}.encode(asn1::Edition::e1994);
  for (std::size_t i = 0; i < times; ++i) {
    const auto begin = Clock::now();
    const auto outcome = made->association->invoke(access::operations::list, Octets(argument)).get();
    if (!outcome.is_result()) break;
    all.add(begin, Clock::now());
  }
  return all;
}

void print(const char* what, const bench::Latencies& l) {
  fmt::print("{:<42} {:>6} lists, p50 {:.3f} ms, p99 {:.3f} ms\n", what, l.size(), l.milliseconds(50),
             l.milliseconds(99));
}

// Two sockets an association are here: one in each process.
bool raise_file_limit(std::size_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < wanted) limit.rlim_max = wanted;  // works for root
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur >= wanted;
}

int run(const Arguments& a) {
  if (!raise_file_limit(a.associations + 2'000)) {
    fmt::print("too few open files are allowed for {} associations\n", a.associations);
    return 1;
  }
  const std::size_t users = (a.associations + per_user - 1) / per_user + 1;  // the last one works
  auto made = bench::Place::make({.mstored = a.mstored,
                                  .under = a.folder,
                                  .mailboxes = static_cast<unsigned>(users),
                                  .cost = a.cost,
                                  .associations = a.associations + 1'000,
                                  .tls = a.tls});
  if (!made.ok()) {
    fmt::print("{}\n", made.error().text());
    return 1;
  }
  const bench::Place& place = **made;
  access::Runtime runtime(a.threads);
  Binds binds(runtime, a, place);

  std::vector<access::AssociationPtr> held;
  const double first = binds.make(users, users, held);
  fmt::print("{:<42} {:.0f} per second ({} users, scrypt N = {})\n", "first binds since the start",
             static_cast<double>(users) / first, users, a.cost);
  for (auto& association : held) (void)association->close().get();
  held.clear();
  print("before", work(runtime, place, users - 1, a.operations));
  const double empty = place.memory();
  const double repeated = binds.make(a.associations, users - 1, held);
  fmt::print("{:<42} {:.0f} per second ({} of {} bound{})\n", "repeated binds (password check cached)",
             static_cast<double>(a.associations) / repeated, held.size(), a.associations,
             a.tls ? ", TLS" : "");
  print("while they are held", work(runtime, place, users - 1, a.operations));
  const auto open = std::count_if(held.begin(), held.end(), [](const auto& h) { return h->is_open(); });
  fmt::print("{:<42} {:.1f} KiB (limit of the design: {})\n", "memory of mstored an idle association",
             (place.memory() - empty) / 1024 / static_cast<double>(held.size()), a.tls ? 64 : 24);
  fmt::print("{:<42} {} of {}\n", "still open at the end", open, a.associations);
  const bool whole = binds.failed() == 0 && static_cast<std::size_t>(open) == a.associations;
  held.clear();
  return whole ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments a;
  CLI::App app("bench-associations: many users bound at once, and one who works meanwhile",
               "bench-associations");
  app.add_option("--mstored", a.mstored, "the program")->capture_default_str();
  app.add_option("--folder", a.folder, "where the store is made, and removed")->capture_default_str();
  app.add_option("--associations", a.associations, "held at once")->capture_default_str();
  app.add_option("--outstanding", a.outstanding, "binds under way at once")->capture_default_str();
  app.add_option("--operations", a.operations, "lists by the normal user")->capture_default_str();
  app.add_option("--threads", a.threads, "of this program")->capture_default_str();
  app.add_option("--cost", a.cost, "scrypt N of the users' hashes")->capture_default_str();
  app.add_flag("--tls", a.tls, "over TLS, with a certificate made for it");
  CLI11_PARSE(app, argc, argv);
  return run(a);
}
