// Work on the index beside carrying batches into it: for cleaning and maintenance; and its readers.
#include "index/files.hpp"
#include "index/index.hpp"

namespace x400::mstore::storage {
namespace {
// Each with its pages: docs/administration.md says what they come to.
constexpr std::size_t most_idle_readers = 8;
}  // namespace

void Index::perform(Task& task) {
  Status result = task.transaction ? db_->execute("BEGIN IMMEDIATE") : Status(Ok{});
  if (result.ok()) {
    result = task.work(*db_);
    if (task.transaction && result.ok()) result = db_->execute("COMMIT");
    if (task.transaction && !result.ok()) (void)db_->execute("ROLLBACK").ok();
  }
  {
    const std::lock_guard lock(mutex_);
    task.result = std::move(result);
    task.done = true;
  }
  changed_.notify_all();
}

Status Index::wait_for(std::shared_ptr<Task> task) {
  std::unique_lock lock(mutex_);
  if (!ended_) tasks_.push_back(task);
  taken_.notify_one();
  changed_.wait(lock, [&] { return task->done || ended_; });
  return task->done ? task->result : Error(ErrorKind::closed, "the index takes no more work");
}

Status Index::perform(std::function<Status(Database&)> work) {
  auto task = std::make_shared<Task>();
  task->work = std::move(work);
  return wait_for(std::move(task));
}

Result<bool> Index::make_safe() {
  bool safe = false;
  auto task = std::make_shared<Task>();
  task->transaction = false;
  task->work = [&](Database&) -> Status {
    X400_TRY(done, checkpoint_now());
    safe = done;
    return Ok{};
  };
  X400_CHECK(wait_for(std::move(task)));
  return safe;
}

// On the applier's thread, so that nothing is applied meanwhile.
Status Index::exchange(Segments& segments, const LogPosition& built_at, Time horizon,
                       const Decision& decide) {
  auto task = std::make_shared<Task>();
  task->transaction = false;
  task->work = [&](Database& old) -> Status {
    LogPosition now;
    {
      const std::lock_guard lock(mutex_);
      now = applied_position_;
    }
    const Path folder = path_.parent_path();
    {
      X400_TRY(built, Database::open(built_path(folder).string(), false));
      X400_CHECK(catch_up(*built, segments, built_at, now, horizon));
      X400_TRY(wanted, decide(old, *built));
      if (!wanted) return Ok{};
    }
    const Status changed = change_file(folder);
    if (!changed.ok()) break_off(changed.error());
    return changed;
  };
  return wait_for(std::move(task));
}

// No connection to the old file is left when the new one takes its name: the last to go would take the
// write-ahead log of the new one with it.
Status Index::change_file(const Path& folder) {
  std::unique_lock lock(pool_mutex_);
  exchanging_ = true;
  returned_.wait(lock, [this] { return leases_ == 0; });
  const Status changed = [&]() -> Status {
    pool_.clear();
    writer_.reset();
    db_.reset();
    X400_CHECK(adopt(folder));
    X400_TRY(db, Database::open(path_.string(), false));
    X400_CHECK(configure_writer(*db));
    db_ = std::move(db);
    writer_ = std::make_unique<IndexWriter>(*db_, store_);
    return Ok{};
  }();
  exchanging_ = false;
  lock.unlock();
  returned_.notify_all();
  return changed;
}

LogPosition Index::applied_position() const {
  const std::lock_guard lock(mutex_);
  return applied_position_;
}

Result<Index::Lease> Index::read() {
  {
    std::unique_lock lock(pool_mutex_);
    returned_.wait(lock, [this] { return !exchanging_; });
    ++leases_;
    if (!pool_.empty()) {
      auto reader = std::move(pool_.back());
      pool_.pop_back();
      return Lease(*this, std::move(reader));
    }
  }
  auto reader = open_reader();
  if (!reader.ok()) {
    give_back(nullptr);
    return reader.error();
  }
  return Lease(*this, std::move(*reader));
}

Result<std::unique_ptr<IndexReader>> Index::open_reader() const {
  X400_TRY(db, Database::open(path_.string(), true));
  X400_CHECK(configure_reader(*db));
  return std::make_unique<IndexReader>(std::move(db));
}

void Index::give_back(std::unique_ptr<IndexReader> reader) {
  const std::lock_guard lock(pool_mutex_);
  --leases_;
  if (reader && pool_.size() < most_idle_readers) pool_.push_back(std::move(reader));
  if (exchanging_) returned_.notify_all();
}

}  // namespace x400::mstore::storage
