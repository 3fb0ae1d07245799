// The keys of a policy: how much a mailbox may hold and how long. The same in [defaults] and [[mailbox]].
#pragma once

#include "x400/mstore/policy.hpp"
#include "x400/settings/document.hpp"

namespace x400::server {

/// Faults go to the table.
mstore::Policy read_policy(settings::Table& table);

}  // namespace x400::server
