#include "log/recovery.hpp"

#include <algorithm>
#include <map>

#include "log/crc32c.hpp"
#include "log/fields.hpp"

namespace x400::mstore::storage {
namespace {

using backend::Finding;

constexpr std::uint32_t position_magic = 0x534f5034;  // "4POS"
constexpr std::size_t position_size = 28;

Result<Octets> read_range(const File& file, std::uint64_t from, std::uint64_t to) {
  Octets octets(to > from ? to - from : 0);
  X400_TRY(got, file.read(from, octets));
  octets.resize(got);
  return octets;
}

// A segment whose header is damaged still tells its salt in each batch.
Result<std::optional<SegmentHeader>> header_from_batches(const File& file, const StoreId& store,
                                                         std::uint32_t segment, std::uint32_t generation) {
  X400_TRY(size, file.size());
  X400_TRY(data, read_range(file, segment_header_size, size));
  for (std::size_t at = 0; at + batch_header_size <= data.size(); at += 8) {
    const View here = View(data).subspan(at);
    const auto salt = get_field<std::uint64_t>(here.data() + 40);
    const auto batch = decode_batch_header(here, salt, segment, segment_header_size + at);
    if (!batch) continue;
    SegmentHeader h;
    h.store = store;
    h.segment = segment;
    h.generation = generation;
    h.epoch = lsn_epoch(batch->first_lsn);
    h.salt = salt;
    return std::optional(h);
  }
  return std::optional<SegmentHeader>();
}

class Recovery {
 public:
  Recovery(Env& env, const LogFolders& folders, const StoreId& store)
      : env_(env), folders_(folders), store_(store) {
    out_.segments = std::make_shared<Segments>(env, folders.log);
  }

  Result<RecoveredLog> run(const std::vector<LogPosition>& known) {
    X400_CHECK(load());
    X400_CHECK(chain());
    X400_CHECK(end_epoch(known));
    return std::move(out_);
  }

 private:
  // Reads the headers of all segments, newest generation of each.
  Status load() {
    X400_TRY(names, env_.list(folders_.log));
    std::map<std::uint32_t, std::uint32_t> newest;
    for (const std::string& name : names)
      if (const auto parsed = parse_segment_name(name))
        newest[parsed->first] = std::max(newest[parsed->first], parsed->second);
    for (const auto& [number, generation] : newest) {
      const bool last = number == newest.rbegin()->first;
      X400_CHECK(load_segment(number, generation, last));
    }
    return Ok{};
  }

  Status load_segment(std::uint32_t number, std::uint32_t generation, bool last) {
    const Path path = folders_.log / segment_name(number, generation);
    X400_TRY(file, env_.open(path, OpenMode::read));
    X400_TRY(octets, read_range(*file, 0, segment_header_size));
    auto header = decode_segment_header(octets);
    if (header.ok() && (header->segment != number || header->generation != generation))
      header = Error(ErrorKind::corrupt, "header of another segment");
    if (!header.ok()) {
      if (header.error().kind() == ErrorKind::unsupported) return header.error().in(path.string());
      X400_TRY(guessed, header_from_batches(*file, store_, number, generation));
      if (!guessed) return drop(path, last);
      find(Finding::Kind::damage, "segment " + path.filename().string() + ": " + header.error().text() +
                                      "; made up from its batches");
      header = *guessed;
    }
    if (header->store != store_)
      return Error(ErrorKind::corrupt, "segment of another store: " + path.string());
    out_.last_epoch = std::max(out_.last_epoch, header->epoch);
    loaded_.push_back(Segment{*header, 0});
    return Ok{};
  }

  // No header and no batch: a last one was being made when the crash came.
  Status drop(const Path& path, bool last) {
    if (!last) {
      find(Finding::Kind::damage, "segment " + path.filename().string() + " holds nothing that can be read");
      return Ok{};
    }
    X400_CHECK(env_.remove(path));
    return env_.sync_folder(folders_.log);
  }

  // The end of each segment but the last stands in its successor's header.
  Status chain() {
    for (std::size_t i = 0; i + 1 < loaded_.size(); ++i) {
      const LogPosition& previous = loaded_[i + 1].header.previous;
      const SegmentHeader& own = loaded_[i].header;
      if (previous.segment == own.segment) {
        loaded_[i].end = previous.offset;
      } else {
        X400_TRY(file, env_.open(out_.segments->path(own), OpenMode::read));
        X400_TRY(size, file->size());
        loaded_[i].end = size;
        if (previous.segment > own.segment)
          find(Finding::Kind::damage, "segment " + segment_name(previous.segment, 0) + " is missing");
      }
    }
    return Ok{};
  }

