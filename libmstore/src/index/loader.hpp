// IndexLoader: makes the rows of a whole index from a log, at once instead of record by record.
//
// First the records are read, catalogue by catalogue, keeping of an entry only where it lies; then the
// changes are carried out on that; then the rows are written in the order of their keys, so that the file
// grows at its end. A second thread reads ahead, first the catalogues, then the entries' bodies.
//
// Memory, at most: 112 octets an entry, 96 a change of one, 80 and the key itself a duplicate key of the last
// 30 days; and what three segments' catalogues take. While vectors grow, that is: half of it in the end.
//
// Threads: one at a time; it calls the watch on the caller's.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "index/rows.hpp"
#include "log/catalogue.hpp"

namespace x400::mstore::storage {

/// Octets of the log read, or entries written, of how many in all.
struct LoadProgress {
  enum class Phase : std::uint8_t { reading, writing, indexing } phase = Phase::reading;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};
/// False: stop.
using LoadWatch = std::function<bool(const LoadProgress&)>;
/// What a load that was stopped ends with.
Error stopped();

class IndexLoader {
 public:
  /// `db` has its tables and nothing in them. Duplicate keys of before `horizon` are left out.
  IndexLoader(Database& db, const StoreId& store, Time horizon, LoadWatch watch)
      : db_(db), watch_(std::move(watch)), duplicates_(store, horizon) {}

  struct Loaded {
    std::uint64_t entries = 0;
    std::uint64_t lost_records = 0;
    std::uint64_t scanned_segments = 0;  ///< those without a catalogue
    std::vector<std::string> problems;
  };
  /// All that the log holds up to `end`; every segment is sealed, or ends there.
  Result<Loaded> load(Segments& segments, const LogPosition& end);

 private:
  /// An entry's record and what became of it; small, there are as many as entries.
  struct Made {
    std::int64_t id = 0;
    Lsn lsn = 0;
    Time created = 0;
    std::uint32_t source = 0;  // in sources_
    std::uint32_t offset = 0;  // of the record
    std::uint32_t body_at = 0;
    std::uint32_t body_size = 0;
    std::uint32_t head = 0;
    std::uint32_t inline_size = 0;
    std::uint32_t changed = 0;  // in changed_, counted from 1
    std::uint8_t status = 0;
    bool archived = false;  // the id is that of the base stored until all changes are made
    bool gone = false;
  };
  struct Source {
    Segment segment;
    SpaceRow space;
    Lsn state = 0;
  };
  /// A change to all entries in a range of ids.
  struct Change {
    enum class Kind : std::uint8_t { raise, set, remove, archive, modify };
    Lsn lsn = 0;
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::uint32_t modification = 0;
    Kind kind = Kind::raise;
    std::uint8_t status = 0;
    bool in_archive = false;
    void reach(std::int64_t from, std::int64_t to) {
      in_archive = is_archived(from);
      low = stored_id(from);
      high = stored_id(to);
    }
  };
  struct Modified {
    std::optional<Octets> variable;
    std::optional<Octets> list;
    bool list_complete = true;
  };
  struct MailboxRow {
    std::string id;
    Octets properties;
    Lsn record = 0;
    Lsn counter = 0;
    SequenceNumber next = 1;
    Time last_time = 0;
  };
  struct ItemRow {
    Octets value;
    std::optional<Time> due;
    Lsn lsn = 0;
    std::uint32_t segment = 0;
  };
  struct Rows {
    std::vector<WholeRow> rows;
    Octets octets;         // what the bodies borrow from
    std::size_t upto = 0;  // of made_
  };
  using ItemKey = std::tuple<MailboxNumber, std::uint16_t, Octets>;

  Status read(Segments& segments, const LogPosition& end);
  Status take(const CatalogueRecord& record, std::uint32_t source);
  Status take_entry(const CatalogueRecord& record, std::uint32_t source);
  Status take_change(const CatalogueRecord& record, SpaceRow& space);
  Status take_item(const CatalogueRecord& record, SpaceRow& space);
  void change();
  void sort_made();
  void apply(const Change& change, Made& made);
  Status write(Segments& segments);
  Status write_entries(Segments& segments);
  Result<std::optional<Rows>> read_rows(Segments& segments);
  Result<WholeRow> read_row(Segments& segments, const Made& made, std::span<std::uint8_t> octets);
  Status write_mailboxes();
  Status write_items();
  Status write_space();
  Status tell(LoadProgress::Phase phase, std::uint64_t done, std::uint64_t total) const {
    return !watch_ || watch_({phase, done, total}) ? Status(Ok{}) : Status(stopped());
  }

  Database& db_;
  const LoadWatch watch_;
  Loaded out_;
  std::vector<Source> sources_;
  std::map<std::uint32_t, std::size_t> source_of_;  // by segment
  std::vector<Made> made_;
  std::vector<Change> changes_;
  std::vector<Modified> modifications_;
  std::vector<Modified> changed_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> files_;  // record's place: content file
  std::map<MailboxNumber, MailboxRow> mailboxes_;
  DuplicateKeys duplicates_;
  std::map<ItemKey, ItemRow> items_;
  std::vector<std::pair<std::int64_t, std::uint32_t>> graves_;
  std::set<std::pair<ItemKey, std::uint32_t>> item_graves_;
  // Of the thread that reads rows until it has read all:
  CounterMap counters_;
  std::size_t next_ = 0;    // of made_
  std::int64_t last_ = -1;  // id of the last read
};

}  // namespace x400::mstore::storage
