// Deliveries into the engine called directly: record, index row and all, no protocol.
#include <fmt/format.h>

#include <atomic>
#include <semaphore>
#include <thread>

#include "checkpoints.hpp"
#include "engine_store.hpp"
#include "floor.hpp"
#include "measures.hpp"

namespace bench {
namespace {

using namespace x400;

constexpr unsigned mailboxes = 16;

struct Load {
  EngineStore& place;
  const osi::Slice& content;
  Clock::time_point end;
  std::uint64_t most;  // deliveries
  std::atomic<std::uint64_t> next{1};
  std::atomic<bool> failed{false};

  // 0: no more.
  std::uint64_t take() {
    if (failed || Clock::now() >= end) return 0;
    const std::uint64_t n = next.fetch_add(1);
    return n > most ? 0 : n;
  }
};

Latencies blocking(Load& load, unsigned threads) {
  std::vector<Latencies> latencies(threads);
  std::vector<std::thread> all;
  for (unsigned i = 0; i < threads; ++i)
    all.emplace_back([&load, &own = latencies[i]] {
      while (const std::uint64_t n = load.take()) {
        const auto begin = Clock::now();
        if (!load.place.store().deliver(load.place.delivery(n, load.content)).ok()) load.failed = true;
        own.add(begin, Clock::now());
      }
    });
  for (auto& t : all) t.join();
  for (unsigned i = 1; i < threads; ++i) latencies[0].add(latencies[i]);
  return std::move(latencies[0]);
}

// One thread asks, completions tell.
Latencies outstanding(Load& load, unsigned count) {
  std::counting_semaphore<> room(count);
  std::mutex mutex;
  Latencies latencies;
  while (const std::uint64_t n = load.take()) {
    room.acquire();
    const auto begin = Clock::now();
    load.place.store().deliver(load.place.delivery(n, load.content),
                               [&, begin](const mstore::DeliveryOutcome& outcome) {
                                 if (!outcome.ok()) load.failed = true;
                                 {
                                   const std::lock_guard lock(mutex);
                                   latencies.add(begin, Clock::now());
                                 }
                                 room.release();
                               });
  }
  for (unsigned i = 0; i < count; ++i) room.acquire();
  return latencies;
}

enum class Way { one, threads, completions };

Result<FloorResult> floor_of(const Settings& settings, std::size_t size, Way way) {
  if (size >= 1'000'000) return append_alone(settings.folder, size, 1, false, settings.time);
  switch (way) {
    case Way::one: return append_alone(settings.folder, size, 1, true, settings.time);
    case Way::threads: return append_together(settings.folder, size, 16, settings.time);
    case Way::completions: break;
  }
  return append_alone(settings.folder, size, 16, true, settings.time);
}

std::string floor_text(std::size_t size, Way way) {
  if (size >= 1'000'000) return "one append and sync each, growing file";
  if (way == Way::one) return "one append and sync each";
  return way == Way::threads ? "16 threads, bare group commit" : "one writer, 16 to a sync";
}

std::string wanted(std::size_t size, Way way) {
  if (size >= 1'000'000) return ">= 0.6";
  if (size >= 50'000) return ">= 0.5";
  return way == Way::one ? ">= 0.55" : way == Way::threads ? ">= 0.35" : ">= 0.25";
}

Status measure(const Measure& m, const Settings& settings, Table& table, std::size_t size, Way way) {
  X400_TRY(content, message_of(size));
  X400_TRY(place, EngineStore::make(settings.folder, mailboxes));
  CheckpointWatch watch(place->folder());
  const auto begin = Clock::now();
  const bool counted = settings.entries.has_value();
  Load load{*place, content, counted ? Clock::time_point::max() : begin + settings.time,
            settings.entries_or(~std::uint64_t{0})};
  Latencies latencies =
      way == Way::completions ? outstanding(load, 16) : blocking(load, way == Way::one ? 1 : 16);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (load.failed) return Error(ErrorKind::unavailable, "a delivery failed");
  const std::vector<Span> checkpoints = watch.stop();
  place.reset();  // the floor has disk and processors for itself, as the store had
  X400_TRY(floor, floor_of(settings, size, way));
  Row row{m.name,
          m.what,
          "new",
          "per second",
          static_cast<double>(latencies.size()) / seconds,
          floor.per_second,
          floor_text(size, way),
          wanted(size, way)};
  row.set(latencies, checkpoints);
  table.add(std::move(row));
  return Ok{};
}

// The rate of the first and of the last tenth, so that a slow decline shows.
Status sustained(const Measure& m, const Settings& settings, Table& table) {
  X400_TRY(content, message_of(2000));
  X400_TRY(place, EngineStore::make(settings.folder, 100));
  CheckpointWatch watch(place->folder());
  const std::uint64_t all = settings.entries_or(1'100'000);
  double first = 0;
  for (std::uint64_t tenth = 0; tenth < 10; ++tenth) {
    Load load{*place, content, Clock::time_point::max(), all * (tenth + 1) / 10, all * tenth / 10 + 1};
    const auto begin = Clock::now();
    Latencies latencies = outstanding(load, 16);
    const double rate =
        static_cast<double>(latencies.size()) / std::chrono::duration<double>(Clock::now() - begin).count();
    if (load.failed) return Error(ErrorKind::unavailable, "a delivery failed");
    if (tenth == 0) first = rate;
    if (tenth != 0 && tenth != 9) continue;
    Row row{m.name,
            fmt::format("{}, {} tenth, WAL up to {} MB", m.what, tenth == 0 ? "first" : "last",
                        watch.largest_wal() / 1'000'000),
            "new",
            "per second",
            rate,
            first,
            "the first tenth",
            {}};
    row.set(latencies);
    table.add(std::move(row));
  }
  return Ok{};
}

}  // namespace

std::vector<Measure> engine_measures() {
  struct Size {
    std::size_t octets;
    const char* name;
    const char* text;
  };
  std::vector<Measure> all;
  for (const Size& size :
       {Size{2000, "2k", "2 kB"}, Size{50'000, "50k", "50 kB"}, Size{1'000'000, "1m", "1 MB"}}) {
    const auto add = [&](const char* way_name, const char* text, Way way) {
      all.push_back({fmt::format("engine-{}-{}", size.name, way_name),
                     fmt::format("deliveries of {}, {}", size.text, text),
                     [octets = size.octets, way](const Measure& m, const Settings& s, Table& t) {
                       return measure(m, s, t, octets, way);
                     }});
    };
    add("1", "1 thread", Way::one);
    add("16", "16 blocking threads", Way::threads);
    add("16c", "16 outstanding, completions", Way::completions);
  }
  all.push_back({"engine-sustained", "deliveries of 2 kB, 16 outstanding, completions", sustained});
  return all;
}

}  // namespace bench
