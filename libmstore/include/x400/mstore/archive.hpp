// Archive: what was removed from In Box or Out Box and must be kept all the same (Policy::hold). Only the
// administrator reads it; nothing but time takes anything out.
//
// Threads: values.
#pragma once

#include <memory>

#include "x400/asn1/ms/retrieval.hpp"
#include "x400/base/octets.hpp"
#include "x400/mstore/types.hpp"

namespace x400::mstore {

enum class RemovedBy : std::uint8_t {
  user = 0,
  ageing = 1,
  store = 2,  ///< a submission of a mailbox that keeps none
};

struct ArchivedEntry {
  SequenceNumber number = 0;  ///< as it was in the mailbox
  EntryClass entry_class = EntryClass::delivery;
  EntryType entry_type = EntryType::delivered_message;
  RetrievalStatus status = RetrievalStatus::new_;
  std::uint64_t octets = 0;
  std::uint32_t children = 0;  ///< they bear the numbers behind it
  Time created;
  Time archived;
  Time until;  ///< when it goes; later, if the hold was lengthened meanwhile
  RemovedBy by = RemovedBy::user;
  friend bool operator==(const ArchivedEntry&, const ArchivedEntry&) = default;
};

/// An archived entry with attributes, which borrow from `storage`.
struct ArchivedMessage {
  ArchivedEntry entry;
  ms::EntryInformation information;
  std::shared_ptr<const void> storage;
};

struct ArchivedContent {
  Octets octets;           ///< from the offset asked for on, at most so many as asked for
  std::uint64_t size = 0;  ///< of the whole content
};

}  // namespace x400::mstore
