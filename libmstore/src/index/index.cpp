#include "index/index.hpp"
#include "index/files.hpp"

#include <algorithm>
#include <chrono>

namespace x400::mstore::storage {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t records_per_transaction = 4096;
constexpr std::uint64_t page_size = 4096;
constexpr std::uint64_t purge_every = 64;  // transactions
constexpr std::uint64_t gather_records = 1024;
// Tries in vain that a reader waits for: what keeps a checkpoint from making room is often a reader only, and
// the next try comes through.
constexpr std::uint64_t patience = 3;

bool no_room(const Status& done) { return !done.ok() && done.error().kind() == ErrorKind::unavailable; }

}  // namespace

Index::Index(Path path, const StoreId& store, const backend::Options& options, std::unique_ptr<Database> db)
    : path_(std::move(path)),
      options_(options),
      db_(std::move(db)),
      store_(store),
      writer_(std::make_unique<IndexWriter>(*db_, store)) {}

Result<Index::Opened> Index::open(const Path& folder, const StoreId& store, const backend::Options& options) {
  const Path path = file_of(folder);
  X400_TRY(there, disk().exists(path));
  if (!there) return Error(ErrorKind::not_found, "there was none");
  X400_TRY(damaged, disk().exists(with(path, ".damaged")));
  if (damaged) return Error(ErrorKind::corrupt, "it was found damaged");
  X400_TRY(identity, disk().identity(path));
  X400_TRY(db, Database::open(path.string(), false));
  X400_CHECK(configure_writer(*db));
  X400_TRY(meta, read_meta(*db));
  if (meta.version != schema_version)
    return Error(ErrorKind::invalid, "it has schema " + std::to_string(meta.version));
  if (meta.store != store) return Error(ErrorKind::invalid, "it belongs to another store");
  if (meta.identity != identity) return Error(ErrorKind::invalid, "it is a copy, made at an unknown moment");
  return Opened{std::unique_ptr<Index>(new Index(path, store, options, std::move(db))), meta.position};
}

void Index::start(Hooks hooks, const LogPosition& applied) {
  hooks_ = std::move(hooks);
  applied_.store(applied.lsn);
  applied_position_ = applied;
  ended_ = false;
  thread_ = std::thread([this] { run(); });
}

Index::~Index() { (void)stop().ok(); }

Status Index::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  taken_.notify_all();
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  return state();
}

void Index::wait_room() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] {
    return stop_ || room_always_ || broken_ ||
           (waiting_records_ < options_.unapplied_records && waiting_octets_ < options_.unapplied_octets);
  });
}

void Index::stop_waiting() {
  {
    const std::lock_guard lock(mutex_);
    room_always_ = true;
  }
  changed_.notify_all();
}

void Index::take(std::shared_ptr<const SyncedBatch> batch) {
  bool wake = true;
  {
    const std::lock_guard lock(mutex_);
    waiting_records_ += batch->records.size();
    waiting_octets_ += batch->octets.size();
    last_taken_ = std::chrono::steady_clock::now();
    flow_.add(batch->records.size(), last_taken_);
    queue_.push_back(std::move(batch));
    wake = !gathering_ || enough();
  }
  if (wake) taken_.notify_one();
}

// Half of what makes writers wait is reason to go on too.
bool Index::enough() const {
  return waiting_records_ >= std::min<std::uint64_t>(gather_records, options_.unapplied_records / 2) ||
         waiting_octets_ >= options_.unapplied_octets / 2;
}

// In a stream of small batches many records change the same pages: those are written once for all of them.
// A few gain nothing by it, nor does a stream that has ended, and who is told of a new entry would wait for
// no reason.
void Index::gather(std::unique_lock<std::mutex>& lock) {
  if (flow_.count() < options_.gather_from) return;
  const std::chrono::milliseconds pause(options_.pause_ms);
  const auto end = last_transaction_ + std::chrono::milliseconds(options_.apply_ms);
  const auto until = [&] { return std::min(end, last_taken_ + pause); };
  const auto hurried = [this] { return stop_ || !tasks_.empty() || enough() || wanted_ > applied(); };
  gathering_ = true;
  while (std::chrono::steady_clock::now() < until() && !taken_.wait_until(lock, until(), hurried)) {
  }
  gathering_ = false;
}

Status Index::wait_applied(Lsn lsn) {
  if (applied() >= lsn || thread_.get_id() == std::this_thread::get_id()) return Ok{};
  std::unique_lock lock(mutex_);
  if (lsn > wanted_) {
    wanted_ = lsn;
    if (gathering_) taken_.notify_one();
  }
  const std::uint64_t most = stalls_ + patience;
  changed_.wait(lock, [&] { return applied() >= lsn || broken_ || (stalled_ && stalls_ >= most); });
  if (applied() >= lsn) return Ok{};
  return broken_ ? *broken_ : *stalled_;
}

