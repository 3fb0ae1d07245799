#include "maintenance/index_report.hpp"

namespace x400::mstore::maintenance {

Status compare(Database& before, Database& after, Time horizon, const ProgressCall& progress,
               IndexReport& report) {
  const StopWhen asked(before, stop_of(progress, Progress::Phase::comparing));
  X400_TRY(tables, compare_indices(before, after, horizon));
  for (TableDifference& t : tables) {
    if (t.table == "entries") {
      report.entries_added = t.added;
      report.entries_removed = t.removed;
      report.entries_changed = t.changed;
    } else {
      report.other_differences += t.added + t.removed + t.changed;
    }
    for (std::string& example : t.examples) report.differences.push_back(std::move(example));
  }
  return Ok{};
}

LoadWatch watch(const ProgressCall& progress) {
  if (!progress) return nullptr;
  return [progress](const LoadProgress& p) {
    using Phase = LoadProgress::Phase;
    const auto phase = p.phase == Phase::reading   ? Progress::Phase::reading
                       : p.phase == Phase::writing ? Progress::Phase::writing
                                                   : Progress::Phase::indexing;
    return progress({phase, p.done, p.total}) == Proceed::go_on;
  };
}

std::function<bool()> stop_of(const ProgressCall& progress, Progress::Phase phase) {
  if (!progress) return nullptr;
  return [progress, phase] { return progress({phase, 0, 0}) == Proceed::stop; };
}

}  // namespace x400::mstore::maintenance
