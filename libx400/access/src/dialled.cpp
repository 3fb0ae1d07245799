#include "dialled.hpp"

#include "tls_stream.hpp"
#include "x400/ber/writer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ctime>
#include <random>

namespace x400::access {
namespace {

using tcp = asio::ip::tcp;

constexpr int connection_lost = -2;  // ConnectRefused::reason at the transport layer

ConnectFailure failure_of(const Ending& ending) {
  ConnectFailure f;
  f.kind = ending.cause == Ending::Cause::timed_out ? ConnectFailure::Kind::timed_out
                                                    : ConnectFailure::Kind::aborted;
  f.layer = ending.layer;
  f.reason = ending.reason;
  f.text = std::string(name(ending.cause)) + ": " + ending.text;
  return f;
}

// The session connection identifier of a reliable association (X.228): a T61String and a UTCTime. Both
// together are unique over time: of a process, and of an association in it.
Octets string_value(std::uint32_t universal, const std::string& text) {
  ber::Writer w;
  w.primitive(ber::universal(universal), text);
  return std::move(w).take();
}

Octets calling_reference(std::uint64_t association) {
  static const std::uint32_t process = std::random_device{}();
  return string_value(20, "mstore-" + std::to_string(process) + "-" + std::to_string(association));
}

Octets common_reference() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[16];
  return string_value(23, std::string(text, std::strftime(text, sizeof text, "%y%m%d%H%M%SZ", &utc)));
}

std::string dial_text(const osi::PresentationAddress& address) {
  return address.host + ":" + std::to_string(address.port);
}

}  // namespace

Dialled::Dialled(std::shared_ptr<RuntimeState> runtime, ConnectOptions options, Promise<Answer> promise)
    : Connection(Parts{Side::initiator, runtime, std::make_shared<AssociationOptions>(options.association),
                       asio::make_strand(runtime->next_io()), nullptr,
                       std::make_unique<osi::Initiator>(osi::InitiatorConfig{
                           stack_limits(options.association.limits), options.association.reliable}),
                       dial_text(options.address)}),
      dial_(std::move(options)),
      promise_(std::move(promise)) {
  set_context(*dial_.context);
}

void Dialled::dial() {
  if (ended()) return;
  pump();  // sets the deadline
  asio::co_spawn(strand(), dial_loop(std::static_pointer_cast<Dialled>(shared_from_this())), asio::detached);
}

asio::awaitable<void> Dialled::dial_loop([[maybe_unused]] std::shared_ptr<Dialled> self) {
  ErrorCode error;
  co_await look_up(error);
  if (ended()) co_return;
  if (error) {
    unreachable("looking up " + dial_.address.host + ": " + error.message());
    co_return;
  }
  co_await connect_any(error);
  if (ended()) co_return;
  if (error) {
    unreachable("connecting to " + dial_text(dial_.address) + ": " + error.message());
  } else {
    connected();
  }
}

asio::awaitable<void> Dialled::look_up(ErrorCode& error) {
  const auto address = asio::ip::make_address(dial_.address.host, error);
  if (!error) {
    endpoints_.emplace_back(address, dial_.address.port);
    co_return;
  }
  resolver_.emplace(strand());
  auto token = asio::redirect_error(asio::use_awaitable, error);
  const std::string port = std::to_string(dial_.address.port);
  const auto found = co_await resolver_->async_resolve(dial_.address.host, port, token);
  for (const auto& entry : found) endpoints_.push_back(entry.endpoint());
}

asio::awaitable<void> Dialled::connect_any(ErrorCode& error) {
  error = asio::error::host_not_found;
  for (const auto& endpoint : endpoints_) {
    if (ended()) co_return;
    socket_.emplace(strand());
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await socket_->async_connect(endpoint, token);
    if (!error) co_return;
  }
}

