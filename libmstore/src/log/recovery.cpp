#include "log/recovery.hpp"

#include <algorithm>
#include <map>

#include "log/catalogue.hpp"
#include "log/fields.hpp"

namespace x400::mstore::storage {
namespace {

using backend::Finding;

constexpr int most_holes = 16;  // told one by one

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
  Recovery(Env& env, const LogFolders& folders, const StoreId& store, RecoveryMode mode)
      : env_(env), folders_(folders), store_(store), repair_(mode == RecoveryMode::repair) {
    out_.segments = std::make_shared<Segments>(env, folders.log, folders.retired);
  }

  Result<RecoveredLog> run(const std::vector<LogPosition>& known) {
    if (!folders_.removed.empty()) out_.removed = RemovedSegments::read(env_, folders_.removed);
    X400_CHECK(load());
    X400_CHECK(chain());
    X400_CHECK(end_epoch(known));
    return std::move(out_);
  }

 private:
  using Generations = std::vector<std::uint32_t>;

  // Reads the headers of all segments, newest generation of each. A newer one is whole when it has its name.
  Status load() {
    X400_TRY(names, env_.list(folders_.log));
    std::map<std::uint32_t, Generations> found;
    for (const std::string& name : names)
      if (const auto parsed = parse_segment_name(name)) found[parsed->first].push_back(parsed->second);
    for (auto& [number, generations] : found) {
      std::sort(generations.rbegin(), generations.rend());
      X400_CHECK(load_segment(number, generations, number == found.rbegin()->first));
    }
    return Ok{};
  }

  Status load_segment(std::uint32_t number, const Generations& generations, bool last) {
    bool loaded = false;
    for (const std::uint32_t generation : generations) {
      if (loaded) {
        out_.superseded.push_back({number, generation});
        continue;
      }
      X400_TRY(readable, load_generation(number, generation));
      loaded = readable;
      if (!readable && last && generations.size() == 1) return drop(number, generation);
      if (!readable)
        find(Finding::Kind::damage,
             "segment " + segment_name(number, generation) + " holds nothing that can be read");
    }
    return Ok{};
  }

  Result<bool> load_generation(std::uint32_t number, std::uint32_t generation) {
    const Path path = folders_.log / segment_name(number, generation);
    X400_TRY(file, env_.open(path, OpenMode::read));
    X400_TRY(octets, read_range(*file, 0, segment_header_size));
    auto header = decode_segment_header(octets);
    if (header.ok() && (header->segment != number || header->generation != generation))
      header = Error(ErrorKind::corrupt, "header of another segment");
    if (!header.ok()) {
      if (header.error().kind() == ErrorKind::unsupported) return header.error().in(path.string());
      X400_TRY(guessed, header_from_batches(*file, store_, number, generation));
      if (!guessed) return false;
      find(Finding::Kind::damage, "segment " + path.filename().string() + ": " + header.error().text() +
                                      "; made up from its batches");
      header = *guessed;
    }
    if (header->store != store_)
      return Error(ErrorKind::corrupt, "segment of another store: " + path.string());
    out_.last_epoch = std::max({out_.last_epoch, header->epoch, lsn_epoch(header->as_of)});
    loaded_.push_back(Segment{*header, 0});
    return true;
  }

  // No header and no batch: a last one was being made when the crash came.
  Status drop(std::uint32_t number, std::uint32_t generation) {
    if (!repair_) return Ok{};
    X400_CHECK(env_.remove(folders_.log / segment_name(number, generation)));
    return env_.sync_folder(folders_.log);
  }

  // The end of each segment but the last stands in its successor's header, in its own if it was cleaned, or
  // with the removed ones.
  Status chain() {
    std::uint32_t before = 0;
    for (std::size_t i = 0; i < loaded_.size(); ++i) {
      X400_CHECK(report_hole(before, loaded_[i].header));
      before = loaded_[i].header.segment;
      if (i + 1 == loaded_.size()) break;
      const SegmentHeader& own = loaded_[i].header;
      const LogPosition& said = loaded_[i + 1].header.previous;
      const auto removed = out_.removed.end_of(own.segment);
      if ((own.flags & segment_cleaned) != 0) {
        loaded_[i].end = own.own_end;
      } else if (said.segment == own.segment) {
        loaded_[i].end = said.offset;
      } else if (removed) {
        loaded_[i].end = *removed;
      } else {
        X400_TRY(file, env_.open(out_.segments->path(own), OpenMode::read));
        X400_TRY(size, file->size());
        loaded_[i].end = size;
      }
    }
    return Ok{};
  }

