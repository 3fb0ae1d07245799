#include "connection.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

namespace x400::access {
namespace {

constexpr std::array all_ports = {Port::submission, Port::delivery, Port::retrieval, Port::administration};

Outcome never_sent() { return Outcome::not_sent("the association has ended"); }
Ending never_told() {
  Ending e;
  e.cause = Ending::Cause::aborted;
  e.text = "the runtime has ended";
  return e;
}

}  // namespace

osi::Limits stack_limits(osi::Limits limits) {
  limits.unsent = static_cast<std::size_t>(-1);
  return limits;
}

Connection::Connection(Parts parts)
    : runtime_(std::move(parts.runtime)),
      options_(std::move(parts.options)),
      strand_(parts.strand),
      stream_(std::move(parts.stream)),
      stack_(std::move(parts.stack)) {
  info_.id = RuntimeState::next_id();
  info_.side = parts.side;
  info_.peer = std::move(parts.peer);
  info_.since = phase_since_ = active_ = written_at_ = Clock::now();
  timer_.emplace(strand_);
}

AssociationInfo Connection::info() const {
  AssociationInfo info = info_;
  info.octets_sent = queue_.sent();
  return info;
}

bool Connection::enter() { return runtime_->enter(info_.id, shared_from_this()); }

void Connection::start() {
  if (ended_) return;
  note([&](Observer& o) { o.connected(info()); });
  settle();
}

void Connection::set_stream(std::unique_ptr<Stream> stream, std::string peer) {
  stream_ = std::move(stream);
  info_.peer = std::move(peer);
}

void Connection::opened(std::shared_ptr<Handler> handler, const AssociationPtr& handle) {
  handler_ = std::move(handler);
  for (const Port port : all_ports)
    if (const ber::Oid* syntax = context().syntax(port))
      context_ids_[static_cast<std::size_t>(port)] = stack_->context_id(*syntax);
  active_ = Clock::now();
  info_.security = stream_->security();
  was_opened_ = true;
  open_ = true;
  note([&](Observer& o) { o.opened(info()); });
  handler_->opened(handle);
}

Pending<Outcome> Connection::invoke(Operation operation, osi::Chain argument) {
  Promise<Outcome> promise(never_sent);
  auto pending = promise.pending();
  on_strand([operation, argument = std::move(argument), promise = std::move(promise)](Connection& c) mutable {
    c.invoke_here(operation, std::move(argument), std::move(promise));
  });
  return pending;
}

void Connection::invoke_here(Operation operation, osi::Chain argument, Promise<Outcome> promise) {
  const auto refuse = [&](std::string text) { promise.set(Outcome::not_sent(std::move(text))); };
  if (!open_ || finishing_) return refuse("the association is ending");
  const OperationRule* rule = context().rule(operation);
  if (!rule || !rule->may_invoke(party()))
    return refuse("not an operation of the " + std::string(name(party())) + " in " +
                  std::string(context().name));
  const auto context_id = context_ids_[static_cast<std::size_t>(operation.port)];
  if (!context_id)
    return refuse("the peer has not agreed to the " + std::string(name(operation.port)) + " port");
  if (argument.empty()) return refuse("an operation without argument");
  collect(SendQueue::Kind::other);
  const std::uint64_t start = queue_.added();
  auto id = stack_->invoke(*context_id, operation.code, std::move(argument));
  if (!id) return refuse(id.error().text());
  sent_.emplace(*id, Sent{std::move(promise), start});
  collect(SendQueue::Kind::other);
  settle_later();
}

void Connection::answer(osi::InvokeId id, Answer answer) {
  on_strand(
      [id, answer = std::move(answer)](Connection& c) mutable { c.answer_here(id, std::move(answer)); });
}

void Connection::answer_here(osi::InvokeId id, Answer answer) {
  if (over_) return;
  collect(SendQueue::Kind::other);
  const Status status = [&]() -> Status {
    switch (answer.kind) {
      case Answer::Kind::result: return stack_->result(id, std::move(answer.value));
      case Answer::Kind::error: return stack_->error(id, answer.code, std::move(answer.value));
      case Answer::Kind::reject: return stack_->reject(id, answer.problem);
    }
    return Ok{};
  }();
  // Closed means too late, which is nobody's fault; the rest is one of this program.
  if (!status.ok() && status.error().kind() != ErrorKind::closed)
    note([&](Observer& o) { o.trouble("answering invocation: " + status.error().text()); });
  collect(SendQueue::Kind::answer);
  if (answer.kind == Answer::Kind::reject && status.ok())
    note([&](Observer& o) {
      o.rejected(info(), RejectNote{true, id, answer.problem, "by the handler", {}});
    });
  settle_later();
}

Pending<Ending> Connection::close() {
  Promise<Ending> promise(never_told);
  auto pending = promise.pending();
  on_strand([promise = std::move(promise)](Connection& c) mutable { c.close_here(std::move(promise)); });
  return pending;
}

void Connection::close_here(Promise<Ending> promise) {
  if (over_) return promise.set(*ending_);
  closers_.push_back(std::move(promise));
  if (finishing_) return;
  if (!was_opened_) return abort_here(Ending::Cause::aborted, "closed before it was open");
  finishing_ = true;
  open_ = false;
  finishing_since_ = Clock::now();
  settle_later();
}

void Connection::abort(std::string text) {
  on_strand([text = std::move(text)](Connection& c) mutable {
    c.abort_here(Ending::Cause::aborted, std::move(text));
  });
}

void Connection::abort_here(Ending::Cause cause, std::string text) {
  if (over_) return;
  Ending ending;
  ending.cause = cause;
  ending.layer = osi::Layer::acse;
  ending.text = std::move(text);
  ends(std::move(ending));
  stack_->abort();
  if (stack_->phase() == osi::Phase::idle) transport_gone_ = true;
  pump();
}

void Connection::kill() {
  on_strand([](Connection& c) {
    c.abort_here(Ending::Cause::aborted, "the runtime is ending");
    c.conclude();
    c.end();
  });
}

void Connection::ends(Ending ending) {
  if (!ending_) ending_ = std::move(ending);
}

void Connection::pump() {
  if (pumping_ || ended_) return;
  pumping_ = true;
  while (auto event = stack_->next_event()) {
    window_.reset();
    std::visit([this](auto& e) { on_event(e); }, *event);
  }
  pumping_ = false;
  settle();
}

void Connection::settle() {
  if (pumping_ || ended_) return;
  send();
  if (!ended_ && finish_if_idle()) send();
  if (ended_) return;
  const auto phase = stack_->phase();
  if (ending_ && !over_ && (transport_gone_ || phase == osi::Phase::closing || phase == osi::Phase::closed))
    conclude();
  if (transport_gone_ || (phase == osi::Phase::closed && queue_.empty())) return end();
  track(Clock::now());
  arm();
  start_reading();
}

void Connection::settle_later() {
  if (pumping_ || settle_posted_ || ended_) return;
  settle_posted_ = true;
  asio::post(strand_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->settle_posted_ = false;
    self->pump();
  });
}

