// Rewrite: writes the next generation of a segment, with the records that a survey keeps, under the same
// LSNs. It has its name only when it is whole and synced.
//
// Errors: corrupt, when a record that is needed does not hold against its checksums: then the segment stays
// as it is. closed: told to stop.
#pragma once

#include "space/survey.hpp"
#include "space/throttle.hpp"

namespace x400::mstore::space {

struct Rewritten {
  Segment segment;
  std::vector<MovedEntry> moved;
  std::int64_t octets = 0;  ///< of all records
  std::uint64_t written = 0;
};

Result<Rewritten> rewrite(Segments& segments, const Segment& old, const Catalogue& catalogue,
                          const Survey& survey, Throttle& throttle);
/// The name that the next generation has until it is whole.
Path unfinished_path(const Segments& segments, const SegmentHeader& header);

}  // namespace x400::mstore::space
