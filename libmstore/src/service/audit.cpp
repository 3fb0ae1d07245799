#include "service/audit.hpp"

#include <algorithm>
#include <array>

#include "maintenance/line.hpp"
#include "x400/asn1/mts/identifier.hpp"

namespace x400::mstore {
namespace {

constexpr std::array entries{
    AuditEntry{
        AuditKind::delivered, "delivered",
        "A message or report was taken from an MTA; number is the new entry's. type is message or report, id "
        "the MTS identifier of a message, of a report its subject's, size the octets of the content, "
        "children "
        "the entries made of forwarded messages or returned content."},
    AuditEntry{
        AuditKind::submission_begun, "submission-begun",
        "A user's submission is on disk, and about to be sent; number is its entry's. probe says whether it "
        "is one, size the octets of the content. One of submitted, submission-refused and "
        "submission-unknown follows."},
    AuditEntry{
        AuditKind::submitted, "submitted",
        "The MTA took a submission and gave it the MTS identifier id. kept false: the mailbox keeps no "
        "submissions, and the entry is gone, or in the archive where a hold wants it."},
    AuditEntry{AuditKind::submission_refused, "submission-refused",
               "The MTA refused a submission, or it could not be sent; its entry is gone."},
    AuditEntry{AuditKind::submission_unknown, "submission-unknown",
               "It is not known whether the MTA took a submission: the link broke, or the service was "
               "stopped before "
               "the answer (at is start then). The entry stays and shows it."},
    AuditEntry{AuditKind::submission_cancelled, "submission-cancelled",
               "The MTA cancelled the deferred delivery of a submission, as its user asked."},
    AuditEntry{AuditKind::draft_stored, "draft-stored",
               "A user stored a draft; number is its entry's, size the octets of its content."},
    AuditEntry{
        AuditKind::deleted, "deleted",
        "Main entries went with their children: gone and archived are the numbers of those removed and of "
        "those that a hold keeps in the archive. by is user, retention or store (a submission that the "
        "mailbox does not keep)."},
    AuditEntry{AuditKind::archive_purged, "archive-purged",
               "The hold of entries in the archive has run out, and they are gone: numbers."},
    AuditEntry{AuditKind::registration_changed, "registration-changed",
               "A user changed what is registered (Register-MS)."},
    AuditEntry{AuditKind::credentials_changed, "credentials-changed",
               "The password kept in the store was set, or removed (set false); the line does not hold it."},
    AuditEntry{AuditKind::mailbox_created, "mailbox-created", "The administrator made a mailbox: id."},
    AuditEntry{
        AuditKind::mailbox_changed, "mailbox-changed",
        "The administrator changed the settings of a mailbox: addresses, Out Box, drafts, logs or policy."},
};

}  // namespace

std::span<const AuditEntry> audit_entries() { return entries; }

std::string_view name(AuditKind kind) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.kind == kind; });
  return found == entries.end() ? std::string_view() : found->name;
}

namespace service {

AuditLine& AuditLine::member(std::string_view field, std::string_view json) {
  if (!members_.empty()) members_ += ',';
  members_ += maintenance::json_text(field) + ":";
  members_ += json;
  return *this;
}

AuditLine& AuditLine::text(std::string_view field, std::string_view value) {
  return member(field, maintenance::json_text(value));
}

AuditLine& AuditLine::number(std::string_view field, std::uint64_t value) {
  return member(field, std::to_string(value));
}

AuditLine& AuditLine::flag(std::string_view field, bool value) {
  return member(field, value ? "true" : "false");
}

AuditLine& AuditLine::numbers(std::string_view field, std::vector<backend::SequenceNumber> list) {
  if (list.empty()) return *this;
  std::sort(list.begin(), list.end());
  std::string ranges;
  for (std::size_t i = 0; i < list.size();) {
    std::size_t last = i;
    while (last + 1 < list.size() && list[last + 1] <= list[last] + 1) ++last;
    ranges += (ranges.empty() ? "" : ",") + std::to_string(list[i]);
    if (list[last] != list[i]) ranges += "-" + std::to_string(list[last]);
    i = last + 1;
  }
  return text(field, ranges);
}

backend::LogEvent AuditLine::event() const {
  backend::LogEvent out;
  out.kind = static_cast<std::uint16_t>(kind_);
  out.octets = to_octets("{" + members_ + "}");
  return out;
}

backend::LogEvent AuditLine::about(backend::SequenceNumber entry) const {
  backend::LogEvent out = event();
  out.number = entry;
  return out;
}

backend::LogEvent AuditLine::about_new(std::size_t place) const {
  backend::LogEvent out = event();
  out.entry = place;
  return out;
}

std::string identifier_text(View identifier) {
  const auto read = asn1::mts::MTSIdentifier::decode(identifier);
  return read.ok() ? read->to_string() : to_hex(identifier);
}

}  // namespace service
}  // namespace x400::mstore
