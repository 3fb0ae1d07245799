// Reports and the submissions they speak of: by the MTS identifier, else by content-correlator or
// content-identifier of a submission whose outcome is unknown.
#pragma once

#include "service/engine.hpp"
#include "service/entry.hpp"

namespace x400::mstore::service {

/// Adds to the change set of a report (its create[0]) what it tells about a submission, if there is one.
void add_correlation(Engine& engine, const MailboxState& mailbox, const AttributeList& report,
                     backend::ChangeSet& set);

/// The Out Box with what the reports said.
Result<std::vector<SubmissionInfo>> submissions(const Engine& engine, const MailboxState& mailbox);

/// The entry of class submission with this MTSIdentifier; nothing: none.
Result<std::optional<SequenceNumber>> find_submission(const Engine& engine, const MailboxState& mailbox,
                                                      View identifier);
/// One entry of class submission with what the row keeps.
Result<Entry> submission_entry(const Engine& engine, const MailboxState& mailbox, SequenceNumber number);

/// Notes that the mailbox of the change set submitted what the MTS calls so.
void note_subject(const Engine& engine, View identifier, backend::ChangeSet& set);
/// Who did, of all mailboxes.
Result<std::optional<MailboxNumber>> submitter_of(const Engine& engine, View identifier);

}  // namespace x400::mstore::service
