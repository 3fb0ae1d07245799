// LogReader: reads the log of a closed store by docs/formats.md, with no code of the engine, and says what
// the store holds. What it says of whole octets is what the engine must say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "env/env.hpp"
#include "seen.hpp"

namespace x400::mstore::crash {

/// What lies in a stretch of a segment.
struct Stretch {
  enum class Part : std::uint8_t { segment_header, batch_header, record_header, body, content, padding } part;
  std::uint64_t begin = 0, end = 0;
  std::string file{};  ///< its name in log/
  int type = 0;        ///< of the record
  std::uint32_t mailbox = 0, number = 0;
  int base = 0;                      ///< of an entry
  std::vector<EntryName> entries{};  ///< whose state depends on it
  bool catalogue = false;            ///< of a batch that may be passed over
};

struct LogSeen {
  Seen seen{};
  std::vector<Stretch> stretches{};                ///< in order, of all segments
  std::map<std::string, EntryName> large_files{};  ///< file in large/, whose
  std::uint64_t last_lsn = 0;
};

/// Only a log without damage is understood; anything else is in seen.faults.
LogSeen read_log(Env& env, const Path& store);

}  // namespace x400::mstore::crash
