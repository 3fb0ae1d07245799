// Notice: what the operator should know and nobody else is told.
//
// Threads: values; see Store::subscribe_notices().
#pragma once

#include <chrono>

#include "x400/mstore/policy.hpp"
#include "x400/mstore/types.hpp"

namespace x400::mstore {

struct Notice {
  enum class Kind : std::uint8_t {
    over_soft_quota,   ///< told once, until it falls below; durable over restarts
    below_soft_quota,  ///< again
    aged,              ///< retention has removed entries of a mailbox
    purged,            ///< entries have left the archive of a mailbox for good
    clock_ahead,     ///< the clock has leapt ahead by `ahead`: for retention and holds it is not believed yet
    clock_believed,  ///< it was so for a day, or is right again
    ageing_failed,   ///< `text`; tried again within a minute
  } kind = Kind::aged;
  MailboxNumber mailbox = 0;
  EntryClass entry_class = EntryClass::delivery;  ///< quotas
  std::uint64_t entries = 0;                      ///< quotas: what there is; aged and purged: how many went
  std::uint64_t octets = 0;                       ///< quotas: what there is
  std::uint64_t archived = 0;                     ///< aged: how many of them lie in the archive now
  Quota quota;                                    ///< quotas
  std::chrono::milliseconds ahead{0};
  std::string text;
};

}  // namespace x400::mstore
