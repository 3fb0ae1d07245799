// What the backend keeps and is asked for: the words of backend.hpp.
//
// The backend stores and finds; it knows no rule of X.413. Attribute octets, properties and items are
// opaque to it, and of an entry it understands only what selects and counts.
//
// Threads: plain values.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

namespace x400::mstore::backend {

/// Number of a mailbox inside its store, from 1; never given to another mailbox.
using MailboxNumber = std::uint32_t;
/// X.413 SequenceNumber: 1..2147483647 here, 0 is never assigned.
using SequenceNumber = std::uint32_t;
inline constexpr SequenceNumber max_sequence_number = 2147483647;
/// Milliseconds since 1970-01-01 00:00 UTC.
using Time = std::int64_t;
/// Log sequence number: epoch (upper 20 bits) and a count that never restarts (lower 44).
using Lsn = std::uint64_t;

/// X.413 EntryClass, the classes that hold entries (stored-message 3 and message-log 6 are views of them:
/// ask for several classes). The values are stored: do not change them.
enum class EntryClass : std::uint8_t {
  delivery = 0,
  submission = 1,
  draft = 2,
  delivery_log = 4,
  submission_log = 5,
  auto_action_log = 7,
};

/// Entries that share one space of numbers: a number is unique inside its base, and a log entry may bear
/// the number of the stored entry that it records. The archive holds stored entries that were removed and
/// must be kept all the same (Deletion::archive); they keep class, number and all else. The values are
/// stored: do not change them.
enum class EntryBase : std::uint8_t { stored = 0, log = 1, auto_action = 2, archive = 3 };

constexpr EntryBase base_of(EntryClass c) {
  return c == EntryClass::auto_action_log                                   ? EntryBase::auto_action
         : c == EntryClass::delivery_log || c == EntryClass::submission_log ? EntryBase::log
                                                                            : EntryBase::stored;
}

/// X.413 RetrievalStatus. The values are stored: do not change them.
enum class RetrievalStatus : std::uint8_t { new_entry = 0, listed = 1, processed = 2 };

/// A set of classes of one base.
class ClassSet {
 public:
  constexpr ClassSet() = default;
  constexpr ClassSet(std::initializer_list<EntryClass> classes) {
    for (EntryClass c : classes) add(c);
  }
  constexpr void add(EntryClass c) { bits_ |= static_cast<std::uint8_t>(1u << static_cast<unsigned>(c)); }
  constexpr bool has(EntryClass c) const { return (bits_ >> static_cast<unsigned>(c) & 1) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr std::uint8_t bits() const { return bits_; }

 private:
  std::uint8_t bits_ = 0;
};

/// Both ends belong to it.
struct NumberRange {
  SequenceNumber from = 1;
  SequenceNumber to = max_sequence_number;
  friend bool operator==(const NumberRange&, const NumberRange&) = default;
};

// ---- what is written -------------------------------------------------------------------------------

/// A content already on its way to disk (Backend::new_content); consumed by the entry it is put into.
class SpooledContent {
 public:
  virtual ~SpooledContent() = default;
  virtual std::uint64_t size() const = 0;
  /// Octets [offset, offset + count), fewer at the end; also before it belongs to an entry. Attributes are
  /// derived from it before the entry is made.
  virtual Result<Octets> read(std::uint64_t offset, std::uint64_t count) const = 0;
};

/// Takes a content piece by piece, without holding it in memory (large ones go to a file of their own).
/// One thread at a time. Dropped without finish(), or never put into a committed entry: removed.
class ContentWriter {
 public:
  virtual ~ContentWriter() = default;
  /// After an error the writer is of no more use.
  virtual Status append(View octets) = 0;
  /// No append after it.
  virtual Result<std::shared_ptr<SpooledContent>> finish() = 0;
};

/// A part of the main entry's content: children store no octets of their own.
struct ContentSlice {
  std::uint64_t offset = 0;  ///< in the content of the main entry
  std::uint64_t size = 0;
};

/// The content of a new entry: none, or one of the three forms.
struct NewContent {
  View octets{};                              ///< (1) in memory
  std::shared_ptr<const void> owner{};        ///< keeps `octets` alive; null: they are copied by commit()
  std::shared_ptr<SpooledContent> spooled{};  ///< (2) written before
  std::optional<ContentSlice> slice{};        ///< (3) children only
};

/// An entry to be made. Order in ChangeSet::create: each main entry, then all its descendants (a parent
/// before its children), then the next main entry. Numbers rise in that order.
struct NewEntry {
  EntryClass entry_class = EntryClass::delivery;
  std::uint8_t entry_type = 0;  ///< X.413 EntryType; counted and selected by, else opaque
  RetrievalStatus status = RetrievalStatus::new_entry;
  std::optional<std::size_t> parent{};       ///< place of the parent in ChangeSet::create; none: main entry
  std::uint8_t priority = 0;                 ///< X.411 Priority: normal 0, non-urgent 1, urgent 2
  std::optional<std::int32_t> precedence{};  ///< military precedence where there is one
  std::uint64_t size = 0;                    ///< content-length as selected by and summed for quotas
  /// Attributes that never change (a run of Attribute values); kept with the record, given by read().
  Octets attributes{};
  /// Subset of all attributes that lists usually ask for; kept in the row up to max_list_attributes, given
  /// by select(). Larger: the row says so (Row::list_complete) and read() has them.
  Octets list_attributes{};
  /// Attributes that change later (groups, links, annotations, flags of body parts): replaced whole by
  /// Modification. Kept in the row, at most max_variable.
  Octets variable{};
  /// Empty: none. At most 255 octets, best a digest; see Committed::duplicate. Main entries only.
  Octets duplicate_key{};
  NewContent content{};
  /// Log classes only: the number of another entry of this change set, or an existing number, instead of a
  /// new one. The entry must not exist in its base.
  std::optional<std::size_t> same_number_as{};
  SequenceNumber number = 0;
};

inline constexpr std::size_t max_list_attributes = 1024;
inline constexpr std::size_t max_variable = 64 * 1024;
inline constexpr std::size_t max_duplicate_key = 255;

/// Raises the status of the entries named to at least `status`; those that do not exist or stand higher are
/// passed over in silence. `backwards`: sets it as given, lower too (Modify of 94).
struct StatusChange {
  EntryBase base = EntryBase::stored;
  std::vector<NumberRange> ranges{};
  RetrievalStatus status = RetrievalStatus::listed;
  bool backwards = false;
};

/// Replaces what is given of an existing entry. An unknown number refuses the whole change set.
struct Modification {
  EntryBase base = EntryBase::stored;
  SequenceNumber number = 0;
  std::optional<Octets> variable{};
  std::optional<Octets> list_attributes{};
  bool if_there = false;  ///< an unknown number is passed over in silence
};

/// Removes main entries with all their descendants. An unknown number (not_found) or a child (invalid)
/// refuses the whole change set.
struct Deletion {
  EntryBase base = EntryBase::stored;
  std::vector<SequenceNumber> numbers{};
  /// They move to EntryBase::archive, from where another Deletion removes them. Of stored ones only.
  bool archive = false;
};

/// How far the class of stored entries may be filled: main entries, and the sum of their NewEntry::size. A
/// change set after which there would be more is refused, unless it lessens what is too much.
struct Quota {
  EntryClass entry_class = EntryClass::delivery;
  std::uint64_t entries = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t octets = std::numeric_limits<std::uint64_t>::max();
  std::optional<std::uint8_t> no_octets_of{};  ///< entries of this type count without their size
};

struct Usage {
  std::uint64_t entries = 0;
  std::uint64_t octets = 0;
  friend bool operator==(const Usage&, const Usage&) = default;
};

/// A value kept under (mailbox, kind, key): registrations, intents and done marks, submission states, told
/// flags, timers. No value: erased (nothing there: no error). With `due` it is found by Backend::due().
struct ItemChange {
  std::uint16_t kind = 0;  ///< meaning is the service's; stored: never reuse a value
  Octets key{};
  std::optional<Octets> value{};
  std::optional<Time> due{};
  /// The number of create[*entry] (4 octets, most significant first) stands in front of `key`.
  std::optional<std::size_t> entry{};
};

/// Something for the audit and the message log; written once, never changed, read by followers of the log.
struct LogEvent {
  std::uint16_t kind = 0;
  Octets octets{};
  /// The entry it is about, whose number its record bears: create[*entry] of the set, or an existing one; 0:
  /// none.
  std::optional<std::size_t> entry{};
  SequenceNumber number = 0;
};

enum class Durability : std::uint8_t {
  synced,  ///< the completion is called when it would survive a power cut
  lazy,    ///< at once; written within 5 ms or with the next batch. Only for change sets with nothing but
           ///< StatusChange (invalid otherwise): a crash may lose them, never tear them
};

/// All or nothing, on one mailbox. Carried out in the order of the members.
struct ChangeSet {
  MailboxNumber mailbox = 0;
  std::vector<Modification> modify{};
  std::vector<StatusChange> status{};
  std::vector<Deletion> remove{};
  std::vector<NewEntry> create{};
  std::vector<ItemChange> items{};
  std::vector<LogEvent> events{};
  std::vector<Quota> quotas{};  ///< one a class
  Durability durability = Durability::synced;
};

struct Committed {
  /// One for each of ChangeSet::create.
  std::vector<SequenceNumber> numbers{};
  /// A main entry of the set bears a duplicate key known to the mailbox (kept 30 days from creation, also
  /// after deletion): *nothing* of the change set was done. `numbers` holds one number, the first one's.
  /// If the first is still on its way to disk, the completion waits for it and shares its fate.
  bool duplicate = false;
  Time time = 0;  ///< creation time of the entries; never falls inside a mailbox
  Lsn lsn = 0;    ///< of the last record; 0 for an empty change set
  /// One for each of ChangeSet::quotas: after it, all change sets before it counted and none behind it.
  /// Empty for a duplicate.
  std::vector<Usage> usage{};
};

/// Why a change set was not done. Kinds: not_found, invalid, exists (see the changes), limit (sizes, or no
/// number left), unavailable (disk full: try later), io and closed (nothing is acknowledged until reopened;
/// the changes may be there, whole, after that).
struct Refusal {
  Error error;
  SequenceNumber number = 0;          ///< the entry it is about, where it is about one
  std::optional<Usage> over_quota{};  ///< of kind unavailable, by a Quota: what there is now
};

using CommitResult = Result<Committed, Refusal>;
using Completion = std::function<void(CommitResult)>;

// ---- what is read ----------------------------------------------------------------------------------

/// What the index knows of an entry. The status is as of now, also where it is not written yet.
struct Row {
  SequenceNumber number = 0;
  EntryClass entry_class = EntryClass::delivery;
  std::uint8_t entry_type = 0;
  RetrievalStatus status = RetrievalStatus::new_entry;
  std::uint8_t priority = 0;
  std::optional<std::int32_t> precedence{};
  std::uint64_t size = 0;
  Time created = 0;
  SequenceNumber parent = 0;      ///< 0: main entry
  std::uint32_t descendants = 0;  ///< main entry: they bear the numbers number+1 .. number+descendants
  Octets list_attributes{};
  Octets variable{};
  bool list_complete = true;  ///< false: too large for the row, take read()
};

/// What Query::where is shown of a row; borrows from it.
struct RowView {
  View list_attributes{};
  View variable{};
  bool list_complete = true;
};

enum class Order : std::uint8_t { ascending, descending };

/// What a backend knows of the pages that follow; its own affair.
struct Hits;

/// All conditions hold together. What an index serves well: number, time, status, priority other than
/// normal, precedence, size; the rest is checked row by row.
struct Query {
  MailboxNumber mailbox = 0;
  ClassSet classes{};     ///< of one base; empty or mixed: invalid
  bool archived = false;  ///< those in the archive, of classes of stored entries
  NumberRange numbers{};
  std::optional<Time> since{};             ///< created at or after
  std::optional<Time> until{};             ///< created at or before
  bool with_children = false;              ///< false: main entries only
  std::optional<SequenceNumber> parent{};  ///< direct children of it (with_children is implied)
  std::optional<RetrievalStatus> status{};
  std::optional<std::uint8_t> priority{};
  std::optional<std::int32_t> precedence_from{};  ///< entries without precedence never match
  std::optional<std::int32_t> precedence_to{};
  std::optional<std::uint64_t> size_from{};
  std::optional<std::uint64_t> size_to{};
  std::optional<std::uint8_t> entry_type{};
  Order order = Order::ascending;  ///< by number
  std::uint32_t limit = 1000;      ///< rows of a page; at least 1
  SequenceNumber after = 0;        ///< go on behind this number, in the order asked for; 0: from the start
  bool attributes = true;          ///< false: rows without list_attributes and variable (much faster)
  /// Rows of which it says false may be left out, so that a search need not make a row of each entry. Called
  /// during the select, on its thread; must not call the backend. Only with `attributes`.
  std::function<bool(const RowView&)> where{};
  /// Of the page before, so that what it found need not be found again. Never changes the answer.
  std::shared_ptr<const Hits> hits{};
};

struct Page {
  std::vector<Row> rows{};
  bool more = false;           ///< go on with after = reached; also without rows, where `where` left many out
  SequenceNumber reached = 0;  ///< the last number looked at
  std::shared_ptr<const Hits> hits{};
};

/// Octets and what keeps them alive.
struct HeldOctets {
  View octets{};
  std::shared_ptr<const void> owner{};
};

/// The octets of a content. Stays readable while held, also when the entry is deleted meanwhile.
/// Thread-safe.
class Content {
 public:
  virtual ~Content() = default;
  virtual std::uint64_t size() const = 0;
  /// Octets [offset, offset + count), fewer at the end. Each 64 KiB block touched is held against its
  /// checksum; corrupt: the text names mailbox, entry, file and offset, other blocks stay readable.
  virtual Result<Octets> read(std::uint64_t offset, std::uint64_t count) const = 0;
  Result<Octets> read_all() const { return read(0, size()); }
  /// All of them, not copied where they are in memory already.
  virtual Result<HeldOctets> whole() const {
    X400_TRY(octets, read_all());
    auto kept = std::make_shared<const Octets>(std::move(octets));
    return HeldOctets{*kept, kept};
  }
};

struct Stored {
  Row row{};
  /// NewEntry::attributes; corrupt where they are damaged (the content may be well).
  Result<Octets> attributes = Octets{};
  /// Null: the entry has no content.
  std::shared_ptr<const Content> content{};
};

struct Counter {
  EntryClass entry_class = EntryClass::delivery;
  RetrievalStatus status = RetrievalStatus::new_entry;
  std::uint8_t entry_type = 0;
  std::uint8_t priority = 0;
  bool child = false;
  std::uint64_t count = 0;
  std::uint64_t octets = 0;  ///< sum of NewEntry::size
};

struct Mailbox {
  MailboxNumber number = 0;
  std::string id{};
  Octets properties{};
  SequenceNumber next = 1;  ///< the next number it will assign
};

struct Item {
  MailboxNumber mailbox = 0;
  std::uint16_t kind = 0;
  Octets key{};
  Octets value{};
  std::optional<Time> due{};
};

struct Event {
  enum class Kind : std::uint8_t { created, deleted, status } kind = Kind::created;
  MailboxNumber mailbox = 0;
  EntryClass entry_class = EntryClass::delivery;  ///< created and deleted
  EntryBase base = EntryBase::stored;
  NumberRange numbers{};  ///< created: one number; deleted: main and descendants
  RetrievalStatus status = RetrievalStatus::new_entry;  ///< created and status
  std::uint8_t priority = 0;                            ///< created
  bool child = false;                                   ///< created
  Lsn lsn = 0;
};

struct Positions {
  Lsn written = 0;
  Lsn synced = 0;
  Lsn applied = 0;  ///< what select, counters and items show
  Lsn indexed = 0;  ///< applied, and would survive a power cut in the index too
};

/// Something found wrong or put right when the store was opened or read; for the operator.
struct Finding {
  enum class Kind : std::uint8_t {
    torn_tail,       ///< the last batch was incomplete; nobody was told it was there. Kept in torn/
    damage,          ///< octets once acknowledged are bad; what they hold is named, the rest is readable
    index_rebuilt,   ///< and why
    removed_orphan,  ///< a large content that no entry holds
  } kind = Kind::damage;
  std::string text{};
};

}  // namespace x400::mstore::backend
