// bench-space: what cleaning costs. Two mailboxes share the segments: one is emptied all day, the other keeps
// thirty days. Time is the program's own, so that forty days pass in a minute.
//
// Printed for each bound on dead octets: octets that deliveries wrote, octets that cleaning read and wrote,
// write amplification (all written by what deliveries wrote), the share of dead octets on average and at
// most, and the log's size against that of what is alive.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <filesystem>
#include <map>
#include <semaphore>

#include "backend/local.hpp"
#include "index/space_queries.hpp"

namespace {

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::backend;
namespace fs = std::filesystem;

constexpr Time day = 24ll * 3600 * 1000;

// Octets are counted here, not time: a sync would only make it long.
class Unsynced final : public File {
 public:
  explicit Unsynced(std::unique_ptr<File> file) : file_(std::move(file)) {}
  Result<std::size_t> read(std::uint64_t at, std::span<std::uint8_t> into) const override {
    return file_->read(at, into);
  }
  Status write(std::uint64_t at, std::span<const View> parts) override { return file_->write(at, parts); }
  Status sync() override { return Ok{}; }
  Result<std::uint64_t> size() const override { return file_->size(); }
  Status truncate(std::uint64_t size) override { return file_->truncate(size); }
  Status allocate(std::uint64_t size) override { return file_->allocate(size); }

 private:
  std::unique_ptr<File> file_;
};

class OwnTime final : public Env {
 public:
  Time time = 1'767'225'600'000;
  Result<std::unique_ptr<File>> open(const Path& p, OpenMode m) override {
    X400_TRY(file, real().open(p, m));
    return std::unique_ptr<File>(std::make_unique<Unsynced>(std::move(file)));
  }
  Result<std::vector<std::string>> list(const Path& p) override { return real().list(p); }
  Result<bool> exists(const Path& p) override { return real().exists(p); }
  Status make_folder(const Path& p) override { return real().make_folder(p); }
  Status remove(const Path& p) override { return real().remove(p); }
  Status rename(const Path& a, const Path& b) override { return real().rename(a, b); }
  Status sync_folder(const Path&) override { return Ok{}; }
  Result<std::unique_ptr<Lock>> lock(const Path& p) override { return real().lock(p); }
  Result<std::uint64_t> identity(const Path& p) override { return real().identity(p); }
  Result<std::uint64_t> room(const Path& p) override { return real().room(p); }
  std::int64_t now() override { return time; }
  Status random(std::span<std::uint8_t> into) override { return real().random(into); }

 private:
  static Env& real() { return real_env(); }
};

struct Settings {
  fs::path folder;
  int days = 45;
  int warm = 32;  ///< days before anything is counted
  unsigned a_day = 4000;
  std::size_t size = 10'000;
  std::uint64_t segment = 4u << 20;
};

struct Measured {
  double delivered = 0, cleaned = 0, catalogues = 0;  // MB written
  double dead_average = 0, dead_most = 0;             // percent
  double log = 0, live = 0;                           // MB
};

struct Room {
  double dead = 0, octets = 0;
};

Result<Room> room(LocalBackend& store) {
  // By the index's own account, held against the files by the tests.
  X400_TRY(rows, store.space());
  Room out;
  for (const SpaceRow& r : rows) {
    out.dead += static_cast<double>(r.dead);
    out.octets += static_cast<double>(r.octets);
  }
  return out;
}

class Life {
 public:
  Life(LocalBackend& store, OwnTime& time, const Settings& settings)
      : store_(store),
        time_(time),
        settings_(settings),
        content_(std::make_shared<Octets>(settings.size, 'x')) {}

  Status begin() {
    X400_TRY(busy, store_.create_mailbox("emptied", {}));
    X400_TRY(keeping, store_.create_mailbox("keeping", {}));
    busy_ = busy;
    keeping_ = keeping;
    return Ok{};
  }

  Status one_day() {
    for (unsigned i = 0; i < settings_.a_day; ++i) {
      time_.time += day / settings_.a_day;
      const bool kept = i % 2 == 1;
      X400_TRY(number, deliver(kept ? keeping_ : busy_));
      X400_CHECK(raise(kept ? keeping_ : busy_, number));
      auto& live = kept ? kept_ : emptied_;
      live.push_back({number, time_.time});
      while (!live.empty() && live.front().second < time_.time - (kept ? 30 * day : day / 24)) {
        X400_CHECK(remove(kept ? keeping_ : busy_, live.front().first));
        live.pop_front();
      }
    }
    return Ok{};
  }

