// What the leader of the log does: batches, and the segments they go to.
#include <cstring>

#include "log/crc32c.hpp"
#include "log/log.hpp"

namespace x400::mstore::storage {
namespace {

constexpr std::uint64_t copy_below = 16 * 1024;  // larger contents are written from where they lie
constexpr std::uint64_t fill_below = 512 * 1024;

}  // namespace

Status Log::write(std::vector<Append>& appends) {
  auto batch = std::make_shared<SyncedBatch>();
  Status status = write_batch(*batch, appends);
  if (!status.ok()) return status;
  {
    const std::lock_guard lock(mutex_);
    if (broken_) return *broken_;  // the filler's sync took the file's error
    end_ = batch->end;
  }
  sink_.take(std::move(batch));
  return Ok{};
}

Status Log::write_batch(SyncedBatch& batch, std::vector<Append>& appends) {
  std::uint64_t size = batch_header_size;
  std::uint64_t copied = batch_header_size;
  BatchHeader header;
  for (const Append& append : appends) {
    size += append.octets;
    header.count += static_cast<std::uint32_t>(append.records.size());
    for (const LogRecord& r : append.records)
      copied +=
          r.header.header_size() + r.body.size() + (r.content.size() < copy_below ? r.content.size() : 0) + 8;
  }
  if (offset_ + size > options_.segment_size) X400_CHECK(with_room([this] { return roll(); }));

  header.length = static_cast<std::uint32_t>(size);
  header.first_lsn = appends.front().records.front().header.lsn;
  header.offset = offset_;
  header.segment = header_.segment;
  header.time = env_.now();

  // The buffer never moves: parts and bodies point into it.
  Octets& buffer = batch.octets;
  buffer.reserve(copied);
  buffer.resize(batch_header_size);
  std::vector<View> parts;
  std::size_t part_begin = 0;
  std::uint64_t at = offset_ + batch_header_size;
  batch.records.reserve(header.count);
  for (Append& append : appends)
    for (LogRecord& r : append.records) {
      const std::size_t begin = buffer.size();
      const std::uint32_t header_size = r.header.header_size();
      buffer.resize(begin + header_size);
      encode(r.header, header_.salt, buffer.data() + begin);
      header.records_crc = crc32c(View(buffer).subspan(begin, header_size), header.records_crc);
      buffer.insert(buffer.end(), r.body.begin(), r.body.end());
      const View body(buffer.data() + begin + header_size, r.body.size());
      if (r.content.size() < copy_below) {
        buffer.insert(buffer.end(), r.content.begin(), r.content.end());
      } else {
        parts.push_back(View(buffer).subspan(part_begin));
        parts.push_back(r.content);
        part_begin = buffer.size();
      }
      const std::uint64_t whole = r.header.record_size();
      buffer.resize(buffer.size() + (whole - header_size - r.body.size() - r.header.inline_content()));
      last_lsn_ = r.header.lsn;
      batch.records.push_back(SyncedRecord{std::move(r.header), body, at});
      at += whole;
    }
  parts.push_back(View(buffer).subspan(part_begin));
  encode(header, header_.salt, buffer.data());

  batch.size = size;
  batch.end = LogPosition{header_.segment, offset_ + size, last_lsn_};
  X400_CHECK(with_room([&] {
    filler_->before_write(offset_, offset_ + size);
    Status written = file_->write(offset_, parts);
    if (!written.ok()) undo(offset_);
    return written;
  }));
  written_.store(last_lsn_);
  if (Status synced = file_->sync(); !synced.ok()) {
    stop(synced.error());
    return synced;
  }
  offset_ += size;
  if (size < fill_below) filler_->after_write(offset_);
  return Ok{};
}

Status Log::with_room(const std::function<Status()>& write) {
  Status done = write();
  while (!done.ok() && done.error().kind() == ErrorKind::unavailable && make_room_ && make_room_()) {
    {
      const std::lock_guard lock(mutex_);
      if (broken_) return *broken_;
    }
    done = write();
  }
  return done;
}

// Part of a batch may be in the file: cut off, so that the next one finds what it expects. If even that
// fails nothing more is written.
void Log::undo(std::uint64_t offset) {
  filler_->use(nullptr, 0);
  if (const Status cut = file_->truncate(offset); !cut.ok()) {
    stop(cut.error());
    return;
  }
  filler_->use(fill_file_, offset);
}

Status Log::roll() {
  const LogPosition here{header_.segment, offset_, last_lsn_};
  filler_->use(nullptr, 0);
  const auto old = file_;
  const SegmentHeader old_header = header_;
  if (Status opened = open_segment(here); !opened.ok()) {
    file_ = old;
    header_ = old_header;
    offset_ = here.offset;
    return opened;
  }
  // What lies behind the end is not log any more: a failure to cut it costs only room. Cut before it is
  // sealed: then its catalogue is written there.
  if (old->truncate(here.offset).ok()) {
    if (const Status synced = old->sync(); !synced.ok()) stop(synced.error());
  }
  segments_->seal(here.segment, here.offset);
  return Ok{};
}

Status Log::open_segment(const LogPosition& previous) {
  SegmentHeader header;
  header.store = store_;
  header.shards = options_.shards;
  header.segment = previous.segment + 1;
  header.epoch = epoch_;
  header.previous = previous;
  header.created = env_.now();
  std::array<std::uint8_t, 8> random;
  X400_CHECK(env_.random(random));
  std::memcpy(&header.salt, random.data(), random.size());

  const Path path = segments_->path(header);
  bool named = false;
  const auto made = [&]() -> Result<std::shared_ptr<File>> {
    // Left by a failure before: it holds no batch.
    X400_CHECK(env_.remove(path));
    X400_TRY(file, env_.open(path, OpenMode::create_new));
    named = true;
    X400_CHECK(file->write(0, encode(header)));
    X400_CHECK(file->sync());
    X400_CHECK(env_.sync_folder(folders_.log));
    return std::shared_ptr<File>(std::move(file));
  }();
  if (!made.ok()) {
    // Without it the log still ends in the segment before; a rest of it would be taken for a successor.
    // Where it could not even be made nothing is to be done: too many open files would fail that too.
    if (named) {
      if (const Status removed = env_.remove(path); !removed.ok()) stop(removed.error());
      if (const Status synced = env_.sync_folder(folders_.log); !synced.ok()) stop(synced.error());
    }
    if (made.error().kind() != ErrorKind::unavailable) stop(made.error());
    return made.error();
  }
  file_ = *made;
  header_ = header;
  offset_ = segment_header_size;
  segments_->add(Segment{header, 0}, file_);
  // Opened for itself: the system tells each opener of a write-back that failed, but only once, and the
  // filler must not be told in the writer's place. Without it nothing is filled.
  fill_file_.reset();
  if (options_.fill_ahead != 0)
    if (auto own = env_.open(path, OpenMode::write); own.ok()) fill_file_ = std::move(*own);
  filler_->use(fill_file_, offset_);
  return Ok{};
}

}  // namespace x400::mstore::storage
