#include "x400/access/listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "accepted.hpp"
#include "tls_stream.hpp"

namespace x400::access {
namespace {

using tcp = asio::ip::tcp;
using TcpAcceptor = asio::basic_socket_acceptor<tcp, Strand>;

constexpr auto pause_after_trouble = std::chrono::milliseconds(100);

Result<tcp::endpoint> endpoint_of(const ListenerOptions::Endpoint& e) {
  if (e.host.empty()) return tcp::endpoint(tcp::v6(), e.port);
  ErrorCode error;
  const auto address = asio::ip::make_address(e.host, error);
  if (error) return Error(ErrorKind::invalid, "not an address to listen on: " + e.host);
  return tcp::endpoint(address, e.port);
}

Error io_error(const tcp::endpoint& endpoint, const ErrorCode& error) {
  return Error(ErrorKind::io, "listening on " + endpoint_text(endpoint) + ": " + error.message());
}

/// Who is there by one listener, and whether its doors are open. Its own lock: connections leave on their
/// strands.
class Guests {
 public:
  explicit Guests(std::shared_ptr<Admission> admission) : admission_(std::move(admission)) {}

  void door_opened() {
    const std::lock_guard lock(mutex_);
    ++doors_;
  }
  /// Nobody is let in there any more, not even by the system.
  void door_closed() {
    std::unique_lock lock(mutex_);
    --doors_;
    tell_if_empty(lock);
  }

  /// Nothing, or why not.
  std::optional<std::string> admit(const std::string& address) {
    const std::lock_guard lock(mutex_);
    if (closed_) return "shutting down";
    if (auto why = admission_->admit(address)) return why;
    ++count_;
    return std::nullopt;
  }

  /// False if close_all() has come in between.
  bool add(const std::shared_ptr<Accepted>& guest) {
    const std::lock_guard lock(mutex_);
    guests_.emplace(guest->id(), guest);
    return !closed_;
  }

  void leave(std::uint64_t id, const std::string& address) {
    admission_->leave(address);
    std::unique_lock lock(mutex_);
    guests_.erase(id);
    --count_;
    tell_if_empty(lock);
  }

  /// Admitted, but there was no association.
  void cancel(const std::string& address) { leave(0, address); }

  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }

  Pending<Ok> close_all() {
    Promise<Ok> promise([] { return Ok{}; });
    auto pending = promise.pending();
    std::unique_lock lock(mutex_);
    closed_ = true;
    waiting_.push_back(std::move(promise));
    std::vector<std::shared_ptr<Accepted>> alive;
    for (const auto& [id, weak] : guests_)
      if (auto guest = weak.lock()) alive.push_back(std::move(guest));
    tell_if_empty(lock);
    if (lock.owns_lock()) lock.unlock();
    for (const auto& guest : alive) (void)guest->close();
    return pending;
  }

 private:
  void tell_if_empty(std::unique_lock<std::mutex>& lock) {
    if (count_ != 0 || doors_ != 0 || waiting_.empty()) return;
    auto waiting = std::exchange(waiting_, {});
    lock.unlock();
    for (auto& promise : waiting) promise.set(Ok{});
  }

  const std::shared_ptr<Admission> admission_;
  mutable std::mutex mutex_;
  bool closed_ = false;
  std::size_t count_ = 0;
  std::size_t doors_ = 0;
  std::unordered_map<std::uint64_t, std::weak_ptr<Accepted>> guests_;
  std::vector<Promise<Ok>> waiting_;
};

/// One listening socket. Its coroutine keeps it alive until close().
class Door : public std::enable_shared_from_this<Door> {
 public:
  Door(std::shared_ptr<const Accepted::Shared> shared, std::shared_ptr<Guests> guests)
      : shared_(std::move(shared)),
        guests_(std::move(guests)),
        strand_(asio::make_strand(shared_->runtime->io())),
        acceptor_(strand_),
        timer_(strand_) {}

  Status listen(const ListenerOptions::Endpoint& where) {
    X400_TRY(endpoint, endpoint_of(where));
    ErrorCode error;
    acceptor_.open(endpoint.protocol(), error);
    if (error && where.host.empty()) {  // a system without IPv6
      endpoint = tcp::endpoint(tcp::v4(), where.port);
      acceptor_.open(endpoint.protocol(), error);
    }
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && endpoint.protocol() == tcp::v6())
      acceptor_.set_option(asio::ip::v6_only(!where.host.empty()), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return io_error(endpoint, error);
    port_ = acceptor_.local_endpoint(error).port();
    return Ok{};
  }

  std::uint16_t port() const { return port_; }

  void open() {
    guests_->door_opened();
    asio::co_spawn(strand_, accept_loop(shared_from_this()), asio::detached);
  }

