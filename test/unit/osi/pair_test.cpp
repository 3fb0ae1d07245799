// Our initiator against our responder, over a transport that cuts at random places.
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "memory_spool.hpp"
#include "support.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::test;

namespace {

class Wire {
 public:
  Wire(Association& a, Association& b, unsigned seed, std::size_t most)
      : a_(a), b_(b), random_(seed), piece_(1, most) {}

  // One piece in one direction or the other; false if nothing waits.
  bool step() {
    append(to_b_, sent(a_));
    append(to_a_, sent(b_));
    if (to_a_.empty() && to_b_.empty()) return false;
    const bool first = to_a_.empty() || (!to_b_.empty() && random_() % 2 == 0);
    pass(first ? to_b_ : to_a_, first ? b_ : a_);
    return true;
  }

 private:
  void pass(Octets& from, Association& to) {
    const std::size_t n = std::min(from.size(), piece_(random_));
    to.receive(View(from).first(n));
    from.erase(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(n));
  }

  Association& a_;
  Association& b_;
  std::mt19937 random_;
  std::uniform_int_distribution<std::size_t> piece_;
  Octets to_a_, to_b_;
};

Octets echo(View argument) { return tlv(0x30, argument); }

// A client that invokes, and a server that echoes, invokes back every third time and refuses operation 9.
struct Server {
  Responder stack;
  std::size_t alerts = 0, alert_results = 0;

  void act() {
    while (auto e = stack.next_event()) {
      if (auto* c = std::get_if<ConnectIndication>(&*e)) {
        CHECK(to_hex(c->bind_argument.view()) == "3103800101");
        CHECK(c->called == Selectors{to_octets("P7"), to_octets("SESS"), to_octets("TRAN")});
        REQUIRE(stack.accept(hex("3103800102")).ok());
      } else if (auto* i = std::get_if<Invoke>(&*e)) {
        answer(*i);
      } else if (std::holds_alternative<ReturnResult>(*e)) {
        ++alert_results;
      } else if (std::holds_alternative<ReleaseIndication>(*e)) {
        REQUIRE(stack.release_response().ok());
      } else {
        REQUIRE(std::holds_alternative<Closed>(*e));
      }
    }
  }

  void answer(const Invoke& i) {
    if (i.operation == 9) {
      REQUIRE(stack.reject(i.invoke_id, problems::unrecognized_operation).ok());
    } else if (i.operation == 8) {
      REQUIRE(stack.error(i.invoke_id, 28, Chain(i.argument)).ok());
    } else {
      REQUIRE(stack.result(i.invoke_id, Chain(echo(i.argument.view()))).ok());
    }
    if (i.invoke_id % 3 != 0) return;
    REQUIRE(stack.invoke(i.context, 25, Chain(hex("3100"))).ok());
    ++alerts;
  }
};

struct Client {
  Initiator stack;
  std::map<InvokeId, Octets> asked;
  std::size_t results = 0, errors = 0, rejects = 0;
  bool confirmed = false, released = false, closed = false;

  void act() {
    while (auto e = stack.next_event()) {
      if (auto* c = std::get_if<ConnectConfirm>(&*e)) {
        CHECK(to_hex(c->bind_result.view()) == "3103800102");
        confirmed = true;
      } else if (auto* r = std::get_if<ReturnResult>(&*e)) {
        CHECK(equal(r->result.view(), echo(asked.at(r->invoke_id))));
        ++results;
      } else if (auto* f = std::get_if<ReturnError>(&*e)) {
        CHECK(f->error == 28);
        CHECK(equal(f->parameter.view(), asked.at(f->invoke_id)));
        ++errors;
      } else if (auto* j = std::get_if<Reject>(&*e)) {
        CHECK(j->ours);
        ++rejects;
      } else if (auto* i = std::get_if<Invoke>(&*e)) {
        REQUIRE(stack.result(i->invoke_id, Chain(hex("0500"))).ok());
      } else if (std::holds_alternative<ReleaseConfirm>(*e)) {
        released = true;
      } else {
        REQUIRE(std::holds_alternative<Closed>(*e));
        closed = true;
      }
    }
  }

