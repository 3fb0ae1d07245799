// Opening and refusing associations, both roles, over real sockets.
#include "support.hpp"

using namespace x400;
using namespace x400::access;
using namespace x400::access::test;
using Kind = ConnectFailure::Kind;

namespace {

ConnectFailure failure(House& house, ConnectOptions options) {
  auto answer = take(connect(house.runtime, std::move(options)));
  REQUIRE(!answer.ok());
  return answer.error();
}

}  // namespace

TEST_CASE("bind: accepted, with what both sides said") {
  House house;
  std::optional<BindRequest> seen;
  auto handler = std::make_shared<Recorder>();
  house.service->on_bind = [&](BindRequest request, BindReply reply) {
    seen = request;
    reply.accept(value("hello"), handler);
  };
  house.options.selectors.transport = to_octets(std::string_view("TRAN"));
  house.open();
  auto options = house.dial();
  options.address.selectors.transport = to_octets(std::string_view("TRAN"));
  options.address.selectors.presentation = to_octets(std::string_view("P"));
  options.calling.session = to_octets(std::string_view("CALLER"));
  auto answer = take(connect(house.runtime, std::move(options)));
  REQUIRE(answer.ok());
  CHECK(test::to_octets(answer->bind_result) == value("hello"));
  const AssociationPtr a = answer->association;
  CHECK(a->is_open());
  CHECK(a->side() == Side::initiator);
  CHECK(a->party() == Party::user);
  CHECK(&a->context() == &contexts::ms_access_94());
  for (const Port port : {Port::submission, Port::retrieval, Port::administration}) CHECK(a->has(port));
  CHECK(!a->has(Port::delivery));

  CHECK(handler->association()->side() == Side::responder);
  CHECK(handler->association()->party() == Party::service);
  REQUIRE(seen);
  CHECK(test::to_octets(seen->argument) == value("me"));
  CHECK(seen->context == &contexts::ms_access_94());
  CHECK(seen->ports == std::vector{Port::submission, Port::retrieval, Port::administration});
  CHECK(seen->called.transport == to_octets(std::string_view("TRAN")));
  CHECK(seen->called.presentation == to_octets(std::string_view("P")));
  CHECK(seen->calling.session == to_octets(std::string_view("CALLER")));
  CHECK(seen->peer.starts_with("127.0.0.1:"));
  CHECK(seen->association_id == handler->association()->id());

  const Ending ending = take(a->close());
  CHECK(ending.cause == Ending::Cause::released);
  CHECK(handler->ending().cause == Ending::Cause::released);
  CHECK(!a->is_open());
  const auto log = house.log->state.get();
  CHECK(log.opened.size() == 1);
  CHECK(log.refused.empty());
}

TEST_CASE("bind: every application context gets the association it names") {
  House house;
  house.open();
  for (const ApplicationContext& context : application_contexts()) {
    INFO(context.name);
    auto handler = std::make_shared<Recorder>(echo);
    auto options = house.dial(context);
    options.handler = handler;
    const AssociationPtr a = house.connected(std::move(options));
    CHECK(a->party() == context.initiator);
    CHECK(handler->association() == a);
    take(a->close());
  }
}

TEST_CASE("bind: refused with the bind error, answered later from another thread") {
  House house;
  std::thread later;
  house.service->on_bind = [&](BindRequest, BindReply reply) {
    later = std::thread([reply = std::move(reply)]() mutable {
      Octets authentication_error = {0x0a, 0x01, 0x00};
      reply.refuse(std::move(authentication_error), "unknown user");
    });
  };
  house.open();
  const ConnectFailure f = failure(house, house.dial());
  later.join();
  CHECK(f.kind == Kind::bind_error);
  CHECK(f.layer == osi::Layer::acse);
  CHECK(test::to_octets(f.bind_error) == Octets{0x0a, 0x01, 0x00});
  REQUIRE(house.log->state.wait([](const Log::State& s) { return s.refused.size() == 1; }));
  const auto [info, note] = house.log->state.get().refused.front();
  CHECK(note.bind_error);
  CHECK(note.here);
  CHECK(note.text == "unknown user");
  CHECK(info.context == &contexts::ms_access_94());
}

TEST_CASE("bind: refused below the bind") {
  House house;
  house.service->on_bind = [&](BindRequest, BindReply reply) { reply.reject("argument does not decode"); };
  house.open();
  const ConnectFailure f = failure(house, house.dial());
  CHECK(f.kind == Kind::refused);
  CHECK(f.layer == osi::Layer::acse);
  CHECK(f.reason == 1);
  CHECK(!f.transient);
  CHECK(f.bind_error.empty());
}

