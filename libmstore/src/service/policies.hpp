// Policies: what holds for a mailbox, and how it is kept among its properties.
#pragma once

#include "x400/ber/reader.hpp"
#include "x400/ber/writer.hpp"
#include "x400/mstore/policy.hpp"

namespace x400::mstore::service {

/// What the mailbox says, else what the store says.
Policy effective(const Policy& mailbox, const Policy& store);
/// invalid: a soft quota above its hard one, a negative time.
Status check(const Policy& policy);

/// One element, [3] constructed. What a later version adds is passed over.
void write(ber::Writer& w, const Policy& policy);
Result<Policy> read_policy(const ber::Element& e);

}  // namespace x400::mstore::service
