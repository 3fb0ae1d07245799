// Mailbox: what the administrator sets for one user of the store.
//
// Threads: values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "x400/mstore/policy.hpp"
#include "x400/mstore/types.hpp"

namespace x400::mstore {

/// Durable in the store. The user's own registrations (Register-MS) are kept beside it.
struct MailboxSettings {
  /// Never the address: addresses change. 1..255 octets of UTF-8.
  std::string id;
  /// ORName or ORAddress values, each a whole TLV: by which deliveries find the mailbox and which its user
  /// may originate from. The first is the main one. No address may belong to two mailboxes.
  std::vector<Octets> or_addresses;
  /// The Out Box: submitted messages are kept as entries of class submission. 1988 clients see them as
  /// information base 1.
  bool keep_submitted = true;
  /// Drafts (class draft, 1994).
  bool drafts = true;
  Policy policy{};
  /// Delivery log and submission log (classes delivery-log and submission-log, 1994): each delivery, and each
  /// submission that the MTA took or refused (ms-submission-error), leaves an entry of its envelope, without
  /// content, that stays when the message goes (ms-deletion-time then; Policy::logs says how long). A
  /// submission whose outcome is unknown stands in the Out Box, not in the log.
  bool logs = false;
  friend bool operator==(const MailboxSettings&, const MailboxSettings&) = default;
};

struct Mailbox {
  MailboxNumber number = 0;
  MailboxSettings settings;
};

/// Entries and their content octets, children not counted.
struct Usage {
  struct Class {
    std::uint64_t entries = 0;
    std::uint64_t new_entries = 0;
    std::uint64_t octets = 0;
  };
  Class delivery, submission, draft;
  Class archive;  ///< outside every quota
};

}  // namespace x400::mstore
