// How associations end: by both sides, by the network, by time, by nonsense; and that others do not notice.
#include <random>
#include <thread>

#include "support.hpp"

using namespace x400;
using namespace x400::access;
using namespace x400::access::test;
using Cause = Ending::Cause;

namespace {

void check_alive(const AssociationPtr& a) {
  CHECK(take(a->invoke(operations::list, value("alive"))).is_result());
}

Ending only_closed(House& house) {
  REQUIRE(house.log->state.wait([](const Log::State& s) { return s.closed.size() == 1; }));
  return house.log->state.get().closed[0].second;
}

std::shared_ptr<Recorder::Held> first_held(House& house, std::size_t handler = 0) {
  return house.service->handler(handler)->held(1).at(0);
}

}  // namespace

TEST_CASE("ending: close waits for operations of both sides, then releases") {
  House house;
  house.service->answer = nullptr;
  auto client = std::make_shared<Recorder>();
  house.open();
  auto options = house.dial();
  options.handler = client;
  const AssociationPtr a = house.connected(std::move(options));
  auto list = a->invoke(operations::list, value("x"));
  const auto list_held = first_held(house);
  const AssociationPtr store = house.service->handler()->association();
  auto alert = store->invoke(operations::alert, value("x"));
  const auto alert_held = client->held(1).at(0);

  auto closing = a->close();
  auto again = a->close();
  CHECK(take(a->invoke(operations::list, value("late"))).kind() == Outcome::Kind::not_sent);
  const Outcome refused = take(store->invoke(operations::alert, value("late")));
  REQUIRE(refused.kind() == Outcome::Kind::rejected);
  CHECK(refused.problem() == osi::problems::release_in_progress);
  CHECK(!closing.is_ready());
  list_held->reply.result(value("ok"));
  CHECK(take(std::move(list)).is_result());
  CHECK(!closing.is_ready());
  alert_held->reply.result(value("ok"));
  CHECK(take(std::move(alert)).is_result());
  CHECK(take(std::move(closing)).cause == Cause::released);
  CHECK(take(std::move(again)).cause == Cause::released);
  CHECK(take(a->close()).cause == Cause::released);
  CHECK(client->ending().cause == Cause::released);
  CHECK(house.service->handler()->ending().cause == Cause::released);
}

TEST_CASE("ending: operations that never end do not keep close waiting") {
  House house;
  house.service->answer = nullptr;
  house.open();
  auto options = house.dial();
  options.association.timeouts.finish = milliseconds(50);
  const AssociationPtr a = house.connected(std::move(options));
  auto list = a->invoke(operations::list, value("x"));
  const auto held = first_held(house);
  CHECK(take(a->close()).cause == Cause::timed_out);
  CHECK(take(std::move(list)).kind() == Outcome::Kind::lost);
  CHECK(house.service->handler()->ending().cause == Cause::peer_aborted);
  CHECK(!held->reply.wanted());
  held->reply.result(value("too late"));
}

TEST_CASE("ending: the responder's close finishes and aborts") {
  House house;
  house.service->answer = nullptr;
  house.open();
  auto client = std::make_shared<Recorder>();
  auto options = house.dial();
  options.handler = client;
  const AssociationPtr a = house.connected(std::move(options));
  auto list = a->invoke(operations::list, value("x"));
  const auto held = first_held(house);
  auto closing = house.service->handler()->association()->close();
  held->reply.result(value("ok"));
  CHECK(take(std::move(list)).is_result());
  CHECK(take(std::move(closing)).cause == Cause::closed);
  CHECK(client->ending().cause == Cause::peer_aborted);
}

TEST_CASE("ending: the responder's close lets a slow reader have all answers first") {
  House house;
  const osi::Slice large(value(16'000'000));
  house.service->answer = [&](Invocation, Reply reply) { reply.result(osi::Chain(large)); };
  house.options.association.timeouts.finish = std::chrono::seconds(60);
  house.options.association.timeouts.close = milliseconds(20);
  house.open();
  RawPeer peer(house.port());
  peer.bind();
  REQUIRE(peer.stack.invoke(peer.context(asn1::oids::syntax::mrse_94), 21, value("x")).ok());
  peer.flush();
  const auto store = house.service->handler();
  REQUIRE(store->state.wait([](const Recorder::State& s) { return s.invoked.size() == 1; }));
  auto closing = store->association()->close();
  CHECK(!closing.wait_for(milliseconds(100)));
  CHECK(peer.until<osi::ReturnResult>());
  CHECK(peer.until<osi::Aborted>());
  CHECK(take(std::move(closing)).cause == Cause::closed);
}

