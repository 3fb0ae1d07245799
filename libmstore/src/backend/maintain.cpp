// Maintenance of a store that runs: the applier stands still while two indices are compared or exchanged.
#include "backend/local.hpp"
#include "maintenance/check.hpp"
#include "maintenance/index_report.hpp"

namespace x400::mstore::backend {

Result<IndexReport> LocalBackend::renew_index(bool always, const ProgressCall& progress) {
  X400_TRY(still, housekeeper_->pause(maintenance::stop_of(progress, Progress::Phase::reading)));
  auto report = renew(always, progress);
  (void)real_env().remove(Index::built_path(index_folder_)).ok();
  return report;
}

Result<IndexReport> LocalBackend::renew(bool always, const ProgressCall& progress) {
  Segments& segments = log_->segments();
  const LogPosition at = index_->applied_position();
  X400_TRY(loaded,
           Index::build(index_folder_, store_, segments, at, horizon(), maintenance::watch(progress)));
  IndexReport report;
  report.entries = loaded.entries;
  report.segments = segments.all().size();
  report.scanned_segments = loaded.scanned_segments;
  report.findings = loaded.problems;
  const auto decide = [&](Database& old, Database& built) -> Result<bool> {
    const Status compared = maintenance::compare(old, built, horizon(), progress, report);
    if (maintenance::was_stopped(compared)) return compared.error();
    if (!compared.ok()) report.reason = compared.error().text();
    report.replaced =
        always || !compared.ok() ||
        report.entries_added + report.entries_removed + report.entries_changed + report.other_differences !=
            0;
    return report.replaced;
  };
  X400_CHECK(index_->exchange(segments, at, horizon(), decide));
  return report;
}

Result<CheckReport> LocalBackend::check(const ProgressCall& progress) {
  X400_TRY(still, housekeeper_->pause(maintenance::stop_of(progress, Progress::Phase::reading)));
  maintenance::Checked what{log_->segments(), log_->end(), store_, options_.folder / "shard0" / "large",
                            index_folder_,    {},          {},     log_->epoch()};
  what.with_index = [&](const maintenance::Checked::Compare& compare) -> Status {
    const LogPosition at = index_->applied_position();
    X400_TRY(loaded, Index::build(index_folder_, store_, what.segments, at, 0, maintenance::watch(progress)));
    Status compared = Ok{};
    X400_CHECK(index_->exchange(what.segments, at, 0, [&](Database& old, Database& built) -> Result<bool> {
      compared = compare(old, built);
      return false;
    }));
    return compared;
  };
  what.gone = [this](std::uint64_t id) {
    auto lease = index_->read();
    if (!lease.ok()) return false;
    const auto held = (*lease)->holds_file(id);
    return held.ok() && !*held;
  };
  return maintenance::check(env_, what, {}, progress);
}

}  // namespace x400::mstore::backend
