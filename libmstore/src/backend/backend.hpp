// Backend: what keeps mailboxes, and the only thing the service half knows of storage.
//
//   auto store = open_local(options, real_env());
//   auto alice = store->create_mailbox("alice", {});
//   ChangeSet set;  set.mailbox = *alice;  set.create.push_back(entry);
//   auto done = store->commit(std::move(set));       // on disk when it returns
//   auto page = store->select({.mailbox = *alice, .classes = {EntryClass::delivery}});
//   auto entry = store->read(*alice, EntryBase::stored, done->numbers[0]);
//
// Threads: all functions may be called from any thread at any time. Readers never wait for a writer's sync;
// what a caller was told to be committed, every later read of anybody shows (status: also what was not
// synced yet; inside completions and events counters() may lack those). Completions run on the thread that
// synced the batch, events on the applier's thread: neither may block for long nor call the blocking
// commit(); reading, and commit() with a completion, are allowed in both.
//
// Errors of reading: not_found, invalid (a query that makes no sense), corrupt, io, unavailable (the index
// cannot be read: reopen rebuilds it), closed.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "backend/types.hpp"
#include "x400/mstore/maintenance.hpp"

namespace x400::mstore::backend {

/// Ends its subscription when destroyed; afterwards no event runs or will run.
class Subscription {
 public:
  virtual ~Subscription() = default;
};

/// What can be done to a store of files while it runs; see x400/mstore/maintenance.hpp.
class Maintenance {
 public:
  virtual ~Maintenance() = default;
  virtual Result<CheckReport> check(const ProgressCall& progress) = 0;
  /// `always`: also when the index is what the log says.
  virtual Result<IndexReport> renew_index(bool always, const ProgressCall& progress) = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;

  /// Null: there is nothing to maintain.
  virtual Maintenance* maintenance() { return nullptr; }

  // ---- mailboxes. A mailbox `id` is text, 1..255 octets of UTF-8, compared octet for octet.
  /// Durable on return, with its events. exists: the id is taken.
  virtual Result<MailboxNumber> create_mailbox(std::string_view id, View properties,
                                               const std::vector<LogEvent>& events = {}) = 0;
  virtual Status set_mailbox_properties(MailboxNumber mailbox, View properties,
                                        const std::vector<LogEvent>& events = {}) = 0;
  virtual Result<Mailbox> find_mailbox(std::string_view id) = 0;
  virtual Result<Mailbox> mailbox(MailboxNumber number) = 0;
  /// In order of numbers.
  virtual Result<std::vector<Mailbox>> mailboxes() = 0;

  // ---- writing
  /// Checks, assigns numbers, queues; calls `completion` exactly once, with the result, when it is durable
  /// (ChangeSet::durability) or refused. A refusal by a check runs the completion before commit returns.
  /// Change sets of one mailbox take effect in the order of the calls. Never blocks on a sync, but writes
  /// a content of 4 MiB and more that comes in memory to its file in the calling thread.
  virtual void commit(ChangeSet set, Completion completion) = 0;
  /// The same, waiting; the calling thread may do the sync for others too.
  virtual CommitResult commit(ChangeSet set) = 0;
  virtual Result<std::unique_ptr<ContentWriter>> new_content() = 0;

  /// The entry whose creation bore this key within the last 30 days, deleted or not. Entries not durable yet
  /// are not told (commit() handles them).
  virtual Result<std::optional<SequenceNumber>> find_duplicate(MailboxNumber mailbox, View key) = 0;

  // ---- reading
  virtual Result<Stored> read(MailboxNumber mailbox, EntryBase base, SequenceNumber number) = 0;
  /// read() of a main entry, if its record and content lie in memory; nothing: read() would wait, for the
  /// disk or for the index. For threads that must not.
  virtual Result<std::optional<Stored>> read_hot(MailboxNumber mailbox, EntryBase base,
                                                 SequenceNumber number) = 0;
  virtual Result<Row> row(MailboxNumber mailbox, EntryBase base, SequenceNumber number) = 0;
  virtual Result<Page> select(const Query& query) = 0;
  /// Non-zero ones, sorted by class, status, type, priority, child.
  virtual Result<std::vector<Counter>> counters(MailboxNumber mailbox, EntryBase base) = 0;

  virtual Result<std::optional<Item>> item(MailboxNumber mailbox, std::uint16_t kind, View key) = 0;
  /// All whose key begins with `prefix`, in order of keys (octets).
  virtual Result<std::vector<Item>> items(MailboxNumber mailbox, std::uint16_t kind, View prefix = {}) = 0;
  /// Of all mailboxes, due at or before `until`, earliest first.
  virtual Result<std::vector<Item>> due(Time until, std::uint32_t limit) = 0;

  // ---- watching
  /// Events of all mailboxes, after they can be read, in the order of the log (an entry created may be gone
  /// again when it is told: its deletion is told next). Not replayed after a restart.
  virtual std::unique_ptr<Subscription> subscribe(std::function<void(const Event&)> sink) = 0;
  virtual Positions positions() const = 0;
  /// What was found since the store was opened, oldest first.
  virtual std::vector<Finding> findings() const = 0;
  /// Ok while commits can succeed; else why they can not (a failed sync: until reopened).
  virtual Status writable() const = 0;

  /// The clock by which duplicate keys are forgotten, from now on; before it is given, that of the machine,
  /// which may leap. Called once, by who opened the store; it is asked from any thread until the destructor.
  virtual void trust(std::function<Time()>) {}

  /// Takes no more commits (closed), finishes those begun, writes the clean-shutdown mark. The destructor
  /// does it too; calling it tells whether it worked. Reading still works until destruction.
  virtual Status close() = 0;
};

}  // namespace x400::mstore::backend