TEST_CASE("ending: abort, from either side") {
  House house;
  house.service->answer = nullptr;
  house.open();
  auto client = std::make_shared<Recorder>();
  auto options = house.dial();
  options.handler = client;
  const AssociationPtr a = house.connected(std::move(options));
  auto list = a->invoke(operations::list, value("x"));
  const auto held = first_held(house);
  SECTION("the initiator's") {
    a->abort("no patience");
    CHECK(client->ending().cause == Cause::aborted);
    CHECK(client->ending().text == "no patience");
    CHECK(house.service->handler()->ending().cause == Cause::peer_aborted);
  }
  SECTION("the responder's") {
    house.service->handler()->association()->abort("enough");
    CHECK(house.service->handler()->ending().cause == Cause::aborted);
    CHECK(client->ending().cause == Cause::peer_aborted);
  }
  CHECK(take(std::move(list)).kind() == Outcome::Kind::lost);
  CHECK(take(a->invoke(operations::list, value("x"))).kind() == Outcome::Kind::not_sent);
}

TEST_CASE("ending: letting go of the initiator's association closes it") {
  House house;
  house.open();
  house.connected().reset();
  CHECK(house.service->handler()->ending().cause == Cause::released);
}

TEST_CASE("ending: the peer vanishes while an operation runs") {
  House house;
  house.service->answer = nullptr;
  house.open();
  const AssociationPtr other = house.connected();
  RawPeer peer(house.port());
  peer.bind();
  REQUIRE(peer.stack.invoke(peer.context(asn1::oids::syntax::mrse_94), 21, value("x")).ok());
  peer.flush();
  const auto held = first_held(house, 1);
  SECTION("by FIN") { peer.close(); }
  SECTION("by RST") { peer.reset(); }
  CHECK(house.service->handler(1)->ending().cause == Cause::connection_lost);
  CHECK(!held->reply.wanted());
  held->reply.result(value("nobody there"));
  auto alive = other->invoke(operations::list, value("x"));
  first_held(house, 0)->reply.result(value("ok"));
  CHECK(take(std::move(alive)).is_result());
}

TEST_CASE("ending: the peer releases while an operation runs") {
  House house;
  house.service->answer = nullptr;
  house.open();
  RawPeer peer(house.port());
  peer.bind();
  REQUIRE(peer.stack.invoke(peer.context(asn1::oids::syntax::mrse_94), 21, value("x")).ok());
  peer.flush();
  const auto held = first_held(house);
  REQUIRE(peer.stack.release().ok());
  peer.flush();
  SECTION("its answer still comes before the release's") {
    held->reply.result(value("ok"));
    CHECK(peer.until<osi::ReturnResult>());
  }
  held->reply.reject(osi::problems::resource_limitation);
  CHECK(peer.until<osi::ReleaseConfirm>());
  CHECK(house.service->handler()->ending().cause == Cause::released);
}

TEST_CASE("ending: a release is answered although an operation does not end") {
  House house;
  house.service->answer = nullptr;
  house.options.association.timeouts.finish = milliseconds(50);
  house.open();
  RawPeer peer(house.port());
  peer.bind();
  REQUIRE(peer.stack.invoke(peer.context(asn1::oids::syntax::mrse_94), 21, value("x")).ok());
  peer.flush();
  const auto held = first_held(house);
  REQUIRE(peer.stack.release().ok());
  CHECK(peer.until<osi::ReleaseConfirm>());
  CHECK(house.service->handler()->ending().cause == Cause::released);
  held->reply.result(value("too late"));
}

TEST_CASE("ending: half an operation and then silence, another association goes on") {
  House house;
  house.options.association.timeouts.progress = milliseconds(60);
  house.options.association.timeouts.close = milliseconds(60);  // nobody answers the abort
  house.open();
  const AssociationPtr other = house.connected();
  RawPeer peer(house.port());
  peer.bind();
  REQUIRE(peer.stack.invoke(peer.context(asn1::oids::syntax::mrse_94), 21, value("x")).ok());
  const Octets whole = peer.pull();
  peer.send(View(whole).first(whole.size() / 2));
  peer.until_closed();
  const Ending ending = only_closed(house);
  CHECK(ending.cause == Cause::timed_out);
  CHECK(ending.text.find("unfinished TSDU in 60 ms") != std::string::npos);
  check_alive(other);
}

