// Dump: what lies on the disk, line by line.
#include <algorithm>
#include <map>

#include "backend/identity.hpp"
#include "index/space_queries.hpp"
#include "log/catalogue.hpp"
#include "maintenance/describe.hpp"
#include "x400/mstore/maintenance.hpp"

namespace x400::mstore {
namespace maintenance {
namespace {

using namespace storage;

class Dumper {
 public:
  Dumper(const DumpOptions& options, const PrintLine& print) : options_(options), print_(print) {}

  DumpResult run(const std::vector<Path>& paths) {
    for (const Path& path : paths) {
      if (result_.stopped) break;
      std::error_code ignored;
      if (std::filesystem::is_directory(path, ignored))
        store(path);
      else
        check(path, segment(path, 0));
    }
    return result_;
  }

 private:
  void say(const Line& line) {
    if (result_.stopped) return;
    result_.stopped = print_(options_.json ? line.as_json() : line.as_text()) == Proceed::stop;
  }
  // What reads long ends with it.
  Status wanted() const {
    if (result_.stopped) return Error(ErrorKind::closed, "no more is wanted");
    return Ok{};
  }

  void damage(int depth, const std::string& text) {
    result_.damaged = true;
    say(Line(depth, "DAMAGED").text("text", text));
  }

  void check(const Path& path, const Status& status) {
    if (status.ok() || result_.stopped) return;
    const ErrorKind kind = status.error().kind();
    if (kind == ErrorKind::corrupt || kind == ErrorKind::malformed)
      return damage(1, path.string() + ": " + status.error().text());
    result_.unread = true;
    say(Line(1, "UNREAD").text("text", path.string() + ": " + status.error().text()));
  }

  // ---- segments

  static Result<SegmentHeader> header_of(const Path& path) {
    X400_TRY(file, real_env().open(path, OpenMode::read));
    Octets octets(segment_header_size);
    X400_TRY(got, file->read(0, octets));
    return decode_segment_header(View(octets).first(got));
  }

  void header(const SegmentHeader& h) {
    Line line(1, "header");
    line.text("store", to_hex(h.store)).number("shard", h.shard).number("shards", h.shards);
    line.number("segment", h.segment).number("generation", h.generation).number("epoch", h.epoch);
    line.time("created", h.created).number("previous_segment", h.previous.segment);
    line.number("previous_end", h.previous.offset).text("previous_lsn", lsn_text(h.previous.lsn));
    line.flag("cleaned", (h.flags & segment_cleaned) != 0);
    if ((h.flags & segment_cleaned) != 0)
      line.number("end", h.own_end).text("last_lsn", lsn_text(h.last_lsn)).text("as_of", lsn_text(h.as_of));
    say(line);
  }

  Status batch(const ScannedBatch& b) {
    say(Line(1, "batch")
            .number("offset", b.offset)
            .number("end", b.end.offset)
            .number("records", b.records.size()));
    for (const ScannedRecord& r : b.records) {
      Line line(2, "record");
      describe(line, r.header);
      line.number("offset", r.offset);
      const Status body = r.body_good
                              ? describe_body(line, r.header, r.body)
                              : Status(Error(ErrorKind::corrupt, "body does not hold against its checksum"));
      say(line);
      if (!body.ok()) damage(3, body.error().text());
    }
    return wanted();
  }

  // `end`: where the log ends in it; 0: it is the last.
  Status segment(const Path& path, std::uint64_t end) {
    say(Line(0, "segment").text("file", path.string()));
    X400_TRY(h, header_of(path));
    header(h);
    if ((h.flags & segment_cleaned) != 0) end = h.own_end;
    X400_TRY(file, real_env().open(path, OpenMode::read));
    X400_TRY(size, file->size());
    ScanRange range;
    range.from = {h.segment, segment_header_size, h.previous.lsn};
    range.to = end != 0 ? end : size;
    range.covered = end;
    X400_TRY(scan, scan_segment(*file, h, range, [this](const ScannedBatch& b) { return batch(b); }));
    for (const std::string& text : scan.damage) damage(1, text);
    if (scan.torn_to)
      say(Line(1, "torn-tail").number("offset", scan.end.offset).number("end", *scan.torn_to));
    return catalogue(*file, h, end != 0 ? end : scan.end.offset);
  }

  Status catalogue(const File& file, const SegmentHeader& h, std::uint64_t at) {
    X400_TRY(there, has_catalogue(file, h, at));
    if (!there) return Ok{};
    X400_TRY(c, read_catalogue(file, h, at));
    if (!c)
      return Error(ErrorKind::corrupt,
                   "catalogue at " + std::to_string(at) + " does not hold against its checksum");
    say(Line(1, "catalogue")
            .number("offset", at)
            .number("octets", c->octets.size())
            .number("records", c->records.size()));
    for (const auto& [number, m] : c->mailboxes)
      say(Line(2, "mailbox").number("mailbox", number).number("next", m.next).time("last_time", m.last_time));
    return Ok{};
  }

  // ---- a store

