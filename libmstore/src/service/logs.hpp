// Logs (X.413 of 1994, MailboxSettings::logs): entries of classes delivery-log and submission-log. Each bears
// the number of the entry that it tells of, has its envelope's attributes and no content, and stays when that
// goes.
#pragma once

#include "service/engine.hpp"
#include "service/new_entries.hpp"
#include "service/run.hpp"
#include "x400/asn1/ms/errors.hpp"

namespace x400::mstore::service {

/// The log entry of a delivery, for a change set whose first entry is what was delivered; none where no log
/// is kept.
NewEntries delivery_log(const MailboxState& mailbox, const AttributeList& envelope, EntryType type);

/// That of a submission, whose number the caller gives it.
backend::NewEntry submission_log(const AttributeList& envelope, bool probe);
/// ms-submission-error; nothing for an error that the attribute has no place for.
std::optional<Octets> submission_error(const ms::MtsError& error);

/// ms-deletion-time of the log entries of what the change set removes from the stored ones. Log entries that
/// cannot be read now go without.
void note_deletion(const Engine& engine, MailboxNumber mailbox, const std::vector<backend::Row>& rows,
                   backend::Time now, backend::ChangeSet& set);

}  // namespace x400::mstore::service