  void ask(OperationCode operation, Octets argument) {
    auto id = stack.invoke(*stack.context_id({2, 6, 0, 2, 15}), operation, Chain(Octets(argument)));
    REQUIRE(id.ok());
    asked[*id] = std::move(argument);
  }
};

ConnectParameters with_selectors(ConnectParameters p) {
  p.called = {to_octets("P7"), to_octets("SESS"), to_octets("TRAN")};
  return p;
}

// 12 invocations, four alerts, the release; all of it must arrive whatever the pieces.
void whole_dialogue(unsigned seed, bool reliable, const std::shared_ptr<Spool>& spool = nullptr) {
  std::mt19937 random(seed);
  const ConnectParameters parameters = with_selectors(reliable ? p7_reliable_parameters() : p7_parameters());
  ResponderConfig config = responder_config();
  config.selectors = parameters.called;
  config.selector_policy = SelectorPolicy::strict;
  config.limits.tpdu = std::size_t{128} << seed % 7;
  config.reliable = {seed % 4, 1 + seed % 3, seed % 5 == 0};
  InitiatorConfig initiator;
  initiator.limits.tpdu = std::size_t{128} << (seed / 7) % 7;
  config.limits.spool = initiator.limits.spool = spool;
  if (spool) config.limits.tsdu_before_bind = initiator.limits.tsdu_before_bind = 2'000;
  initiator.reliable = {seed % 3 == 2 ? 0U : 32U, 1 + seed % 8, seed % 2 == 0};
  Server server{Responder(config)};
  Client client{Initiator(initiator), {}};
  REQUIRE(client.stack.connect(parameters).ok());
  const bool crumbs = seed % 3 == 0;
  Wire wire(client.stack, server.stack, seed, crumbs ? 7 : 5000);
  std::size_t to_ask = 12;
  bool release_asked = false;
  while (true) {
    const bool moved = wire.step();
    server.act();
    client.act();
    if (client.confirmed && to_ask > 0 && random() % 3 == 0) {
      client.ask(to_ask == 3       ? 9
                 : to_ask % 4 == 0 ? 8
                                   : 21,
                 tlv(0x04, Octets(random() % (crumbs ? 400 : 20'000), 0x42)));
      --to_ask;
    }
    const bool answered = client.results + client.errors + client.rejects == 12;
    if (answered && !release_asked && server.alert_results == server.alerts) {
      REQUIRE(client.stack.release().ok());
      release_asked = true;
    }
    if (!moved && to_ask == 0) break;
  }
  CHECK(client.released);
  CHECK(client.closed);
  CHECK(client.results == 8);
  CHECK(client.errors == 3);
  CHECK(client.rejects == 1);
  CHECK(server.alerts == 4);
  CHECK(server.alert_results == 4);
  CHECK(server.stack.phase() == Phase::closed);
}

}  // namespace

TEST_CASE("a whole dialogue between both roles, cut at random places") {
  for (unsigned seed = 0; seed < 30; ++seed) {
    INFO(seed);
    whole_dialogue(seed, false);
  }
}

TEST_CASE("a whole dialogue over RTSE between both roles, with many checkpoint sizes and windows") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    INFO(seed);
    whole_dialogue(seed, true);
  }
}

TEST_CASE("a whole dialogue with long values in a spool, which has room for all, for some or for none") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    if (seed % 3 == 0) continue;  // those have short values only
    INFO(seed);
    const auto spool = std::make_shared<MemorySpool>(1'000);
    if (seed % 4 == 1) spool->account->room = 30'000;
    spool->account->refuses = seed % 10 == 1;
    whole_dialogue(seed, seed % 2 == 0, spool);
    CHECK(spool->account->asked > 0);
    CHECK(spool->account->files == 0);
    CHECK(spool->account->held == 0);
  }
}

TEST_CASE("connect data of any length, between both roles, with RTSE and without") {
  for (const bool reliable : {false, true})
    for (const std::size_t size : {100U, 400U, 600U, 9'000U, 10'300U, 40'000U, 60'000U}) {
      INFO(size);
      ConnectParameters p = reliable ? p7_reliable_parameters() : p7_parameters();
      const Octets bind = tlv(0x31, tlv(0x80, Octets(size, 0x61)));
      p.bind_argument = Chain(Octets(bind));
      Responder r(responder_config());
      Initiator i;
      REQUIRE(i.connect(p).ok());
      Wire wire(i, r, 5, 3000);
      Octets arrived;
      while (wire.step()) {
        auto e = r.next_event();
        if (!e) continue;
        auto* c = std::get_if<ConnectIndication>(&*e);
        REQUIRE(c);
        arrived = to_octets(c->bind_argument.view());
        REQUIRE(r.accept(hex("3100")).ok());
      }
      CHECK(arrived == bind);
      CHECK(events(i)[0].rfind("confirm", 0) == 0);
    }
  ConnectParameters p = p7_parameters();
  p.bind_argument = Chain(tlv(0x31, tlv(0x80, Octets(70'000, 0x61))));
  CHECK(Initiator().connect(p).error().kind() == ErrorKind::limit);
}

TEST_CASE("a refused bind, between both roles") {
  Responder r(responder_config());
  Initiator i;
  REQUIRE(i.connect(p7_parameters()).ok());
  Wire wire(i, r, 1, 20);
  std::vector<std::string> log;
  while (wire.step()) {
    if (r.phase() == Phase::awaiting_decision) {
      Refusal refusal;
      refusal.bind_error = Chain(hex("0a0101"));
      REQUIRE(r.refuse(std::move(refusal)).ok());
    }
    for (std::string& e : events(i)) log.push_back(std::move(e));
  }
  CHECK(log == std::vector<std::string>{"refused acse 1 error=0a0101", "closed"});
  CHECK(r.phase() == Phase::closed);
}

TEST_CASE("a responder may release as well") {
  Responder r = open_responder();
  Initiator i = open_initiator();
  REQUIRE(r.release().ok());
  i.receive(sent(r));
  CHECK(events(i) == std::vector<std::string>{"release"});
  REQUIRE(i.release_response().ok());
  CHECK(i.phase() == Phase::closing);
  r.receive(sent(i));
  CHECK(events(r) == std::vector<std::string>{"released", "closed"});
  i.receive(sent(r));
  CHECK(events(i) == std::vector<std::string>{"closed"});
}
