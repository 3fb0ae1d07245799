// Removal: what goes with an entry when it goes, and whether it goes for good: one way for the user's Delete,
// for retention and for the store itself.
#pragma once

#include <vector>

#include "service/engine.hpp"
#include "x400/mstore/archive.hpp"

namespace x400::mstore::service {

struct Removal {
  backend::ChangeSet set;
  std::uint64_t archived = 0;  ///< how many of the entries go to the archive
};

/// Of main entries of the base stored; rows with their variable part. Those whose hold has not run out go to
/// the archive.
Removal removal(Engine& engine, const MailboxState& mailbox, const std::vector<backend::Row>& rows,
                RemovedBy by);

/// How an archived entry is remembered: items::archived.
struct ArchiveNote {
  backend::Time archived = 0;
  RemovedBy by = RemovedBy::user;
  Octets encode() const;
  static Result<ArchiveNote> decode(View octets);
};
/// When an entry may leave the archive by the policy of now.
backend::Time archive_end(const Policy& policy, backend::Time created, backend::Time archived);

}  // namespace x400::mstore::service
