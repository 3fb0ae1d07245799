// Commit: one change set under its mailbox's mutex: checked against index and pending changes, numbered,
// queued.
#pragma once

#include <set>

#include "backend/local.hpp"

namespace x400::mstore::backend {

class Commit {
 public:
  Commit(LocalBackend& backend, const ChangeSet& set, Prepared prepared, std::shared_ptr<Box> box);

  /// Contents that become files before the change set is looked at: not while there is no room for them.
  static Status room_for_files(LocalBackend& backend, const ChangeSet& set);

  enum class Next : std::uint8_t { done, queued };

  /// done: the completion has run or will be run by another change set.
  Next run(Completion completion, Log::Wait wait, Log::TicketPtr ticket);

 private:
  using Checked = Result<Next, Refusal>;
  struct Removal {
    bool archive = false;
    RemoveBody body;
  };

  // Nothing is changed before all is found possible: commit_check.cpp.
  Checked check(Completion& completion);
  Checked find_duplicate(Completion& completion);
  Result<std::optional<Removable>> find(EntryBase base, SequenceNumber number);
  std::optional<Refusal> check_modifications();
  std::optional<Refusal> check_removal(const Deletion& deletion);
  std::optional<Refusal> check_quotas();
  std::optional<Refusal> check_given_number(const NewEntry& entry, EntryBase base);

  // From here on nothing fails but the queueing.
  void number();
  void collect();
  void put(LogRecord record);
  LogRecord item_record(const ItemChange& item) const;
  Result<Lsn> enqueue(Log::Wait wait, Log::TicketPtr ticket);
  void remember(Lsn lsn);
  void gone(const Removal& removal, const RemovedEntry& entry, std::uint32_t i);

  LocalBackend& backend_;
  const ChangeSet& set_;
  Prepared prepared_;
  Box& box_;
  std::shared_ptr<LocalBackend::Operation> operation_;
  std::vector<LogRecord> modify_;  // of entries that are there
  std::vector<Removal> removals_;
  std::set<std::pair<EntryBase, SequenceNumber>> removing_;
  std::vector<StatusBody> statuses_;
  std::vector<LogRecord> records_;
  std::optional<Committed> duplicate_;
};

}  // namespace x400::mstore::backend