// close(), or the peer's release, waits for what has begun. True if there is something to send now.
bool Connection::finish_if_idle() {
  if (over_ || stack_->outstanding() != 0) return false;
  if (release_asked_) {
    release_asked_ = false;
    return stack_->release_response().ok();
  }
  if (!finishing_ || !sent_.empty() || stack_->phase() != osi::Phase::open) return false;
  if (side() == Side::initiator) return stack_->release().ok();
  // An abort may overtake what lies in between.
  if (!queue_.empty() || stack_->awaits_peer()) return false;
  Ending ending;
  ending.cause = Ending::Cause::closed;
  ending.layer = osi::Layer::acse;
  ending.text = "closed here";
  ends(std::move(ending));
  stack_->abort();
  return true;
}

void Connection::conclude() {
  if (over_) return;
  over_ = true;
  open_ = false;
  if (!ending_) ends(never_told());
  const Ending ending = *ending_;
  auto sent = std::move(sent_);
  sent_.clear();
  for (auto& [id, s] : sent) {
    const bool not_sent = transport_gone_ && s.start >= queue_.sent();
    s.promise.set(not_sent ? Outcome::not_sent(ending.text) : Outcome::lost(ending.text));
  }
  if (was_opened_) {
    note([&](Observer& o) { o.closed(info(), ending); });
    handler_->closed(ending);
  } else {
    on_not_opened(ending);
  }
  handler_.reset();
  for (auto& closer : std::exchange(closers_, {})) closer.set(ending);
}

void Connection::end() {
  if (ended_) return;
  const auto self = shared_from_this();
  if (!over_) conclude();
  ended_ = true;
  timer_->cancel();
  if (stream_) stream_->close();
  queue_.clear();
  on_ended();
  runtime_->leave(info_.id);
}

}  // namespace x400::access
