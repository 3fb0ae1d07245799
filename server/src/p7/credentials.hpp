// Whose P7 password holds: the one the user has set, kept in the store, else the directory's.
#pragma once

#include <functional>

#include "service/parts.hpp"

namespace x400::server {

/// Checks a password of a known or (null) unknown user; both take the same time. Reads the store: call it on
/// the engine pool. The completion runs there or on a thread of the verifier, once.
void authenticate(const Parts& parts, const UserPtr& user, mstore::MailboxNumber mailbox,
                  settings::Secret password, std::function<void(Verdict)> completion);

}  // namespace x400::server
