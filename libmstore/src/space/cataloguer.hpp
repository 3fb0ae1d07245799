// Cataloguer: gives sealed segments their catalogues, those too that a crash left without.
//
// Threads: one at a time; octets_written() from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <set>

#include "log/segments.hpp"

namespace x400::mstore::space {

class Cataloguer {
 public:
  explicit Cataloguer(storage::Segments& segments) : segments_(segments) {}

  /// Looks for a sealed segment without a catalogue and writes it, behind the end of the log there. The
  /// octets written (what is read was written not long ago); nothing: all have theirs. A segment that is
  /// damaged gets none.
  Result<std::optional<std::uint64_t>> step();
  std::uint64_t octets_written() const { return written_.load(); }

 private:
  Result<std::uint64_t> write(const storage::Segment& segment);

  storage::Segments& segments_;
  std::set<std::uint64_t> done_;  // file_key()
  std::atomic<std::uint64_t> written_{0};
};

}  // namespace x400::mstore::space
