// Kill test: a child works on a store and is killed with -9 again and again; a score kept outside says what
// the store must hold afterwards (design 7, promises 1 to 8 and 10).
//
//   crash_kill [--rounds N] [--seed S] [--threads T] [--keep]
//
// Half of the rounds kill after a random line of the score, half inside a random call of Env, opening and
// recovery included. The seed is printed; the same seed makes the same rounds, as far as threads let it.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "child.hpp"
#include "env/env.hpp"
#include "mstore/messages.hpp"
#include "score.hpp"
#include "store_options.hpp"
#include "x400_temp_folder.hpp"

namespace x400::mstore::crash {
namespace {

struct Arguments {
  int rounds = 12;
  std::uint64_t seed = 0;
  int threads = 4;
  bool keep = false;
};

class Campaign {
 public:
  Campaign(const Arguments& arguments, std::string folder)
      : arguments_(arguments), folder_(std::move(folder)), dice_(arguments.seed) {}

  bool run() {
    for (int round = 1; round <= arguments_.rounds; ++round) {
      if (round % rounds_of_a_store == 1) begin_store();
      if (!this->round(round)) return false;
    }
    acknowledged_ += score_.acknowledged();
    std::printf("%d rounds, %d killed, %llu acknowledgements: all promises kept\n", arguments_.rounds,
                killed_, static_cast<unsigned long long>(acknowledged_));
    return true;
  }

 private:
  static constexpr int rounds_of_a_store = 24;  // every round looks at all of it

  void begin_store() {
    std::filesystem::remove_all(std::filesystem::path(folder_) / "store");
    acknowledged_ += score_.acknowledged();
    score_ = Score();
  }

  bool round(int round) {
    ChildOptions child;
    child.folder = folder_;
    child.seed = dice_();
    child.first = static_cast<std::uint64_t>(round) * 1'000'000;
    child.threads = arguments_.threads;
    const bool inside = dice_() % 2 == 0;
    if (inside) child.kill_at_call = 1 + static_cast<int>(dice_() % (dice_() % 3 == 0 ? 40 : 600));
    child.writes_only = dice_() % 2 == 0;
    const int lines = inside ? -1 : static_cast<int>(dice_() % 1500);
    if (!work(child, lines)) return false;
    if (!check(round, "after the kill")) return false;
    if (round % 4 != 0) return true;
    // The index must be what a new one made of the log is.
    std::string before;
    {
      auto store = backend::open_local(store_options(folder_), real_env());
      if (!store.ok()) return fail(round, "open: " + store.error().text());
      before = test::dump(**store);
    }
    std::filesystem::remove(std::filesystem::path(folder_) / "store/shard0/index.db");
    auto store = backend::open_local(store_options(folder_), real_env());
    if (!store.ok()) return fail(round, "open: " + store.error().text());
    if (test::dump(**store) != before) return fail(round, "the index rebuilt differs from the one before");
    return true;
  }

  // Runs a child, reads its score, kills it after so many lines (negative: it does so itself).
  bool work(const ChildOptions& options, int lines) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail(0, "no pipe");
    const pid_t pid = ::fork();
    if (pid < 0) return fail(0, "no child");
    if (pid == 0) {
      ::close(ends[0]);
      ChildOptions own = options;
      own.score = ends[1];
      ::_exit(run_child(own));
    }
    ::close(ends[1]);
    std::string held;
    int seen = 0;
    char buffer[4096];
    if (lines == 0) kill(pid);
    while (true) {
      const ssize_t n = ::read(ends[0], buffer, sizeof buffer);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      held.append(buffer, static_cast<std::size_t>(n));
      std::size_t begin = 0;
      for (std::size_t end; (end = held.find('\n', begin)) != std::string::npos; begin = end + 1) {
        score_.line(held.substr(begin, end - begin));
        if (++seen == lines) kill(pid);
      }
      held.erase(0, begin);
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
      ++killed_;
      return true;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
    return fail(0, "the child ended with status " + std::to_string(status));
  }

  // At no special moment of the child's: a few microseconds after the line.
  void kill(pid_t pid) {
    const timespec pause{0, static_cast<long>(dice_() % 2'000'000)};
    ::nanosleep(&pause, nullptr);
    ::kill(pid, SIGKILL);
  }

  bool check(int round, const char* when) {
    auto store = backend::open_local(store_options(folder_), real_env());
    if (!store.ok()) return fail(round, "open: " + store.error().text());
    const auto faults = score_.check(**store);
    for (const std::string& fault : faults) std::printf("round %d %s: %s\n", round, when, fault.c_str());
    return faults.empty();
  }

  static bool fail(int round, const std::string& what) {
    std::printf("round %d: %s\n", round, what.c_str());
    return false;
  }

  const Arguments arguments_;
  const std::string folder_;
  std::mt19937_64 dice_;
  Score score_;
  std::uint64_t acknowledged_ = 0;
  int killed_ = 0;
};

Arguments parse(int argc, char** argv) {
  Arguments a;
  a.seed = std::random_device{}();
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--keep") {
      a.keep = true;
      continue;
    }
    if (i + 1 >= argc) {
      std::fprintf(stderr, "usage: %s [--rounds N] [--seed S] [--threads T] [--keep]\n", argv[0]);
      std::exit(2);
    }
    const std::uint64_t value = std::strtoull(argv[++i], nullptr, 10);
    if (name == "--rounds") a.rounds = static_cast<int>(value);
    if (name == "--seed") a.seed = value;
    if (name == "--threads") a.threads = static_cast<int>(value);
  }
  return a;
}

int run(int argc, char** argv) {
  const Arguments arguments = parse(argc, argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("seed %llu\n", static_cast<unsigned long long>(arguments.seed));
  x400::test::TempFolder folder;
  const bool good = Campaign(arguments, folder.path().string()).run();
  if (!good && arguments.keep) {
    const std::string kept = folder.path().string() + ".kept";
    std::filesystem::rename(folder.path(), kept);
    std::printf("kept in %s\n", kept.c_str());
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace x400::mstore::crash

int main(int argc, char** argv) { return x400::mstore::crash::run(argc, argv); }