  void close() {
    asio::dispatch(strand_, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self || std::exchange(self->closed_, true)) return;
      ErrorCode ignored;
      self->acceptor_.close(ignored);
      self->timer_.cancel();
      self->guests_->door_closed();
    });
  }

 private:
  asio::awaitable<void> accept_loop([[maybe_unused]] std::shared_ptr<Door> self) {
    while (acceptor_.is_open()) {
      Strand strand = asio::make_strand(shared_->runtime->next_io());
      TcpSocket socket(strand);
      ErrorCode error;
      auto token = asio::redirect_error(asio::use_awaitable, error);
      co_await acceptor_.async_accept(socket, token);
      if (!acceptor_.is_open()) break;
      if (!error) {
        take(std::move(socket), strand);
        continue;
      }
      if (error == asio::error::connection_aborted) continue;
      trouble("accepting a TCP connection: " + error.message());
      timer_.expires_after(pause_after_trouble);
      co_await timer_.async_wait(token);
    }
  }

  void trouble(const std::string& text) {
    if (shared_->options->observer) shared_->options->observer->trouble(text);
  }

  Result<std::unique_ptr<Stream>> stream_over(TcpSocket socket) {
    auto plain = std::make_unique<TcpStream>(std::move(socket));
    plain->prepare(shared_->options->keep_alive);
    if (shared_->tls) return TlsStream::accepted(std::move(plain), *shared_->tls);
    return std::unique_ptr<Stream>(std::move(plain));
  }

  void take(TcpSocket socket, Strand strand) {
    ErrorCode error;
    const auto endpoint = socket.remote_endpoint(error);
    if (error) return;  // gone already
    const std::string address = address_text(endpoint);
    if (const auto why = guests_->admit(address)) {
      if (shared_->options->observer) shared_->options->observer->turned_away(endpoint_text(endpoint), *why);
      return;
    }
    auto stream = stream_over(std::move(socket));
    if (!stream.ok()) {
      trouble("accepting a TCP connection: " + stream.error().text());
      return guests_->cancel(address);
    }
    auto left = [guests = guests_, address](std::uint64_t id) { guests->leave(id, address); };
    auto guest =
        std::make_shared<Accepted>(shared_, strand, std::move(*stream), endpoint_text(endpoint), left);
    if (!guest->enter()) return guests_->leave(guest->id(), address);
    const bool welcome = guests_->add(guest);
    asio::post(strand, [guest] { guest->start(); });
    if (!welcome) (void)guest->close();
  }

  std::shared_ptr<const Accepted::Shared> shared_;
  std::shared_ptr<Guests> guests_;
  Strand strand_;
  TcpAcceptor acceptor_;
  asio::steady_timer timer_;
  std::uint16_t port_ = 0;
  bool closed_ = false;
};

class ListenerImpl final : public Listener {
 public:
  ListenerImpl(std::shared_ptr<Guests> guests, std::vector<std::shared_ptr<Door>> doors)
      : guests_(std::move(guests)), doors_(std::move(doors)) {
    for (const auto& door : doors_) door->open();
  }
  ~ListenerImpl() override { close_doors(); }
  ListenerImpl(const ListenerImpl&) = delete;
  ListenerImpl& operator=(const ListenerImpl&) = delete;

  std::vector<std::uint16_t> ports() const override {
    std::vector<std::uint16_t> out;
    for (const auto& door : doors_) out.push_back(door->port());
    return out;
  }
  std::size_t associations() const override { return guests_->count(); }
  Pending<Ok> shutdown() override {
    close_doors();
    return guests_->close_all();
  }

 private:
  void close_doors() {
    for (const auto& door : doors_) door->close();
  }

  std::shared_ptr<Guests> guests_;
  std::vector<std::shared_ptr<Door>> doors_;
};

std::shared_ptr<const osi::ResponderConfig> stack_config(const ListenerOptions& options) {
  auto config = std::make_shared<osi::ResponderConfig>();
  for (const ApplicationContext* context : options.contexts)
    config->application_contexts.push_back(context->for_stack());
  config->selectors = options.selectors;
  config->selector_policy = options.selector_policy;
  config->limits = stack_limits(options.association.limits);
  config->reliable = options.association.reliable;
  return config;
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(Runtime& runtime, ListenerOptions options,
                                                 std::shared_ptr<Acceptor> acceptor) {
  if (options.endpoints.empty()) return Error(ErrorKind::invalid, "a listener without an address");
  if (options.contexts.empty()) return Error(ErrorKind::invalid, "a listener without application contexts");
  auto shared = std::make_shared<Accepted::Shared>();
  shared->runtime = runtime.state();
  shared->stack = stack_config(options);
  shared->options = std::make_shared<AssociationOptions>(std::move(options.association));
  shared->acceptor = std::move(acceptor);
  shared->contexts = std::move(options.contexts);
  shared->tls = std::move(options.tls);
  auto admission = std::move(options.admission);
  if (!admission)
    admission = std::make_shared<Admission>(options.associations, options.associations_per_address);
  auto guests = std::make_shared<Guests>(std::move(admission));
  std::vector<std::shared_ptr<Door>> doors;
  for (const auto& endpoint : options.endpoints) {
    doors.push_back(std::make_shared<Door>(shared, guests));
    X400_CHECK(doors.back()->listen(endpoint));
  }
  return std::unique_ptr<Listener>(new ListenerImpl(std::move(guests), std::move(doors)));
}

}  // namespace x400::access
