// Survey: what of a segment is needed still.
//
// A record goes only when the log without it gives the same index, now and after a power cut that sets the
// index back to what it had made safe:
//   entry     its row lies elsewhere or is gone; mailboxes whose last number would go with it are told
//   status    the records of all entries it touches carry a later state
//   modify    the same, or a later one in this segment says more
//   remove    the records of its entries are gone, and their duplicate keys forgotten
//   archive   the records of its entries are gone, or say themselves that they lie in the archive
//   item      another record holds the value; erased: no older value is left in the log
//   mailbox   there is a later one        counter  there is a later one
//   event     its time of keeping is over
// Status changes of one kind are joined into the last of them.
//
// Threads: one at a time. Only records before the position that the index has made safe may be surveyed.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "index/space_queries.hpp"
#include "log/catalogue.hpp"

namespace x400::mstore::space {

using namespace storage;

struct Kept {
  const CatalogueRecord* record = nullptr;
  std::optional<LiveEntry> state;  ///< of an entry
  bool archived = false;           ///< the entry lies in the archive
  std::optional<Octets> body;      ///< in place of the record's own
};

struct Survey {
  std::vector<Kept> keep;                     ///< in order
  std::vector<std::int64_t> dropped_entries;  ///< ids, of none that is kept
  std::vector<const CatalogueRecord*> dropped_items;
  std::map<MailboxNumber, Lsn> uncounted;  ///< the last entry that goes and no counter record covers
  Lsn as_of = 0;
  std::int64_t expiring = 0;  ///< octets of removals, worth another look in their time
  Time expires = 0;           ///< when the last of them was written, or found needed
};

struct SurveyRules {
  Time now = 0;
  Time duplicates_from = 0;         ///< duplicate keys of before are forgotten
  std::optional<Time> events_from;  ///< events of before go; nothing: none goes
};

/// `as_of`: applied before the survey began.
Result<Survey> survey(Database& db, const Segment& segment, const Catalogue& catalogue, Lsn as_of,
                      const SurveyRules& rules);

}  // namespace x400::mstore::space
