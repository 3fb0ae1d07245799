// Archive: what the administrator reads of it.
#pragma once

#include "service/engine.hpp"
#include "x400/mstore/archive.hpp"

namespace x400::mstore::service {

Result<std::vector<ArchivedEntry>> archived_entries(Engine& engine, const MailboxState& mailbox,
                                                    SequenceNumber after, std::uint32_t limit);
Result<ArchivedMessage> read_archived(Engine& engine, const MailboxState& mailbox, SequenceNumber number,
                                      const ms::EntryInformationSelection& wanted);
Result<ArchivedContent> archived_content(Engine& engine, const MailboxState& mailbox, SequenceNumber number,
                                         std::uint64_t offset, std::uint64_t count);

}  // namespace x400::mstore::service
