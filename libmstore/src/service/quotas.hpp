// Quotas: limits given with a change set, and soft ones watched after it.
#pragma once

#include "service/engine.hpp"

namespace x400::mstore::service {

enum class Hard : bool { no, yes };

/// The limit of the class, if there is one, so that the change set is refused beyond it (`hard`), and tells
/// what there is after it. A class that is in the set already is left as it is.
void add_quota(const Policy& policy, backend::EntryClass entry_class, Hard hard, backend::ChangeSet& set);

/// After a change set with these limits was done: tells of soft quotas passed.
void watch_quotas(Engine& engine, const MailboxPtr& mailbox, const std::vector<backend::Quota>& quotas,
                  const backend::Committed& done);
/// The same by what there is now: after settings have changed, and when somebody begins to listen.
void check_quotas(Engine& engine, const MailboxPtr& mailbox);
/// What was told before the restart.
Status load_told(Engine& engine, MailboxState& mailbox);

}  // namespace x400::mstore::service