  void store(const Path& folder) {
    const Path shard = folder / "shard0";
    const LogFolders folders = backend::log_folders(shard);
    const auto identity = backend::read_identity(real_env(), folder);
    if (identity.ok())
      say(Line(0, "store")
              .text("folder", folder.string())
              .text("id", to_hex(identity->store))
              .number("shards", identity->shards));
    else
      check(folder, identity.error());
    const auto removed = RemovedSegments::read(real_env(), folders.removed);
    segments(folders, removed);
    if (const auto tails = real_env().list(folders.torn); tails.ok())
      for (const std::string& name : *tails)
        if (wanted().ok()) check(folders.torn / name, torn(folders.torn / name, folders.log));
    for (const RemovedSegments::Run& run : removed.runs())
      say(Line(0, "removed").number("first", run.first).number("last", run.last));
    if (const auto names = real_env().list(folders.retired); names.ok())
      for (const std::string& name : *names) say(Line(0, "retired").text("file", name));
    position("clean-shutdown", "position", shard / "position");
    if (const auto names = real_env().list(shard / "followers"); names.ok())
      for (const std::string& name : *names) position("follower", name, shard / "followers" / name);
    if (const auto files = real_env().list(shard / "large"); files.ok())
      for (const std::string& name : *files) say(Line(0, "large-content").text("file", name));
    const Path index = shard / "index.db";
    if (options_.index) check(index, this->index(index));
  }

  void segments(const LogFolders& folders, const RemovedSegments& removed) {
    const auto names = real_env().list(folders.log);
    if (!names.ok()) return check(folders.log, names.error());
    std::map<std::uint32_t, LogPosition> before;  // what each one's header says of the log before it
    for (const std::string& name : *names)
      if (const auto parsed = parse_segment_name(name))
        if (const auto h = header_of(folders.log / name); h.ok()) before[parsed->first] = h->previous;
    for (const std::string& name : *names) {
      const auto parsed = parse_segment_name(name);
      if (!parsed) continue;
      if (!wanted().ok()) return;
      const auto next = before.find(parsed->first + 1);
      std::uint64_t end = removed.end_of(parsed->first).value_or(0);
      if (next != before.end() && next->second.segment == parsed->first) end = next->second.offset;
      check(folders.log / name, segment(folders.log / name, end));
    }
  }

  // A tail is named SEGMENT.GENERATION-OFFSET; its records are told by the salt of that segment.
  Status torn(const Path& path, const Path& log) {
    const std::string name = path.filename().string();
    say(Line(0, "torn").text("file", name));
    const auto h = header_of(log / name.substr(0, name.find('-')));
    if (!h.ok()) return h.error().in("its segment");
    X400_TRY(octets, read_file(real_env(), path, 1u << 30));
    for (const RecordHeader& r : records_in(octets, h->salt, 0)) {
      Line line(1, "record");
      describe(line, r);
      say(line);
    }
    return Ok{};
  }

  void position(std::string_view kind, const std::string& name, const Path& path) {
    const LogPosition p = read_position(real_env(), path);
    if (p.segment == 0) return;
    say(Line(0, kind)
            .text("name", name)
            .number("segment", p.segment)
            .number("offset", p.offset)
            .text("lsn", lsn_text(p.lsn)));
  }

  // ---- the index

  Status index(const Path& path) {
    X400_CHECK(wanted());
    X400_TRY(there, real_env().exists(path));
    if (!there) return Ok{};
    X400_TRY(db, Database::open(path.string(), true));
    X400_TRY(meta, read_meta(*db));
    say(Line(0, "index")
            .number("schema", static_cast<std::uint64_t>(meta.version))
            .text("store", to_hex(meta.store))
            .number("segment", meta.position.segment)
            .number("offset", meta.position.offset)
            .text("lsn", lsn_text(meta.position.lsn)));
    if (meta.version != schema_version) return Ok{};
    X400_CHECK(index_mailboxes(*db));
    X400_TRY(rows, space_rows(*db));
    for (const SpaceRow& s : rows)
      say(Line(1, "space")
              .number("segment", s.segment)
              .number("generation", s.generation)
              .time("octets", s.octets)
              .time("dead", s.dead)
              .time("expiring", s.expiring)
              .text("as_of", lsn_text(s.as_of)));
    return Ok{};
  }

  Status index_mailboxes(Database& db) {
    X400_TRY(rows,
             db.prepare("SELECT m.number,m.id,m.next,(SELECT coalesce(sum(count),0) FROM counters c WHERE "
                        "c.box>>2=m.number) FROM mailboxes m ORDER BY m.number"));
    while (true) {
      X400_TRY(row, rows.step());
      if (!row || result_.stopped) return wanted();
      say(Line(1, "mailbox")
              .time("mailbox", rows.integer(0))
              .text("id", rows.text(1))
              .time("next", rows.integer(2))
              .time("entries", rows.integer(3)));
    }
  }

  const DumpOptions& options_;
  const PrintLine& print_;
  DumpResult result_;
};

}  // namespace
}  // namespace maintenance

DumpResult dump(const std::vector<std::filesystem::path>& paths, const DumpOptions& options,
                const PrintLine& print) {
  return maintenance::Dumper(options, print).run(paths);
}

}  // namespace x400::mstore
