// What the tests of associations have in common: waiting for conditions, a service that records and
// answers, an observer that records, and a raw peer that speaks the stack over a blocking socket.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "x400/access/connect.hpp"
#include "x400/access/listener.hpp"
#include "x400/access/observer.hpp"
#include "x400/access/runtime.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/ber/writer.hpp"
#include "x400/osi/association.hpp"

namespace x400::access::test {

using std::chrono::milliseconds;
/// Longer than anything takes; only a test that fails waits so long.
inline constexpr auto patience = std::chrono::seconds(60);

/// State under a lock, with waiting for what it becomes.
template <class T>
class Watched {
 public:
  void change(const std::function<void(T&)>& f) {
    {
      const std::lock_guard lock(mutex_);
      f(value_);
    }
    changed_.notify_all();
  }
  bool wait(const std::function<bool(const T&)>& condition) { return wait_for(patience, condition); }
  bool wait_for(std::chrono::milliseconds time, const std::function<bool(const T&)>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [&] { return condition(value_); });
  }
  T get() {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  template <class F>
  auto with(F f) {
    const std::lock_guard lock(mutex_);
    return f(value_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  T value_;
};

/// SET { [0] octets }: what stands for any argument or result here.
inline Octets value(std::string_view text) {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] { w.primitive(ber::context(0), text); });
  return std::move(w).take();
}
inline Octets value(std::size_t size, char fill = 'x') { return value(std::string(size, fill)); }
inline Octets to_octets(const osi::Slice& slice) { return x400::to_octets(slice.view()); }

template <class T>
T take(Pending<T> pending) {
  REQUIRE(pending.wait_for(patience));
  return pending.get();
}

/// Records what it is told.
class Log : public Observer {
 public:
  struct State {
    std::vector<AssociationInfo> connected, opened;
    std::vector<std::pair<AssociationInfo, RefusalNote>> refused;
    std::vector<std::pair<AssociationInfo, Ending>> closed;
    std::vector<RejectNote> rejected;
    std::vector<std::string> turned_away, trouble;
  };
  Watched<State> state;

  void connected(const AssociationInfo& i) override {
    state.change([&](State& s) { s.connected.push_back(i); });
  }
  void turned_away(const std::string&, const std::string& why) override {
    state.change([&](State& s) { s.turned_away.push_back(why); });
  }
  void opened(const AssociationInfo& i) override {
    state.change([&](State& s) { s.opened.push_back(i); });
  }
  void refused(const AssociationInfo& i, const RefusalNote& n) override {
    state.change([&](State& s) { s.refused.emplace_back(i, n); });
  }
  void rejected(const AssociationInfo&, const RejectNote& n) override {
    state.change([&](State& s) { s.rejected.push_back(n); });
  }
  void closed(const AssociationInfo& i, const Ending& e) override {
    state.change([&](State& s) { s.closed.emplace_back(i, e); });
  }
  void trouble(const std::string& what) override {
    state.change([&](State& s) { s.trouble.push_back(what); });
  }
};

/// A handler whose answer is a function; without one it keeps the replies.
class Recorder : public Handler {
 public:
  using Answer = std::function<void(Invocation, Reply)>;
  struct Held {
    Invocation invocation;
    Reply reply;
  };
  struct State {
    AssociationPtr association;
    std::vector<Operation> invoked;
    std::vector<std::shared_ptr<Held>> held;
    std::vector<Ending> closed;
  };

  Recorder() = default;
  explicit Recorder(Answer answer) : answer_(std::move(answer)) {}
  Watched<State> state;

  void opened(const AssociationPtr& association) override {
    state.change([&](State& s) { s.association = association; });
  }
  void invoked(Invocation invocation, Reply reply) override {
    state.change([&](State& s) { s.invoked.push_back(invocation.operation); });
    if (answer_) return answer_(std::move(invocation), std::move(reply));
    auto held = std::make_shared<Held>(Held{std::move(invocation), std::move(reply)});
    state.change([&](State& s) { s.held.push_back(held); });
  }
  void closed(const Ending& ending) override {
    state.change([&](State& s) {
      s.association.reset();
      s.closed.push_back(ending);
    });
  }

  AssociationPtr association() {
    REQUIRE(state.wait([](const State& s) { return s.association != nullptr; }));
    return state.get().association;
  }
  Ending ending() {
    REQUIRE(state.wait([](const State& s) { return !s.closed.empty(); }));
    return state.get().closed.front();
  }
  std::vector<std::shared_ptr<Held>> held(std::size_t at_least) {
    REQUIRE(state.wait([&](const State& s) { return s.held.size() >= at_least; }));
    return state.get().held;
  }

 private:
  Answer answer_;
};

/// Answers with the argument.
inline void echo(Invocation invocation, Reply reply) { reply.result(osi::Chain(invocation.argument)); }

/// Accepts every bind, giving each a handler; or does what `on_bind` does.
class Service : public Acceptor {
 public:
  using Handlers = std::vector<std::shared_ptr<Recorder>>;
  std::function<void(BindRequest, BindReply)> on_bind;
  Recorder::Answer answer = echo;
  Watched<Handlers> handlers;

