// Reply, BindReply, Outcome, and the names of things for logs.
#include "accepted.hpp"
#include "connection.hpp"
#include "x400/access/association.hpp"
#include "x400/access/connect.hpp"
#include "x400/access/listener.hpp"

namespace x400::access {
namespace {

void send(std::weak_ptr<Connection>& connection, osi::InvokeId id, Answer answer) {
  const auto to = std::exchange(connection, {}).lock();
  if (to && !to->over()) to->answer(id, std::move(answer));
}

void send(std::weak_ptr<Connection>& connection, Decision decision) {
  const auto to = std::exchange(connection, {}).lock();
  if (to && !to->over()) static_cast<Accepted&>(*to).decide(std::move(decision));
}

}  // namespace

Reply::Reply(std::weak_ptr<Connection> connection, osi::InvokeId id)
    : connection_(std::move(connection)), id_(id) {}

Reply& Reply::operator=(Reply&& other) noexcept {
  if (this == &other) return *this;
  reject(osi::problems::resource_limitation);
  connection_ = std::move(other.connection_);
  id_ = other.id_;
  return *this;
}

Reply::~Reply() { reject(osi::problems::resource_limitation); }

void Reply::result(osi::Chain value) {
  send(connection_, id_, Answer{Answer::Kind::result, 0, {}, std::move(value)});
}

void Reply::error(osi::ErrorCode code, osi::Chain parameter) {
  send(connection_, id_, Answer{Answer::Kind::error, code, {}, std::move(parameter)});
}

void Reply::reject(osi::Problem problem) {
  send(connection_, id_, Answer{Answer::Kind::reject, 0, problem, {}});
}

bool Reply::wanted() const {
  const auto to = connection_.lock();
  return to && !to->over();
}

BindReply::BindReply(std::weak_ptr<Connection> connection) : connection_(std::move(connection)) {}

BindReply& BindReply::operator=(BindReply&& other) noexcept {
  if (this == &other) return *this;
  send(connection_, Decision{Decision::Kind::shortage, {}, {}, "the bind was not answered"});
  connection_ = std::move(other.connection_);
  return *this;
}

BindReply::~BindReply() {
  send(connection_, Decision{Decision::Kind::shortage, {}, {}, "the bind was not answered"});
}

void BindReply::accept(osi::Chain result, std::shared_ptr<Handler> handler) {
  if (!handler) handler = std::make_shared<Handler>();
  send(connection_, Decision{Decision::Kind::accept, std::move(result), std::move(handler), {}});
}

void BindReply::refuse(osi::Chain bind_error, std::string text) {
  send(connection_, Decision{Decision::Kind::bind_error, std::move(bind_error), {}, std::move(text)});
}

void BindReply::reject(std::string text) {
  send(connection_, Decision{Decision::Kind::reject, {}, {}, std::move(text)});
}

bool BindReply::wanted() const {
  const auto to = connection_.lock();
  return to && !to->over();
}

void Handler::invoked(Invocation, Reply reply) { reply.reject(osi::problems::unrecognized_operation); }

std::string to_string(const Outcome& o) {
  switch (o.kind()) {
    case Outcome::Kind::result: return "result";
    case Outcome::Kind::error: return "error " + std::to_string(o.code());
    case Outcome::Kind::rejected: return "rejected: " + osi::to_string(o.problem());
    case Outcome::Kind::lost: return "lost: " + o.text();
    case Outcome::Kind::not_sent: return "not sent: " + o.text();
  }
  return "unknown";
}

std::string_view name(Ending::Cause cause) {
  switch (cause) {
    case Ending::Cause::released: return "released";
    case Ending::Cause::closed: return "closed";
    case Ending::Cause::aborted: return "aborted";
    case Ending::Cause::timed_out: return "timed-out";
    case Ending::Cause::protocol_error: return "protocol-error";
    case Ending::Cause::peer_aborted: return "peer-aborted";
    case Ending::Cause::provider_aborted: return "provider-aborted";
    case Ending::Cause::connection_lost: return "connection-lost";
  }
  return "unknown";
}

std::string_view name(ConnectFailure::Kind kind) {
  switch (kind) {
    case ConnectFailure::Kind::invalid: return "invalid";
    case ConnectFailure::Kind::unreachable: return "unreachable";
    case ConnectFailure::Kind::timed_out: return "timed-out";
    case ConnectFailure::Kind::refused: return "refused";
    case ConnectFailure::Kind::bind_error: return "bind-error";
    case ConnectFailure::Kind::aborted: return "aborted";
  }
  return "unknown";
}

}  // namespace x400::access
