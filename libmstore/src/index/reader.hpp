// IndexReader: what the index answers, without what is not applied yet.
//
// Threads: one at a time (one connection each, from the pool in index.hpp).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "index/schema.hpp"

namespace x400::mstore::storage {

/// Where an entry's record lies.
struct EntryPlace {
  std::uint32_t segment = 0;
  std::uint32_t generation = 0;
  std::uint64_t offset = 0;
  std::uint64_t head = 0;         ///< octets of header and body
  std::uint64_t inline_size = 0;  ///< octets of content behind them
};

struct PlacedRow {
  backend::Row row;
  EntryPlace place;
};

/// What a deletion must know.
struct Removable {
  backend::EntryClass entry_class = backend::EntryClass::delivery;
  std::uint8_t entry_type = 0;
  std::uint64_t size = 0;
  SequenceNumber parent = 0;
  std::uint32_t descendants = 0;
  Time created = 0;
  Octets duplicate_key;
};

class IndexReader {
 public:
  explicit IndexReader(std::unique_ptr<Database> db) : db_(std::move(db)) {}

  Result<std::optional<PlacedRow>> entry(MailboxNumber mailbox, backend::EntryBase base,
                                         SequenceNumber number);
  Result<std::optional<Removable>> removable(MailboxNumber mailbox, backend::EntryBase base,
                                             SequenceNumber number);
  /// Created at or after `horizon`.
  Result<std::optional<SequenceNumber>> duplicate(const StoreId& store, MailboxNumber mailbox, View key,
                                                  Time horizon);
  /// invalid: no limit, no class or classes of several bases.
  Result<backend::Page> select(const backend::Query& query);
  Result<std::vector<backend::Counter>> counters(MailboxNumber mailbox, backend::EntryBase base);
  Result<std::optional<backend::Item>> item(MailboxNumber mailbox, std::uint16_t kind, View key);
  Result<std::vector<backend::Item>> items(MailboxNumber mailbox, std::uint16_t kind, View prefix);
  Result<std::vector<backend::Item>> due(Time until, std::uint32_t limit);
  struct MailboxRow {
    backend::Mailbox mailbox;
    Time last_time = 0;
  };
  Result<std::vector<MailboxRow>> mailboxes();
  /// Main entries of the base stored, of every mailbox.
  struct UsageRow {
    MailboxNumber mailbox = 0;
    backend::EntryClass entry_class = backend::EntryClass::delivery;
    std::uint8_t entry_type = 0;
    backend::Usage usage;
  };
  Result<std::vector<UsageRow>> usage();
  Result<bool> holds_file(std::uint64_t id);

  Database& database() { return *db_; }

 private:
  std::unique_ptr<Database> db_;
};

/// While it lives all that its reader answers is of one moment; without it each answer is of its own. Short:
/// the write-ahead log cannot begin again before it ends.
class Snapshot {
 public:
  static Result<Snapshot> of(IndexReader& reader);
  Snapshot(Snapshot&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  Snapshot& operator=(Snapshot&&) = delete;
  ~Snapshot();

 private:
  explicit Snapshot(Database& db) : db_(&db) {}

  Database* db_;
};

/// invalid: no class, classes of several bases, or such as the archive does not have.
Result<backend::EntryBase> base_of_query(const backend::Query& query);

/// The statement that a query runs, and its parameters; for tests of the plan too.
struct SelectStatement {
  std::string sql;
  std::vector<std::int64_t> parameters;
};
/// `low`..`high`: numbers left to look at. `precedence`: the one value asked for in this run. With `where` it
/// calls row_test (sqlite.hpp).
SelectStatement select_statement(const backend::Query& query, SequenceNumber low, SequenceNumber high,
                                 std::optional<std::int64_t> precedence);
/// Of the one row whose id is the first parameter, if all conditions but the numbers' hold for it.
SelectStatement row_statement(const backend::Query& query);

}  // namespace x400::mstore::storage
