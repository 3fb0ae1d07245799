// The recorded initiators against our responder: what it makes of them, whatever the pieces they come in.
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <random>

#include "support.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::test;

namespace {

// A user that accepts what it is asked and answers every invocation with NULL.
void act(Responder& r, std::vector<std::string>& log) {
  while (auto e = r.next_event()) {
    log.push_back(describe(*e));
    if (std::holds_alternative<ConnectIndication>(*e)) REQUIRE(r.accept(hex("3100")).ok());
    if (auto* i = std::get_if<Invoke>(&*e)) REQUIRE(r.result(i->invoke_id, Chain(hex("0500"))).ok());
    if (std::holds_alternative<ReleaseIndication>(*e)) REQUIRE(r.release_response().ok());
  }
}

// Each packet in pieces; the next one only when the user has acted, as a peer that waits for answers sends.
std::vector<std::string> replay(const Dialogue& dialogue, const std::function<std::size_t()>& next) {
  Responder r(responder_config());
  std::vector<std::string> log;
  for (const Line& line : dialogue) {
    if (line.side != 'A') continue;
    for (View a = line.packet; !a.empty();) {
      const std::size_t n = std::min(a.size(), next());
      r.receive(a.first(n));
      a = a.subspan(n);
      act(r, log);
    }
  }
  r.transport_lost("end of the recording");
  act(r, log);
  return log;
}

using Log = std::vector<std::string>;

// Checked line by line against the comments of the recordings and their README. Several connections of one
// file stand one behind the other.
const std::map<std::string, Log>& expected() {
  static const std::map<std::string, Log> all = {
      {"cli-refused-aare-provider2",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "aborted transport transport 128", "closed"}},
      {"cli-refused-aare-user2",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "aborted transport transport 128", "closed"}},
      {"cli-refused-ab",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "aborted transport transport 128", "closed"}},
      {"cli-refused-cpr3",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "aborted transport transport 128", "closed"}},
      {"cli-refused-dr", {"declined transport -2", "closed"}},
      {"cli-refused-garbage",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "aborted provider session 5", "closed"}},
      {"cli-refused-rf1",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "aborted transport transport 128", "closed"}},
      {"cli-refused-rf129",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "aborted transport transport 128", "closed"}},
      {"iso-psap-echo",
       {"connect 1.17.0.1.1 1+ 3+ 5+ 7+ 9+ 11+ 13+ 15+ 17+ 19+ bind=0", "release", "closed"}},
      {"iso-ros-echo", {"connect 1.17.0.1.1 1+ 3+ bind=0", "aborted transport transport 128", "closed"}},
      {"p7-88-pdata",
       {"connect 2.6.0.1.4 1+ 3+ 5+ 7+ 9+ bind=71", "invoke 11 op=21 ctx=3 arg=36",
        "invoke 12 op=22 ctx=3 arg=7", "invoke 13 op=22 ctx=3 arg=7", "invoke 14 op=20 ctx=3 arg=16",
        "invoke 15 op=23 ctx=3 arg=12", "invoke 16 op=24 ctx=3 arg=35", "invoke 17 op=3 ctx=5 arg=326",
        "invoke 18 op=99 ctx=3 arg=2", "release", "closed"}},
      {"p7-94-abort",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "invoke 11 op=21 ctx=3 arg=36", "aborted user acse -1",
        "closed"}},
      {"p7-94-bind-700",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=781", "invoke 11 op=21 ctx=3 arg=36", "release", "closed"}},
      {"p7-94-bind-9k",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=9081", "invoke 11 op=21 ctx=3 arg=36", "release", "closed"}},
      {"p7-94-bind-refused",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=70", "aborted transport transport 128", "closed"}},
      {"p7-94-pdata",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "invoke 11 op=21 ctx=3 arg=36",
        "invoke 12 op=22 ctx=3 arg=7", "invoke 13 op=22 ctx=3 arg=7", "invoke 14 op=20 ctx=3 arg=16",
        "invoke 15 op=23 ctx=3 arg=12", "invoke 16 op=24 ctx=3 arg=35", "invoke 17 op=3 ctx=5 arg=326",
        "invoke 18 op=99 ctx=3 arg=2", "release", "closed"}},
      {"p7-94-segment-oneway",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "invoke 11 op=21 ctx=3 arg=36",
        "invoke 12 op=3 ctx=5 arg=326", "release", "closed"}},
      {"p7-94-segment-own",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "invoke 11 op=21 ctx=3 arg=36",
        "invoke 12 op=3 ctx=5 arg=9329", "release", "closed"}},
      {"p7-94-segment256",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "invoke 11 op=21 ctx=3 arg=36",
        "invoke 12 op=22 ctx=3 arg=7", "invoke 13 op=3 ctx=5 arg=326", "release", "closed"}},
      {"p7-94-selectors",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "invoke 11 op=21 ctx=3 arg=36", "release", "closed"}},
      {"p7-94-submit9k",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "invoke 11 op=3 ctx=5 arg=9329", "release", "closed"}},
      {"p7-94-tcp-drop",
       {"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "invoke 11 op=21 ctx=3 arg=36",
        "aborted transport transport -2", "closed"}},
      {"pdata-rose-error",
       {"connect 1.17.1.1.2 1+ 3+ bind=0", "invoke 1 op=8 ctx=1 arg=37", "release", "closed"}},
      {"pdata-rose-imisc",
       {"connect 1.17.1.1.2 1+ 3+ bind=0", "invoke 1 op=0 ctx=1 arg=0", "release", "closed",
        "connect 1.17.1.1.2 1+ 3+ bind=0", "invoke 1 op=7 ctx=1 arg=0", "release", "closed"}},
      {"srv-abort-by-initiator", {"connect 1.17.1.1.2 1+ 3+ bind=0", "aborted user acse -1", "closed"}},
      {"srv-abort-keep-tc", {"connect 1.17.1.1.2 1+ 3+ bind=0", "aborted user acse -1", "closed"}},
      {"srv-cn-fu-none", {"declined session -1", "closed"}},
      {"srv-cn-garbage", {"declined presentation -1", "closed"}},
      {"srv-cn-no-acse", {"declined acse -1", "closed"}},
      {"srv-cn-no-userdata", {"declined presentation -1", "closed"}},
      {"srv-cn-psel", {"connect 1.17.1.1.2 1+ 3+ bind=0", "aborted transport transport -2", "closed"}},
      {"srv-cn-ssel", {"connect 1.17.1.1.2 1+ 3+ bind=0", "aborted transport transport -2", "closed"}},
      {"srv-cn-unknown-ac", {"declined acse 2", "closed"}},
      {"srv-cn-unknown-as",
       {"connect 1.17.1.1.2 1+ 3+ 5- bind=0", "aborted transport transport -2", "closed"}},
      {"srv-cn-unknown-ts",
       {"connect 1.17.1.1.2 1+ 3+ 5- 7+ bind=0", "aborted transport transport -2", "closed"}},
      {"srv-cn-version-none", {"declined session 132", "closed"}},
      {"srv-cn-version1", {"connect 1.17.1.1.2 1+ 3+ bind=0", "aborted transport transport -2", "closed"}},
      {"srv-cn-x410-mode", {"declined presentation 6", "closed"}},
      {"srv-cr-class4", {"declined transport 130", "closed"}},
      {"srv-cr-class4-alt0", {"declined transport -2", "closed"}},
      {"srv-cr-size-none", {"declined transport -2", "closed"}},
      {"srv-cr-unknown-tsel", {"declined transport -2", "closed"}},
      {"srv-pres-bad-context", {"connect 1.17.1.1.2 1+ 3+ bind=0", "aborted own presentation 6", "closed"}},
      {"srv-pres-garbage", {"connect 1.17.1.1.2 1+ 3+ bind=0", "aborted own presentation 1", "closed"}},
      {"srv-rose-bad-apdu", {"connect 1.17.1.1.2 1+ 3+ bind=0", "reject-sent null 0/0", "release", "closed"}},
      {"srv-rose-bad-structure",
       {"connect 1.17.1.1.2 1+ 3+ bind=0", "reject-sent null 0/0", "release", "closed"}},
      {"srv-rose-error-unknown",
       {"connect 1.17.1.1.2 1+ 3+ bind=0", "reject-sent 12346 3/0", "release", "closed"}},
      {"srv-rose-large-echo",
       {"connect 1.17.1.1.2 1+ 3+ bind=0", "invoke 3 op=11 ctx=1 arg=5004", "release", "closed"}},
      {"srv-rose-linked-unknown",
       {"connect 1.17.1.1.2 1+ 3+ bind=0", "reject-sent 9 1/5", "release", "closed"}},
      {"srv-rose-rejects",
       {"connect 1.17.1.1.2 1+ 3+ bind=0", "invoke 5 op=99 ctx=1 arg=2", "invoke 6 op=8 ctx=1 arg=3",
        "invoke 7 op=0 ctx=1 arg=0", "release", "closed"}},
      {"srv-rose-result-unknown",
       {"connect 1.17.1.1.2 1+ 3+ bind=0", "reject-sent 12345 2/0", "invoke 7 op=0 ctx=1 arg=0", "release",
        "closed"}},
      {"srv-session-ef-dn", {"connect 1.17.1.1.2 1+ 3+ bind=0", "aborted own session -1", "closed"}},
      {"srv-session-unknown-spdu", {"connect 1.17.1.1.2 1+ 3+ bind=0", "aborted own session -1", "closed"}},
  };
  return all;
}

