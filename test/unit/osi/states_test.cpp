// Abort, release, refusal, loss and deadlines in every phase, of both roles.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "support.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::test;

namespace {

using Log = std::vector<std::string>;

Octets rlrq_fn() { return spdu(9, {{17, Octets{1}}, {193, pdv(9, hex("6203800100"))}}); }

Responder responder_in(Phase phase) {
  Responder r(responder_config());
  if (phase == Phase::awaiting_cr) return r;
  r.receive(cr());
  if (phase == Phase::awaiting_cn) return r;
  r.receive(Cn().packet());
  if (phase == Phase::awaiting_decision) return r;
  REQUIRE(r.accept(hex("3100")).ok());
  if (phase == Phase::open) return r;
  r.receive(tsdu(rlrq_fn()));
  if (phase == Phase::releasing) return r;
  REQUIRE(r.release_response().ok());
  if (phase == Phase::closing) return r;
  r.transport_lost("FIN");
  return r;
}

Initiator initiator_in(Phase phase) {
  Initiator i;
  if (phase == Phase::idle) return i;
  REQUIRE(i.connect(p7_parameters()).ok());
  if (phase == Phase::awaiting_cc) return i;
  i.receive(cc());
  if (phase == Phase::awaiting_ac) return i;
  i.receive(accepting_ac());
  if (phase == Phase::open) return i;
  if (phase == Phase::closing) {
    i.abort();
    return i;
  }
  REQUIRE(i.release().ok());
  if (phase == Phase::releasing) return i;
  i.transport_lost("FIN");
  return i;
}

template <class A>
A quiet(A a, Phase phase) {
  REQUIRE(a.phase() == phase);
  (void)events(a);
  (void)a.take_output();
  return a;
}

Responder responder(Phase phase) { return quiet(responder_in(phase), phase); }
Initiator initiator(Phase phase) { return quiet(initiator_in(phase), phase); }

constexpr Phase responder_phases[] = {Phase::awaiting_cr, Phase::awaiting_cn, Phase::awaiting_decision,
                                      Phase::open,        Phase::releasing,   Phase::closing,
                                      Phase::closed};
constexpr Phase initiator_phases[] = {Phase::idle,      Phase::awaiting_cc, Phase::awaiting_ac, Phase::open,
                                      Phase::releasing, Phase::closing,     Phase::closed};

struct After {
  Phase phase;
  std::string codes;
  Log events;
};

}  // namespace

TEST_CASE("abort by the responder's user in every phase") {
  const After after[] = {{Phase::closed, "", {"closed"}}, {Phase::closed, "dr", {"closed"}},
                         {Phase::closing, "dt", {}},      {Phase::closing, "dt", {}},
                         {Phase::closing, "dt", {}},      {Phase::closing, "", {}},
                         {Phase::closed, "", {}}};
  for (std::size_t n = 0; n < std::size(responder_phases); ++n) {
    INFO(name(responder_phases[n]));
    Responder r = responder(responder_phases[n]);
    r.abort();
    CHECK(r.phase() == after[n].phase);
    CHECK(sent_codes(r) == after[n].codes);
    CHECK(events(r) == after[n].events);
    r.abort();
    CHECK(r.output_size() == 0);
  }
}

TEST_CASE("abort by the initiator's user in every phase") {
  const After after[] = {{Phase::closed, "", {"closed"}}, {Phase::closed, "", {"closed"}},
                         {Phase::closing, "dt", {}},      {Phase::closing, "dt", {}},
                         {Phase::closing, "dt", {}},      {Phase::closing, "", {}},
                         {Phase::closed, "", {}}};
  for (std::size_t n = 0; n < std::size(initiator_phases); ++n) {
    INFO(name(initiator_phases[n]));
    Initiator i = initiator(initiator_phases[n]);
    i.abort();
    CHECK(i.phase() == after[n].phase);
    CHECK(sent_codes(i) == after[n].codes);
    CHECK(events(i) == after[n].events);
  }
}

