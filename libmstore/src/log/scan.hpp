// Scan: reads the batches of a segment, and tells damage from a torn tail (design 7, promise 12).
//
// Batch n+1 is written only after the sync of n returned. So a bad batch that a valid later one follows was
// once acknowledged: damage. So is one before `covered`, which somebody recorded as synced. Any other bad
// last batch is the torn tail: nobody was told of it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "env/env.hpp"
#include "log/format.hpp"

namespace x400::mstore::storage {

struct ScannedRecord {
  RecordHeader header;
  std::uint64_t offset = 0;  ///< of the header in the segment
  View body;                 ///< valid during the visit
  bool body_good = true;     ///< false: the body does not hold against its checksum
};

struct ScannedBatch {
  std::vector<ScannedRecord> records;
  LogPosition end;               ///< behind it
  std::uint64_t offset = 0;      ///< of the batch
  std::uint32_t generation = 0;  ///< of the segment
};

struct Scan {
  LogPosition end;                       ///< behind the last batch taken
  std::uint64_t last_batch = 0;          ///< offset of the last whole batch seen; 0: none
  std::optional<std::uint64_t> torn_to;  ///< octets [end.offset, *torn_to) are a torn tail
  std::vector<std::string> damage;       ///< each named: file, offset, mailbox and entry where known
  std::uint64_t lost_records = 0;        ///< of damaged batches, whose headers could not be read
};

struct ScanRange {
  LogPosition from;           ///< of the first batch
  std::uint64_t to = 0;       ///< end of the log in this segment, or of the file
  std::uint64_t covered = 0;  ///< all before it was synced
};

using BatchVisitor = std::function<Status(const ScannedBatch&)>;

/// Calls `visit` for each batch, in order; batches partly damaged come with what is good of them. An error of
/// `visit` or of reading ends the scan.
Result<Scan> scan_segment(const File& file, const SegmentHeader& header, const ScanRange& range,
                          const BatchVisitor& visit);

/// Headers of records that can be made out in a torn tail.
std::vector<RecordHeader> records_in(View octets, std::uint64_t salt, Lsn after);

}  // namespace x400::mstore::storage
