// P7 over real sockets, with a double of the engine: results on their way, long ones and such that nobody
// takes.
#include <atomic>

#include "service_fixture.hpp"
#include "x400/asn1/ms/retrieval.hpp"
#include "x400_local_peer.hpp"

using namespace x400;
using namespace x400::test;
using access::Outcome;
using asn1::Edition;

namespace {

Octets fetch_argument(ms::SequenceNumber number) {
  ms::FetchArgument argument;
  argument.item = number;
  return argument.encode(Edition::e1994);
}

// A content attribute in two pieces, as the engine gives it.
mstore::Outcome<mstore::Fetched> fetched_content(std::size_t size) {
  struct Kept {
    Octets head, content;
  };
  auto kept = std::make_shared<Kept>();
  kept->content.assign(size, 0x5A);
  kept->head = ms::octet_string_attribute_head(*ber::Oid::parse("2.6.4.3.1"), kept->content.size());
  mstore::Fetched fetched;
  fetched.result.entry_information.emplace();
  fetched.result.entry_information->sequence_number = 5;
  fetched.result.entry_information->attributes = {View(kept->head), View(kept->content)};
  fetched.storage = kept;
  return fetched;
}

}  // namespace

TEST_CASE("p7: borrowed attributes of a result arrive whole") {
  RunningService s;
  s.script->fetch = [](const ms::FetchArgument&) { return fetched_content(3u << 20); };
  const auto association = bound_user(s);
  const Outcome fetched = association->invoke(operations::fetch, fetch_argument(5)).get();
  REQUIRE(fetched.is_result());
  const auto result = ms::FetchResult::decode(fetched.value().view()).value();
  REQUIRE(result.entry_information);
  const auto content = result.entry_information->find(*ber::Oid::parse("2.6.4.3.1"));
  REQUIRE(content);
  CHECK(content->values.at(0).size() > 3u << 20);
  CHECK(content->values.at(0).back() == 0x5A);
}

// What a peer that reads nothing can make the store hold: what the sockets take, `unsent`, and one result;
// with the smallest TPDUs too, where all octets are copied on their way.
TEST_CASE("p7: results that are not taken hold up the operations behind them") {
  constexpr int asked = 64;
  auto config = service_config();
  config.service.engine_threads = 1;
  config.limits.operations_outstanding = asked;
  RunningService s(config);
  std::atomic<int> fetched{0};
  Inbox<bool> first;
  s.script->fetch = [&](const ms::FetchArgument&) {
    if (++fetched == 1) first.put(true);
    return fetched_content(2u << 20);
  };
  const auto& context = access::contexts::ms_access_94();
  const std::size_t tpdu = GENERATE(8192, 128);
  std::optional<LocalPeer> deaf(std::in_place, "127.0.0.1", s.p7, tpdu);
  REQUIRE(deaf->bind(context, user_bind(alice_name, "pw-a").encode(Edition::e1994)) == "bound");
  REQUIRE(deaf->invoke(*context.syntax(access::Port::retrieval), operations::fetch.code, fetch_argument(5),
                       asked));
  first.take();
  // On the one thread each of these waits behind what the other association has waiting for it.
  const auto other = bound_user(s, Edition::e1994, bob_name, "pw-b");
  const auto serve_the_other = [&] {
    for (int i = 0; i < 2 * asked; ++i)
      REQUIRE(other->invoke(operations::list, list_argument(Edition::e1994)).get().is_result());
  };
  serve_the_other();
  const int held = fetched;
  CHECK(held < asked / 2);
  SECTION("nothing is lost") {
    CHECK(deaf->results(asked) == asked);
    CHECK(fetched == asked);
  }
  SECTION("what nobody waits for any more is not read") {
    deaf.reset();
    while (s.log_text().find(" A205 ") == std::string::npos) serve_the_other();
    serve_the_other();
    CHECK(fetched < asked / 2);
  }
}

// Over RTSE a result is held until the peer has acknowledged it, and the turn goes to and fro.
TEST_CASE("p7: operations that waited for room are answered, in both kinds of contexts") {
  auto config = service_config();
  config.limits.unsent = 64 << 10;
  RunningService s(config);
  s.script->fetch = [](const ms::FetchArgument&) { return fetched_content(100'000); };
  for (const bool reliable : {false, true}) {
    const auto made =
        connect_user(s.runtime, s.p7, user_bind(alice_name, "pw-a"), Edition::e1994, nullptr, reliable);
    REQUIRE(made.ok());
    std::vector<access::Pending<Outcome>> answers;
    for (int i = 0; i < 50; ++i)
      answers.push_back(made->association->invoke(operations::fetch, fetch_argument(5)));
    for (auto& answer : answers) CHECK(answer.get().is_result());
  }
}
