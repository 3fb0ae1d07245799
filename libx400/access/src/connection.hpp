// Connection: the driver of one association, both roles. It moves octets between a Stream and the stack
// of osi, keeps the deadlines, and tells handlers what the stack tells it.
//
// All members but the atomic ones belong to the strand. Public functions that may be called from any
// thread go there first. The Runtime keeps a connection from enter() to end(); what else lies in the
// io_context holds it weakly, or is ended by end(), so that nothing keeps one that has ended.
//
// Life: enter(), start() -> [opened] -> concluded (handlers told; the association is over) -> ended (socket
// gone).
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

#include "runtime_state.hpp"
#include "send_queue.hpp"
#include "stream.hpp"
#include "x400/access/association.hpp"
#include "x400/access/observer.hpp"
#include "x400/access/options.hpp"
#include "x400/osi/association.hpp"

namespace x400::access {

/// What a Reply says.
struct Answer {
  enum class Kind { result, error, reject };
  Kind kind = Kind::result;
  osi::ErrorCode code = 0;
  osi::Problem problem;
  osi::Chain value;
};

/// The limits for the stack. Its own count of unsent octets does not tell answers from invocations; the
/// driver's does, so it is the only one.
osi::Limits stack_limits(osi::Limits limits);

class Connection : public Association, public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  ~Connection() override = default;

  // Association
  std::uint64_t id() const override { return info_.id; }
  const std::string& peer() const override { return info_.peer; }
  const ApplicationContext& context() const override { return *info_.context; }
  Side side() const override { return info_.side; }
  bool has(Port port) const override { return context_ids_[static_cast<std::size_t>(port)].has_value(); }
  bool is_open() const override { return open_; }
  Pending<Outcome> invoke(Operation operation, osi::Chain argument) override;
  Pending<Ending> close() override;
  void abort(std::string text) override;

  // From Reply, any thread.
  void answer(osi::InvokeId id, Answer answer);
  bool over() const { return over_; }

  /// Ends without any patience: the Runtime is ending. Any thread.
  void kill();

 protected:
  struct Parts {
    Side side;
    std::shared_ptr<RuntimeState> runtime;
    std::shared_ptr<const AssociationOptions> options;
    Strand strand;
    std::unique_ptr<Stream> stream;  // null until dialled
    std::unique_ptr<osi::Association> stack;
    std::string peer;
  };
  explicit Connection(Parts parts);

  // What differs by role. Called on the strand.
  virtual void on_indication(osi::ConnectIndication&) {}
  virtual void on_confirm(osi::ConnectConfirm&) {}
  virtual void on_refused(osi::ConnectRefused&) {}
  virtual void on_declined(osi::Declined&) {}
  /// Concluded without having been open.
  virtual void on_not_opened(const Ending&) {}
  /// The socket is gone; the last call.
  virtual void on_ended() {}

  osi::Association& stack() { return *stack_; }
  Stream& stream() { return *stream_; }
  const AssociationOptions& options() const { return *options_; }
  AssociationInfo info() const;
  void note(auto call) {
    if (options_->observer) call(*options_->observer);
  }

  /// Registers with the Runtime; false: it is ending, the connection must not start.
  bool enter();
  /// Begins, on the strand.
  void start();
  /// The association is open: contexts, handler.
  void opened(std::shared_ptr<Handler> handler, const AssociationPtr& handle);
  void set_context(const ApplicationContext& context) { info_.context = &context; }
  void set_stream(std::unique_ptr<Stream> stream, std::string peer);
  /// Says how it ends; the first one counts.
  void ends(Ending ending);
  /// TCP has ended or failed.
  void lost(const ErrorCode& error, std::string_view doing);
  /// Gives events out, sends what there is to send, looks whether it is over, sets the timer.
  void pump();
  bool ended() const { return ended_; }
  /// Whether it is decided how this ends.
  bool ending() const { return ending_.has_value(); }

