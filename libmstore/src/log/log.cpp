#include "log/log.hpp"

#include <algorithm>

namespace x400::mstore::storage {
namespace {

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
