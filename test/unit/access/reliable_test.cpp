// What is different in the driver when an association is over RTSE: the turn, and who does not give it.
#include "support.hpp"

using namespace x400;
using namespace x400::access;
using namespace x400::access::test;

namespace {

const ApplicationContext& p7_reliable() {
  return contexts::of(Protocol::p7, Edition::e1994, Party::user, true);
}

}  // namespace

TEST_CASE("reliable: a content of 20 MB both ways, in many checkpoints, with any agreement") {
  struct Sizes {
    osi::ReliableTransfer ours, theirs;
  };
  const Sizes sizes = GENERATE(Sizes{{32, 8}, {32, 8}}, Sizes{{1, 1}, {32, 8}}, Sizes{{0, 3}, {32, 8}},
                               Sizes{{63, 3, true}, {4, 2}});
  House house;
  house.options.association.reliable = sizes.theirs;
  house.open();
  auto options = house.dial(p7_reliable());
  options.association.reliable = sizes.ours;
  const AssociationPtr a = house.connected(std::move(options));
  const Octets big = value(sizes.ours.checkpoint == 1 ? 1'000'000 : 20'000'000);
  const Outcome o = take(a->invoke(operations::message_submission, big));
  REQUIRE(o.is_result());
  CHECK(test::to_octets(o.value()) == big);
  CHECK(take(a->close()).cause == Ending::Cause::released);
}

TEST_CASE("reliable: many operations at once, answered in order, and closed behind the last answer") {
  House house;
  house.open();
  const AssociationPtr a = house.connected(house.dial(p7_reliable()));
  std::vector<Pending<Outcome>> all;
  for (std::size_t i = 0; i < 50; ++i) all.push_back(a->invoke(operations::list, value(i)));
  auto ending = a->close();
  for (std::size_t i = 0; i < 50; ++i) {
    const Outcome o = take(std::move(all[i]));
    REQUIRE(o.is_result());
    CHECK(test::to_octets(o.value()) == value(i));
  }
  CHECK(take(std::move(ending)).cause == Ending::Cause::released);
}

TEST_CASE("reliable: a peer that keeps the turn for ever is given up, and what waited is told") {
  House house;
  house.options.association.timeouts.acknowledge = milliseconds(50);
  house.open();
  RawPeer peer(house.port());
  peer.bind(p7_reliable());
  // It never reads, so it gives no turn for this alert.
  const Outcome o = take(house.service->handler()->association()->invoke(operations::alert, value("x")));
  CHECK(o.kind() == Outcome::Kind::lost);
  CHECK(house.service->handler()->ending().cause == Ending::Cause::timed_out);
}

TEST_CASE("reliable: a peer that takes a long answer slowly owes nothing before the end of it") {
  House house;
  house.options.association.timeouts.acknowledge = milliseconds(1000);
  house.options.association.reliable.checkpoint = 0;  // all of it at once, and no confirmation before the end
  house.service->answer = [](Invocation, Reply reply) { reply.result(osi::Chain(value(20'000'000))); };
  house.open();
  RawPeer peer(house.port(), 8192);
  peer.bind(p7_reliable());
  REQUIRE(peer.stack.invoke(peer.context(*p7_reliable().syntax(Port::retrieval)), 21, osi::Chain(value("x")))
              .ok());
  peer.flush();
  // Until the turn is asked for; then it is given, and nothing is read for longer than the time-out.
  while (peer.stack.output_size() == 0) REQUIRE(peer.receive());
  peer.flush();
  CHECK_FALSE(
      house.log->state.wait_for(milliseconds(2000), [](const Log::State& s) { return !s.closed.empty(); }));
  const auto result = peer.until<osi::ReturnResult>();
  REQUIRE(result);
  CHECK(result->result.size() > 20'000'000);
}

TEST_CASE("reliable: a peer that confirms no checkpoint gets a window of them and is given up") {
  House house;
  house.options.association.timeouts.acknowledge = milliseconds(1000);
  house.options.association.reliable = {.checkpoint = 1, .window = 2};
  house.service->answer = [](Invocation, Reply reply) { reply.result(osi::Chain(value(20'000))); };
  house.open();
  RawPeer peer(house.port());
  peer.bind(p7_reliable());
  REQUIRE(peer.stack.invoke(peer.context(*p7_reliable().syntax(Port::retrieval)), 21, osi::Chain(value("x")))
              .ok());
  peer.flush();
  while (peer.stack.output_size() == 0) REQUIRE(peer.receive());  // the turn is asked for
  peer.flush();
  const Octets pieces = peer.until_closed();
  CHECK(pieces.size() > 2 * 1024);
  CHECK(pieces.size() < 4 * 1024);
  const Ending ending = house.service->handler()->ending();
  CHECK(ending.cause == Ending::Cause::timed_out);
  CHECK(ending.text.find("neither an acknowledgement nor the turn") != std::string::npos);
}

TEST_CASE("reliable: what never went out before the end was certainly not carried out") {
  House house;
  house.open();
  RawPeer peer(house.port());
  peer.bind(p7_reliable());
  auto alert = house.service->handler()->association()->invoke(operations::alert, value("x"));
  peer.reset();
  const auto kind = take(std::move(alert)).kind();
  CHECK((kind == Outcome::Kind::not_sent || kind == Outcome::Kind::lost));
}
