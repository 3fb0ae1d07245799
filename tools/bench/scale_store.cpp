// Opening, restart after kill and rebuild of the data set.
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "engine_store.hpp"
#include "opened_data_set.hpp"
#include "scale.hpp"

namespace bench {
namespace {

using namespace x400;

Result<std::unique_ptr<mstore::Store>> open(const Settings& settings) {
  mstore::Options options;
  options.folder = settings.data_set;
  options.create = false;
  return mstore::Store::open(options);
}

Status timed_open(const Measure& m, const Settings& settings, Table& table, const std::string& how) {
  const auto begin = Clock::now();
  X400_TRY(store, open(settings));
  Latencies latencies;
  latencies.add(begin, Clock::now());
  std::uint64_t entries = 0;
  for (const mstore::Mailbox& box : store->mailboxes()) {
    X400_TRY(usage, store->usage(box.number));
    entries += usage.delivery.entries;
  }
  const double ms = latencies.milliseconds(50);
  Row row{m.name,
          fmt::format("{}{}, {} entries, {:.0f} per second", m.what, how, entries,
                      static_cast<double>(entries) / ms * 1000),
          "any", "ms", ms};
  row.set(latencies);
  table.add(std::move(row));
  return store->close();
}

Status opening(const Measure& m, const Settings& settings, Table& table) {
  X400_CHECK(timed_open(m, settings, table, ""));
  cool(settings.data_set);
  return timed_open(m, settings, table, " with a cold disk cache");
}

// A child delivers until it is killed.
[[noreturn]] void deliver_for_ever(const Settings& settings) {
  auto store = open(settings);
  auto content = message_of(2000);
  if (!store.ok() || !content.ok()) ::_exit(1);
  const Numbered envelope = Numbered::envelope({address_of(0)});
  // Not those of the data set, nor of an earlier run.
  const auto now = std::chrono::system_clock::now().time_since_epoch() / std::chrono::microseconds(1);
  auto number = 3'000'000'000 + static_cast<std::uint64_t>(now) % 6'000'000'000;
  for (;;)
    (void)(*store)
        ->deliver({1, envelope.with(number++), mstore::Content::shared(content->view(), content->owner())})
        .ok();
}

Status restart(const Measure& m, const Settings& settings, Table& table) {
  const pid_t child = ::fork();
  if (child == 0) deliver_for_ever(settings);
  std::this_thread::sleep_for(settings.time);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return timed_open(m, settings, table, "");
}

Status rebuild(const Measure& m, const Settings& settings, Table& table) {
  std::error_code ec;
  for (const char* suffix : {"", "-wal", "-shm"})
    std::filesystem::remove(settings.data_set / "shard0" / (std::string("index.db") + suffix), ec);
  return timed_open(m, settings, table, "");
}

}  // namespace

std::vector<Measure> scale_store_measures() {
  return {{"scale-open", "open of the store", opening, true},
          {"scale-restart", "open after a kill while delivering", restart, true},
          {"scale-rebuild", "open without index (rebuild)", rebuild, true}};
}

}  // namespace bench
