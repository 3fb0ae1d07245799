#include "log/log.hpp"

#include <algorithm>
#include <cstring>

#include "log/crc32c.hpp"

namespace x400::mstore::storage {
namespace {

constexpr std::uint64_t copy_below = 16 * 1024;  // larger contents are written from where they lie
constexpr std::uint64_t fill_below = 512 * 1024;

thread_local const Log* leading_here = nullptr;

std::uint64_t octets_of(const std::vector<LogRecord>& records) {
  std::uint64_t sum = 0;
  for (const LogRecord& r : records) sum += r.header.record_size();
  return sum;
}

}  // namespace

Log::Log(Env& env, const LogFolders& folders, const StoreId& store, const backend::Options& options,
         const RecoveredLog& recovered, BatchSink& sink, MakeRoom make_room)
    : env_(env),
      folders_(folders),
      store_(store),
      options_(options),
      sink_(sink),
      make_room_(std::move(make_room)),
      segments_(recovered.segments),
      epoch_(recovered.last_epoch + 1),
      next_count_(lsn_count(recovered.end.lsn) + 1),
      end_(recovered.end),
      written_(recovered.end.lsn),
      last_lsn_(recovered.end.lsn) {}

Result<std::unique_ptr<Log>> Log::start(Env& env, const LogFolders& folders, const StoreId& store,
                                        const backend::Options& options, const RecoveredLog& recovered,
                                        BatchSink& sink, MakeRoom make_room, SpareRoom spare_room) {
  if (recovered.last_epoch + 1 >= 1u << (64 - lsn_count_bits))
    return Error(ErrorKind::limit, "no epoch left in " + folders.log.string());
  std::unique_ptr<Log> log(new Log(env, folders, store, options, recovered, sink, std::move(make_room)));
  log->filler_ = std::make_unique<Filler>(
      options.fill_ahead, options.segment_size, [raw = log.get()](const Error& e) { raw->stop(e); },
      std::move(spare_room));
  log->header_.segment = recovered.end.segment;
  X400_CHECK(log->with_room([&] { return log->open_segment(recovered.end); }));
  log->thread_ = std::thread([raw = log.get()] { raw->run(); });
  return log;
}

Log::~Log() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  filler_.reset();
}

Result<Lsn> Log::enqueue(std::vector<LogRecord> records, Wait wait, Done done, TicketPtr ticket) {
  Append append;
  append.octets = octets_of(records);
  append.done = std::move(done);
  append.ticket = std::move(ticket);
  append.wait = wait;
  if (wait == Wait::lazy)
    append.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.lazy_ms);
  Lsn last = 0;
  bool wake = wait == Wait::none;
  {
    const std::lock_guard lock(mutex_);
    if (broken_) return *broken_;
    if (closed_) return Error(ErrorKind::closed, "the store is closed");
    for (LogRecord& r : records) r.header.lsn = last = make_lsn(epoch_, next_count_++);
    append.last = last;
    append.records = std::move(records);
    // A lazy one behind others waits no longer than they do.
    wake = !leading_ && (wake || (wait == Wait::lazy && queue_.empty()));
    queue_.push_back(std::move(append));
  }
  if (wake) changed_.notify_one();
  return last;
}

// A woken one needs the lock only to lead: those whose records were written do not queue up behind it.
void Log::settle(Ticket& ticket) {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (ticket.state == Ticket::to_lead) ticket.state = Ticket::waiting;
      while (ticket.state == Ticket::waiting && !leading_) lead(lock);
    }
    ticket.state.wait(Ticket::waiting);
    if (ticket.state == Ticket::settled) return;
  }
}

void Log::flush() {
  if (leading_here == this) return;
  std::unique_lock lock(mutex_);
  if (queue_.empty() && !leading_) return;
  const std::uint64_t target = next_count_ - 1;
  hurry_ = true;
  changed_.notify_one();
  settled_.wait(lock, [&] { return settled_count_ >= target; });
}

bool Log::urgent() const {
  if (queue_.empty()) return false;
  return hurry_ || stop_ || std::any_of(queue_.begin(), queue_.end(), [](const Append& a) {
           return a.wait == Wait::none || (a.wait == Wait::lead && a.ticket == nullptr);
         });
}

void Log::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (!leading_ && urgent()) {
      lead(lock);
    } else if (stop_ && queue_.empty() && !leading_) {
      return;
    } else if (!queue_.empty() && !leading_ && queue_.front().wait == Wait::lazy) {
      const auto deadline = queue_.front().deadline;  // the queue moves while we wait
      if (std::chrono::steady_clock::now() >= deadline)
        lead(lock);
      else
        changed_.wait_until(lock, deadline);
    } else {
      changed_.wait(lock);
    }
  }
}

std::vector<Log::Append> Log::take(std::unique_lock<std::mutex>&) {
  std::vector<Append> taken;
  std::uint64_t octets = 0;
  std::size_t records = 0;
  while (!queue_.empty()) {
    const Append& next = queue_.front();
    if (!taken.empty() && (octets + next.octets > options_.max_batch_octets ||
                           records + next.records.size() > options_.max_batch_records))
      break;
    octets += next.octets;
    records += next.records.size();
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  if (queue_.empty()) hurry_ = false;
  return taken;
}

// One batch. Called and left with the lock held.
void Log::lead(std::unique_lock<std::mutex>& lock) {
  leading_ = true;
  leading_here = this;
  lock.unlock();
  sink_.wait_room();
  lock.lock();
  std::vector<Append> appends = take(lock);
  Status status = broken_ ? Status(*broken_) : Status(Ok{});
  lock.unlock();
  if (!appends.empty() && status.ok()) status = write(appends);
  for (Append& append : appends)
    if (append.done) append.done(status);
  lock.lock();
  leading_ = false;
  leading_here = nullptr;
  if (!appends.empty()) settled_count_ = lsn_count(appends.back().last);
  settled_.notify_all();
  hand_over();
  for (Append& append : appends)
    if (append.ticket) append.ticket->state = Ticket::settled;
  lock.unlock();
  for (Append& append : appends)
    if (append.ticket) append.ticket->state.notify_one();
  lock.lock();
}

// The next leader: the first that waits, else the log's own thread.
void Log::hand_over() {
  for (Append& append : queue_)
    if (append.ticket != nullptr) {
      append.ticket->state = Ticket::to_lead;
      append.ticket->state.notify_one();
      return;
    }
  changed_.notify_one();
}

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

void Log::stop(const Error& why) {
  const std::lock_guard lock(mutex_);
  if (!broken_) broken_ = Error(ErrorKind::io, "the log takes nothing until reopened: " + why.text());
}

Status Log::writable() const {
  const std::lock_guard lock(mutex_);
  if (broken_) return *broken_;
  if (closed_) return Error(ErrorKind::closed, "the store is closed");
  return Ok{};
}

LogPosition Log::end() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

Status Log::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  filler_->use(nullptr, 0);
  const std::lock_guard lock(mutex_);
  if (broken_) return *broken_;
  X400_CHECK(file_->truncate(offset_));
  return file_->sync();
}

}  // namespace x400::mstore::storage
