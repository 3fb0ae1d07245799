// Cleaner: keeps the share of dead octets in the log under a bound, by rewriting the segments that have most
// of them and removing those that hold nothing that is needed.
//
// Each step is safe on its own: the new generation has its name only when it is whole; rows of the index are
// moved in transactions of a bearable size, and each says in which generation its record lies; the old file
// then goes to retired/. What a crash leaves between is put right by tidy() and reconcile() at the next open.
//
// Threads: one at a time.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "backend/options.hpp"
#include "index/index.hpp"
#include "log/followers.hpp"
#include "log/removed.hpp"
#include "space/rewrite.hpp"

namespace x400::mstore::space {

/// What has been done since the store was opened.
struct CleaningTotals {
  std::uint64_t rewritten = 0;  ///< segments
  std::uint64_t removed = 0;    ///< segments
  std::uint64_t octets_read = 0;
  std::uint64_t octets_written = 0;
  std::uint64_t octets_freed = 0;
  std::uint64_t catalogue_octets = 0;  ///< written
};

class Cleaner {
 public:
  struct Ports {
    /// Writes counter records of these mailboxes; durable on return.
    std::function<Status(const std::vector<MailboxNumber>&)> write_counters;
    std::function<LogPosition()> log_end;
    std::function<Time()> duplicates_from;
    std::function<void(std::string)> damage;
    std::function<void()> remove_unused_contents;
  };
  Cleaner(Segments& segments, Index& index, const Followers& followers, RemovedSegments removed,
          Path removed_file, const backend::Options& options, Ports ports, Throttle& throttle);

  /// Cleans one segment where one is worth it. False: none is.
  Result<bool> step();
  CleaningTotals totals() const;

 private:
  struct Share {
    std::int64_t dead = 0;
    std::int64_t octets = 0;
  };
  Result<std::optional<SpaceRow>> choose();
  std::int64_t dead_octets(const SpaceRow& row) const;
  bool tried(const SpaceRow& row) const;
  std::uint32_t first_forbidden() const;
  Status clean(const SpaceRow& row);
  Result<Survey> survey_counted(const Segment& segment, const Catalogue& catalogue);
  Status move_rows(const SpaceRow& before, const Rewritten& made, const Survey& survey);
  Status dig_up_all(const Survey& survey, std::uint32_t segment);
  Status remove_whole(const Segment& segment, const Survey& survey);
  Status retire(const SegmentHeader& header);
  SurveyRules rules() const;

  Segments& segments_;
  Index& index_;
  const Followers& followers_;
  RemovedSegments removed_;
  const Path removed_file_;
  const backend::Options& options_;
  const Ports ports_;
  Throttle& throttle_;
  std::map<std::uint64_t, std::int64_t> tried_;  // file_key(): dead octets then
  mutable std::mutex totals_mutex_;
  CleaningTotals totals_;
};

/// Before the log goes on: takes generations that have a newer one to retired/ and removes what was left
/// half written.
Status tidy(Segments& segments, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& superseded);
/// Removes from retired/ what went there at or before `until`. The octets freed.
Result<std::uint64_t> sweep_retired(Segments& segments, Time until);
/// Brings the index's places up to the generations that the log has. How many segments differed.
Result<std::uint64_t> reconcile(Database& db, Segments& segments);

}  // namespace x400::mstore::space
