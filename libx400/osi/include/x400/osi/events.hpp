// What an association stack tells its owner.
//
// Octets handed up are Slices of the received TSDU: they stay valid as long as the Slice lives, and
// keep that one buffer. `text` is for the log and never goes to a peer; `octets` are up to 64 octets of
// what was wrong, for the log as well.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "x400/ber/oid.hpp"
#include "x400/osi/address.hpp"
#include "x400/osi/rose_types.hpp"
#include "x400/osi/slice.hpp"

namespace x400::osi {

enum class Layer : std::uint8_t { transport, session, presentation, acse, rtse, rose };
std::string_view name(Layer layer);

/// One presentation context of the association.
struct Context {
  ContextId id = 0;
  ber::Oid abstract_syntax;
  bool accepted = false;
};

/// Responder: an association is asked for, and everything below the bind is in order. The owner answers
/// with accept() or refuse(); until then phase() is awaiting_decision.
struct ConnectIndication {
  Selectors called;
  Selectors calling;
  ber::Oid application_context;
  std::vector<Context> contexts;  ///< in the order proposed, as they will be answered; ACSE among them
  ContextId bind_context = 0;
  /// The bind argument: the value inside [16], its own tag (31) included. Empty if the application context
  /// has no bind.
  Slice bind_argument;
  Slice calling_ap_title;  ///< value inside [6] of AARQ, whole; empty if absent
};

/// Initiator: associated.
struct ConnectConfirm {
  std::vector<Context> contexts;
  ber::Oid application_context;  ///< as the responder answered it
  Slice bind_result;             ///< the value inside [17], its own tag included; empty if none came
  Selectors responding;
};

/// Initiator: there is no association. The stack closes by itself (Closed follows).
struct ConnectRefused {
  Layer layer = Layer::transport;
  /// transport: DR reason, or -1 for ER, -2 for a lost connection; session: RF reason;
  /// presentation: CPR provider reason, or -1 if none was given; acse: diagnostic; rtse: RTORJ reason.
  int reason = 0;
  bool transient = false;    ///< the responder said that trying again later may succeed
  bool by_provider = false;  ///< acse: the diagnostic is one of the service provider
  Slice bind_error;          ///< the value inside [18], its own tag included; empty if none came
  std::string text;
  Octets octets;
};

/// Responder: the stack refused by itself (Closed follows); there was no ConnectIndication.
struct Declined {
  Layer layer = Layer::transport;
  /// What was answered: DR, RF, CPR provider or RTORJ reason, ACSE diagnostic; -1: none.
  int reason = 0;
  std::string text;
  Octets octets;
};

/// The peer invokes an operation. Exactly one of result(), error(), reject() answers it.
struct Invoke {
  InvokeId invoke_id = 0;
  OperationCode operation = 0;
  ContextId context = 0;
  Slice argument;  ///< whole value; empty if absent. Walked: lengths, depth and count are within limits
};

struct ReturnResult {
  InvokeId invoke_id = 0;
  OperationCode operation = 0;  ///< of the invocation
  ContextId context = 0;
  Slice result;  ///< whole value; empty if absent
};

struct ReturnError {
  InvokeId invoke_id = 0;
  OperationCode operation = 0;
  ContextId context = 0;
  ErrorCode error = 0;
  Slice parameter;  ///< whole value; empty if absent
};

/// The peer rejected an invocation of ours (`ours` true: it has ended), or an answer of ours, or something
/// it could not name (no invoke id). Over RTSE also an invocation of ours whose transfer the peer wanted
/// discarded (resourceLimitation): it was not carried out.
struct Reject {
  std::optional<InvokeId> invoke_id;
  Problem problem;
  bool ours = false;
};

/// The stack rejected an APDU by itself: for the log. With `ours` it was the answer to an invocation of ours
/// (result of another operation, error with a global code): the invocation has ended without a usable answer.
struct RejectSent {
  std::optional<InvokeId> invoke_id;
  Problem problem;
  std::string text;
  Octets octets;
  bool ours = false;
};

/// The peer wants to end the association. Answers may still go out until release_response().
struct ReleaseIndication {};
/// The association has ended as asked by release().
struct ReleaseConfirm {};

/// The association has ended without order; nothing can be sent any more.
struct Aborted {
  enum class Source : std::uint8_t {
    user,       ///< the peer's user (A-ABORT)
    provider,   ///< the peer's stack (A-P-ABORT)
    transport,  ///< connection lost or disconnected
    own,        ///< this stack: the peer broke the protocol, or passed a limit
  };
  Source source = Source::own;
  Layer layer = Layer::transport;
  int reason = -1;  ///< as the layer counts them (ARP, RTAB, DR reason, PI 17); -1: none
  std::string text;
  Octets octets;
};
std::string_view name(Aborted::Source source);

/// The last event: close the TCP connection once the output is written.
struct Closed {};

using Event =
    std::variant<ConnectIndication, ConnectConfirm, ConnectRefused, Declined, Invoke, ReturnResult,
                 ReturnError, Reject, RejectSent, ReleaseIndication, ReleaseConfirm, Aborted, Closed>;

}  // namespace x400::osi
