// Remote operations of one association (X.880): who has invoked what, and what is rejected.
#pragma once

#include <optional>
#include <unordered_map>
#include <variant>

#include "rose/apdu.hpp"
#include "rose/carrier.hpp"
#include "x400/osi/events.hpp"
#include "x400/osi/policy.hpp"

namespace x400::osi::rose {

using Event = std::variant<Invoke, ReturnResult, ReturnError, Reject, RejectSent>;

class Machine {
 public:
  Machine(Carrier& carrier, const Limits& limits) : carrier_(carrier), limits_(limits) {}

  Event receive(ContextId context, const Slice& apdu);

  InvokeId invoke(ContextId context, OperationCode operation, Chain argument);
  // Errors: invalid if the peer has no such invocation waiting.
  Status result(InvokeId id, Chain value);
  Status error(InvokeId id, ErrorCode code, Chain parameter);
  Status reject(InvokeId id, Problem problem);

  /// The carrier could not carry an invocation of ours; nothing if it has ended otherwise meanwhile.
  std::optional<Event> not_carried(InvokeId id);
  /// The association ends: nothing is owed any more.
  void clear();
  std::size_t outstanding() const { return theirs_.size(); }
  /// Octets of the APDUs of those.
  std::size_t outstanding_octets() const { return their_octets_; }

 private:
  struct Invocation {
    ContextId context = 0;
    OperationCode operation = 0;
    std::size_t octets = 0;  // of theirs: the APDU, which its argument keeps alive
  };
  using Invocations = std::unordered_map<InvokeId, Invocation>;

  Event invoked(ContextId context, InvokeApdu apdu, const Slice& octets);
  Event returned(ContextId context, ResultApdu apdu, const Slice& octets);
  Event failed(ContextId context, ErrorApdu apdu, const Slice& octets);
  Event rejected(const RejectApdu& apdu);
  Event reject_apdu(ContextId context, const ApduFault& fault, const Slice& octets);
  Result<Invocation> take(InvokeId id);

  Carrier& carrier_;
  const Limits& limits_;
  Invocations theirs_;  // not answered yet by us
  std::size_t their_octets_ = 0;
  Invocations ours_;  // not answered yet by them
  InvokeId last_ = 0;
};

}  // namespace x400::osi::rose
