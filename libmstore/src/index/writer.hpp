// IndexWriter: carries records of the log into the index, one transaction for several batches.
//
// Live batches, replay at open and rebuild all go through here, so that they cannot differ.
// Threads: one at a time.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "index/rows.hpp"

namespace x400::mstore::storage {

struct IndexRecord {
  const RecordHeader& header;
  View body;
  std::uint32_t segment = 0;
  std::uint64_t offset = 0;
  bool body_good = true;
  std::uint32_t generation = 0;
};

class IndexWriter {
 public:
  /// `db` outlives it and has its tables.
  IndexWriter(Database& db, const StoreId& store) : db_(db), store_(store) {}

  /// Duplicate keys of entries created before `horizon` are not kept.
  Status begin(Time horizon);
  Status apply(const IndexRecord& record);
  /// Raises the next number of every mailbox by `count` (records of unknown mailboxes were lost).
  Status skip_numbers(std::uint64_t count);
  Status commit(const LogPosition& position);
  void rollback();

  /// Removes duplicate keys created before `horizon`, some at a time; in a transaction of its own.
  Status forget_duplicates(Time horizon);

  /// Of the transaction committed last.
  std::vector<backend::Event> take_events() { return std::move(events_); }
  std::vector<std::uint64_t> take_unused_files() { return std::move(unused_files_); }
  std::vector<std::string> take_problems() { return std::move(problems_); }

 private:
  struct MailboxState {
    SequenceNumber next = 1;
    Time last_time = 0;
    Lsn counter = 0;
  };
  struct Space {
    std::uint32_t generation = 0;
    std::int64_t octets = 0;
    std::int64_t dead = 0;
    std::int64_t expiring = 0;
    Time expires = 0;
  };
  /// What counts of a row.
  struct Tally {
    std::int64_t id = 0;
    int entry_class = 0, type = 0, status = 0, priority = 0;
    bool child = false;
    std::int64_t size = 0;
    std::int64_t file = 0;
    std::uint64_t segment = 0;  ///< file_key()
    std::int64_t octets = 0;    ///< of its record
    Lsn state = 0;
  };

  Status mailbox(const IndexRecord& record);
  Status entry(const IndexRecord& record);
  Status status(const IndexRecord& record);
  Status remove(const IndexRecord& record);
  Status archive(const IndexRecord& record);
  Status modify(const IndexRecord& record);
  Status item(const IndexRecord& record);
  Status counter(const IndexRecord& record);
  Result<std::optional<std::int64_t>> remember(MailboxNumber mailbox, SequenceNumber number, Time created,
                                               View key);
  void deleted(const IndexRecord& record, const RemovedEntry& entry, EntryBase base, int entry_class);
  Result<std::vector<Tally>> tallies(std::int64_t from, std::int64_t to);
  void count(const Tally& tally, std::int64_t by);
  void used(MailboxNumber mailbox, SequenceNumber number, Time time);
  Status flush_mailboxes();
  Status flush_space();
  Status bury(const Tally& tally);
  Result<std::uint32_t> generation(std::uint32_t segment);
  Status bury_item(const IndexRecord& record, const ItemBody& body);

  Database& db_;
  const StoreId store_;
  Time horizon_ = 0;
  CounterMap counted_;
  std::map<MailboxNumber, MailboxState> mailboxes_;
  std::map<std::uint32_t, Space> space_;
  std::map<std::uint32_t, std::uint32_t> generations_;  // as the index has them; of this transaction
  std::vector<backend::Event> events_;
  std::vector<std::uint64_t> unused_files_;
  std::vector<std::string> problems_;
  std::int64_t purge_from_ = std::numeric_limits<std::int64_t>::min();
};

}  // namespace x400::mstore::storage
