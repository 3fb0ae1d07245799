#include "maintenance/check.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "backend/identity.hpp"
#include "index/index.hpp"
#include "index/space_queries.hpp"
#include "log/catalogue.hpp"
#include "log/contents.hpp"
#include "log/crc32c.hpp"
#include "maintenance/index_report.hpp"

namespace x400::mstore::maintenance {
namespace {

using backend::Finding;

constexpr Time all_duplicates = 0;

class Checking {
 public:
  Checking(Env& env, const Checked& what, const ProgressCall& progress)
      : env_(env), what_(what), progress_(progress) {}

  Result<CheckReport> run(std::vector<Problem> known) {
    out_.problems = std::move(known);
    X400_CHECK(log());
    X400_CHECK(index());
    X400_CHECK(large_contents());
    return std::move(out_);
  }

 private:
  void problem(Problem::Kind kind, std::string text) { out_.problems.push_back({kind, std::move(text)}); }
  Status tell(Progress::Phase phase, std::uint64_t done, std::uint64_t total) const {
    const bool stop = progress_ && progress_({phase, done, total}) == Proceed::stop;
    return stop ? Status(stopped()) : Status(Ok{});
  }

  // ---- the log

  Status log() {
    auto all = what_.segments.all();
    std::erase_if(all, [this](const Segment& s) { return s.header.segment > what_.end.segment; });
    for (Segment& s : all) {
      if (s.header.segment == what_.end.segment) s.end = what_.end.offset;
      out_.octets += s.end;
    }
    std::uint64_t done = 0;
    for (const Segment& s : all) {
      X400_CHECK(segment(s));
      X400_CHECK(tell(Progress::Phase::reading, done += s.end, out_.octets));
    }
    out_.segments = all.size();
    return Ok{};
  }

  Status segment(const Segment& s) {
    X400_TRY(opened, what_.segments.open(s.header.segment, s.header.generation));
    X400_TRY(catalogue, read_catalogue(*opened.file, s.header, s.end));
    std::size_t at = 0;
    bool same = true;
    ScanRange range;
    range.from = {s.header.segment, segment_header_size, s.header.previous.lsn};
    range.to = range.covered = s.end;
    X400_TRY(scan, scan_segment(*opened.file, s.header, range, [&](const ScannedBatch& batch) -> Status {
               for (const ScannedRecord& r : batch.records) {
                 ++out_.records;
                 if (r.header.content_file != 0) contents_[r.header.content_file] = r.header;
                 if (catalogue)
                   same = same && at < catalogue->records.size() && lists(catalogue->records[at++], r);
               }
               return Ok{};
             }));
    for (std::string& damage : scan.damage) problem(Problem::Kind::damage, std::move(damage));
    if (catalogue && scan.damage.empty() && (!same || at != catalogue->records.size()))
      problem(Problem::Kind::catalogue, "segment " + segment_name(s.header.segment, s.header.generation) +
                                            ": its catalogue is of something else");
    return Ok{};
  }

  static bool lists(const CatalogueRecord& c, const ScannedRecord& r) {
    return c.header.lsn == r.header.lsn && c.header.type == r.header.type && c.offset == r.offset &&
           c.header.mailbox == r.header.mailbox && c.header.number == r.header.number &&
           c.header.time == r.header.time && c.header.body_size == r.header.body_size &&
           c.header.content_size == r.header.content_size && c.header.content_file == r.header.content_file;
  }

  // ---- the index

  Status index() {
    const Status compared =
        what_.with_index([this](Database& old, Database& built) { return compare(old, built); });
    if (was_stopped(compared)) return compared;
    if (!compared.ok()) problem(Problem::Kind::index, compared.error().text());
    // Without an index to stand beside, still what the log gives: entries, and who holds large contents.
    if (!compared.ok())
      X400_CHECK(Index::build(what_.index_folder, what_.store, what_.segments, what_.end, all_duplicates,
                              watch(progress_)));
    X400_TRY(built, Database::open(Index::built_path(what_.index_folder).string(), true));
    X400_TRY(count, built->prepare("SELECT count(*) FROM entries"));
    X400_CHECK(count.step());
    out_.entries = static_cast<std::uint64_t>(count.integer(0));
    X400_TRY(held, built->prepare("SELECT file FROM entries WHERE file IS NOT NULL"));
    while (true) {
      X400_TRY(row, held.step());
      if (!row) break;
      held_.insert(static_cast<std::uint64_t>(held.integer(0)));
    }
    return Ok{};
  }

  Status compare(Database& old, Database& built) {
    X400_TRY(meta, read_meta(old));
    behind_ = meta.position.lsn < what_.end.lsn;
    X400_CHECK(tell(Progress::Phase::comparing, 0, 0));
    const StopWhen asked(old, stop_of(progress_, Progress::Phase::comparing));
    X400_TRY(tables, compare_indices(old, built, horizon()));
    for (const TableDifference& t : tables) {
      if (t.none()) continue;
      problem(Problem::Kind::index, t.table + ": " + std::to_string(t.added) + " missing, " +
                                        std::to_string(t.removed) + " too many, " +
                                        std::to_string(t.changed) + " different");
      for (const std::string& example : t.examples) problem(Problem::Kind::index, example);
    }
    X400_TRY(wrong, wrong_counters(old));
    for (std::string& text : wrong) problem(Problem::Kind::counters, std::move(text));
    X400_TRY(spaces, space_rows(old));
    for (const SpaceRow& row : spaces)
      out_.dead_octets += static_cast<std::uint64_t>(std::max<std::int64_t>(row.dead, 0));
    return Ok{};
  }