TEST_CASE("ending: a slow peer that makes enough progress is served") {
  House house;
  house.options.association.timeouts.progress = milliseconds(2000);
  house.options.association.timeouts.progress_octets = 1;  // a second: two octets a window are enough
  house.open();
  RawPeer peer(house.port());
  peer.bind();
  REQUIRE(peer.stack.invoke(peer.context(asn1::oids::syntax::mrse_94), 21, value("slowly")).ok());
  const Octets whole = peer.pull();
  // An octet after the other, over several windows: what is waited for is the clock itself.
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    while (std::chrono::steady_clock::now() < begin + milliseconds(80) * i) std::this_thread::yield();
    peer.send(View(whole).subspan(i, 1));
  }
  CHECK(peer.until<osi::ReturnResult>());
}

TEST_CASE("ending: a TSDU beyond the limit, another association goes on") {
  House house;
  house.options.association.limits.tsdu = 32 * 1024;
  house.open();
  const AssociationPtr other = house.connected(), a = house.connected();
  const Outcome o = take(a->invoke(operations::message_submission, value(1'000'000)));
  CHECK(o.kind() == Outcome::Kind::lost);
  CHECK(house.service->handler(1)->ending().cause == Cause::protocol_error);
  CHECK(house.service->handler(1)->state.get().invoked.empty());
  check_alive(other);
}