Log run(const std::string& name, std::function<std::size_t()> next) {
  Log log;
  for (const Dialogue& d : load(name)) {
    const Log one = replay(d, next);
    log.insert(log.end(), one.begin(), one.end());
  }
  return log;
}

}  // namespace

TEST_CASE("recorded initiators over P-DATA get the primitives their comments tell") {
  for (const std::string& name : vector_names())
    if (!transfers_over_rtse(name) && name != "p7-94-rtopen-refused")  // replay_rtse_test has those
      CHECK(expected().count(name) == 1);
  for (const auto& [name, log] : expected()) {
    INFO(name);
    CHECK(run(name, [] { return std::size_t{1} << 20; }) == log);
  }
}

TEST_CASE("the primitives do not depend on how TCP cuts the octets") {
  std::mt19937 random(63);
  for (const std::string& name : vector_names()) {
    INFO(name);
    const Log whole = run(name, [] { return std::size_t{1} << 20; });
    for (const std::size_t n : {1U, 3U, 1000U}) CHECK(run(name, [n] { return n; }) == whole);
    for (int seed = 0; seed < 5; ++seed) {
      std::uniform_int_distribution<std::size_t> piece(1, seed % 2 == 0 ? 40 : 4000);
      CHECK(run(name, [&] { return piece(random); }) == whole);
    }
  }
}