TEST_CASE("the octets of an abort by the user are those of the recorded peer") {
  Initiator i = initiator(Phase::open);
  i.abort();
  const Dialogue d = load("p7-94-abort")[0];
  Octets recorded;
  for (const Line& line : d)
    if (line.side == 'A') recorded = to_octets(View(line.packet).subspan(7));
  CHECK(sent_spdu(i) == to_hex(recorded));
}

TEST_CASE("an abort from the peer in every phase") {
  const Octets ab = tsdu(hex("1903110103"));
  const Log of_responder[] = {{"declined transport -1", "closed"},
                              {"declined session -1", "closed"},
                              {"aborted provider session 3", "closed"},
                              {"aborted provider session 3", "closed"},
                              {"aborted provider session 3", "closed"},
                              {},
                              {}};
  for (std::size_t n = 0; n < std::size(responder_phases); ++n) {
    INFO(name(responder_phases[n]));
    Responder r = responder(responder_phases[n]);
    r.receive(ab);
    CHECK(r.output_size() == 0);
    CHECK(events(r) == of_responder[n]);
  }
  const Log of_initiator[] = {{"closed"},
                              {"refused transport -1", "closed"},
                              {"refused session 3", "closed"},
                              {"aborted provider session 3", "closed"},
                              {"aborted provider session 3", "closed"},
                              {"closed"},
                              {}};
  for (std::size_t n = 0; n < std::size(initiator_phases); ++n) {
    INFO(name(initiator_phases[n]));
    Initiator i = initiator(initiator_phases[n]);
    i.receive(ab);
    CHECK(i.output_size() == 0);
    CHECK(events(i) == of_initiator[n]);
  }
}

TEST_CASE("the transport disconnected or lost in every phase") {
  struct Loss {
    std::function<void(Association&)> happen;
    std::string reason;
  };
  for (const Loss& loss : {Loss{[](Association& a) { a.receive(tpkt(hex("06800001000080"))); }, "128"},
                           Loss{[](Association& a) { a.transport_lost("RST"); }, "-2"}}) {
    const Log of_responder[] = {
        {loss.reason == "128" ? "declined transport -1" : "declined transport -2", "closed"},
        {"declined transport " + loss.reason, "closed"},
        {"aborted transport transport " + loss.reason, "closed"},
        {"aborted transport transport " + loss.reason, "closed"},
        {"aborted transport transport " + loss.reason, "closed"},
        {"closed"},
        {}};
    for (std::size_t n = 0; n < std::size(responder_phases); ++n) {
      INFO(name(responder_phases[n]));
      Responder r = responder(responder_phases[n]);
      loss.happen(r);
      CHECK(r.phase() == Phase::closed);
      CHECK(r.output_size() == 0);
      CHECK(events(r) == of_responder[n]);
    }
    const Log of_initiator[] = {{"closed"},
                                {"refused transport " + loss.reason, "closed"},
                                {"refused transport " + loss.reason, "closed"},
                                {"aborted transport transport " + loss.reason, "closed"},
                                {"aborted transport transport " + loss.reason, "closed"},
                                {"closed"},
                                {}};
    for (std::size_t n = 0; n < std::size(initiator_phases); ++n) {
      INFO(name(initiator_phases[n]));
      Initiator i = initiator(initiator_phases[n]);
      loss.happen(i);
      CHECK(i.phase() == Phase::closed);
      CHECK(i.output_size() == 0);
      CHECK(events(i) == of_initiator[n]);
    }
  }
}

