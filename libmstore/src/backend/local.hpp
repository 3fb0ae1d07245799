// LocalBackend: the backend on the local disk; a log and its index.
#pragma once

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "backend/backend.hpp"
#include "backend/box.hpp"
#include "backend/findings.hpp"
#include "backend/options.hpp"
#include "backend/prepare.hpp"
#include "backend/room.hpp"
#include "index/index.hpp"
#include "log/contents.hpp"
#include "log/followers.hpp"
#include "log/log.hpp"
#include "space/housekeeper.hpp"
#include "x400/mstore/maintenance.hpp"

namespace x400::mstore::backend {

/// Sinks of events. A sink never runs after its subscription went.
class EventSinks {
 public:
  std::unique_ptr<Subscription> add(std::function<void(const Event&)> sink);
  void send(const std::vector<Event>& events);

 private:
  struct Sink {
    std::recursive_mutex mutex;  // a sink may end its own subscription
    std::function<void(const Event&)> call;
    bool ended = false;
  };
  struct Sinks {
    std::mutex mutex;
    std::list<std::shared_ptr<Sink>> all;
  };
  class Handle;
  std::shared_ptr<Sinks> sinks_ = std::make_shared<Sinks>();
};

/// What is done to the index when a store is opened.
struct IndexTask {
  enum class Kind : std::uint8_t {
    needed,       ///< brought up to the log; made anew where that cannot be
    synchronise,  ///< held against what the log gives, and replaced where it differs
    rebuild,      ///< replaced
  } kind = Kind::needed;
  ProgressCall progress;
  IndexReport report;  ///< findings left out
};

class LocalBackend final : public Backend, public Maintenance {
 public:
  static Result<std::unique_ptr<Backend>> open(const Options& options, Env& env);
  static Result<std::unique_ptr<Backend>> open(const Options& options, Env& env, IndexTask& task);
  ~LocalBackend() override;

  Result<MailboxNumber> create_mailbox(std::string_view id, View properties,
                                       const std::vector<LogEvent>& events = {}) override;
  Status set_mailbox_properties(MailboxNumber mailbox, View properties,
                                const std::vector<LogEvent>& events = {}) override;
  Result<Mailbox> find_mailbox(std::string_view id) override;
  Result<Mailbox> mailbox(MailboxNumber number) override;
  Result<std::vector<Mailbox>> mailboxes() override;

  void commit(ChangeSet set, Completion completion) override;
  CommitResult commit(ChangeSet set) override;
  Result<std::unique_ptr<ContentWriter>> new_content() override;
  Result<std::optional<SequenceNumber>> find_duplicate(MailboxNumber mailbox, View key) override;

  Result<Stored> read(MailboxNumber mailbox, EntryBase base, SequenceNumber number) override;
  Result<std::optional<Stored>> read_hot(MailboxNumber mailbox, EntryBase base,
                                         SequenceNumber number) override;
  Result<Row> row(MailboxNumber mailbox, EntryBase base, SequenceNumber number) override;
  Result<Page> select(const Query& query) override;
  Result<std::vector<Counter>> counters(MailboxNumber mailbox, EntryBase base) override;
  Result<std::optional<Item>> item(MailboxNumber mailbox, std::uint16_t kind, View key) override;
  Result<std::vector<Item>> items(MailboxNumber mailbox, std::uint16_t kind, View prefix) override;
  Result<std::vector<Item>> due(Time until, std::uint32_t limit) override;

  std::unique_ptr<Subscription> subscribe(std::function<void(const Event&)> sink) override;
  Positions positions() const override;
  std::vector<Finding> findings() const override;
  Status writable() const override;
  void trust(std::function<Time()> clock) override;
  Status close() override;

  Maintenance* maintenance() override { return this; }
  Result<CheckReport> check(const ProgressCall& progress) override;
  Result<IndexReport> renew_index(bool always, const ProgressCall& progress) override;

  /// Who reads the log and is waited for by cleaning.
  Followers& followers() { return *followers_; }
  space::Housekeeper& housekeeper() { return *housekeeper_; }
  /// What the index keeps of each segment.
  Result<std::vector<SpaceRow>> space();
  /// Octets of the batches written since the store was opened.
  std::uint64_t log_octets() const { return log_octets_.load(); }

 private:
  friend class Opening;
  friend class Commit;

  /// A change set on its way.
  struct Operation {
    std::shared_ptr<Box> box;
    PendingChange change;
    bool only_status = false;
    Committed committed;
    Completion completion;
    std::vector<std::shared_ptr<Spooled>> spooled;
  };

  LocalBackend(const Options& options, Env& env) : options_(options), env_(env) {}

  Result<std::shared_ptr<Box>> box(MailboxNumber number) const;
  void add_box(const Mailbox& info, Time last_time);
  Status write_mailbox(MailboxNumber number, std::string_view id, View properties,
                       const std::vector<LogEvent>& events);
  Status write_counters(const std::vector<Mailbox>& raised);
  Status write_counters_of(const std::vector<MailboxNumber>& mailboxes);
  void finish(Operation& operation, const Status& written);
  void applied(const std::vector<std::shared_ptr<const SyncedBatch>>& batches);
  void unused(const std::vector<std::uint64_t>& files);
  void find(Finding::Kind kind, std::string text) { findings_->add(kind, std::move(text)); }
  void remove_unused();
  Time horizon() const;
  /// A connection that shows all that was acknowledged of the mailbox.
  Result<Index::Lease> reader(const Box& box);
  /// To be taken after the wait for what was acknowledged, and before the index is read.
  StatusOverlay pending_status(Box& box, EntryBase base) const;
  template <class T>
  T checked(T result) {
    if (!result.ok()) index_->damaged(result.error());
    return result;
  }
  Status apply_all();
  Result<IndexReport> renew(bool always, const ProgressCall& progress);
  Result<Page> select_by_status(Query query, const StatusOverlay& overlay, Index::Lease& lease);
  Result<Stored> load(MailboxNumber mailbox, EntryBase base, PlacedRow placed, Index::Lease& lease);
  /// Its status as of now.
  Result<std::optional<PlacedRow>> find_placed(Box& box, EntryBase base, SequenceNumber number,
                                               Index::Lease& lease);

  const Options options_;
  Env& env_;
  std::function<Time()> trusted_;
  std::atomic<const std::function<Time()>*> clock_{nullptr};  // trusted_, once it is given
  std::unique_ptr<Lock> lock_;
  StoreId store_{};
  Path position_file_;
  std::unique_ptr<Room> room_;
  Path index_folder_;
  std::unique_ptr<LargeContents> contents_;
  std::unique_ptr<Followers> followers_;

  mutable std::shared_mutex boxes_mutex_;
  std::unordered_map<MailboxNumber, std::shared_ptr<Box>> boxes_;
  std::map<std::string, MailboxNumber, std::less<>> ids_;
  std::mutex mailboxes_mutex_;  // held while one is made or changed

  const std::shared_ptr<Findings> findings_ = std::make_shared<Findings>();
  /// Files of large contents that no entry holds any more, and where the log was then.
  std::atomic<std::uint64_t> log_octets_{0};
  std::mutex unused_mutex_;
  std::vector<std::pair<std::uint64_t, Lsn>> unused_;

  EventSinks sinks_;

  std::mutex close_mutex_;
  std::optional<Status> closed_;

  // The log before the index: its completions use what stands above.
  std::unique_ptr<Index> index_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<space::Housekeeper> housekeeper_;
};

}  // namespace x400::mstore::backend
