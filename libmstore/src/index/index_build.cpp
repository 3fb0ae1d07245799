// Indices made from the log: whole ones beside the one in use, and what is missing of one.
#include "index/files.hpp"
#include "index/index.hpp"

namespace x400::mstore::storage {
namespace {

// Applies batches of the log in transactions of a bearable size.
class Carrier {
 public:
  Carrier(IndexWriter& writer, Time horizon) : writer_(writer), horizon_(horizon) {}

  Status take(const ScannedBatch& batch) {
    if (!open_) X400_CHECK(writer_.begin(horizon_));
    open_ = true;
    for (const ScannedRecord& r : batch.records)
      X400_CHECK(writer_.apply(
          IndexRecord{r.header, r.body, batch.end.segment, r.offset, r.body_good, batch.generation}));
    records_ += batch.records.size();
    return records_ >= most ? commit(batch.end) : Status(Ok{});
  }

  Status finish(const LogPosition& end, std::uint64_t lost) {
    if (!open_) X400_CHECK(writer_.begin(horizon_));
    open_ = true;
    if (lost > 0) X400_CHECK(writer_.skip_numbers(lost));
    return commit(end);
  }

  Status run(Segments& segments, const LogPosition& from, const LogPosition& end, Index::Replayed& out) {
    auto lost = replay_log(
        segments, from, end, [this](const ScannedBatch& b) { return take(b); }, out.problems);
    if (!lost.ok()) {
      writer_.rollback();
      return lost.error();
    }
    out.lost_records = *lost;
    X400_CHECK(finish(end, *lost));
    for (std::string& problem : writer_.take_problems()) out.problems.push_back(std::move(problem));
    return Ok{};
  }

 private:
  static constexpr std::size_t most = 50'000;

  Status commit(const LogPosition& position) {
    X400_CHECK(writer_.commit(position));
    (void)writer_.take_events();
    (void)writer_.take_unused_files();  // found as orphans when all is applied
    open_ = false;
    records_ = 0;
    return Ok{};
  }

  IndexWriter& writer_;
  const Time horizon_;
  bool open_ = false;
  std::size_t records_ = 0;
};

}  // namespace

Error stopped() { return Error(ErrorKind::closed, "stopped before its end, as it was told"); }

Path Index::built_path(const Path& folder) { return with(file_of(folder), ".new"); }

Result<IndexLoader::Loaded> Index::build(const Path& folder, const StoreId& store, Segments& segments,
                                         LogPosition end, Time horizon, const LoadWatch& watch) {
  const Path path = built_path(folder);
  X400_CHECK(remove_database(path));
  IndexLoader::Loaded loaded;
  {
    X400_TRY(db, Database::open(path.string(), false));
    X400_CHECK(
        db->execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;"
                    "PRAGMA temp_store=MEMORY; PRAGMA locking_mode=EXCLUSIVE;"));
    X400_CHECK(create_tables(*db));
    X400_CHECK(create_ordered_indices(*db));
    X400_TRY(identity, disk().identity(path));
    X400_CHECK(write_meta(*db, IndexMeta{schema_version, store, identity, {}}));
    X400_TRY(done, IndexLoader(*db, store, horizon, watch).load(segments, end));
    const auto stop = [&] { return watch && !watch({LoadProgress::Phase::indexing, 0, done.entries}); };
    if (stop()) return stopped();
    const StopWhen asked(*db, stop);
    X400_CHECK(create_other_indices(*db));
    loaded = std::move(done);
  }
  X400_TRY(file, disk().open(path, OpenMode::write));
  X400_CHECK(file->sync());
  return loaded;
}

Status Index::adopt(const Path& folder) {
  X400_CHECK(remove_database(file_of(folder)));
  X400_CHECK(disk().rename(built_path(folder), file_of(folder)));
  return disk().sync_folder(folder);
}

Result<IndexLoader::Loaded> Index::rebuild(const Path& folder, const StoreId& store, Segments& segments,
                                           LogPosition end, Time horizon, const LoadWatch& watch) {
  X400_TRY(loaded, build(folder, store, segments, end, horizon, watch));
  X400_CHECK(adopt(folder));
  return loaded;
}

Result<Index::Replayed> Index::replay(Segments& segments, LogPosition from, LogPosition end, Time horizon) {
  Replayed out;
  X400_CHECK(Carrier(*writer_, horizon).run(segments, from, end, out));
  return out;
}

// The same for one that is not in use yet.
Status Index::catch_up(Database& built, Segments& segments, const LogPosition& from, const LogPosition& to,
                       Time horizon) {
  IndexWriter writer(built, store_);
  Replayed ignored;
  return Carrier(writer, horizon).run(segments, from, to, ignored);
}

}  // namespace x400::mstore::storage