TEST_CASE("ending: a bind beyond the limit of TSDUs before it") {
  House house;
  house.open();
  auto options = house.dial();
  options.bind_argument = value(200'000);
  auto answer = take(connect(house.runtime, std::move(options)));
  REQUIRE(!answer.ok());
  CHECK(house.service->handlers.get().empty());
}

TEST_CASE("ending: random octets before and after the bind, another association goes on") {
  House house;
  house.options.association.timeouts.close = milliseconds(20);  // nobody answers the aborts
  house.open();
  const AssociationPtr other = house.connected();
  std::mt19937 random(413);
  const auto noise = [&](std::size_t size) {
    Octets out(size);
    for (auto& o : out) o = static_cast<std::uint8_t>(random());
    return out;
  };
  for (int i = 0; i < 20; ++i) {
    RawPeer peer(house.port());
    if (i % 2 == 1) peer.bind();
    // Whole packets with nonsense in them reach deeper than nonsense alone.
    Octets octets = noise(100);
    octets[0] = 3, octets[1] = 0, octets[2] = 0, octets[3] = 100;
    if (i % 4 > 1) octets[4] = 2, octets[5] = 0xf0, octets[6] = 0x80;
    peer.send(octets);
    peer.until_closed();
  }
  check_alive(other);
  const auto log = house.log->state.get();
  CHECK(log.opened.size() == 11);
  CHECK(log.closed.size() + log.refused.size() == 20);
}

TEST_CASE("ending: a peer that takes nothing for too long") {
  House house;
  house.options.association.timeouts.write = milliseconds(100);
  const osi::Slice large(value(8'000'000));
  house.service->answer = [&](Invocation, Reply reply) { reply.result(osi::Chain(large)); };
  house.open();
  RawPeer peer(house.port());
  peer.bind();
  for (int i = 0; i < 4; ++i)
    REQUIRE(peer.stack.invoke(peer.context(asn1::oids::syntax::mrse_94), 21, value("x")).ok());
  peer.flush();
  const Ending ending = only_closed(house);
  CHECK(ending.cause == Cause::timed_out);
  CHECK(ending.text == "the peer took nothing for 100 ms");
}

TEST_CASE("ending: idle P3, released by the initiator or aborted by the responder") {
  House house;
  auto options_of = [&](milliseconds here, milliseconds there) {
    house.options.association.timeouts.idle_p3 = there;
    house.open();
    auto options = house.dial(contexts::mts_access_94());
    options.association.timeouts.idle_p3 = here;
    options.handler = std::make_shared<Recorder>(echo);
    return options;
  };
  SECTION("the initiator's time-out") {
    const AssociationPtr a = house.connected(options_of(milliseconds(50), milliseconds(0)));
    CHECK(house.service->handler()->ending().cause == Cause::released);
  }
  SECTION("the responder's time-out") {
    auto options = options_of(milliseconds(0), milliseconds(50));
    const auto client = std::static_pointer_cast<Recorder>(options.handler);
    const AssociationPtr a = house.connected(std::move(options));
    CHECK(client->ending().cause == Cause::peer_aborted);
    CHECK(house.service->handler()->ending().cause == Cause::timed_out);
    CHECK(house.service->handler()->ending().text == "idle for 50 ms");
  }
}

TEST_CASE("ending: an operation in work is not idleness") {
  House house;
  house.service->answer = nullptr;
  house.options.association.timeouts.idle_p3 = milliseconds(40);
  house.open();
  // A slow machine may let the time pass before the operation has come: then the next association is it.
  std::size_t number = 0;
  AssociationPtr busy;
  std::optional<Pending<Outcome>> submission;
  for (;; ++number) {
    busy = house.connected(house.dial(contexts::mts_access_94()));
    submission.emplace(busy->invoke(operations::message_submission, value("x")));
    const auto handler = house.service->handler(number);
    REQUIRE(handler->state.wait([](const auto& s) { return !s.held.empty() || !s.closed.empty(); }));
    if (!handler->state.get().held.empty()) break;
  }
  const auto held = house.service->handler(number)->held(1).front();
  // The idle one ends; the busy one was there before it and is still there after.
  const AssociationPtr idle = house.connected(house.dial(contexts::mts_access_94()));
  CHECK(house.service->handler(number + 1)->ending().cause == Cause::timed_out);
  held->reply.result(value("ok"));
  CHECK(take(std::move(*submission)).is_result());
}

TEST_CASE("ending: shutdown while operations run gives their answers first") {
  House house;
  house.service->answer = nullptr;
  house.open();
  const AssociationPtr a = house.connected(), idle = house.connected();
  std::vector<Pending<Outcome>> running;
  for (int i = 0; i < 3; ++i) running.push_back(a->invoke(operations::list, value("x")));
  const auto held = house.service->handler(0)->held(3);
  auto shutdown = house.listener->shutdown();
  CHECK(house.service->handler(1)->ending().cause == Cause::closed);
  CHECK(!shutdown.is_ready());
  for (const auto& h : held) h->reply.result(value("ok"));
  for (auto& r : running) CHECK(take(std::move(r)).is_result());
  take(std::move(shutdown));
  CHECK(house.listener->associations() == 0);
  auto late = take(connect(house.runtime, house.dial()));
  CHECK(!late.ok());
}

TEST_CASE("ending: shutdown with nobody there") {
  House house;
  house.open();
  take(house.listener->shutdown());
  take(house.listener->shutdown());
}

TEST_CASE("ending: shutdown before a bind is a DR to who is there, and nobody else comes in") {
  House house;
  house.open();
  const auto late = house.dial();
  RawPeer peer(house.port());
  peer.connect_transport();
  auto shutdown = house.listener->shutdown();
  const Octets last = peer.until_closed();
  REQUIRE(last.size() == 11);
  CHECK(last[5] == 0x80);   // DR
  CHECK(last[10] == 0x80);  // normal disconnect
  peer.close();
  take(std::move(shutdown));
  const auto answer = take(connect(house.runtime, late));
  REQUIRE(!answer.ok());
  CHECK(answer.error().kind == ConnectFailure::Kind::unreachable);
}

TEST_CASE("ending: the runtime goes while associations are open, opening and in use") {
  auto handler = std::make_shared<Recorder>();
  auto client = std::make_shared<Recorder>();
  AssociationPtr a;
  std::optional<Pending<Outcome>> outcome;
  std::optional<Pending<Result<Connected, ConnectFailure>>> opening;
  std::shared_ptr<Recorder::Held> held;
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor silent(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
  {
    House house;
    house.service->answer = nullptr;
    house.open();
    auto options = house.dial();
    options.handler = client;
    a = house.connected(std::move(options));
    outcome = a->invoke(operations::list, value("x"));
    handler = house.service->handler();
    held = first_held(house);
    auto nowhere = house.dial();
    nowhere.address.port = silent.local_endpoint().port();
    opening = connect(house.runtime, std::move(nowhere));
  }
  CHECK(take(std::move(*outcome)).kind() == Outcome::Kind::lost);
  CHECK(!take(std::move(*opening)).ok());
  CHECK(client->state.get().closed.size() == 1);
  CHECK(handler->state.get().closed.size() == 1);
  // Everything left over may still be used, and does nothing.
  CHECK(!a->is_open());
  CHECK(take(a->invoke(operations::list, value("x"))).kind() == Outcome::Kind::not_sent);
  a->abort("again");
  held->reply.result(value("x"));
}