TEST_CASE("bind: a dropped reply refuses for now") {
  House house;
  house.service->on_bind = [&](BindRequest, BindReply) {};
  house.open();
  const ConnectFailure f = failure(house, house.dial());
  CHECK(f.kind == Kind::refused);
  CHECK(f.transient);
}

TEST_CASE("bind: only the first answer counts") {
  House house;
  house.service->on_bind = [&](BindRequest, BindReply reply) {
    reply.accept(value("yes"), std::make_shared<Recorder>(echo));
    reply.refuse(value("no"), "no");
    reply.reject("no");
  };
  house.open();
  const AssociationPtr a = house.connected();
  CHECK(take(a->invoke(operations::list, value("1"))).is_result());
}

TEST_CASE("bind: an application context that is not offered is refused by ACSE") {
  House house;
  house.options.contexts = {&contexts::ms_access_88()};
  house.open();
  const ConnectFailure f = failure(house, house.dial());
  CHECK(f.kind == Kind::refused);
  CHECK(f.layer == osi::Layer::acse);
  CHECK(f.reason == 2);
  CHECK(house.connected(house.dial(contexts::ms_access_88()))->is_open());
}

TEST_CASE("bind: a wrong transport selector is refused by the transport") {
  House house;
  house.options.selectors.transport = to_octets(std::string_view("MSTORE"));
  house.open();
  auto options = house.dial();
  options.address.selectors.transport = to_octets(std::string_view("OTHER"));
  const ConnectFailure f = failure(house, std::move(options));
  CHECK(f.kind == Kind::refused);
  CHECK(f.layer == osi::Layer::transport);
  REQUIRE(house.log->state.wait([](const Log::State& s) { return s.refused.size() == 1; }));
  CHECK(house.log->state.get().refused.front().second.layer == osi::Layer::transport);
}

TEST_CASE("bind: a part of the ports may be proposed") {
  House house;
  house.open();
  auto options = house.dial();
  options.ports = {Port::retrieval};
  const AssociationPtr a = house.connected(std::move(options));
  CHECK(a->has(Port::retrieval));
  CHECK(!a->has(Port::submission));
  CHECK(take(a->invoke(operations::list, value("1"))).is_result());
  CHECK(take(a->invoke(operations::message_submission, value("1"))).kind() == Outcome::Kind::not_sent);
}

TEST_CASE("bind: undecided too long, both sides give up, the late answer goes nowhere") {
  House house;
  std::vector<BindReply> kept;
  std::mutex mutex;
  house.service->on_bind = [&](BindRequest, BindReply reply) {
    const std::lock_guard lock(mutex);
    kept.push_back(std::move(reply));
  };
  house.options.association.timeouts.bind = milliseconds(50);
  house.open();
  const ConnectFailure f = failure(house, house.dial());
  CHECK(f.layer == osi::Layer::session);
  CHECK(f.transient);
  REQUIRE(house.log->state.wait([](const Log::State& s) { return s.refused.size() == 1; }));
  const std::lock_guard lock(mutex);
  REQUIRE(kept.size() == 1);
  CHECK(!kept[0].wanted());
  kept[0].accept(value("late"), std::make_shared<Recorder>());
  CHECK(house.log->state.get().opened.empty());
}

TEST_CASE("bind: the peer goes away while the bind is looked at") {
  House house;
  Watched<std::vector<std::shared_ptr<BindReply>>> kept;
  house.service->on_bind = [&](BindRequest, BindReply reply) {
    auto shared = std::make_shared<BindReply>(std::move(reply));
    kept.change([&](auto& k) { k.push_back(shared); });
  };
  house.open();
  {
    RawPeer peer(house.port());
    peer.connect_transport();
    peer.flush();
    REQUIRE(kept.wait([](const auto& k) { return k.size() == 1; }));
    peer.reset();
  }
  REQUIRE(house.log->state.wait([](const Log::State& s) { return s.refused.size() == 1; }));
  auto handler = std::make_shared<Recorder>();
  CHECK(!kept.get()[0]->wanted());
  kept.get()[0]->accept(value("late"), handler);
  CHECK(handler->state.get().association == nullptr);
  CHECK(house.log->state.get().opened.empty());
}