void Dialled::connected() {
  ErrorCode ignored;
  const auto endpoint = socket_->remote_endpoint(ignored);
  auto tcp = std::make_unique<TcpStream>(std::move(*socket_));
  socket_.reset();
  tcp->prepare(options().keep_alive);
  Result<std::unique_ptr<Stream>> stream = std::unique_ptr<Stream>();
  if (dial_.tls)
    stream = TlsStream::dialled(std::move(tcp), *dial_.tls, dial_.address.host);
  else
    stream = std::unique_ptr<Stream>(std::move(tcp));
  if (!stream.ok()) return invalid(stream.error().text());
  set_stream(std::move(*stream), endpoint_text(endpoint));

  osi::ConnectParameters parameters;
  parameters.called = dial_.address.selectors;
  parameters.calling = dial_.calling;
  parameters.application_context = dial_.context->for_stack();
  parameters.bind_argument = std::move(dial_.bind_argument);
  if (parameters.application_context.carriage == osi::Carriage::rtse) {
    parameters.calling_reference = calling_reference(info().id);
    parameters.common_reference = common_reference();
  }
  if (!dial_.ports.empty()) {
    parameters.abstract_syntaxes.push_back(dial_.context->bind_syntax);
    for (const Port port : dial_.ports)
      if (const ber::Oid* syntax = dial_.context->syntax(port))
        parameters.abstract_syntaxes.push_back(*syntax);
  }
  const Status status = initiator().connect(std::move(parameters));
  if (status.ok()) return start();
  invalid(status.error().text());
}

void Dialled::invalid(std::string text) {
  ConnectFailure failure;
  failure.kind = ConnectFailure::Kind::invalid;
  failure.transient = false;
  failure.text = std::move(text);
  failure_ = std::move(failure);
  abort("invalid");
}

void Dialled::unreachable(std::string text) {
  ConnectFailure failure;
  failure.text = text;
  failure_ = std::move(failure);
  abort(std::move(text));
}

// Whoever lets go of the last copy closes the association: nobody else could.
AssociationPtr Dialled::handle() {
  auto self = shared_from_this();
  Association* const association = self.get();
  return AssociationPtr(association, [self = std::move(self)](Association* a) { (void)a->close(); });
}

void Dialled::on_confirm(osi::ConnectConfirm& event) {
  auto handler = dial_.handler ? std::move(dial_.handler) : std::make_shared<Handler>();
  Connected connected{handle(), std::move(event.bind_result)};
  opened(std::move(handler), connected.association);
  promise_.set(std::move(connected));
}

void Dialled::on_refused(osi::ConnectRefused& event) {
  if (ending()) return;  // a time-out of ours
  ConnectFailure f;
  const bool lost = event.layer == osi::Layer::transport && event.reason == connection_lost;
  f.kind = !event.bind_error.empty() ? ConnectFailure::Kind::bind_error
           : lost                    ? ConnectFailure::Kind::aborted
                                     : ConnectFailure::Kind::refused;
  f.layer = event.layer;
  f.reason = event.reason;
  f.transient = event.transient || lost;
  f.bind_error = std::move(event.bind_error);
  f.text = event.text;
  failure_ = std::move(f);
  Ending ending;
  ending.cause = Ending::Cause::peer_aborted;
  ending.layer = event.layer;
  ending.reason = event.reason;
  ending.text = std::move(event.text);
  ending.octets = std::move(event.octets);
  ends(std::move(ending));
}

void Dialled::on_not_opened(const Ending& ending) {
  if (!failure_) failure_ = failure_of(ending);
  const bool here = failure_->kind == ConnectFailure::Kind::invalid ||
                    failure_->kind == ConnectFailure::Kind::timed_out ||
                    ending.cause == Ending::Cause::aborted || ending.cause == Ending::Cause::protocol_error;
  const RefusalNote refusal{here,           failure_->layer, failure_->reason, !failure_->bind_error.empty(),
                            failure_->text, ending.octets};
  note([&](Observer& o) { o.refused(info(), refusal); });
  promise_.set(std::move(*failure_));
}

void Dialled::on_ended() {
  ErrorCode ignored;
  if (socket_) socket_->close(ignored);
  if (resolver_) resolver_->cancel();
}

}  // namespace x400::access
