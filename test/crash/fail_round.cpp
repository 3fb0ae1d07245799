#include <filesystem>

#include "index_disk.hpp"
#include "mstore/memory_env.hpp"
#include "rounds.hpp"
#include "x400_temp_folder.hpp"

namespace x400::mstore::crash {
namespace {

constexpr Point points_of_failure[] = {
    {What::open, Kind::segment},       {What::read, Kind::segment},        {What::write, Kind::segment},
    {What::sync, Kind::segment},       {What::truncate, Kind::segment},    {What::size, Kind::segment},
    {What::remove, Kind::segment},     {What::sync_folder, Kind::segment}, {What::list, Kind::folder},
    {What::make_folder, Kind::folder}, {What::exists, Kind::identity},     {What::open, Kind::large},
    {What::write, Kind::large},        {What::sync, Kind::large},          {What::sync_folder, Kind::large},
    {What::remove, Kind::large},       {What::open, Kind::position},       {What::write, Kind::position},
    {What::sync, Kind::position},      {What::rename, Kind::position},     {What::sync_folder, Kind::other},
    {What::random, Kind::other},       {What::open, Kind::identity},       {What::write, Kind::identity},
    {What::lock, Kind::lock},          {What::open, Kind::index},          {What::read, Kind::index},
    {What::write, Kind::index},        {What::sync, Kind::index},          {What::truncate, Kind::index},
    {What::size, Kind::index},         {What::open, Kind::index_wal},      {What::read, Kind::index_wal},
    {What::write, Kind::index_wal},    {What::sync, Kind::index_wal},      {What::truncate, Kind::index_wal},
    {What::size, Kind::index_wal},     {What::remove, Kind::index_wal},    {What::open, Kind::rewrite},
    {What::write, Kind::rewrite},      {What::sync, Kind::rewrite},        {What::remove, Kind::rewrite},
    {What::rename, Kind::segment},     {What::write, Kind::catalogue},     {What::sync, Kind::catalogue},
    {What::rename, Kind::retired},     {What::sync_folder, Kind::retired}, {What::remove, Kind::retired},
    {What::write, Kind::removed},      {What::sync, Kind::removed},        {What::rename, Kind::removed},
};

class FailRound {
 public:
  explicit FailRound(std::uint64_t seed) : dice_(seed), env_(std::make_unique<test::MemoryEnv>()) {
    options_ = store_options("/");
    options_.index_folder = folder_.path();
    if (dice_() % 3 == 0) options_.fill_ahead = 0;
  }

  Report run() {
    if (dice_() % 2 == 0) {  // something is there before
      auto store = backend::open_local(options_, *env_);
      if (!store.ok()) return fault("open: " + store.error().text());
      work(**store, how(1, false), ledger_.told());
    }
    live();
    if (ledger_.report.faults.empty()) inspect(*env_, options_, ledger_, dice_);
    return ledger_.report;
  }

 private:
  Report fault(const std::string& text) {
    ledger_.report.faults.push_back(text);
    return ledger_.report;
  }

  WorkOptions how(std::uint64_t part, bool refusals) {
    WorkOptions w;
    w.seed = dice_();
    w.first = part * 1'000'000;
    w.workers = dice_() % 2 == 0 ? 1 : 3;
    w.operations = 10 + static_cast<int>(dice_() % 30);
    w.refusals = refusals;
    return w;
  }

  void live() {
    const Point point = points_of_failure[dice_() % std::size(points_of_failure)];
    const std::uint64_t first = 1 + dice_() % (std::uint64_t{1} << dice_() % 8);
    const std::uint64_t last = dice_() % 2 == 0 ? first : first + dice_() % 40;
    const bool full = dice_() % 2 == 0;
    const Error error(full ? ErrorKind::unavailable : ErrorKind::io, "by the test");
    const auto way = dice_() % 3 == 0 ? Decision::Way::half : Decision::Way::fail;
    Points points;
    std::atomic<bool> healed{false};
    points.before = [&](const Hit& hit) {
      const bool due = !healed && hit.point == point && hit.nth >= first && hit.nth <= last;
      return due ? Decision{way, error} : Decision{};
    };
    ledger_.report.how = text(point) + " fails from " + std::to_string(first) + " to " +
                         std::to_string(last) + (full ? " for lack of room" : " for good");
    IndexDisk::install().use(&points);
    {
      PointEnv env(*env_, points);
      auto store = backend::open_local(options_, env);
      if (store.ok()) {
        work(**store, how(2, true), ledger_.told());
        healed = true;
        // What can be written is taken, without a restart.
        if ((*store)->writable().ok()) work(**store, how(3, false), ledger_.told());
        if (dice_() % 2 == 0) (void)(*store)->close().ok();
      }
      afterwards(points);
    }
    IndexDisk::install().use(nullptr);
    if (cut_) {
      env_ = env_->left();
      IndexDisk::install().settle(dice_(), 0);
      std::filesystem::remove(folder_.path() / "index.db.damaged");
    } else {
      IndexDisk::install().forget();
    }
  }

  // The store goes in order, or with the power: what a failed call left unsynced is gone then.
  void afterwards(Points&) {
    cut_ = dice_() % 2 == 0;
    if (!cut_) return;
    env_->cut_now(dice_(), 0);
    IndexDisk::install().cut();
    ledger_.report.how += ", then power is cut";
  }

  x400::test::TempFolder folder_;
  std::mt19937_64 dice_;
  backend::Options options_;
  std::unique_ptr<test::MemoryEnv> env_;
  Ledger ledger_;
  bool cut_ = false;
};

}  // namespace

Report fail_round(std::uint64_t seed) { return FailRound(seed).run(); }

}  // namespace x400::mstore::crash