Status Index::state() const {
  const std::lock_guard lock(mutex_);
  if (broken_) return *broken_;
  return Ok{};
}

void Index::damaged(const Error& why) {
  if (why.kind() == ErrorKind::corrupt) break_off(why);
}

void Index::break_off(const Error& why) {
  // The marker makes the next open rebuild, should the file not show its damage by itself.
  if (why.kind() != ErrorKind::unavailable) (void)disk().open(with(path_, ".damaged"), OpenMode::create).ok();
  {
    const std::lock_guard lock(mutex_);
    broken_ = Error(ErrorKind::unavailable, "the index is broken, reopening rebuilds it: " + why.text());
  }
  changed_.notify_all();
  if (hooks_.problem) hooks_.problem(why.text());
}

void Index::run() {
  carry();
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
}

void Index::carry() {
  while (true) {
    std::vector<std::shared_ptr<const SyncedBatch>> batches;
    {
      std::unique_lock lock(mutex_);
      taken_.wait(lock, [this] { return stop_ || !queue_.empty() || !tasks_.empty(); });
      if (!tasks_.empty()) {
        const auto task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        perform(*task);
        if (!state().ok()) return;  // it may have lost its database
        continue;
      }
      if (queue_.empty()) return;
      gather(lock);
      std::uint64_t records = 0;
      while (!queue_.empty() && records < records_per_transaction) {
        records += queue_.front()->records.size();
        batches.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    Status done = apply_in_little_room(batches);
    // No room for the index: the log goes on until its writers wait; all is over when there is room.
    while (no_room(done)) {
      std::unique_lock lock(mutex_);
      stalled_ = done.error();
      ++stalls_;
      changed_.notify_all();
      taken_.wait_for(lock, 100ms, [this] { return stop_; });
      const bool last = stop_;
      lock.unlock();
      done = apply_in_little_room(batches);
      if (last) break;
    }
    if (!done.ok()) return break_off(done.error());
    {
      const std::lock_guard lock(mutex_);
      for (const auto& batch : batches) {
        waiting_records_ -= batch->records.size();
        waiting_octets_ -= batch->octets.size();
      }
      stalled_.reset();
      applied_position_ = batches.back()->end;
      applied_.store(batches.back()->end.lsn, std::memory_order_release);
      last_transaction_ = std::chrono::steady_clock::now();
    }
    changed_.notify_all();
    hooks_.applied(batches);
    hooks_.events(writer_->take_events());
    if (const auto files = writer_->take_unused_files(); !files.empty()) hooks_.unused_files(files);
    for (std::string& problem : writer_->take_problems()) hooks_.problem(std::move(problem));
    checkpoint();
  }
}

// A checkpoint lets the write-ahead log begin again at its start, which takes no room; only then some is
// made.
Status Index::apply_in_little_room(const std::vector<std::shared_ptr<const SyncedBatch>>& batches) {
  Status done = apply(batches);
  while (no_room(done)) {
    if (checkpoint_now().value_or(false)) done = apply(batches);
    if (!no_room(done) || !hooks_.make_room()) break;
    done = apply(batches);
  }
  return done;
}

Status Index::apply(const std::vector<std::shared_ptr<const SyncedBatch>>& batches) {
  X400_CHECK(writer_->begin(hooks_.horizon()));
  const Status applied = [&]() -> Status {
    for (const auto& batch : batches)
      for (const SyncedRecord& r : batch->records)
        X400_CHECK(writer_->apply(IndexRecord{r.header, r.body, batch->end.segment, r.offset, true, 0}));
    if (++transactions_ % purge_every == 0) X400_CHECK(writer_->forget_duplicates(hooks_.horizon()));
    return writer_->commit(batches.back()->end);
  }();
  if (!applied.ok()) writer_->rollback();
  return applied;
}

// PASSIVE ones never reset the write-ahead log beside a busy writer; here no transaction is open.
void Index::checkpoint() {
  if (static_cast<std::uint64_t>(db_->wal_pages()) * page_size < options_.checkpoint_octets) return;
  (void)checkpoint_now().ok();  // readers in the way: after a later transaction
}

Result<bool> Index::checkpoint_now() {
  X400_TRY(done, db_->checkpoint());
  if (!done) return false;
  const std::lock_guard lock(mutex_);
  indexed_position_ = applied_position_;
  return true;
}

LogPosition Index::indexed_position() const {
  const std::lock_guard lock(mutex_);
  return indexed_position_;
}

}  // namespace x400::mstore::storage