TEST_CASE("the deadline of every phase") {
  const After of_responder[] = {{Phase::closed, "", {"declined transport -1", "closed"}},
                                {Phase::closed, "", {"declined transport -1", "closed"}},
                                {Phase::closing, "dt", {"aborted own session -1"}},
                                {Phase::closing, "dt", {"aborted own acse -1"}},
                                {Phase::closing, "dt", {"aborted own acse -1"}},
                                {Phase::closed, "", {"closed"}},
                                {Phase::closed, "", {}}};
  for (std::size_t n = 0; n < std::size(responder_phases); ++n) {
    INFO(name(responder_phases[n]));
    Responder r = responder(responder_phases[n]);
    r.expire();
    CHECK(r.phase() == of_responder[n].phase);
    if (responder_phases[n] == Phase::awaiting_decision) {
      CHECK(sent_spdu(r) == "0c09110101160102320101");
      CHECK(r.accept(hex("3100")).error().kind() == ErrorKind::closed);
    } else {
      CHECK(sent_codes(r) == of_responder[n].codes);
    }
    CHECK(events(r) == of_responder[n].events);
    r.expire();
    CHECK(r.phase() == Phase::closed);
  }
  const After of_initiator[] = {{Phase::idle, "", {}},
                                {Phase::closed, "", {"refused transport -1", "closed"}},
                                {Phase::closed, "", {"refused transport -1", "closed"}},
                                {Phase::closing, "dt", {"aborted own acse -1"}},
                                {Phase::closing, "dt", {"aborted own acse -1"}},
                                {Phase::closed, "", {"closed"}},
                                {Phase::closed, "", {}}};
  for (std::size_t n = 0; n < std::size(initiator_phases); ++n) {
    INFO(name(initiator_phases[n]));
    Initiator i = initiator(initiator_phases[n]);
    i.expire();
    CHECK(i.phase() == of_initiator[n].phase);
    CHECK(sent_codes(i) == of_initiator[n].codes);
    CHECK(events(i) == of_initiator[n].events);
  }
}

TEST_CASE("requests outside their phase change nothing") {
  for (const Phase phase : responder_phases) {
    INFO(name(phase));
    Responder r = responder(phase);
    if (phase != Phase::open) {
      CHECK(r.release().error().kind() == ErrorKind::closed);
      CHECK(r.invoke(3, 1, {}).error().kind() == ErrorKind::closed);
    }
    if (phase != Phase::releasing) CHECK(r.release_response().error().kind() == ErrorKind::closed);
    if (phase != Phase::awaiting_decision) {
      CHECK(r.accept(hex("3100")).error().kind() == ErrorKind::closed);
      CHECK(r.refuse({}).error().kind() == ErrorKind::closed);
    }
    if (phase != Phase::open && phase != Phase::releasing) {
      CHECK(r.result(1, {}).error().kind() == ErrorKind::closed);
      CHECK(r.error(1, 1, {}).error().kind() == ErrorKind::closed);
      CHECK(r.reject(1, problems::mistyped_argument).error().kind() == ErrorKind::closed);
    }
    CHECK(r.phase() == phase);
    CHECK(r.output_size() == 0);
    CHECK(events(r).empty());
  }
  for (const Phase phase : initiator_phases) {
    if (phase == Phase::idle) continue;
    Initiator i = initiator(phase);
    CHECK(i.connect(p7_parameters()).error().kind() == ErrorKind::closed);
    CHECK(i.output_size() == 0);
  }
}

TEST_CASE("a release is not answered when what came with it has ended the association") {
  Responder r = quiet(responder_in(Phase::open), Phase::open);
  r.receive(join({tsdu(rlrq_fn()), hex("ff000000")}));
  REQUIRE(r.phase() == Phase::closed);
  CHECK_FALSE(r.release_response().ok());
  r.expire();
  CHECK(r.phase() == Phase::closed);
  const Log log = events(r);
  CHECK(std::count(log.begin(), log.end(), "closed") == 1);
  CHECK(log.back() == "closed");
}

