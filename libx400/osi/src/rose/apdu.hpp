// ROSE APDUs (X.880 9): read and written.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "x400/ber/walk.hpp"
#include "x400/osi/rose_types.hpp"
#include "x400/osi/slice.hpp"

namespace x400::osi::rose {

struct InvokeApdu {
  InvokeId id = 0;
  std::optional<std::int64_t> linked;
  OperationCode operation = 0;
  Slice argument;
};
struct ResultApdu {
  InvokeId id = 0;
  std::optional<OperationCode> operation;  ///< absent with the result
  Slice result;
};
struct ErrorApdu {
  InvokeId id = 0;
  std::optional<ErrorCode> error;  ///< absent: a global code
  Slice parameter;
};
struct RejectApdu {
  std::optional<InvokeId> id;
  Problem problem;
};
using Apdu = std::variant<InvokeApdu, ResultApdu, ErrorApdu, RejectApdu>;

/// What is to be rejected. The id may be longer than an InvokeId: it is repeated as it came.
struct ApduFault {
  Problem problem;
  std::optional<std::int64_t> id;
  std::string text;
  bool answer = false;  ///< it was a result or an error
};

/// Walks and reads one APDU. A reject that cannot be read is a RejectApdu without id: it is never answered.
Result<Apdu, ApduFault> parse(const Slice& apdu, const ber::Limits& limits);

// Headers in a buffer of their own in front of the value's slices.
Chain encode_invoke(InvokeId id, OperationCode operation, Chain argument);
Chain encode_result(InvokeId id, OperationCode operation, Chain value);
Chain encode_error(InvokeId id, ErrorCode code, Chain parameter);
Chain encode_reject(std::optional<std::int64_t> id, Problem problem);

}  // namespace x400::osi::rose