  // A header made up from batches does not tell what was before it.
  Status report_hole(std::uint32_t before, const SegmentHeader& header) {
    int told = 0;
    for (std::uint32_t n = before + 1; n < header.segment && n <= header.previous.segment; ++n) {
      if (out_.removed.has(n)) continue;
      if (++told > most_holes) break;
      find(Finding::Kind::damage, "segment " + segment_name(n, 0) + " is missing");
    }
    return Ok{};
  }

  Status end_epoch(const std::vector<LogPosition>& known) {
    while (!loaded_.empty()) {
      Segment& last = loaded_.back();
      X400_CHECK(end_segment(last, known));
      if (last.end > segment_header_size) break;
      // Nothing was written in it: it goes, its successor tells what it told.
      if (repair_) {
        X400_CHECK(env_.remove(out_.segments->path(last.header)));
        X400_CHECK(env_.sync_folder(folders_.log));
      }
      out_.end = last.header.previous;
      loaded_.pop_back();
    }
    for (const Segment& segment : loaded_) out_.segments->add(segment);
    return Ok{};
  }

  Status end_segment(Segment& last, const std::vector<LogPosition>& known) {
    if ((last.header.flags & segment_cleaned) != 0) {  // written whole
      last.end = last.header.own_end;
      out_.end = {last.header.segment, last.end, last.header.last_lsn};
      return Ok{};
    }
    const Path path = out_.segments->path(last.header);
    X400_TRY(file, env_.open(path, repair_ ? OpenMode::write : OpenMode::read));
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
    if (!repair_) return Ok{};
    if (scan.last_batch != 0) {
      X400_TRY(octets, read_range(*file, scan.last_batch, last.end));
      X400_CHECK(file->write(scan.last_batch, octets));
    }
    X400_TRY(catalogue, has_catalogue(*file, last.header, last.end));
    if (size != last.end && !catalogue) X400_CHECK(file->truncate(last.end));
    return file->sync();
  }

  Status keep_torn(const File& file, const Segment& segment, std::uint64_t to) {
    X400_TRY(octets, read_range(file, segment.end, to));
    const std::string name =
        segment_name(segment.header.segment, segment.header.generation) + "-" + std::to_string(segment.end);
    if (repair_) {
      X400_CHECK(env_.make_folder(folders_.torn));
      X400_CHECK(replace_file(env_, folders_.torn / name, octets));
    }
    for (RecordHeader& h : records_in(octets, segment.header.salt, out_.end.lsn))
      out_.torn_records.push_back(std::move(h));
    find(Finding::Kind::torn_tail, "the last batch was incomplete: " + std::to_string(octets.size()) +
                                       " octets behind record " + lsn_text(out_.end.lsn) +
                                       (repair_ ? " kept in torn/" + name : ""));
    return Ok{};
  }

  void find(Finding::Kind kind, std::string text) { out_.findings.push_back(Finding{kind, std::move(text)}); }

  Env& env_;
  const LogFolders& folders_;
  const StoreId& store_;
  const bool repair_;
  std::vector<Segment> loaded_;
  RecoveredLog out_;
};

}  // namespace

Result<RecoveredLog> recover_log(Env& env, const LogFolders& folders, const StoreId& store,
                                 const std::vector<LogPosition>& known, RecoveryMode mode) {
  return Recovery(env, folders, store, mode).run(known);
}

bool RecoveredLog::cleaned() const {
  const auto all = segments->all();
  return !removed.runs().empty() || std::any_of(all.begin(), all.end(), [](const Segment& s) {
    return (s.header.flags & segment_cleaned) != 0;
  });
}

}  // namespace x400::mstore::storage
