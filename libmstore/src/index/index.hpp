// Index: the database file, its connections, and the thread that carries synced batches into it.
//
// Threads: any. Nothing here waits for a sync of the log.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "backend/options.hpp"
#include "index/flow.hpp"
#include "index/loader.hpp"
#include "index/reader.hpp"
#include "index/writer.hpp"
#include "log/log.hpp"

namespace x400::mstore::storage {

class Index final : public BatchSink {
 public:
  struct Opened {
    std::unique_ptr<Index> index;
    LogPosition position;  ///< what is applied
  };
  /// not_found, corrupt, invalid: it must be rebuilt, for the reason in the text.
  static Result<Opened> open(const Path& folder, const StoreId& store, const backend::Options& options);
  /// Makes a new file beside the one in use, from all that `segments` hold up to `end`.
  static Result<IndexLoader::Loaded> build(const Path& folder, const StoreId& store, Segments& segments,
                                           LogPosition end, Time horizon, const LoadWatch& watch = nullptr);
  static Path built_path(const Path& folder);
  /// Puts what was built in the place of the index, which nobody has open.
  static Status adopt(const Path& folder);
  /// Both.
  static Result<IndexLoader::Loaded> rebuild(const Path& folder, const StoreId& store, Segments& segments,
                                             LogPosition end, Time horizon, const LoadWatch& watch = nullptr);

  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;
  ~Index() override;

  /// Before start().
  Database& database() { return *db_; }
  /// Before start(): applies what the log holds behind `from`.
  struct Replayed {
    std::uint64_t lost_records = 0;
    std::vector<std::string> problems;
  };
  Result<Replayed> replay(Segments& segments, LogPosition from, LogPosition end, Time horizon);

  struct Hooks {
    /// After a transaction, on the applier's thread: what was applied, up to which record.
    std::function<void(const std::vector<std::shared_ptr<const SyncedBatch>>&)> applied;
    std::function<void(const std::vector<backend::Event>&)> events;
    std::function<void(const std::vector<std::uint64_t>&)> unused_files;
    std::function<void(std::string)> problem;
    std::function<bool()> make_room;  ///< no room: true when there is some now
    std::function<Time()> horizon;    ///< duplicate keys older than it are forgotten
  };
  void start(Hooks hooks, const LogPosition& applied);

  void wait_room() override;
  void take(std::shared_ptr<const SyncedBatch> batch) override;
  /// From now on there is room always: the store is being closed, and must not wait for a full disk.
  void stop_waiting();
  /// Returns when the record is applied, or with why it will not be soon (no room: unavailable). On the
  /// applier's own thread it does not wait: there all that was told by events shows.
  Status wait_applied(Lsn lsn);
  Lsn applied() const { return applied_.load(std::memory_order_acquire); }
  Lsn indexed() const { return indexed_position().lsn; }
  /// What is applied and would survive a power cut.
  LogPosition indexed_position() const;
  /// Work on the database, on the applier's thread between batches, in a transaction of its own. Returns when
  /// it is done; closed when the applier has ended.
  Status perform(std::function<Status(Database&)> work);
  /// Puts what build() made, of the log up to `built_at`, in the place of the index while it is in use, if
  /// `decide` says so: it is given both, at the same position. Writers that run ahead wait meanwhile.
  using Decision = std::function<Result<bool>(Database& old, Database& built)>;
  Status exchange(Segments& segments, const LogPosition& built_at, Time horizon, const Decision& decide);
  LogPosition applied_position() const;
  /// Makes safe what is applied. False: readers were in the way.
  Result<bool> make_safe();
  /// Ok, or why the index applies nothing any more.
  Status state() const;
  /// A reader met this: of kind corrupt, it ends the index.
  void damaged(const Error& why);
  /// Applies what was taken, ends the thread.
  Status stop();

  /// A read connection, given back when the lease goes.
  class Lease {
   public:
    Lease(Index& index, std::unique_ptr<IndexReader> reader) : index_(&index), reader_(std::move(reader)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (reader_) index_->give_back(std::move(reader_));
    }
    IndexReader* operator->() { return reader_.get(); }
    IndexReader& operator*() { return *reader_; }

   private:
    Index* index_;
    std::unique_ptr<IndexReader> reader_;
  };
  Result<Lease> read();

 private:
  Index(Path path, const StoreId& store, const backend::Options& options, std::unique_ptr<Database> db);
  struct Task {
    std::function<Status(Database&)> work;
    bool transaction = true;
    bool done = false;
    Status result = Ok{};
  };
  void run();
  void carry();
  void perform(Task& task);
  Status wait_for(std::shared_ptr<Task> task);
  Result<bool> checkpoint_now();
  Status apply(const std::vector<std::shared_ptr<const SyncedBatch>>& batches);
  Status apply_in_little_room(const std::vector<std::shared_ptr<const SyncedBatch>>& batches);
  bool enough() const;
  void gather(std::unique_lock<std::mutex>& lock);
  void checkpoint();
  void break_off(const Error& why);
  void give_back(std::unique_ptr<IndexReader> reader);
  Result<std::unique_ptr<IndexReader>> open_reader() const;
  Status catch_up(Database& built, Segments& segments, const LogPosition& from, const LogPosition& to,
                  Time horizon);
  Status change_file(const Path& folder);

  const Path path_;
  const backend::Options options_;
  std::unique_ptr<Database> db_;
  const StoreId store_;
  std::unique_ptr<IndexWriter> writer_;
  std::uint64_t transactions_ = 0;
  Hooks hooks_;
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable taken_;    // for the applier
  std::condition_variable changed_;  // for those who wait for it
  std::deque<std::shared_ptr<const SyncedBatch>> queue_;
  std::deque<std::shared_ptr<Task>> tasks_;
  std::uint64_t waiting_records_ = 0;
  std::uint64_t waiting_octets_ = 0;
  Lsn wanted_ = 0;  // somebody waits until it is applied
  Flow flow_{std::chrono::milliseconds(options_.apply_ms)};
  bool gathering_ = false;
  std::chrono::steady_clock::time_point last_taken_;
  std::chrono::steady_clock::time_point last_transaction_;
  bool stop_ = false;
  bool ended_ = true;  // the applier's thread
  bool room_always_ = false;
  std::optional<Error> broken_;
  std::optional<Error> stalled_;  // tried again
  std::uint64_t stalls_ = 0;      // how often it was tried in vain
  std::atomic<Lsn> applied_{0};
  LogPosition applied_position_;
  LogPosition indexed_position_;

  std::mutex pool_mutex_;
  std::vector<std::unique_ptr<IndexReader>> pool_;
  std::condition_variable returned_;
  std::size_t leases_ = 0;
  bool exchanging_ = false;
};

}  // namespace x400::mstore::storage