  // Keys older than any store remembers them may be gone from one side.
  Time horizon() const { return env_.now() - static_cast<Time>(duplicate_days) * 24 * 3600 * 1000; }
  static constexpr std::uint32_t duplicate_days = 30;

  // ---- large contents

  Status large_contents() {
    LargeContents large(env_, what_.large, 1, 1);
    X400_TRY(ids, large.ids());
    const std::set<std::uint64_t> there(ids.begin(), ids.end());
    std::uint64_t done = 0;
    for (const std::uint64_t id : held_) {
      X400_CHECK(tell(Progress::Phase::contents, done++, held_.size()));
      X400_CHECK(content(large, id, there.contains(id)));
    }
    for (const std::uint64_t id : there)
      if (!held_.contains(id) && !(behind_ && contents_.contains(id)) && lsn_epoch(id) < what_.epoch_in_use)
        problem(Problem::Kind::orphan,
                "large content " + LargeContents::file_name(id) + " belongs to no entry");
    out_.large_contents = held_.size();
    return Ok{};
  }

  Status content(LargeContents& large, std::uint64_t id, bool there) {
    const auto header = contents_.find(id);
    if (header == contents_.end()) return Ok{};  // its record is damaged, which is told
    const RecordHeader& h = header->second;
    const std::string name = "mailbox " + std::to_string(h.mailbox) + ", entry " + std::to_string(h.number) +
                             ", large content " + LargeContents::file_name(id);
    if (what_.gone && what_.gone(id)) return Ok{};
    if (!there) {
      problem(Problem::Kind::large_content, name + " is missing");
      return Ok{};
    }
    X400_TRY(file, large.open(id));
    CheckedOctets octets;
    octets.file = std::move(file);
    octets.size = h.content_size;
    octets.crcs = h.block_crcs;
    octets.name.instead = name;
    for (std::uint64_t at = 0; at < octets.size; at += content_block)
      if (auto read = octets.read(at, content_block); !read.ok()) {
        if (read.error().kind() != ErrorKind::corrupt) return read.error();
        problem(Problem::Kind::large_content, read.error().text());
        break;
      }
    return Ok{};
  }

  Env& env_;
  const Checked& what_;
  const ProgressCall& progress_;
  std::map<std::uint64_t, RecordHeader> contents_;
  std::set<std::uint64_t> held_;
  bool behind_ = false;  // the index: what follows is not in what was built either
  CheckReport out_;
};

}  // namespace

Result<CheckReport> check(Env& env, const Checked& what, std::vector<Problem> known,
                          const ProgressCall& progress) {
  auto report = Checking(env, what, progress).run(std::move(known));
  (void)real_env().remove(Index::built_path(what.index_folder)).ok();  // the next build would remove it too
  return report;
}

namespace {

// The index of a closed store, and one built of the log up to the same position.
Status with_closed_index(const Checked& what, const ProgressCall& progress, const Checked::Compare& compare) {
  const Path path = what.index_folder / "index.db";
  X400_TRY(there, real_env().exists(path));
  if (!there) return Error(ErrorKind::not_found, "there is no index");
  X400_TRY(db, Database::open(path.string(), false));
  X400_TRY(meta, read_meta(*db));
  if (meta.version != schema_version)
    return Error(ErrorKind::invalid, "the index has schema " + std::to_string(meta.version));
  if (meta.store != what.store) return Error(ErrorKind::invalid, "the index belongs to another store");
  const auto segment = what.segments.find(meta.position.segment);
  if (meta.position.segment != 0 &&
      (!segment || meta.position.lsn > what.end.lsn ||
       (segment->header.generation == 0 && meta.position.offset > segment->end)))
    return Error(ErrorKind::invalid, "the index is ahead of the log");
  X400_TRY(loaded, Index::build(what.index_folder, what.store, what.segments, meta.position, all_duplicates,
                                watch(progress)));
  X400_TRY(built, Database::open(Index::built_path(what.index_folder).string(), true));
  return compare(*db, *built);
}

}  // namespace

Result<CheckReport> check_store(Env& env, const Path& folder, const Path& index_folder,
                                const ProgressCall& progress) {
  X400_TRY(there, env.exists(backend::identity_path(folder)));
  if (!there) return Error(ErrorKind::not_found, "no store in " + folder.string());
  X400_TRY(lock, env.lock(folder / "lock"));
  X400_TRY(identity, backend::read_identity(env, folder));
  const Path shard = folder / "shard0";
  const LogPosition mark = read_position(env, shard / "position");
  X400_TRY(recovered,
           recover_log(env, backend::log_folders(shard), identity.store, {mark}, RecoveryMode::look));
  std::vector<Problem> known;
  for (Finding& f : recovered.findings)
    known.push_back({f.kind == Finding::Kind::torn_tail ? Problem::Kind::torn_tail : Problem::Kind::damage,
                     std::move(f.text)});
  Checked what{*recovered.segments, recovered.end, identity.store, shard / "large", index_folder, {}, {}};
  what.with_index = [&](const Checked::Compare& compare) {
    return with_closed_index(what, progress, compare);
  };
  return check(env, what, std::move(known), progress);
}

}  // namespace x400::mstore::maintenance
