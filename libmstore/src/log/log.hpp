// Log: appends change sets to segments, many to one sync (group commit).
//
// Whoever waits for a commit may do it, for all that queue (the leader); what nobody waits for is done by a
// thread of the log. One batch at a time: the next is written only after the sync of the one before.
//
// Failures: no room, or a write that failed and could be undone, fails that batch (unavailable, io) and the
// next is tried afresh. A failed sync ends all until reopened: nothing is acknowledged any more.
//
// Threads: any. Lock order: a mailbox's mutex before the log's own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "backend/options.hpp"
#include "log/filler.hpp"
#include "log/recovery.hpp"

namespace x400::mstore::storage {

/// A record to be written; header complete but for the LSN.
struct LogRecord {
  RecordHeader header;
  Octets body;
  View content;                       ///< inline content only
  std::shared_ptr<const void> owner;  ///< keeps `content` alive
};

struct SyncedRecord {
  RecordHeader header;
  View body;
  std::uint64_t offset = 0;
};

struct SyncedBatch {
  LogPosition end;
  std::vector<SyncedRecord> records;
  Octets octets;           ///< what the bodies borrow from
  std::uint64_t size = 0;  ///< of the batch in the file
};

/// Takes synced batches in order; called by the leader before the completions of the batch.
class BatchSink {
 public:
  virtual ~BatchSink() = default;
  /// Returns when there is room for another batch.
  virtual void wait_room() = 0;
  virtual void take(std::shared_ptr<const SyncedBatch> batch) = 0;
};

/// Called when a write found no room on the disk. True: there is some now, it is tried again.
using MakeRoom = std::function<bool()>;
/// False: room is scarce, and what is only good for speed takes none.
using SpareRoom = std::function<bool()>;

class Log {
 public:
  /// ok, or why it was not written. Called on the leader's thread, without locks.
  using Done = std::function<void(const Status&)>;

  /// Begins a new epoch behind `recovered`. The sink outlives the log.
  static Result<std::unique_ptr<Log>> start(Env& env, const LogFolders& folders, const StoreId& store,
                                            const backend::Options& options, const RecoveredLog& recovered,
                                            BatchSink& sink, MakeRoom make_room = nullptr,
                                            SpareRoom spare_room = nullptr);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  enum class Wait : std::uint8_t {
    none,  ///< the log's thread will write it at once
    lazy,  ///< within Options::lazy_ms or with the next batch
    lead,  ///< the caller calls settle() next
  };
  /// What settle() waits for.
  struct Ticket {
    enum : std::uint32_t { waiting, to_lead, settled };
    std::atomic<std::uint32_t> state{waiting};
  };
  using TicketPtr = std::shared_ptr<Ticket>;

  /// Queues; never blocks on the disk. The LSN of the last record; or why nothing can be written any more
  /// (`done` is not called then). The octets of all records fit into a segment.
  Result<Lsn> enqueue(std::vector<LogRecord> records, Wait wait, Done done, TicketPtr ticket = nullptr);
  /// Returns when the ticket's records were written or failed, and `done` has run.
  void settle(Ticket& ticket);
  /// Returns when all that was queued before is written or failed; at once inside a completion.
  void flush();

  Status writable() const;
  LogPosition end() const;  ///< of what is synced
  Lsn written() const { return written_.load(); }
  /// Largest octets that records of one enqueue may take.
  std::uint64_t most_octets() const {
    return options_.segment_size - segment_header_size - batch_header_size;
  }
  std::uint32_t epoch() const { return epoch_; }
  Segments& segments() { return *segments_; }
  /// Writes what is queued, then takes no more. Cuts the last segment behind its end.
  Status close();

 private:
  struct Append {
    std::vector<LogRecord> records;
    std::uint64_t octets = 0;
    Lsn last = 0;
    Done done;
    TicketPtr ticket;
    Wait wait = Wait::none;
    std::chrono::steady_clock::time_point deadline;
  };

  Log(Env& env, const LogFolders& folders, const StoreId& store, const backend::Options& options,
      const RecoveredLog& recovered, BatchSink& sink, MakeRoom make_room);
  void run();
  void lead(std::unique_lock<std::mutex>& lock);
  std::vector<Append> take(std::unique_lock<std::mutex>& lock);
  void hand_over();
  bool urgent() const;
  Status write(std::vector<Append>& appends);
  Status write_batch(SyncedBatch& batch, std::vector<Append>& appends);
  Status with_room(const std::function<Status()>& write);
  Status roll();
  Status open_segment(const LogPosition& previous);
  void undo(std::uint64_t offset);
  void stop(const Error& why);

  Env& env_;
  const LogFolders folders_;
  const StoreId store_;
  const backend::Options options_;
  BatchSink& sink_;
  const MakeRoom make_room_;
  std::shared_ptr<Segments> segments_;
  const std::uint32_t epoch_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // for the log's own thread
  std::deque<Append> queue_;
  std::uint64_t next_count_;         // lower part of the next LSN
  std::condition_variable settled_;  // for flush()
  std::uint64_t settled_count_ = 0;  // all records up to this count were written or failed
  bool leading_ = false;
  bool hurry_ = false;
  bool closed_ = false;
  bool stop_ = false;
  std::optional<Error> broken_;
  LogPosition end_;
  std::atomic<Lsn> written_{0};

  // The leader's.
  std::shared_ptr<File> file_;
  std::shared_ptr<File> fill_file_;  // the same, opened for the filler
  SegmentHeader header_;
  std::uint64_t offset_ = 0;
  Lsn last_lsn_ = 0;

  std::unique_ptr<Filler> filler_;
  std::thread thread_;
};

}  // namespace x400::mstore::storage