 private:
  static Result<Committed> done(CommitResult r) {
    if (!r.ok()) return r.error().error;
    return *r;
  }

  Result<SequenceNumber> deliver(MailboxNumber box) {
    ChangeSet set;
    set.mailbox = box;
    NewEntry e;
    e.size = settings_.size;
    e.attributes = Octets(600, 'a');
    e.list_attributes = Octets(300, 'l');
    e.duplicate_key = to_octets(std::to_string(++count_));
    e.content.octets = *content_;
    e.content.owner = content_;
    set.create.push_back(std::move(e));
    X400_TRY(committed, done(store_.commit(std::move(set))));
    return committed.numbers.front();
  }

  Status raise(MailboxNumber box, SequenceNumber n) {
    for (const auto status : {RetrievalStatus::listed, RetrievalStatus::processed}) {
      ChangeSet set;
      set.mailbox = box;
      set.status.push_back({EntryBase::stored, {{n, n}}, status, false});
      set.durability = Durability::lazy;
      X400_CHECK(done(store_.commit(std::move(set))));
    }
    return Ok{};
  }

  Status remove(MailboxNumber box, SequenceNumber n) {
    ChangeSet set;
    set.mailbox = box;
    set.remove.push_back({EntryBase::stored, {n}});
    X400_CHECK(done(store_.commit(std::move(set))));
    return Ok{};
  }