  Status end_epoch(const std::vector<LogPosition>& known) {
    while (!loaded_.empty()) {
      Segment& last = loaded_.back();
      X400_CHECK(end_segment(last, known));
      if (last.end > segment_header_size) break;
      // Nothing was written in it: it goes, its successor tells what it told.
      X400_CHECK(env_.remove(out_.segments->path(last.header)));
      X400_CHECK(env_.sync_folder(folders_.log));
      out_.end = last.header.previous;
      loaded_.pop_back();
    }
    for (const Segment& segment : loaded_) out_.segments->add(segment);
    return Ok{};
  }

  Status end_segment(Segment& last, const std::vector<LogPosition>& known) {
    const Path path = out_.segments->path(last.header);
    X400_TRY(file, env_.open(path, OpenMode::write));
    X400_TRY(size, file->size());
    ScanRange range;
    range.from = LogPosition{last.header.segment, segment_header_size, last.header.previous.lsn};
    range.to = size;
    for (const LogPosition& position : known)
      if (position.segment == last.header.segment && position.offset > range.from.offset)
        range.from = position;
    range.covered = range.from.offset;
    if (last.end != 0) {  // it had a successor, without a batch, which is gone now
      range.to = std::min(size, last.end);
      range.covered = std::max(range.covered, last.end);
    }
    X400_TRY(scan,
             scan_segment(*file, last.header, range, [](const ScannedBatch&) -> Status { return Ok{}; }));
    out_.end = scan.end;
    last.end = scan.end.offset;
    if (range.covered > size) {
      last.end = std::min(last.end, size);
      find(Finding::Kind::damage, "segment " + path.filename().string() + " ends at " + std::to_string(size) +
                                      " instead of " + std::to_string(range.covered));
    }
    if (scan.torn_to) X400_CHECK(keep_torn(*file, last, *scan.torn_to));
    if (scan.last_batch != 0) {
      X400_TRY(octets, read_range(*file, scan.last_batch, last.end));
      X400_CHECK(file->write(scan.last_batch, octets));
    }
    if (size != last.end) X400_CHECK(file->truncate(last.end));
    return file->sync();
  }

  Status keep_torn(const File& file, const Segment& segment, std::uint64_t to) {
    X400_TRY(octets, read_range(file, segment.end, to));
    const std::string name =
        segment_name(segment.header.segment, segment.header.generation) + "-" + std::to_string(segment.end);
    X400_CHECK(env_.make_folder(folders_.torn));
    X400_CHECK(replace_file(env_, folders_.torn / name, octets));
    for (RecordHeader& h : records_in(octets, segment.header.salt, out_.end.lsn))
      out_.torn_records.push_back(std::move(h));
    find(Finding::Kind::torn_tail, "the last batch was incomplete: " + std::to_string(octets.size()) +
                                       " octets behind record " + lsn_text(out_.end.lsn) + " kept in torn/" +
                                       name);
    return Ok{};
  }

  void find(Finding::Kind kind, std::string text) { out_.findings.push_back(Finding{kind, std::move(text)}); }

  Env& env_;
  const LogFolders& folders_;
  const StoreId& store_;
  std::vector<Segment> loaded_;
  RecoveredLog out_;
};

}  // namespace

Result<RecoveredLog> recover_log(Env& env, const LogFolders& folders, const StoreId& store,
                                 const std::vector<LogPosition>& known) {
  return Recovery(env, folders, store).run(known);
}

Result<std::uint64_t> replay_log(Segments& segments, LogPosition from, const BatchVisitor& visit,
                                 std::vector<std::string>& damage) {
  std::uint64_t lost = 0;
  LogPosition last = from;
  for (const Segment& segment : segments.all()) {
    if (segment.header.segment < from.segment) continue;
    ScanRange range;
    range.from = segment.header.segment == from.segment
                     ? from
                     : LogPosition{segment.header.segment, segment_header_size, last.lsn};
    range.to = segment.end;
    range.covered = segment.end;
    X400_TRY(opened, segments.open(segment.header.segment));
    X400_TRY(scan, scan_segment(*opened.file, segment.header, range, visit));
    damage.insert(damage.end(), scan.damage.begin(), scan.damage.end());
    lost += scan.lost_records;
    last = scan.end;
  }
  return lost;
}

Status write_position(Env& env, const Path& path, const LogPosition& position) {
  Octets out;
  FieldWriter w(out);
  w.u32(position_magic);
  w.u32(position.segment);
  w.u64(position.offset);
  w.u64(position.lsn);
  w.u32(crc32c(out));
  return replace_file(env, path, out);
}

LogPosition read_position(Env& env, const Path& path) {
  const auto octets = read_file(env, path, position_size);
  if (!octets.ok() || octets->size() != position_size) return {};
  FieldReader r(*octets);
  if (r.u32() != position_magic) return {};
  LogPosition p;
  p.segment = r.u32();
  p.offset = r.u64();
  p.lsn = r.u64();
  if (r.u32() != crc32c(View(*octets).first(position_size - 4))) return {};
  return p;
}

}  // namespace x400::mstore::storage
