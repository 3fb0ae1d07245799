// RTSE APDUs in normal mode (X.228 clause 9, module Reliable-Transfer-APDU): read and written.
#pragma once

#include <cstdint>
#include <optional>

#include "x400/base/result.hpp"
#include "x400/osi/policy.hpp"
#include "x400/osi/slice.hpp"

namespace x400::osi::rtse {

/// Refuse-reason.
enum class RefuseReason : std::uint8_t {
  busy = 0,
  cannot_recover = 1,
  validation_failure = 2,
  unacceptable_dialogue_mode = 3,
};

/// Abort-reason.
enum class AbortReason : std::uint8_t {
  local_system_problem = 0,
  invalid_parameter = 1,
  unrecognized_activity = 2,
  temporary_problem = 3,
  protocol_error = 4,
  permanent_problem = 5,
  user_error = 6,
  transfer_completed = 7,
};

/// RTORQ and RTOAC.
struct Open {
  std::int64_t checkpoint = 0;     ///< units of 1024 octets; 0: no checkpoints
  std::int64_t window = 3;         ///< checkpoints not yet confirmed
  bool two_way_alternate = false;  ///< RTORQ only
  bool recover = false;            ///< an earlier association is meant, not a new one
  Slice user_data;                 ///< inside open [0], whole value; empty if absent or recover
};

/// Whole APDUs, walked. Errors: malformed.
Result<Open> parse_rtorq(const Slice& apdu);
Result<Open> parse_rtoac(const Slice& apdu);

struct Refused {
  std::optional<std::int64_t> reason;
  Slice user_data;  ///< whole value; empty if absent
};
Result<Refused> parse_rtorj(const Slice& apdu);

/// The reason of an RTAB; absent if there is none, or it is no RTAB.
std::optional<std::int64_t> abort_reason(View apdu);
/// The priority of an RTTP; 0, the most urgent, if it cannot be read.
std::int64_t priority(View apdu);

/// `user_data`: one whole value, or empty. Two-way alternate.
Octets encode_rtorq(const ReliableTransfer& proposed, View user_data);
Octets encode_rtoac(const ReliableTransfer& agreed, View user_data);
/// Without reason: by the user, whose data they are.
Octets encode_rtorj(std::optional<RefuseReason> reason, View user_data);
Octets encode_rttp(std::int64_t priority);
Octets encode_rtab(AbortReason reason);

}  // namespace x400::osi::rtse
