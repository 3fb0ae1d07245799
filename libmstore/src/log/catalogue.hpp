// Catalogue: what a rebuild of the index needs of a segment, without its contents.
//
// It stands behind the end of the log in a sealed segment, as a batch with a flag of its own, under one
// checksum, and is made from the segment alone. One that is missing or damaged costs only the time to read
// the segment; so does a segment in which something is damaged, which gets none.
//
// It lists every record: of entries with the body without the attributes that only reading an entry wants, of
// events without a body, of all others with the whole; and for each mailbox that the segment touches, the
// next number and the last creation time.
//
// Errors: those of the files. Threads: values.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "log/scan.hpp"
#include "log/segments.hpp"

namespace x400::mstore::storage {

struct CatalogueRecord {
  RecordHeader header;        ///< as in the segment; checksums of content blocks are zero
  std::uint64_t offset = 0;   ///< of the record in the segment
  View body;                  ///< of an entry: attributes empty; of an event: none
  std::uint64_t body_at = 0;  ///< of `body` in the file, in the catalogue or in the record itself
  bool body_good = true;      ///< false: damaged, only the header can be used
};

struct CatalogueMailbox {
  SequenceNumber next = 1;
  Time last_time = 0;
};
using CatalogueMailboxes = std::map<MailboxNumber, CatalogueMailbox>;

/// Collects the records of one segment, in their order.
class CatalogueBuilder {
 public:
  /// What mailboxes had in an earlier generation stays.
  explicit CatalogueBuilder(CatalogueMailboxes known = {}) : mailboxes_(std::move(known)) {}
  Status add(const RecordHeader& header, View body, std::uint64_t offset);
  /// The batch that stands at `at`. A segment whose catalogue would pass 4 GiB gets none (limit).
  Result<Octets> finish(const SegmentHeader& segment, std::uint64_t at, Lsn last, Time now);
  const CatalogueMailboxes& mailboxes() const { return mailboxes_; }

 private:
  CatalogueMailboxes mailboxes_;
  std::uint32_t count_ = 0;
  Octets records_;
};

struct Catalogue {
  CatalogueMailboxes mailboxes;
  std::vector<CatalogueRecord> records;
  Octets octets;  ///< what the bodies borrow from
};

/// Whether a catalogue's header stands at `at`, and the catalogue behind it is of the length it says.
Result<bool> has_catalogue(const File& file, const SegmentHeader& segment, std::uint64_t at);
/// Nothing: there is none, or it is damaged.
Result<std::optional<Catalogue>> read_catalogue(const File& file, const SegmentHeader& segment,
                                                std::uint64_t at);
/// The octets that a catalogue of this sealed segment has; nothing where something in it is damaged.
Result<std::optional<Octets>> make_catalogue(const File& file, const Segment& segment, Time now);

/// The records of a segment, from its catalogue or else by a scan.
struct SegmentContents {
  Catalogue catalogue;
  bool scanned = false;
  std::uint64_t lost_records = 0;
  std::vector<std::string> damage;
  LogPosition end;
};
Result<SegmentContents> read_contents(const File& file, const Segment& segment);

}  // namespace x400::mstore::storage
