#include <filesystem>
#include <fstream>

#include "index_disk.hpp"
#include "mstore/memory_env.hpp"
#include "rounds.hpp"
#include "x400_temp_folder.hpp"

namespace x400::mstore::crash {
namespace {

namespace fs = std::filesystem;

// The index's files as they were at a moment, put back into the same file system objects.
class OldIndex {
 public:
  explicit OldIndex(const fs::path& folder) : folder_(folder) {
    for (const char* name : {"index.db", "index.db-wal"}) {
      std::ifstream in(folder / name, std::ios::binary);
      if (in) held_[name] = std::string(std::istreambuf_iterator<char>(in), {});
    }
  }
  bool there() const { return held_.contains("index.db"); }
  void put_back() const {
    for (const char* name : {"index.db", "index.db-wal"}) {
      const auto held = held_.find(name);
      if (held == held_.end())
        fs::remove(folder_ / name);
      else
        std::ofstream(folder_ / name, std::ios::binary | std::ios::trunc) << held->second;
    }
  }

 private:
  fs::path folder_;
  std::map<std::string, std::string> held_;
};

class CutRound {
 public:
  CutRound(std::uint64_t seed, const Mutant& mutant)
      : dice_(seed), mutant_(mutant), env_(std::make_unique<test::MemoryEnv>()) {
    options_ = store_options("/");
    options_.index_folder = folder_.path();
    if (dice_() % 3 == 0) options_.fill_ahead = 0;
  }

  Report run() {
    const int lives = 1 + static_cast<int>(dice_() % 3);
    for (int life = 1; life <= lives && ledger_.report.faults.empty(); ++life) {
      WorkOptions how;
      how.seed = dice_();
      how.first = static_cast<std::uint64_t>(life) * 1'000'000;
      how.workers = dice_() % 2 == 0 ? 1 : 2 + static_cast<int>(dice_() % 3);
      how.operations = 10 + static_cast<int>(dice_() % 50);
      how.refusals = true;
      live(how, dice_() % 3 == 0 ? 0 : 1 + dice_() % (dice_() % 4 == 0 ? 40 : 900));
      if (dice_() % 2 == 0) {  // again while it recovers
        how.operations = 0;
        live(how, 1 + dice_() % 60);
      }
      if (ledger_.report.faults.empty()) inspect(*env_, options_, ledger_, dice_);
    }
    IndexDisk::install().forget();
    return ledger_.report;
  }

 private:
  // `call` 0: at a named point.
  void live(WorkOptions how, std::uint64_t call) {
    Points points;
    points.clock = random_clock(dice_);
    const Stop stop = random_stop(dice_);
    if (call == 0 && stop.cleaning && how.operations != 0) work_enough(how, dice_);
    const auto keep = [&] { return static_cast<double>(dice_() % 5) / 4; };
    const std::uint64_t seed = dice_();
    const double kept = keep();
    const auto cut = [&, seed, kept] {
      env_->cut_now(seed, kept);
      IndexDisk::install().cut();
    };
    StopWatch watch(stop);
    const auto due = [&](const Hit& hit) { return call != 0 ? hit.call == call : watch.due(hit); };
    points.before = [&](const Hit& hit) {
      watch.arrive(hit);
      if (due(hit) && (call != 0 || stop.moment == Stop::Moment::before)) cut();
      if (due(hit) && call == 0 && stop.moment == Stop::Moment::half)
        return Decision{Decision::Way::half, Error(ErrorKind::io, "no power")};
      return mutant_ ? mutant_(hit) : Decision{};
    };
    points.after = [&](const Hit& hit) {
      if (due(hit)) cut();
    };
    env_->set_leak(dice_() % 2 == 0 ? 0 : 0.2, dice_());
    const OldIndex old(folder_.path());
    const bool close = dice_() % 2 == 0;
    IndexDisk::install().use(&points);
    {
      PointEnv env(*env_, points);
      auto store = backend::open_local(options_, env);
      if (store.ok() && how.operations > 0) work(**store, how, ledger_.told());
      if (store.ok() && close) (void)(*store)->close().ok();
      cut();
    }
    IndexDisk::install().use(nullptr);
    if (call == 0 && watch.reached()) ledger_.report.stops.push_back(place(stop));
    // Without power nobody could have left it.
    fs::remove(folder_.path() / "index.db.damaged");
    env_ = env_->left();
    IndexDisk::install().settle(dice_(), keep());
    ledger_.report.how += "cut " + (call != 0 ? "at call " + std::to_string(call) : text(stop)) + ", kept " +
                          std::to_string(kept);
    index_after(old);
  }

  void index_after(const OldIndex& old) {
    const auto kind = dice_() % 6;
    if (kind == 0) lose_index(options_);
    if (kind == 1 && old.there() && fs::exists(folder_.path() / "index.db")) old.put_back();
    ledger_.report.how += kind == 0 ? ", index lost; " : kind == 1 ? ", index old; " : "; ";
  }

  x400::test::TempFolder folder_;
  std::mt19937_64 dice_;
  const Mutant& mutant_;
  backend::Options options_;
  std::unique_ptr<test::MemoryEnv> env_;
  Ledger ledger_;
};

}  // namespace

Report cut_round(std::uint64_t seed, const Mutant& mutant) { return CutRound(seed, mutant).run(); }

}  // namespace x400::mstore::crash
