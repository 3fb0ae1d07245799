// Audit: the lines that the store writes of itself into its log, one with every change that is acknowledged,
// in the same change set: the change is there with its line, or neither is.
//
// A line is an event record of the log (docs/formats.md, type 7): the record tells mailbox, time and, where
// the line is about one entry, its sequence number; the body a kind and a JSON object of fields. mstore-dump
// prints them. They are written once, never changed, and stay when the entries that they tell of go.
//
// What List and Fetch do to the retrieval status is not acknowledged and has no line.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace x400::mstore {

/// The values are stored: never reuse one. 0x100 and above are free for programs that embed the backend.
enum class AuditKind : std::uint16_t {
  delivered = 1,
  submission_begun = 2,
  submitted = 3,
  submission_refused = 4,
  submission_unknown = 5,
  submission_cancelled = 6,
  draft_stored = 7,
  deleted = 8,
  archive_purged = 9,
  registration_changed = 10,
  credentials_changed = 11,
  mailbox_created = 12,
  mailbox_changed = 13,
};

/// What documentation and programs need to know of a kind.
struct AuditEntry {
  AuditKind kind;
  std::string_view name;       ///< "delivered"
  std::string_view paragraph;  ///< what happened, and the fields, for an administrator
};
/// All kinds, in order.
std::span<const AuditEntry> audit_entries();
/// Empty: none of ours.
std::string_view name(AuditKind kind);

}  // namespace x400::mstore