TEST_CASE("an initiator's connect is checked") {
  const auto kind = [](const std::function<void(ConnectParameters&)>& spoil) {
    ConnectParameters p = p7_parameters();
    spoil(p);
    Initiator i;
    auto s = i.connect(std::move(p));
    REQUIRE_FALSE(s.ok());
    CHECK(i.phase() == Phase::idle);
    CHECK(i.output_size() == 0);
    return s.error().kind();
  };
  CHECK(kind([](auto& p) { p.called.transport = Octets(33, 1); }) == ErrorKind::limit);
  CHECK(kind([](auto& p) { p.called.session = Octets(17, 1); }) == ErrorKind::limit);
  CHECK(kind([](auto& p) { p.calling.presentation = Octets(17, 1); }) == ErrorKind::limit);
  CHECK(kind([](auto& p) { p.bind_argument = {}; }) == ErrorKind::invalid);
  CHECK(kind([](auto& p) { p.application_context.bind_syntax = {}; }) == ErrorKind::invalid);
  CHECK(kind([](auto& p) { p.application_context.name = {}; }) == ErrorKind::invalid);
  CHECK(kind([](auto& p) { p.abstract_syntaxes = {{2, 6, 0, 2, 15}}; }) == ErrorKind::invalid);
  CHECK(kind([](auto& p) { p.bind_argument = Chain(Octets(64 * 1024, 0)); }) == ErrorKind::limit);
}

TEST_CASE("an initiator that is accepted wrongly aborts") {
  const auto answer = [](const Octets& spdu_octets) {
    Initiator i = initiator(Phase::awaiting_ac);
    i.receive(tsdu(spdu_octets));
    CHECK(i.phase() == Phase::closing);
    const std::string ab = sent_spdu(i);
    CHECK(ab.substr(0, 2) == "19");
    const Log log = events(i);
    REQUIRE(log.size() == 1);
    return log[0];
  };
  const Octets good = tsdus(accepting_ac())[0];
  auto parsed = session::parse(good);
  REQUIRE(parsed.ok());
  const Octets cpa = to_octets(parsed->user_data());
  const auto ac = [](const Octets& units, const Octets& version, const Octets& user_data) {
    return spdu(14, {{5, join({hex("130100 1601"), version})}, {20, units}, {193, user_data}});
  };
  const auto replaced = [&](const char* from, const char* to) {
    std::string text = to_hex(cpa);
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, std::string(from).size(), to);
    return ac(hex("0002"), hex("02"), hex(text));
  };
  CHECK(answer(ac(hex("0002"), hex("03"), cpa)) == "refused session -1");
  CHECK(answer(ac(hex("000202"), hex("02"), cpa)) == "refused session -1");
  CHECK(answer(ac(hex("0249"), hex("02"), cpa)) == "refused presentation -1");
  CHECK(answer(ac(hex("0002"), hex("02"), {})) == "refused presentation -1");
  CHECK(answer(ac(hex("0002"), hex("02"), hex("3100"))) == "refused presentation -1");
  CHECK(answer(replaced("a203020100", "a203020101")) == "refused presentation -1");  // AARE rejects
  CHECK(answer(replaced("b1093107", "b2093107")) == "refused presentation -1");      // no bind result
  CHECK(answer(replaced("020109a0", "020107a0")) == "refused presentation -1");      // not on ACSE
  CHECK(answer(spdu(10, {})) == "refused session -1");
  CHECK(answer(hex("01000100 6100")) == "refused session -1");
}

TEST_CASE("refusals of all layers reach the initiator") {
  const auto answer = [](const Octets& spdu_octets) {
    Initiator i = initiator(Phase::awaiting_ac);
    i.receive(tsdu(spdu_octets));
    CHECK(i.phase() == Phase::closed);
    CHECK(sent_codes(i) == "dr");
    const Log log = events(i);
    REQUIRE(log.size() == 2);
    CHECK(log[1] == "closed");
    return log[0];
  };
  CHECK(answer(hex("0c00")) == "refused session 0");
  CHECK(answer(hex("0c03 320101")) == "refused session 1 transient");
  CHECK(answer(hex("0c03 320184")) == "refused session 132");
  CHECK(answer(hex("0c04 320202ff")) == "refused session 2");
  CHECK(answer(hex("0c08 3206 02 30038a0101")) == "refused presentation 1 transient");
  CHECK(answer(hex("0c05 320302 3000")) == "refused presentation -1");
}
