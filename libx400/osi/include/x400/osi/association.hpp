// Association: the whole OSI stack of one TCP connection, without I/O.
//
// TPKT (RFC 1006), COTP class 0 (X.224), session (X.225: kernel, duplex; half-duplex, minor synchronise,
// exceptions, activity management), presentation (X.226: kernel, normal mode), ACSE (X.227), RTSE (X.228,
// normal mode) in the application contexts that have it, and ROSE (X.880) in one object. Above ROSE there is
// no difference with RTSE or without. Its owner, the driver, moves octets and time:
//
//   Responder stack(config);
//   loop:
//     read from TCP           -> stack.receive(octets), or stack.transport_lost(why)
//     while (auto e = stack.next_event())   handle *e, which may call requests
//     write stack.take_output() to TCP
//     if (stack.phase() == Phase::closed)   close TCP after the last octet is written
//     stop reading while !stack.wants_input()
//     set the deadline that belongs to phase(); when it passes -> stack.expire(), then as after receive()
//
// Copies. A received TSDU is put together in one buffer, whatever the TPDUs; events hold Slices of it (one
// more copy only where the session layer joins segments). A Chain given to invoke(), result(), error(),
// accept() or connect() is not copied: pieces of 256 octets and more go out as slices of their owner, cut
// where TPDUs end; smaller ones and all headers are gathered in small buffers between them.
//
// Errors. Whatever the peer sends gets the answer its layer has for it, and an event says so; nothing
// a peer does makes a function here fail. Requests return an Error of kind closed when the association is
// not, or no longer, in a state for them (a result that comes too late, for instance: drop it), invalid when
// they make no sense (unknown context, no such invocation).
//
// Threads: none of its own; one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "x400/base/result.hpp"
#include "x400/osi/events.hpp"
#include "x400/osi/policy.hpp"
#include "x400/osi/slice.hpp"

namespace x400::osi {

/// Where the association is; each has its own deadline (design 6), which the driver keeps.
enum class Phase : std::uint8_t {
  idle,               ///< initiator: connect() not called yet
  awaiting_cr,        ///< responder: TCP is open
  awaiting_cc,        ///< initiator: CR sent
  awaiting_cn,        ///< responder: CC sent
  awaiting_ac,        ///< initiator: CN with the bind sent
  awaiting_decision,  ///< responder: ConnectIndication given, accept() or refuse() is owed
  open,
  releasing,  ///< release() called, or ReleaseIndication given and release_response() owed
  closing,    ///< all is said; the peer closes, or the deadline passes (5 s)
  closed,     ///< close TCP once the output is written
};
std::string_view name(Phase phase);

class Stack;

class Association {
 public:
  Association(Association&&) noexcept;
  Association& operator=(Association&&) noexcept;
  virtual ~Association();

  // --- input

  /// Octets from TCP, in any pieces. All are consumed, also after the end.
  void receive(View octets);
  /// TCP ended (FIN, RST, error). `why` is for the log.
  void transport_lost(std::string_view why);
  /// The deadline of phase() has passed. awaiting_decision: the bind is refused (RF 1); open: the association
  /// is aborted (user); awaiting_*, releasing: given up; closing: closed.
  void expire();
  /// Whether to read on: false while the peer has limits.outstanding invocations waiting, or limits.unsent
  /// octets of output were not taken. It stays true in all phases but open.
  bool wants_input() const;

  // --- output and events

  std::optional<Event> next_event();
  /// Octets for TCP in order, for writev. The caller owns them now.
  std::vector<Slice> take_output();
  /// Octets not yet taken.
  std::size_t output_size() const;

  // --- state