  void bind(BindRequest request, BindReply reply) override {
    if (on_bind) return on_bind(std::move(request), std::move(reply));
    auto handler = std::make_shared<Recorder>(answer);
    reply.accept(value("welcome"), handler);
    handlers.change([&](Handlers& h) { h.push_back(handler); });
  }
  std::shared_ptr<Recorder> handler(std::size_t n = 0) {
    REQUIRE(handlers.wait([&](const Handlers& h) { return h.size() > n; }));
    return handlers.get()[n];
  }
};

/// A runtime, a listener on loopback, and what to connect to it with.
struct House {
  Runtime runtime;
  std::shared_ptr<Service> service = std::make_shared<Service>();
  std::shared_ptr<Log> log = std::make_shared<Log>();
  ListenerOptions options;
  std::unique_ptr<Listener> listener;

  explicit House(unsigned threads = 2) : runtime(threads) {
    options.endpoints.push_back({"127.0.0.1", 0});
    for (const ApplicationContext& c : application_contexts()) options.contexts.push_back(&c);
    options.association.observer = log;
  }
  ~House() {
    if (listener) listener.reset();
  }

  void open() {
    auto opened = Listener::open(runtime, options, service);
    REQUIRE(opened.ok());
    listener = std::move(*opened);
  }
  std::uint16_t port() { return listener->ports().at(0); }

  ConnectOptions dial(const ApplicationContext& context = contexts::ms_access_94()) {
    ConnectOptions o;
    o.address.host = "127.0.0.1";
    o.address.port = port();
    o.context = &context;
    o.bind_argument = value("me");
    return o;
  }
  AssociationPtr connected(ConnectOptions o) {
    auto answer = take(connect(runtime, std::move(o)));
    if (!answer.ok()) FAIL(name(answer.error().kind) << ": " << answer.error().text);
    return answer->association;
  }
  AssociationPtr connected() { return connected(dial()); }
};

/// A peer that does what no Association would: the stack over a blocking socket, octets at will.
class RawPeer {
 public:
  /// `receive_buffer`: of the socket, octets; a small one, for a peer that takes its time.
  explicit RawPeer(std::uint16_t port, std::optional<int> receive_buffer = std::nullopt) : socket_(io_) {
    socket_.open(boost::asio::ip::tcp::v4());
    if (receive_buffer) socket_.set_option(boost::asio::socket_base::receive_buffer_size(*receive_buffer));
    socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    socket_.set_option(boost::asio::ip::tcp::no_delay(true));
  }

  osi::Initiator stack;

  void bind(const ApplicationContext& context = contexts::ms_access_94()) {
    begin(context);
    REQUIRE(until<osi::ConnectConfirm>());
  }
  /// Until CC has come; the CN is the next to be sent.
  void connect_transport() {
    begin(contexts::ms_access_94());
    while (stack.phase() != osi::Phase::awaiting_ac) {
      flush();
      REQUIRE(receive());
    }
  }
  /// Sends what the stack has to send.
  void flush() { send(pull()); }
  Octets pull() {
    Octets all;
    for (const osi::Slice& s : stack.take_output()) append(all, s.view());
    return all;
  }
  void send(View octets) { boost::asio::write(socket_, boost::asio::buffer(octets.data(), octets.size())); }
  /// Reads until such an event; nothing if the peer closes first.
  template <class T>
  std::optional<T> until() {
    for (;;) {
      flush();
      while (auto e = stack.next_event())
        if (auto* wanted = std::get_if<T>(&*e)) return std::move(*wanted);
      if (!receive()) return std::nullopt;
    }
  }
  /// False at the end.
  bool receive() {
    std::uint8_t buffer[4096];
    boost::system::error_code error;
    const std::size_t n = socket_.read_some(boost::asio::buffer(buffer), error);
    if (error) {
      stack.transport_lost(error.message());
      return false;
    }
    stack.receive(View(buffer, n));
    return true;
  }
  /// Reads until the peer closes: what came, which the stack does not see.
  Octets until_closed() {
    Octets all;
    std::uint8_t buffer[4096];
    boost::system::error_code error;
    while (!error) append(all, View(buffer, socket_.read_some(boost::asio::buffer(buffer), error)));
    return all;
  }
  osi::ContextId context(const ber::Oid& syntax) { return stack.context_id(syntax).value(); }
  void close() { socket_.close(); }
  void reset() {
    socket_.set_option(boost::asio::socket_base::linger(true, 0));
    socket_.close();
  }

 private:
  void begin(const ApplicationContext& context) {
    osi::ConnectParameters p;
    p.application_context = context.for_stack();
    p.bind_argument = value("raw");
    REQUIRE(stack.connect(std::move(p)).ok());
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
};

}  // namespace x400::access::test
