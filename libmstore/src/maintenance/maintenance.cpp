// Synchronise and rebuild: the store is opened as ever, with more asked of the index.
#include "x400/mstore/maintenance.hpp"
#include "backend/local.hpp"
#include "maintenance/check.hpp"

namespace x400::mstore {
namespace {

using backend::IndexTask;

Result<IndexReport> run(const std::filesystem::path& folder, IndexTask::Kind kind,
                        const ProgressCall& progress) {
  backend::Options options;
  options.folder = folder;
  options.create = false;
  options.housekeeping = false;
  IndexTask task;
  task.kind = kind;
  task.progress = progress;
  X400_TRY(store, backend::LocalBackend::open(options, real_env(), task));
  X400_CHECK(store->close());
  for (const backend::Finding& f : store->findings()) task.report.findings.push_back(f.text);
  return std::move(task.report);
}

}  // namespace

Result<IndexReport> synchronise(const std::filesystem::path& folder, const ProgressCall& progress) {
  return run(folder, IndexTask::Kind::synchronise, progress);
}

Result<IndexReport> rebuild_index(const std::filesystem::path& folder, const ProgressCall& progress) {
  return run(folder, IndexTask::Kind::rebuild, progress);
}

Result<CheckReport> check(const std::filesystem::path& folder, const ProgressCall& progress) {
  return maintenance::check_store(real_env(), folder, folder / "shard0", progress);
}

std::string_view name(Progress::Phase phase) {
  switch (phase) {
    case Progress::Phase::reading: return "reading";
    case Progress::Phase::contents: return "contents";
    case Progress::Phase::writing: return "writing";
    case Progress::Phase::indexing: return "indexing";
    case Progress::Phase::comparing: return "comparing";
  }
  return "unknown";
}

std::string_view name(Problem::Kind kind) {
  switch (kind) {
    case Problem::Kind::damage: return "damage";
    case Problem::Kind::torn_tail: return "torn-tail";
    case Problem::Kind::large_content: return "large-content";
    case Problem::Kind::orphan: return "orphan";
    case Problem::Kind::catalogue: return "catalogue";
    case Problem::Kind::index: return "index";
    case Problem::Kind::counters: return "counters";
  }
  return "unknown";
}

}  // namespace x400::mstore
