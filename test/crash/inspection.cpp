#include "inspection.hpp"

#include <filesystem>

#include "log_reader.hpp"

namespace x400::mstore::crash {
namespace {

void note(Ledger& ledger, const std::string& when, const std::vector<std::string>& faults) {
  for (std::size_t i = 0; i < faults.size() && i < 20; ++i)
    ledger.report.faults.push_back(when + ": " + faults[i]);
}

std::unique_ptr<backend::Backend> open(Env& env, const backend::Options& options, Ledger& ledger,
                                       const std::string& when) {
  auto store = backend::open_local(options, env);
  if (!store.ok()) {
    note(ledger, when, {"open: " + store.error().text()});
    return nullptr;
  }
  for (const backend::Finding& f : (*store)->findings())
    if (f.kind == backend::Finding::Kind::damage) note(ledger, when, {"damage told: " + f.text});
  return std::move(*store);
}

void counted(Ledger& ledger, const std::string& when, const Seen& seen) {
  note(ledger, when, seen.faults);
  for (const auto& [number, box] : seen.boxes)
    if (box.counters != sums(box))
      note(ledger, when, {"mailbox " + std::to_string(number) + ": counters are not the sums"});
}

void repeat_some(backend::Backend& store, Ledger& ledger, std::mt19937_64& dice) {
  const auto delivered = ledger.score.delivered();
  for (int i = 0; i < 5 && !delivered.empty(); ++i) {
    const auto& d = delivered[dice() % delivered.size()];
    repeat(store, d.mailbox, d.message, d.number, ledger.told());
  }
}

}  // namespace

void lose_index(const backend::Options& options) {
  const Path folder = options.index_folder.empty() ? options.folder / "shard0" : options.index_folder;
  for (const char* suffix : {"", "-wal", "-shm"})
    std::filesystem::remove(folder / ("index.db" + std::string(suffix)));
}

void inspect(Env& env, const backend::Options& options, Ledger& ledger, std::mt19937_64& dice) {
  Seen engine;
  {
    const auto store = open(env, options, ledger, "after the crash");
    if (!store) return;
    repeat_some(*store, ledger, dice);
    engine = see_engine(*store);
    if (const Status closed = store->close(); !closed.ok()) note(ledger, "closing", {closed.error().text()});
  }
  counted(ledger, "engine", engine);
  const LogSeen log = read_log(env, options.folder);
  note(ledger, "engine and log", differences(engine, log.seen));
  note(ledger, "score", ledger.score.check(log.seen));
  ledger.report.acknowledged = ledger.score.acknowledged();
  if (dice() % 3 != 0) return;
  lose_index(options);
  const auto store = open(env, options, ledger, "without index");
  if (!store) return;
  const Seen rebuilt = see_engine(*store);
  counted(ledger, "index made anew", rebuilt);
  note(ledger, "index made anew and log", differences(rebuilt, log.seen));
}

}  // namespace x400::mstore::crash
