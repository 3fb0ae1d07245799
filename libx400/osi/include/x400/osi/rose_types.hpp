// Names of the remote operations service (X.880): invoke ids, operation codes, reject problems.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace x400::osi {

/// A peer may use any INTEGER; the range kept is that of 4 octets, others are rejected (mistypedPDU).
using InvokeId = std::int32_t;
/// Local operation and error codes; P7 and P3 use no global ones (an invocation with one is rejected).
using OperationCode = std::int32_t;
using ErrorCode = std::int32_t;
/// Presentation context identifier. The initiator defines them, odd, starting anywhere.
using ContextId = std::int32_t;

/// Why an APDU was rejected. `kind` is the tag of the alternative in X.880's Reject.
struct Problem {
  enum class Kind : std::uint8_t { general = 0, invoke = 1, return_result = 2, return_error = 3 };
  Kind kind = Kind::general;
  std::int32_t code = 0;

  friend bool operator==(const Problem&, const Problem&) = default;
};

/// "invoke unrecognizedOperation (1/1)"
std::string to_string(Problem problem);

namespace problems {
using K = Problem::Kind;
inline constexpr Problem unrecognized_pdu{K::general, 0}, mistyped_pdu{K::general, 1},
    badly_structured_pdu{K::general, 2};
inline constexpr Problem duplicate_invocation{K::invoke, 0}, unrecognized_operation{K::invoke, 1},
    mistyped_argument{K::invoke, 2}, resource_limitation{K::invoke, 3}, release_in_progress{K::invoke, 4},
    unrecognized_linked_id{K::invoke, 5}, linked_response_unexpected{K::invoke, 6},
    unexpected_linked_operation{K::invoke, 7};
inline constexpr Problem result_unrecognized_invocation{K::return_result, 0},
    result_response_unexpected{K::return_result, 1}, mistyped_result{K::return_result, 2};
inline constexpr Problem error_unrecognized_invocation{K::return_error, 0},
    error_response_unexpected{K::return_error, 1}, unrecognized_error{K::return_error, 2},
    unexpected_error{K::return_error, 3}, mistyped_parameter{K::return_error, 4};
}  // namespace problems

}  // namespace x400::osi