  template <class F>
  void on_strand(F f);

  const Strand& strand() const { return strand_; }

 private:
  struct Sent {
    Promise<Outcome> promise;
    std::uint64_t start;  // position in the send queue
  };

  // connection.cpp: life
  void settle();
  void settle_later();
  bool finish_if_idle();
  void conclude();
  void end();
  void invoke_here(Operation operation, osi::Chain argument, Promise<Outcome> promise);
  void answer_here(osi::InvokeId id, Answer answer);
  void close_here(Promise<Ending> promise);
  void abort_here(Ending::Cause cause, std::string text);

  // connection_events.cpp
  std::optional<Port> port_of(osi::ContextId id) const;
  void on_event(osi::ConnectIndication& event) { on_indication(event); }
  void on_event(osi::ConnectConfirm& event) { on_confirm(event); }
  void on_event(osi::ConnectRefused& event) { on_refused(event); }
  void on_event(osi::Declined& event) { on_declined(event); }
  void on_event(osi::Invoke& event);
  void on_event(osi::ReturnResult& event);
  void on_event(osi::ReturnError& event);
  void on_event(osi::Reject& event);
  void on_event(osi::RejectSent& event);
  void on_event(osi::ReleaseIndication& event);
  void on_event(osi::ReleaseConfirm& event);
  void on_event(osi::Aborted& event);
  void on_event(osi::Closed& event);
  void reject(const osi::Invoke& event, osi::Problem problem, std::string text);
  std::optional<Promise<Outcome>> take_sent(osi::InvokeId id);

  // connection_io.cpp
  void start_reading();
  bool wants_octets() const;
  asio::awaitable<void> read_loop(std::shared_ptr<Connection> self);
  bool read_available();
  void collect(SendQueue::Kind kind);
  void send();
  void flush();
  asio::awaitable<void> write_loop(std::shared_ptr<Connection> self);
  bool write_available();

  // connection_time.cpp
  struct Deadline {
    Clock::time_point at = Clock::time_point::max();
    enum class What { none, phase, progress, write, acknowledge, idle, finish } what = What::none;
  };
  Deadline deadline() const;
  Deadline phase_deadline() const;
  void arm();
  void on_timer();
  void expire(Deadline::What what);
  void expire_phase();
  void track(Clock::time_point now);

  std::shared_ptr<RuntimeState> runtime_;
  std::shared_ptr<const AssociationOptions> options_;
  Strand strand_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<osi::Association> stack_;
  std::shared_ptr<Handler> handler_;
  AssociationInfo info_;
  std::array<std::optional<osi::ContextId>, 4> context_ids_;  // by port; set before open_

  SendQueue queue_;
  std::unordered_map<osi::InvokeId, Sent> sent_;
  std::vector<Promise<Ending>> closers_;
  std::optional<Ending> ending_;

  std::atomic<bool> open_{false};
  std::atomic<bool> over_{false};  // concluded
  bool was_opened_ = false;
  bool ended_ = false;
  bool pumping_ = false;
  bool settle_posted_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool transport_gone_ = false;
  bool finishing_ = false;  // close() was called
  bool release_asked_ = false;

  std::optional<asio::steady_timer> timer_;
  Clock::time_point timer_at_ = Clock::time_point::max();
  osi::Phase phase_ = osi::Phase::idle;
  Clock::time_point phase_since_, active_, written_at_, finishing_since_;
  struct Window {
    Clock::time_point since;
    std::uint64_t octets;  // received when it began
  };
  std::optional<Window> window_;  // least progress; while a TSDU is under way
};

/// Runs it on the strand: now if this thread is there, else soon. It is dropped if the connection is gone.
template <class F>
void Connection::on_strand(F f) {
  asio::dispatch(strand_, [weak = weak_from_this(), f = std::move(f)]() mutable {
    if (const auto self = weak.lock()) f(*self);
  });
}

}  // namespace x400::access
