// Reliable transfer on one association (X.228), both roles: whole APDUs in activities, checkpoints, the turn.
//
//   The turn is ours          queue empty               queue not empty
//     peer has not asked      keep it                   transfer
//     peer has asked          give it                   transfer at least one; then give it if the peer's
//                                                       priority is as good as that of our next
//   The turn is theirs        nothing                   ask for it, once, and again if more urgent
//
// The value transferred is either the bare ROSE APDU or an EXTERNAL that names its presentation context.
// Both are taken; what goes out has the form the peer used last, an EXTERNAL before that.
//
// Recovery. An activity that the peer interrupts is kept as far as it was confirmed, until it is resumed or
// another begins; one that is resumed although it was complete is answered with "sequence error", so that no
// APDU is handed up twice. An own transfer the peer has an exception for is interrupted and resumed behind
// the last confirmed checkpoint, or discarded, as the reason asks. Nothing outlives the association: a peer
// that wants to recover one is refused, and what was under way counts as not transferred.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "presentation/data.hpp"
#include "rtse/apdu.hpp"
#include "rtse/incoming.hpp"
#include "session/connection.hpp"
#include "x400/osi/policy.hpp"

namespace x400::osi::rtse {

/// One APDU has come. Without context it stood bare.
struct Apdu {
  std::optional<ContextId> context;
  Slice octets;
};
/// One of ours was discarded at the peer's wish: certainly not handed up there.
struct NotTransferred {
  std::optional<InvokeId> invocation;  ///< absent: it was an answer
};
/// The association cannot go on; RTAB with this reason is owed.
struct Fault {
  AbortReason reason = AbortReason::protocol_error;
  std::string text;
};
using Event = std::variant<std::monostate, Apdu, NotTransferred, Fault>;

/// Of what the peer said and what this side can do.
ReliableTransfer agree(const Open& peer, const ReliableTransfer& own);

class Machine {
 public:
  Machine(session::Connection& session, const Limits& limits, ContextId context, ReliableTransfer agreed)
      : session_(session), limits_(limits), context_(context), agreed_(agreed), bare_(agreed.bare_first) {}

  /// Transfers an APDU behind all given before. `invocation`: which of ours it is; absent: an answer.
  void transfer(ContextId context, Chain apdu, std::optional<InvokeId> invocation);

  Event receive(const session::Turned& turned);
  /// One value of an S-DATA.
  Event data(const presentation::Pdv& pdv);

  /// From now on the turn is wanted for the release.
  void close();
  bool may_release() const;
  /// Whether the peer owes an acknowledgement or the turn.
  bool waiting() const;
  /// APDUs given and not yet acknowledged.
  std::size_t queued() const { return queue_.size() + (sending_ ? 1 : 0); }
  /// The peer is in the middle of an APDU; also if it has interrupted it and could go on, because what has
  /// come of it is kept.
  bool mid_apdu() const {
    return receiving_ || (interrupted_ && session_.activity().turn() == session::Activity::Turn::theirs);
  }

 private:
  struct Outgoing {
    Chain value;
    std::optional<InvokeId> invocation;
    std::size_t sent = 0;
    std::vector<std::size_t> marks;  // octets sent at each checkpoint
    std::uint32_t confirmed = 0;     // the last checkpoint the peer has confirmed
    unsigned resumed = 0;
    bool delivered = false;  // the peer has said so although it wants no more of it
  };

  void go_on();
  void ask();
  void start();
  void resume();
  void push();
  void done();
  Octets next_activity();
  std::int64_t next_priority() const;
  Chain value(ContextId context, Chain apdu) const;

  Event complete(std::uint32_t serial);
  Event checkpoint(std::uint32_t serial);
  Event resumed(const session::Turned& ar);
  Event discarded();
  Event exception(int reason);
  Event given_up();
  Event refuse(session::ExceptionReason reason);
  Result<Apdu> open(const Slice& value);

  session::Connection& session_;
  const Limits& limits_;
  const ContextId context_;
  const ReliableTransfer agreed_;
  bool bare_;  // the peer's form

  struct Waiting {
    Chain value_of_apdu;
    ContextId context = 0;
    std::optional<InvokeId> invocation;
  };
  std::deque<Waiting> queue_;
  std::optional<Outgoing> sending_;
  std::int64_t activities_ = 0;  // own, on this association
  Octets activity_;              // identifier of the own one under way

  std::optional<std::int64_t> asked_;   // the peer wants the turn, with this priority
  std::optional<std::int64_t> wished_;  // we have asked for it
  bool used_turn_ = false;              // something went out since it came
  bool closing_ = false;

  std::optional<Incoming> receiving_;
  std::optional<Incoming> interrupted_;
  Octets completed_;      // identifier of the last activity that was complete
  bool refused_ = false;  // ED sent: the peer will give the activity up
};

}  // namespace x400::osi::rtse
