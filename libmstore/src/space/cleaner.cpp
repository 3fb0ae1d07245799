#include "space/cleaner.hpp"

#include <algorithm>
#include <set>

#include "space/spare.hpp"

namespace x400::mstore::space {
namespace {

constexpr std::size_t rows_per_transaction = 1000;  // the applier's other work waits so long
constexpr std::int64_t nearly_dead = 90;            // percent: cleaned whatever the share of all

}  // namespace

Cleaner::Cleaner(Segments& segments, Index& index, const Followers& followers, RemovedSegments removed,
                 Path removed_file, const backend::Options& options, Ports ports, Throttle& throttle)
    : segments_(segments),
      index_(index),
      followers_(followers),
      removed_(std::move(removed)),
      removed_file_(std::move(removed_file)),
      options_(options),
      ports_(std::move(ports)),
      throttle_(throttle) {}

CleaningTotals Cleaner::totals() const {
  const std::lock_guard lock(totals_mutex_);
  return totals_;
}

Result<bool> Cleaner::step() {
  X400_TRY(row, choose());
  if (!row) return false;
  tried_[file_key(row->segment, row->generation)] = dead_octets(*row);
  const Status cleaned = clean(*row);
  if (cleaned.ok()) return true;
  if (cleaned.error().kind() != ErrorKind::corrupt) {
    tried_.erase(file_key(row->segment, row->generation));
    return cleaned.error();
  }
  ports_.damage(cleaned.error().text());
  return true;
}

std::int64_t Cleaner::dead_octets(const SpaceRow& row) const {
  const bool expired = row.expiring > 0 && row.expires < ports_.duplicates_from();
  return std::min(row.octets, row.dead + (expired ? row.expiring : 0));
}

bool Cleaner::tried(const SpaceRow& row) const {
  const auto it = tried_.find(file_key(row.segment, row.generation));
  return it != tried_.end() && dead_octets(row) - it->second < row.octets / 10 + 1;
}

// The first segment that must stay as it is: the index, or a follower that is not too far behind, has not
// come past it. One with a later batch follows then, so that the log never ends in a cleaned segment.
std::uint32_t Cleaner::first_forbidden() const {
  const std::uint32_t safe = index_.indexed_position().segment;
  const auto follower = followers_.slowest(segments_, options_.follower_bound);
  return follower ? std::min(safe, follower->segment) : safe;
}

Result<std::optional<SpaceRow>> Cleaner::choose() {
  std::vector<SpaceRow> rows;
  {
    X400_TRY(lease, index_.read());
    X400_TRY(found, space_rows(lease->database()));
    rows = std::move(found);
  }
  Share all;
  std::optional<SpaceRow> best;
  std::int64_t best_share = 0;
  bool unsafe = false;
  const std::uint32_t forbidden = first_forbidden();
  for (const SpaceRow& row : rows) {
    const auto segment = segments_.find(row.segment);
    if (!segment || segment->end == 0 || row.octets <= 0) continue;
    const std::int64_t dead = dead_octets(row);
    all.dead += dead;
    all.octets += row.octets;
    const std::int64_t share = dead * 1000 / row.octets;
    if (share <= best_share || tried(row) || segment->header.generation != row.generation ||
        row.generation == most_generations)
      continue;
    if (row.segment >= forbidden) {
      unsafe = true;
      continue;
    }
    best = row;
    best_share = share;
  }
  const bool too_many = all.dead * 100 > all.octets * static_cast<std::int64_t>(options_.clean_dead_percent);
  if (best && (too_many || best_share >= nearly_dead * 10)) return best;
  // What the index has not made safe yet can be cleaned when it has: next time.
  if (unsafe && too_many && index_.applied() > index_.indexed()) X400_CHECK(index_.make_safe());
  return std::optional<SpaceRow>();
}

SurveyRules Cleaner::rules() const {
  SurveyRules rules;
  rules.now = segments_.env().now();
  rules.duplicates_from = ports_.duplicates_from();
  if (options_.event_days != 0)
    rules.events_from = rules.now - static_cast<Time>(options_.event_days) * 24 * 3600 * 1000;
  return rules;
}

Status Cleaner::clean(const SpaceRow& row) {
  const auto segment = segments_.find(row.segment);
  if (!segment) return Ok{};
  X400_TRY(opened, segments_.open(segment->header.segment, segment->header.generation));
  X400_TRY(contents, read_contents(*opened.file, *segment));
  if (!contents.damage.empty()) return Error(ErrorKind::corrupt, contents.damage.front() + "; not cleaned");
  X400_TRY(survey, survey_counted(*segment, contents.catalogue));
  if (survey.keep.empty()) return remove_whole(*segment, survey);
  X400_CHECK(spare(segments_.env(), segments_.folder(), segment->end));
  X400_TRY(made, rewrite(segments_, *segment, contents.catalogue, survey, throttle_));
  segments_.add(made.segment);
  X400_CHECK(move_rows(row, made, survey));
  X400_CHECK(retire(segment->header));
  const std::lock_guard lock(totals_mutex_);
  ++totals_.rewritten;
  totals_.octets_read += made.written;
  totals_.octets_written += made.written;
  totals_.octets_freed += segment->end > made.written ? segment->end - made.written : 0;
  return Ok{};
}

// A mailbox keeps its next number and last time although the entries that told them go: a counter record in
// a later segment tells them.
Result<Survey> Cleaner::survey_counted(const Segment& segment, const Catalogue& catalogue) {
  for (int round = 0;; ++round) {
    const Lsn as_of = index_.applied();
    X400_TRY(lease, index_.read());
    X400_TRY(found, survey(lease->database(), segment, catalogue, as_of, rules()));
    if (found.uncounted.empty() || round == 2) {
      if (!found.uncounted.empty())
        return Error(ErrorKind::unavailable, "counters of mailboxes are not in the index yet");
      return found;
    }
    std::vector<MailboxNumber> mailboxes;
    for (const auto& [mailbox, lsn] : found.uncounted) mailboxes.push_back(mailbox);
    X400_CHECK(ports_.write_counters(mailboxes));
    X400_CHECK(index_.wait_applied(ports_.log_end().lsn));
  }
}

Status Cleaner::move_rows(const SpaceRow& before, const Rewritten& made, const Survey& survey) {
  const SegmentHeader& h = made.segment.header;
  const std::uint64_t to = file_key(h.segment, h.generation);
  for (std::size_t at = 0; at < made.moved.size(); at += rows_per_transaction) {
    const std::span<const MovedEntry> some =
        std::span(made.moved).subspan(at, std::min(rows_per_transaction, made.moved.size() - at));
    X400_CHECK(index_.perform([&](Database& db) { return move_entries(db, some, to); }));
  }
  X400_CHECK(dig_up_all(survey, h.segment));
  return index_.perform([&](Database& db) -> Status {
    X400_TRY(rows, space_rows(db));
    SpaceRow row;
    for (const SpaceRow& r : rows)
      if (r.segment == h.segment) row = r;
    row.segment = h.segment;
    row.generation = h.generation;
    row.octets = made.octets;
    row.dead = std::clamp<std::int64_t>(row.dead - before.dead, 0, made.octets);  // died meanwhile
    row.expiring = survey.expiring;
    row.expires = survey.expires;
    row.as_of = h.as_of;
    return set_space(db, row);
  });
}

Status Cleaner::dig_up_all(const Survey& survey, std::uint32_t segment) {
  for (std::size_t at = 0; at < survey.dropped_entries.size(); at += rows_per_transaction)
    X400_CHECK(index_.perform([&](Database& db) -> Status {
      const std::size_t end = std::min(at + rows_per_transaction, survey.dropped_entries.size());
      for (std::size_t i = at; i < end; ++i) X400_CHECK(dig_up(db, survey.dropped_entries[i], segment));
      return Ok{};
    }));
  return index_.perform([&](Database& db) -> Status {
    for (const CatalogueRecord* r : survey.dropped_items) {
      X400_TRY(body, decode_item(r->body));
      X400_CHECK(dig_up_item(db, r->header.mailbox, body.kind, body.key, segment));
    }
    return Ok{};
  });
}

Status Cleaner::remove_whole(const Segment& segment, const Survey& survey) {
  removed_.add(segment.header);
  X400_CHECK(removed_.write(segments_.env(), removed_file_));
  segments_.remove(segment.header.segment);
  X400_CHECK(retire(segment.header));
  X400_CHECK(dig_up_all(survey, segment.header.segment));
  X400_CHECK(index_.perform([&](Database& db) -> Status {
    X400_TRY(erase, db.prepare("DELETE FROM space WHERE segment=?1"));
    erase.bind(1, segment.header.segment);
    return erase.run();
  }));
  const std::lock_guard lock(totals_mutex_);
  ++totals_.removed;
  totals_.octets_freed += segment.end;
  return Ok{};
}

Status Cleaner::retire(const SegmentHeader& header) {
  X400_CHECK(segments_.retire(header.segment, header.generation));
  X400_CHECK(segments_.env().sync_folder(segments_.retired()));
  return segments_.env().sync_folder(segments_.folder());
}

}  // namespace x400::mstore::space
