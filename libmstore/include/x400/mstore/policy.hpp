// Policy: how much a mailbox may hold, and how long it keeps it. Set by the administrator, for a mailbox
// (MailboxSettings::policy) and for all that say nothing (Options::policy).
//
//   Policy p;
//   p.in_box = Retention{std::chrono::hours(24 * 90), Retention::Of::processed};
//   p.hold = std::chrono::hours(24 * 30);        // not before thirty days
//
// Quotas. What passes a soft quota is told once (Notice), and again only after it fell below in between. A
// hard quota is overload: what would pass it is not taken (DeliveryFailure::mailbox_full; a user's submission
// or draft gets service-error unwilling-to-perform). They count main entries of the class and the octets of
// their contents, exactly, also of those that come at the same time. The archive is outside.
//
// Retention. The store removes by itself what is older, to the minute, in small steps. Time counts from
// creation, by the clock of the store as far as it can be trusted: a clock that runs ahead by more than five
// minutes is believed after a day, and time passes meanwhile as it did (docs/decisions/clock-jumps.md). A
// submission that waits for the MTA's answer stays.
//
// Hold. What is removed of In Box or Out Box before its hold has run out, by whomever, is gone for its user
// and lies in the archive (Store::archive()) until it has, and until the archive has kept it for its time.
//
// Threads: values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace x400::mstore {

/// Absent: no limit. A soft one must not be above its hard one.
struct Quota {
  std::optional<std::uint64_t> soft_entries, hard_entries;
  std::optional<std::uint64_t> soft_octets, hard_octets;
  friend bool operator==(const Quota&, const Quota&) = default;
};

struct Retention {
  enum class Of : std::uint8_t {
    all = 0,
    processed = 1,  ///< only what was fetched
    not_new = 2,    ///< what was listed or fetched
  };
  std::chrono::seconds age{0};  ///< 0: for ever
  Of of = Of::not_new;
  friend bool operator==(const Retention&, const Retention&) = default;
};

/// A member that is absent follows the store's; absent there too: no limit, for ever, no hold.
struct Policy {
  std::optional<Quota> delivery, submission, draft;
  std::optional<Retention> in_box, out_box;
  std::optional<std::chrono::seconds> logs;     ///< entries of the log classes; 0: for ever
  std::optional<std::chrono::seconds> hold;     ///< since creation; 0: none
  std::optional<std::chrono::seconds> archive;  ///< at least so long in the archive; 0: not because of this
  friend bool operator==(const Policy&, const Policy&) = default;
};

}  // namespace x400::mstore
