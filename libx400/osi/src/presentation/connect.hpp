// Connection establishment PPDUs in normal mode (X.226 8.2): CP, CPA, CPR.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "presentation/data.hpp"
#include "x400/osi/policy.hpp"

namespace x400::osi::presentation {

/// CPR provider reasons.
enum class RefuseReason : std::uint8_t {
  not_specified = 0,
  congestion = 1,
  local_limit = 2,
  address_unknown = 3,
  protocol_version = 4,
  default_context = 5,
  user_data_not_readable = 6,
  no_psap = 7,
};

/// Result list: result, and for a provider rejection its reason.
enum class ContextResult : std::uint8_t {
  acceptance,
  user_rejection,
  not_specified,
  abstract_syntax_not_supported,
  transfer_syntaxes_not_supported,
  local_limit,
};

struct ProposedContext {
  ContextId id = 0;
  ber::Oid abstract_syntax;
  bool basic_encoding = false;  ///< among its transfer syntaxes
  ContextResult result = ContextResult::local_limit;
};

struct Cp {
  Octets calling, called;  ///< PSELs
  std::vector<ProposedContext> contexts;
  bool default_context = false;
  Slice user_data;  ///< whole value; empty if absent
};

/// Why a CP is refused. Without a reason: it was not meant as a CP.
struct CpFault {
  std::optional<RefuseReason> reason;
  std::string text;
};

/// Walks and reads a CP; CPC values behind it are not looked at.
Result<Cp, CpFault> parse_cp(const Slice& data, const Limits& limits);

struct Cpa {
  Octets responding;
  std::vector<bool> accepted;  ///< in the order of the definition list
  Slice user_data;
};
Result<Cpa> parse_cpa(const Slice& data, const Limits& limits);

struct Cpr {
  std::optional<std::int64_t> provider_reason;
  Slice user_data;
};
Result<Cpr> parse_cpr(const Slice& data, const Limits& limits);

Octets encode_cp(const Selectors& calling, const Selectors& called,
                 const std::vector<ProposedContext>& contexts, ContextId acse, View apdu);
Octets encode_cpa(View responding, const std::vector<ProposedContext>& contexts, ContextId acse, View apdu);
/// `cp` absent: nothing was read. `apdu` empty: no user data.
Octets encode_cpr(const Cp* cp, std::optional<RefuseReason> reason, ContextId acse, View apdu);

}  // namespace x400::osi::presentation