  Phase phase() const;
  /// Proposed contexts and which of them are accepted; empty before ConnectIndication or ConnectConfirm.
  const std::vector<Context>& contexts() const;
  /// The first accepted context with this abstract syntax.
  std::optional<ContextId> context_id(const ber::Oid& abstract_syntax) const;
  /// Invocations of the peer not answered yet.
  std::size_t outstanding() const;
  /// A TSDU, or an APDU of RTSE, whose last octet has not come: whether the peer is in the middle of
  /// something (least progress).
  bool mid_pdu() const;
  /// Over RTSE: whether something of ours cannot go on before the peer acknowledges or gives the turn. A
  /// driver that hears nothing for too long then calls expire().
  bool awaits_peer() const;
  /// Octets received so far of the TSDU under way; 0 between TSDUs.
  std::size_t pdu_octets() const;

  // --- requests, in phase open (result, error, reject also while a release is asked by the peer)

  /// Invokes an operation; `argument` is one whole value, or empty. The id is unique among ours outstanding.
  Result<InvokeId> invoke(ContextId context, OperationCode operation, Chain argument);
  /// Answers an invocation of the peer, on the context it came on. `value` empty: an operation without result
  /// (a NULL result is 05 00).
  Status result(InvokeId id, Chain value);
  Status error(InvokeId id, ErrorCode code, Chain parameter);
  Status reject(InvokeId id, Problem problem);

  /// Asks for the end (FN, RLRQ). ReleaseConfirm follows; results may still come before it. Over RTSE only
  /// the initiator may, and it goes out when what was given before is acknowledged and the turn is here.
  Status release();
  /// Answers ReleaseIndication (DN, RLRE). The peer's unanswered invocations are dropped.
  Status release_response();
  /// Ends the association at once (AB, ABRT by the user), in any phase; before there is one, the transport is
  /// disconnected. No Aborted event follows, only Closed.
  void abort();

 protected:
  explicit Association(std::unique_ptr<Stack> stack);
  std::unique_ptr<Stack> stack_;
};

/// What refuse() answers; all but a bind error carry no user information.
struct Refusal {
  enum class Kind : std::uint8_t {
    permanent,   ///< AARE rejected-permanent, user, with `diagnostic`; with `bind_error` if there is one
    transient,   ///< AARE rejected-transient, user, no reason given
    congestion,  ///< RF 1: temporary congestion; nothing was looked at
  };
  Kind kind = Kind::permanent;
  int diagnostic = 1;  ///< ACSE service user: 1 no reason given, 3..14 as X.227
  Chain bind_error;    ///< the error parameter, whole value; the stack puts it in [18]
  std::string text;    ///< for nobody but the own log
};

class Responder : public Association {
 public:
  explicit Responder(ResponderConfig config);
  /// The same configuration for many associations.
  explicit Responder(std::shared_ptr<const ResponderConfig> config);

  /// Answers ConnectIndication. `bind_result`: one whole value, which the stack puts in [17]; empty only if
  /// the application context has no bind. Errors: closed; limit: the peer's session is of version 1 and the
  /// answer longer than its 512 octets (refuse then).
  Status accept(Chain bind_result);
  Status refuse(Refusal refusal);
};

/// What connect() asks for.
struct ConnectParameters {
  Selectors called;
  Selectors calling;
  ApplicationContext application_context;
  /// Abstract syntaxes to propose, one context each, identifiers 1, 3, 5 ... in this order; ACSE is added
  /// behind them if it is not among them. Empty: the bind syntax and all syntaxes of the application context.
  std::vector<ber::Oid> abstract_syntaxes;
  /// One whole value, which the stack puts in [16]; empty only if the application context has no bind.
  Chain bind_argument;
  /// Session connection identifier of the CN: calling SS-user reference and common reference (X.225 8.3.1.3),
  /// each of at most 64 octets (longer: limit). X.228 wants them over RTSE, unique over time. Empty: not
  /// sent.
  Octets calling_reference{}, common_reference{};
};

class Initiator : public Association {
 public:
  explicit Initiator(InitiatorConfig config = {});

  /// TCP is connected: begins. ConnectConfirm or ConnectRefused follows. Errors: closed (already called),
  /// limit (a selector too long), invalid.
  Status connect(ConnectParameters parameters);
};

}  // namespace x400::osi