TEST_CASE("connect: nobody listens") {
  House house;
  house.open();
  auto options = house.dial();
  take(house.listener->shutdown());
  const ConnectFailure f = failure(house, std::move(options));
  CHECK(f.kind == Kind::unreachable);
  CHECK(f.transient);
}

TEST_CASE("connect: options that make no sense") {
  House house;
  house.open();
  auto options = house.dial();
  SECTION("no context") { options.context = nullptr; }
  SECTION("no bind argument") { options.bind_argument = {}; }
  SECTION("no host") { options.address.host.clear(); }
  SECTION("a port the context has not") { options.ports = {Port::delivery}; }
  SECTION("a selector that is too long") { options.address.selectors.session.assign(17, 'x'); }
  const ConnectFailure f = failure(house, std::move(options));
  CHECK(f.kind == Kind::invalid);
  CHECK(!f.transient);
}

TEST_CASE("connect: a host that takes the connection and says nothing") {
  House house;
  house.open();
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor silent(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
  auto options = house.dial();
  options.address.port = silent.local_endpoint().port();
  options.association.timeouts.connect = milliseconds(50);
  const ConnectFailure f = failure(house, std::move(options));
  CHECK(f.kind == Kind::timed_out);
  CHECK(f.transient);
}

TEST_CASE("connect: by host name") {
  House house;
  house.open();
  auto options = house.dial();
  options.address.host = "localhost";
  CHECK(house.connected(std::move(options))->is_open());
}

TEST_CASE("connect: answers that are no OSI end it") {
  House house;
  house.open();
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor acceptor(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
  auto options = house.dial();
  options.address.port = acceptor.local_endpoint().port();
  auto pending = connect(house.runtime, std::move(options));
  auto socket = acceptor.accept();
  boost::asio::write(socket, boost::asio::buffer(std::string("HTTP/1.0 400 Bad Request\r\n\r\n")));
  auto answer = take(std::move(pending));
  REQUIRE(!answer.ok());
  CHECK(answer.error().layer == osi::Layer::transport);
}

TEST_CASE("listener: limits in all and per address close what is too many") {
  House house;
  SECTION("in all") { house.options.associations = 2; }
  SECTION("per address") { house.options.associations_per_address = 2; }
  house.open();
  const AssociationPtr a = house.connected(), b = house.connected();
  RawPeer(house.port()).until_closed();
  REQUIRE(house.log->state.wait([](const Log::State& s) { return s.turned_away.size() == 1; }));
  take(a->close());
  house.service->handler(0)->ending();
  // The first one's place is free again, when its socket is.
  while (house.listener->associations() == 2) std::this_thread::yield();
  CHECK(house.connected()->is_open());
  CHECK(b->is_open());
}

TEST_CASE("listener: an address that is taken, or is none") {
  House house;
  house.open();
  ListenerOptions options = house.options;
  options.endpoints = {{"127.0.0.1", house.port()}};
  auto taken = Listener::open(house.runtime, options, house.service);
  REQUIRE(!taken.ok());
  CHECK(taken.error().kind() == ErrorKind::io);
  options.endpoints = {{"no address", 0}};
  auto none = Listener::open(house.runtime, options, house.service);
  REQUIRE(!none.ok());
  CHECK(none.error().kind() == ErrorKind::invalid);
}

TEST_CASE("listener: several addresses, one of them every one") {
  House house;
  house.options.endpoints.push_back({"", 0});
  house.open();
  const auto ports = house.listener->ports();
  REQUIRE(ports.size() == 2);
  auto options = house.dial();
  options.address.port = ports[1];
  CHECK(house.connected(std::move(options))->is_open());
}

TEST_CASE("listener: silence before CR and before CN") {
  House house;
  // Short for what does not come alone.
  const auto [time, sent, expected] =
      GENERATE(values<std::tuple<std::chrono::milliseconds Timeouts::*, std::string, std::string>>(
          {{&Timeouts::cr, "", "no CR within 50 ms"},
           {&Timeouts::cn, "03 00 00 0b 06 e0 00 00 00 01 00", "no CN within 50 ms"}}));
  house.options.association.timeouts.*time = milliseconds(50);
  house.open();
  RawPeer peer(house.port());
  peer.send(*from_hex(sent));
  peer.until_closed();
  REQUIRE(house.log->state.wait([](const Log::State& s) { return s.refused.size() == 1; }));
  CHECK(house.log->state.get().refused[0].second.text.find(expected) != std::string::npos);
}
