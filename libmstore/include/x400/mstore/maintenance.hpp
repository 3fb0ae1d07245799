// Maintenance: what an operator does to a store that is closed: check it, bring its index up to the log, make
// the index anew.
//
// The log is the truth and the index a cache of it. A store that is opened mends itself: it cuts off what a
// crash left half written and brings the index up to date. What is here is for when more is wanted: proof
// that all is well, or an index that is known to be what the log says.
//
//   auto report = check("/var/lib/mstore", [](const Progress& p) { ... });
//   if (report.ok() && !report->good()) for (const auto& p : report->problems) ...
//
// Each function holds the store's lock meanwhile: unavailable when another process has it open, not_found
// when there is no store, unsupported when a later version made it, io and corrupt for what cannot be read at
// all. What is wrong in the store is no error of these functions but stands in their reports.
//
// Threads: values and functions, any thread. Progress is told on one thread at a time: the calling one, or,
// of a store that runs (Store::check and the like), one of the store's, which must not be kept waiting.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "x400/base/result.hpp"

namespace x400::mstore {

struct Progress {
  enum class Phase : std::uint8_t {
    reading,    ///< the log, in octets
    contents,   ///< large contents, in files
    writing,    ///< rows of an index, in entries
    indexing,   ///< its indices
    comparing,  ///< two indices
  } phase = Phase::reading;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};
/// What the one who is told of progress says to it. stop: the work ends soon with the error `closed`; nothing
/// has been changed, and no half-made index is left.
enum class Proceed : std::uint8_t { go_on, stop };
/// Called every few milliseconds to few hundred milliseconds, also when nothing has moved meanwhile.
using ProgressCall = std::function<Proceed(const Progress&)>;
/// "reading", ...
std::string_view name(Progress::Phase phase);

/// What was done to an index, held against what it was before.
struct IndexReport {
  bool replaced = false;  ///< false: it was what the log says, and stays
  std::string reason;     ///< why it could not be used as it was; empty: it could
  std::uint64_t entries = 0;
  std::uint64_t entries_added = 0;
  std::uint64_t entries_removed = 0;
  std::uint64_t entries_changed = 0;
  std::uint64_t other_differences = 0;   ///< mailboxes, counters, items and duplicate keys
  std::vector<std::string> differences;  ///< the first few of each kind, named
  std::uint64_t segments = 0;
  std::uint64_t scanned_segments = 0;  ///< read whole, for want of a catalogue
  std::vector<std::string> findings;   ///< what else was found wrong or put right
};

/// Makes the index be what the log says, and says how it differed: one from an older or a newer moment, lost,
/// damaged, of another version, or wrong.
Result<IndexReport> synchronise(const std::filesystem::path& folder, const ProgressCall& progress = nullptr);
/// The same, but a new index takes the place of the old one in any case.
Result<IndexReport> rebuild_index(const std::filesystem::path& folder,
                                  const ProgressCall& progress = nullptr);

struct Problem {
  enum class Kind : std::uint8_t {
    damage,         ///< octets of the log that do not hold against their checksums, segments missing
    torn_tail,      ///< the last batch is incomplete: nobody was told of it. The next opening cuts it off
    large_content,  ///< the file of a content is missing, short or damaged
    orphan,         ///< a file that belongs to nothing. The next opening removes it
    catalogue,      ///< one that does not say what its segment holds
    index,          ///< the index is not what the log says
    counters,       ///< counters are not the sum of the entries
  } kind = Kind::damage;
  std::string text;  ///< what and where: mailbox, entry, file, offset
};
/// "damage", "torn-tail", ...
std::string_view name(Problem::Kind kind);

struct CheckReport {
  std::uint64_t segments = 0;
  std::uint64_t octets = 0;  ///< of the log
  std::uint64_t records = 0;
  std::uint64_t entries = 0;  ///< in the index that the log gives
  std::uint64_t large_contents = 0;
  std::uint64_t dead_octets = 0;  ///< of records that nothing needs, as the index has it
  std::vector<Problem> problems;

  bool good() const { return problems.empty(); }
};

/// Reads everything and writes nothing but a temporary index beside the other: all checksums, large contents
/// and who holds them, catalogues, and the index against what the log gives. An index that is behind the log
/// is no problem: the next opening brings it up.
Result<CheckReport> check(const std::filesystem::path& folder, const ProgressCall& progress = nullptr);

/// As JSON objects, on one line, for programs.
std::string to_json(const IndexReport& report);
std::string to_json(const CheckReport& report);

struct DumpOptions {
  bool json = false;  ///< each line is a JSON object; else text
  bool index = true;  ///< of a store: what the index says of itself, and of segments and mailboxes
};
struct DumpResult {
  bool damaged = false;  ///< something did not hold against its checksum
  bool unread = false;   ///< something could not be read
  bool stopped = false;  ///< by the one who prints
};
/// A line, without its end. stop: no more of them; the rest is not read.
using PrintLine = std::function<Proceed(std::string_view line)>;
/// Prints what lies on the disk, line by line: of a folder that holds a store everything, of other paths the
/// segment that each is. Takes no lock and writes nothing: beside a running store its last batch may be in
/// flux.
DumpResult dump(const std::vector<std::filesystem::path>& paths, const DumpOptions& options,
                const PrintLine& print);

}  // namespace x400::mstore
