#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>

#include "index_disk.hpp"
#include "rounds.hpp"
#include "x400_temp_folder.hpp"

namespace x400::mstore::crash {
namespace {

// Where a child dies.
struct Death {
  std::optional<Stop> stop;
  std::uint64_t call = 0;  ///< 0: not at a call
  int lines = -1;          ///< of the score, then whoever reads it kills
};

[[noreturn]] void die() {
  ::raise(SIGKILL);
  ::_exit(99);
}

void arm(Points& points, const Death& death) {
  const auto watch = death.stop ? std::make_shared<StopWatch>(*death.stop) : nullptr;
  points.before = [death, watch](const Hit& hit) {
    if (death.call != 0 && hit.call == death.call) die();
    if (!watch) return Decision{};
    watch->arrive(hit);
    if (!watch->due(hit)) return Decision{};
    if (death.stop->moment == Stop::Moment::before) die();
    if (death.stop->moment == Stop::Moment::after) return Decision{};
    return Decision{Decision::Way::half, Error(ErrorKind::io, "killed")};
  };
  points.after = [watch](const Hit& hit) {
    if (watch && watch->due(hit)) die();
  };
}

int run_child(const backend::Options& options, const WorkOptions& how, const Death& death, int score) {
  Points points;
  std::mt19937_64 dice(how.seed);
  points.clock = random_clock(dice);
  arm(points, death);
  IndexDisk::install().use(&points);
  PointEnv env(real_env(), points);
  const Told told{[score](const std::string& line) {
                    const std::string text = line + "\n";
                    if (::write(score, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
                      ::_exit(98);
                  },
                  [](const std::string& fault) {
                    std::fprintf(stderr, "child: %s\n", fault.c_str());
                    ::_exit(97);
                  }};
  auto store = backend::open_local(options, env);
  if (!store.ok()) told.fault("open: " + store.error().text());
  if (how.operations > 0) work(**store, how, told);
  const Status closed = (*store)->close();
  if (!closed.ok()) told.fault("close: " + closed.error().text());
  return 0;
}

class KillRound {
 public:
  explicit KillRound(std::uint64_t seed) : dice_(seed), options_(store_options(folder_.path())) {}

  Report run() {
    const int lives = 1 + static_cast<int>(dice_() % 3);
    for (int life = 1; life <= lives && ledger_.report.faults.empty(); ++life) {
      WorkOptions how;
      how.seed = dice_();
      how.first = static_cast<std::uint64_t>(life) * 1'000'000;
      how.workers = 1 + static_cast<int>(dice_() % 4);
      how.operations = 20 + static_cast<int>(dice_() % 60);
      const Death end = death();
      if (end.stop && end.stop->cleaning) work_enough(how, dice_);
      live(how, end);
      // Killed again while it recovers.
      if (dice_() % 2 == 0) {
        how.operations = 0;
        Death early;
        early.call = 1 + dice_() % 60;
        live(how, early);
      }
      if (ledger_.report.faults.empty()) inspect(real_env(), options_, ledger_, dice_);
    }
    return ledger_.report;
  }

 private:
  Death death() {
    Death d;
    switch (dice_() % 3) {
      case 0: d.lines = static_cast<int>(dice_() % 300); break;
      case 1: d.call = 1 + dice_() % (dice_() % 3 == 0 ? 60 : 2500); break;
      default: d.stop = random_stop(dice_);
    }
    return d;
  }

  void live(const WorkOptions& how, const Death& death) {
    ledger_.report.how += (death.stop         ? "killed " + text(*death.stop)
                           : death.lines >= 0 ? "killed behind line " + std::to_string(death.lines)
                                              : "killed at call " + std::to_string(death.call)) +
                          "; ";
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fault("no pipe");
    const pid_t pid = ::fork();
    if (pid < 0) return fault("no child");
    if (pid == 0) {
      ::close(ends[0]);
      ::_exit(run_child(options_, how, death, ends[1]));
    }
    ::close(ends[1]);
    read_score(ends[0], pid, death.lines);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    const bool finished = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (killed && death.stop) ledger_.report.stops.push_back(place(*death.stop));
    if (!killed && !finished) fault("the child ended with status " + std::to_string(status));
  }

  void read_score(int from, pid_t pid, int lines) {
    std::string held;
    int seen = 0;
    char buffer[4096];
    if (lines == 0) kill(pid);
    while (true) {
      const ssize_t n = ::read(from, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return;
      held.append(buffer, static_cast<std::size_t>(n));
      std::size_t begin = 0;
      for (std::size_t end; (end = held.find('\n', begin)) != std::string::npos; begin = end + 1) {
        ledger_.score.line(held.substr(begin, end - begin));
        if (++seen == lines) kill(pid);
      }
      held.erase(0, begin);
    }
  }

  // At no special moment of the child's: a few microseconds after the line.
  void kill(pid_t pid) {
    const timespec pause{0, static_cast<long>(dice_() % 2'000'000)};
    ::nanosleep(&pause, nullptr);
    ::kill(pid, SIGKILL);
  }

  void fault(const std::string& text) { ledger_.report.faults.push_back(text); }

  x400::test::TempFolder folder_;
  std::mt19937_64 dice_;
  backend::Options options_;
  Ledger ledger_;
};

}  // namespace

Report kill_round(std::uint64_t seed) { return KillRound(seed).run(); }

}  // namespace x400::mstore::crash
