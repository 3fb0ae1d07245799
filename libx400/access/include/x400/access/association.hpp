// Association: a bound P7 or P3 association, the same for the side that opened it and the side that
// accepted it. connect.hpp and listener.hpp make them.
//
// Both sides may invoke, as far as the application context lets their party (contexts.hpp), with any
// number outstanding. What the peer invokes is given to the Handler with a Reply, which answers it once,
// from any thread, now or later, in any order. What the table of contexts does not allow never gets
// there: it is rejected (osi.md 7.3: 1/1 unrecognizedOperation, 1/2 mistypedArgument if absent).
//
// Octets are not copied: an argument received is a Slice of the one buffer its TSDU was received in; what
// is sent goes to the socket from where it lies (osi/slice.hpp).
//
// Threads: every function of Association and Reply may be called from any thread. Calls to one Handler
// come one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "x400/access/contexts.hpp"
#include "x400/access/observer.hpp"
#include "x400/access/pending.hpp"
#include "x400/osi/slice.hpp"

namespace x400::access {

/// What became of an invocation of ours.
class Outcome {
 public:
  enum class Kind : std::uint8_t {
    result,    ///< value(): the result, whole value; empty if the peer left it out
    error,     ///< code(), value(): the error's parameter, whole value; empty if absent
    rejected,  ///< problem(): the peer did not carry it out
    lost,  ///< the association ended first, or the answer was none: whether it was carried out is not known
    not_sent,  ///< certainly not carried out: not allowed here, or the association ended before a octet went
               ///< out
  };

  static Outcome result(osi::Slice value) { return Outcome(Kind::result, std::move(value)); }
  static Outcome error(osi::ErrorCode code, osi::Slice parameter) {
    Outcome o(Kind::error, std::move(parameter));
    o.code_ = code;
    return o;
  }
  static Outcome rejected(osi::Problem problem) {
    Outcome o(Kind::rejected, {});
    o.problem_ = problem;
    return o;
  }
  static Outcome lost(std::string text) { return Outcome(Kind::lost, {}, std::move(text)); }
  static Outcome not_sent(std::string text) { return Outcome(Kind::not_sent, {}, std::move(text)); }

  Kind kind() const { return kind_; }
  bool is_result() const { return kind_ == Kind::result; }
  const osi::Slice& value() const { return value_; }
  osi::ErrorCode code() const { return code_; }
  osi::Problem problem() const { return problem_; }
  const std::string& text() const { return text_; }  ///< lost, not_sent: why

 private:
  explicit Outcome(Kind kind, osi::Slice value, std::string text = {})
      : kind_(kind), value_(std::move(value)), text_(std::move(text)) {}

  Kind kind_;
  osi::ErrorCode code_ = 0;
  osi::Problem problem_;
  osi::Slice value_;
  std::string text_;
};
/// "result", "error 21", "rejected: invoke unrecognizedOperation (1/1)", "lost: ...": for logs.
std::string to_string(const Outcome& outcome);

/// An operation the peer asks for.
struct Invocation {
  Operation operation;
  const OperationRule* rule = nullptr;  ///< its line in the table, never null in Handler::invoked
  osi::InvokeId invoke_id = 0;
  osi::Slice argument;  ///< whole value, never empty, walked; keeps its TSDU alive
};

class Connection;

/// Answers one invocation. Move it to where the answer is made. The first answer counts, later ones do
/// nothing; answers to an association that has ended vanish. Dropped unanswered, it rejects the invocation
/// (1/3 resourceLimitation), so that no peer waits for ever.
class Reply {
 public:
  Reply() = default;  ///< answers nothing
  Reply(std::weak_ptr<Connection> connection, osi::InvokeId id);
  Reply(Reply&& other) noexcept = default;
  Reply& operator=(Reply&& other) noexcept;
  ~Reply();

  /// `value`: whole value (a NULL result is 05 00).
  void result(osi::Chain value);
  /// `parameter`: whole value; empty: none.
  void error(osi::ErrorCode code, osi::Chain parameter = {});
  /// For arguments that do not decode: problems::mistyped_argument.
  void reject(osi::Problem problem);

  /// False when nobody waits for the answer any more: a long search may stop.
  bool wanted() const;

 private:
  std::weak_ptr<Connection> connection_;
  osi::InvokeId id_ = 0;
};

class Association {
 public:
  virtual ~Association() = default;

  virtual std::uint64_t id() const = 0;         ///< unique in this process
  virtual const std::string& peer() const = 0;  ///< address and port, for logs
  virtual const ApplicationContext& context() const = 0;
  virtual Side side() const = 0;
  /// What this end is, and so what it may invoke.
  Party party() const { return side() == Side::initiator ? context().initiator : other(context().initiator); }
  /// Whether the peer agreed to the port when the association was made. A client may propose a part of them.
  virtual bool has(Port port) const = 0;
  /// False as soon as it is ending; true is a guess the next moment can spoil.
  virtual bool is_open() const = 0;

  /// Invokes an operation; `argument`: whole value, not copied, kept until it is sent. Never blocks. There is
  /// no time-out: who will not wait any longer aborts the association, or leaves the Pending alone.
  virtual Pending<Outcome> invoke(Operation operation, osi::Chain argument) = 0;

  /// Ends in order: from now on invoke() gives not_sent and the peer's invocations are rejected (1/4
  /// releaseInProgress); what has begun in either direction may finish (Timeouts::finish). Then the initiator
  /// releases, and the responder, which has no right to, aborts. The Pending tells how it ended.
  virtual Pending<Ending> close() = 0;
  /// Ends at once.
  virtual void abort(std::string text) = 0;
};

/// Of an initiator: when the last copy goes, the association is closed as by close(). Of a responder: the
/// association lives on without it.
using AssociationPtr = std::shared_ptr<Association>;

/// What answers on one association. Calls come one at a time and must not block. The association holds its
/// handler until closed() has returned.
class Handler {
 public:
  virtual ~Handler() = default;
  /// First call. Keep the pointer to invoke on the association later.
  virtual void opened(const AssociationPtr&) {}
  /// An operation. The default answers unrecognizedOperation, for sides that take none.
  virtual void invoked(Invocation invocation, Reply reply);
  /// Last call. Invocations of ours that had no answer have been told before it.
  virtual void closed(const Ending&) {}
};

}  // namespace x400::access