  LocalBackend& store_;
  OwnTime& time_;
  const Settings& settings_;
  std::shared_ptr<Octets> content_;
  MailboxNumber busy_ = 0, keeping_ = 0;
  std::deque<std::pair<SequenceNumber, Time>> emptied_, kept_;
  std::uint64_t count_ = 0;
};

Result<Measured> measure(const Settings& settings, unsigned percent) {
  fs::remove_all(settings.folder);
  OwnTime time;
  Options options;
  options.folder = settings.folder;
  options.segment_size = settings.segment;
  options.large_content = std::min(options.large_content, settings.segment / 2);
  options.housekeeping = false;
  options.clean_rate = 0;
  options.clean_dead_percent = percent;
  options.retired_minutes = 0;
  X400_TRY(opened, LocalBackend::open(options, time));
  auto& store = static_cast<LocalBackend&>(*opened);
  Life life(store, time, settings);
  X400_CHECK(life.begin());
  Measured out;
  space::CleaningTotals before;
  std::uint64_t log_before = 0;
  for (int d = 0; d < settings.days; ++d) {
    if (d == settings.warm) {
      before = store.housekeeper().totals();
      log_before = store.log_octets();
    }
    X400_CHECK(life.one_day());
    X400_CHECK(store.housekeeper().run_once());
    X400_CHECK(store.housekeeper().run_once());
    if (d < settings.warm) continue;
    X400_TRY(now, room(store));
    const double dead = 100 * now.dead / now.octets;
    out.dead_average += dead / (settings.days - settings.warm);
    out.dead_most = std::max(out.dead_most, dead);
    out.log = now.octets / 1e6;
    out.live = (now.octets - now.dead) / 1e6;
  }
  const auto after = store.housekeeper().totals();
  out.delivered = static_cast<double>(store.log_octets() - log_before) / 1e6;
  out.cleaned = static_cast<double>(after.octets_written - before.octets_written) / 1e6;
  out.catalogues = static_cast<double>(after.catalogue_octets - before.catalogue_octets) / 1e6;
  X400_CHECK(store.close());
  opened.reset();
  fs::remove_all(settings.folder);
  return out;
}

// A store of so many entries in a hundred mailboxes, a tenth of them deleted, all listed; its index made
// anew.
Status measure_rebuild(const Settings& settings, unsigned entries) {
  fs::remove_all(settings.folder);
  Options options;
  options.folder = settings.folder;
  const auto content = std::make_shared<Octets>(settings.size, 'x');
  {
    X400_TRY(store, open_local(options, real_env()));
    std::vector<MailboxNumber> boxes;
    for (int i = 0; i < 100; ++i) {
      X400_TRY(box, store->create_mailbox("mailbox" + std::to_string(i), {}));
      boxes.push_back(box);
    }
    std::atomic<unsigned> failed{0};
    std::counting_semaphore<> room(1000);
    for (unsigned i = 0; i < entries; ++i) {
      ChangeSet set;
      set.mailbox = boxes[i % boxes.size()];
      NewEntry e;
      e.size = settings.size;
      e.priority = static_cast<std::uint8_t>(i % 3);
      e.attributes = Octets(600, 'a');
      e.list_attributes = Octets(300, 'l');
      e.duplicate_key = to_octets("key of message " + std::to_string(i));
      e.content.octets = *content;
      e.content.owner = content;
      set.create.push_back(std::move(e));
      room.acquire();
      store->commit(std::move(set), [&](CommitResult r) {
        failed += r.ok() ? 0 : 1;
        room.release();
      });
    }
    for (const MailboxNumber box : boxes) {
      X400_TRY(info, store->mailbox(box));
      ChangeSet set;
      set.mailbox = box;
      set.status.push_back({EntryBase::stored, {{1, info.next - 1}}, RetrievalStatus::listed, false});
      set.remove.push_back({});
      for (SequenceNumber n = 1; n < info.next; n += 10) set.remove.back().numbers.push_back(n);
      if (const auto done = store->commit(std::move(set)); !done.ok()) return done.error().error;
    }
    if (failed != 0) return Error(ErrorKind::io, "deliveries failed");
    X400_CHECK(static_cast<LocalBackend&>(*store).housekeeper().run_once());
    X400_CHECK(store->close());
  }
  for (int round = 0; round < 3; ++round) {
    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    std::map<Progress::Phase, Clock::time_point> phases;
    X400_TRY(report, rebuild_index(settings.folder, [&](const Progress& p) {
               phases.try_emplace(p.phase, Clock::now());
               return Proceed::go_on;
             }));
    const double took = std::chrono::duration<double>(Clock::now() - begin).count();
    fmt::print(
        "rebuild: {} entries in {:.2f} s, {:.0f} a second, opening and comparing with the old one included; "
        "{} of "
        "{} segments without a catalogue",
        report.entries, took, static_cast<double>(report.entries) / took, report.scanned_segments,
        report.segments);
    for (const auto& [phase, when] : phases)
      fmt::print("; {} from {:.2f} s", name(phase), std::chrono::duration<double>(when - begin).count());
    fmt::print("\n");
  }
  fs::remove_all(settings.folder);
  return Ok{};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "bench-space: what cleaning costs where a mailbox emptied all day and one that keeps thirty days\n"
      "share the segments.");
  Settings settings;
  settings.folder = fs::current_path() / "bench-space.store";
  std::vector<unsigned> bounds{10, 20, 30, 50};
  app.add_option("--folder", settings.folder, "where the store is made (and removed)");
  app.add_option("--days", settings.days, "how many days pass")->check(CLI::Range(33, 1000));
  app.add_option("--a-day", settings.a_day, "deliveries a day, to each mailbox half");
  app.add_option("--size", settings.size, "octets of a content");
  app.add_option("--segment", settings.segment, "octets of a segment");
  app.add_option("--bounds", bounds, "shares of dead octets to measure, percent");
  unsigned rebuild = 0;
  app.add_option("--rebuild", rebuild, "instead: make so many entries, and measure a rebuild of their index");
  CLI11_PARSE(app, argc, argv);
  if (rebuild != 0) {
    if (const Status done = measure_rebuild(settings, rebuild); !done.ok()) {
      fmt::print(stderr, "bench-space: {}\n", done.error().text());
      return 1;
    }
    return 0;
  }
  fmt::print("{:>6} {:>12} {:>12} {:>12} {:>14} {:>12} {:>10} {:>8} {:>8}\n", "bound", "delivered MB",
             "cleaned MB", "catalogues", "amplification", "dead average", "dead most", "log MB", "live MB");
  for (const unsigned bound : bounds) {
    const auto m = measure(settings, bound);
    if (!m.ok()) {
      fmt::print(stderr, "bench-space: {}\n", m.error().text());
      return 1;
    }
    fmt::print("{:>5}% {:>12.0f} {:>12.0f} {:>12.0f} {:>14.2f} {:>11.1f}% {:>9.1f}% {:>8.0f} {:>8.0f}\n",
               bound, m->delivered, m->cleaned, m->catalogues,
               (m->delivered + m->cleaned + m->catalogues) / m->delivered, m->dead_average, m->dead_most,
               m->log, m->live);
  }
  return 0;
}
