// Reliable transfer (X.228) against a peer made by hand: digest cases 50 to 63, and what an exception, an
// interruption or a discard leaves behind.
#include <algorithm>
#include <catch2/catch.hpp>

#include "acse/apdu.hpp"
#include "presentation/data.hpp"
#include "rtse/apdu.hpp"
#include "session/spdu.hpp"
#include "support.hpp"
#include "x400/ber/reader.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::test;

namespace {

using Log = std::vector<std::string>;

Octets gt(std::uint8_t si, std::initializer_list<std::pair<std::uint8_t, Octets>> parameters) {
  return tsdu(join({hex("0100"), spdu(si, parameters)}));
}
Octets pt(std::uint8_t si, std::initializer_list<std::pair<std::uint8_t, Octets>> parameters) {
  return tsdu(join({hex("0200"), spdu(si, parameters)}));
}
Octets number(int n) { return to_octets(std::to_string(n)); }
Octets activity(std::uint8_t n) { return Octets{2, 1, n}; }

Octets as(std::uint8_t n) { return gt(45, {{41, activity(n)}}); }
Octets mip(int n) { return gt(49, {{42, number(n)}}); }
Octets ae(int n) { return gt(41, {{42, number(n)}}); }
Octets ai() { return gt(25, {{50, hex("00")}}); }
Octets ad() { return gt(57, {{50, hex("00")}}); }
Octets ar(std::uint8_t n, std::uint8_t old, int serial) {
  return gt(29, {{33, join({hex("2903"), activity(old), hex("2a"),
                            Octets{static_cast<std::uint8_t>(number(serial).size())}, number(serial)})},
                 {41, activity(n)}});
}
Octets rttr(View piece) { return data(1, tlv(0x04, piece)); }
Octets mia(int n) { return pt(50, {{42, number(n)}}); }
Octets aea(int n) { return pt(42, {{42, number(n)}}); }
Octets aia() { return pt(26, {}); }
Octets ada() { return pt(58, {}); }
Octets ed(std::uint8_t reason) { return pt(48, {{50, Octets{reason}}}); }
Octets gtc() { return tsdu(hex("1500")); }
Octets gta() { return tsdu(hex("1600")); }
Octets please(std::uint8_t priority) {
  return tsdu(spdu(2, {{16, hex("01")}, {193, pdv(1, Octets{2, 1, priority})}}));
}

Octets invoke(int id, int operation = 21, std::size_t size = 0) {
  const Octets argument = tlv(0x31, tlv(0x80, Octets(size, 0x78)));
  return tlv(0xa1, {Octets{2, 1, static_cast<std::uint8_t>(id)},
                    Octets{2, 1, static_cast<std::uint8_t>(operation)}, argument});
}
Octets result(int id) {
  return tlv(0xa2, {Octets{2, 1, static_cast<std::uint8_t>(id)}, tlv(0x30, hex("020115 0500"))});
}
Octets external(int context, View apdu) {
  return tlv(0x28, {Octets{2, 1, static_cast<std::uint8_t>(context)}, tlv(0xa0, apdu)});
}
Octets transfer(std::uint8_t n, View apdu) { return join({as(n), rttr(apdu), ae(1)}); }

// What was sent, an SPDU a word: "AS(1) DT(20) MIP(1) AE(2)", "PT", "GTC".
std::string spoken(Association& a) {
  std::string out;
  for (const Octets& t : tsdus(sent(a))) {
    auto s = session::parse(t);
    REQUIRE(s.ok());
    if (!out.empty()) out += ' ';
    const auto serial = [&] { return "(" + std::string(chars(s->find(42).value_or(View()))) + ")"; };
    const auto reason = [&] { return "(" + std::to_string(s->octet(50).value_or(255)) + ")"; };
    const auto id = [&] { return "(" + std::to_string((*s->find(41, 0))[2]) + ")"; };
    using session::Kind;
    switch (s->kind) {
      case Kind::gtc: out += "GTC"; break;
      case Kind::gta: out += "GTA"; break;
      case Kind::pt: out += "PT"; break;
      case Kind::as: out += "AS" + id(); break;
      case Kind::ar: out += "AR" + id() + "<" + std::to_string((*s->find(41, 33))[2]) + serial(); break;
      case Kind::mip: out += "MIP" + serial(); break;
      case Kind::mia: out += "MIA" + serial(); break;
      case Kind::ae: out += "AE" + serial(); break;
      case Kind::aea: out += "AEA" + serial(); break;
      case Kind::ai: out += "AI" + reason(); break;
      case Kind::aia: out += "AIA"; break;
      case Kind::ad: out += "AD" + reason(); break;
      case Kind::ada: out += "ADA"; break;
      case Kind::ed: out += "ED" + reason(); break;
      case Kind::dt: out += "DT"; break;
      case Kind::fn: out += "FN"; break;
      case Kind::dn: out += "DN"; break;
      case Kind::ab: out += "AB" + std::to_string(s->octet(17).value_or(0)); break;
      default: out += "?"; break;
    }
  }
  return out;
}

Responder asked(const Cn& cn, ResponderConfig config = responder_config()) {
  Responder r(std::move(config));
  r.receive(cr());
  (void)sent(r);
  r.receive(cn.packet());
  return r;
}

Responder open_reliable(ResponderConfig config = responder_config()) {
  Responder r = asked(reliable_cn(), std::move(config));
  REQUIRE(r.phase() == Phase::awaiting_decision);
  REQUIRE(r.accept(hex("3100")).ok());
  (void)events(r);
  (void)sent(r);
  return r;
}

// `rtoac`: the parameters in front of its connection data.
Initiator open_reliable_initiator(std::string_view rtoac = "800101 810102", InitiatorConfig config = {}) {
  Initiator i(config);
  REQUIRE(i.connect(p7_reliable_parameters()).ok());
  i.receive(cc());
  Octets results;
  for (int n = 0; n < 5; ++n) append(results, hex("3007 800100 81025101"));
  const Octets value = tlv(0xb1, {hex(rtoac), hex("a206 a004 b102 3100")});
  const Octets information = tlv(0xbe, tlv(0x28, {hex("020101"), tlv(0xa0, value)}));
  const Octets aare = tlv(0x61, {hex("a106 06045600010c a203 020100 a305 a103 020100"), information});
  const Octets cpa = tlv(0x31, {hex("a003 800101"), tlv(0xa2, {tlv(0xa5, results), pdv(9, aare)})});
  i.receive(tsdu(spdu(14, {{5, hex("130100 160102 1a0100")}, {20, hex("0249")}, {193, cpa}})));
  REQUIRE(i.phase() == Phase::open);
  (void)events(i);
  (void)sent(i);
  return i;
}

// The value of the one activity in what was sent.
Octets value_sent(Association& a) {
  Octets value;
  for (const Octets& t : tsdus(sent(a))) {
    auto s = session::parse(t);
    if (!s.ok() || s->kind != session::Kind::dt) continue;
    auto pdvs = presentation::parse_user_data(Slice(to_octets(s->user_information)));
    REQUIRE(pdvs.ok());
    append(value, ber::read_one(pdvs->front().value.view())->content);
  }
  return value;
}

// Reason of the RTAB in what was sent.
std::optional<std::int64_t> rtab_sent(Association& a) {
  for (const Octets& t : tsdus(sent(a))) {
    auto s = session::parse(t);
    if (!s.ok() || s->kind != session::Kind::ab) continue;
    auto abort = presentation::parse_abort(Slice(to_octets(s->user_data())));
    REQUIRE(abort.user_data.size() == 1);
    auto abrt = acse::parse_abrt(abort.user_data[0].value);
    if (abrt.user_information.empty()) return std::nullopt;
    return rtse::abort_reason(abrt.user_information[0].value.view());
  }
  return std::nullopt;
}

InvokeId ask(Association& a, std::size_t size = 0) {
  auto id = a.invoke(3, 21, Chain(tlv(0x31, tlv(0x80, Octets(size, 0x78)))));
  REQUIRE(id.ok());
  return *id;
}

}  // namespace

TEST_CASE("RTSE: the AC answers what was agreed, token setting included") {
  const auto answered = [](const char* proposed, ReliableTransfer own) {
    ResponderConfig config = responder_config();
    config.reliable = own;
    Cn cn = reliable_cn(tlv(0xb0, {hex(proposed), hex("820101 a306 a004 b002 3100")}));
    cn.more = {};
    Responder r = asked(cn, config);
    REQUIRE(r.accept(hex("3100")).ok());
    const std::string ac = sent_spdu(r);
    CHECK(ac.find("1a0100") != std::string::npos);
    CHECK(ac.find("14020249") != std::string::npos);
    return ac;
  };
  CHECK(answered("80013f 810103", {32, 8}).find("b10e800120810103a206a004b1023100") != std::string::npos);
  CHECK(answered("800110 810120", {32, 8}).find("b10e800110810108a206") != std::string::npos);
  CHECK(answered("", {32, 8}).find("b10e800100810103a206") != std::string::npos);
  CHECK(answered("80013f", {0, 8}).find("b10e800100810103a206") != std::string::npos);
}

TEST_CASE("RTSE: 54: monologue and recovery are refused with RTORJ") {
  Responder mono = asked(reliable_cn(tlv(0xb0, hex("800120 a306 a004 b002 3100"))));
  CHECK(sent_spdu(mono).find("b203800103") != std::string::npos);
  CHECK(events(mono) == Log{"declined rtse 3"});
  Responder recover = asked(
      reliable_cn(tlv(0xb0, hex("820101 a31a a118 040461626364 170d3236313132383132303030305a 800131"))));
  CHECK(sent_spdu(recover).find("b203800101") != std::string::npos);
  CHECK(events(recover) == Log{"declined rtse 1"});
}

TEST_CASE("RTSE: a bind that is none, and functional units or tokens that do not suit") {
  Responder bare = asked(reliable_cn(hex("b002 3100")));
  CHECK(events(bare) == Log{"declined acse 1"});
  Responder window = asked(reliable_cn(tlv(0xb0, hex("810100 820101 a306 a004 b002 3100"))));
  CHECK(events(window) == Log{"declined acse 1"});
  // Both alternatives of the connection data, one behind the other.
  Responder twice = asked(reliable_cn(tlv(0xb0, hex("820101 a305 a103 800131 a306 a004 b002 3100"))));
  CHECK(events(twice) == Log{"declined acse 1"});
  Cn duplex = reliable_cn();
  duplex.units = hex("0002");
  Responder d = asked(duplex);
  CHECK(events(d) == Log{"declined session 134"});
  Cn absent = reliable_cn();
  absent.units.reset();
  Responder a = asked(absent);
  CHECK(a.phase() == Phase::awaiting_decision);
}

TEST_CASE("RTSE: a refused bind has its error in RTORJ") {
  Responder r = asked(reliable_cn());
  (void)events(r);
  Refusal refusal;
  refusal.bind_error = Chain(hex("0a0100"));
  REQUIRE(r.refuse(std::move(refusal)).ok());
  CHECK(sent_spdu(r).find("b207a105b2030a0100") != std::string::npos);
}

TEST_CASE("RTSE: initial turn with the responder, and at its choice") {
  for (const auto& [setting, ours] :
       {std::pair{"15", true}, std::pair{"2a", false}, std::pair{"aa", false}}) {
    Cn cn = reliable_cn();
    cn.more = {{26, hex(setting)}};
    Responder r = asked(cn);
    REQUIRE(r.accept(hex("3100")).ok());
    const std::string ac = sent_spdu(r);
    CHECK(ac.find(ours ? "1a0115" : "1a0100") != std::string::npos);
    REQUIRE(r.invoke(3, 25, Chain(hex("3100"))).ok());
    CHECK(spoken(r) == (ours ? "AS(1) DT AE(1)" : "PT"));
  }
  Cn mixed = reliable_cn();
  mixed.more = {{26, hex("05")}};
  Responder r = asked(mixed);
  CHECK(events(r) == Log{"declined session 134"});
}

TEST_CASE("RTSE: 50, 51: an operation bare and as EXTERNAL, answered in the peer's form") {
  Responder r = open_reliable();
  r.receive(transfer(1, invoke(7)));
  CHECK(events(r) == Log{"invoke 7 op=21 ctx=3 arg=4"});
  CHECK(spoken(r) == "AEA(1)");
  REQUIRE(r.result(7, Chain(hex("0500"))).ok());
  CHECK(spoken(r) == "PT");
  r.receive(gtc());
  CHECK(to_hex(value_sent(r)) == to_hex(result(7)));
  r.receive(aea(1));
  CHECK(spoken(r).empty());
  r.receive(please(0));
  CHECK(spoken(r) == "GTC");
  r.receive(gta());
  r.receive(transfer(2, external(5, invoke(8, 3))));
  CHECK(events(r) == Log{"invoke 8 op=3 ctx=5 arg=4"});
  REQUIRE(r.result(8, Chain(hex("0500"))).ok());
  (void)sent(r);
  r.receive(gtc());
  CHECK(to_hex(value_sent(r)).rfind("28", 0) == 0);
}

TEST_CASE("RTSE: who speaks first uses EXTERNAL, or the bare form if told so") {
  Initiator i = open_reliable_initiator();
  const InvokeId id = ask(i);
  CHECK(to_hex(value_sent(i)) == to_hex(external(3, invoke(id))));
  InitiatorConfig config;
  config.reliable.bare_first = true;
  Initiator bare = open_reliable_initiator("800101 810102", config);
  const InvokeId first = ask(bare);
  CHECK(to_hex(value_sent(bare)) == to_hex(invoke(first)));
}

TEST_CASE("RTSE: 51: the context of a bare operation is that of its port, unknown ones go to the first") {
  Responder r = open_reliable();
  r.receive(join({transfer(1, invoke(1, 22)), transfer(2, invoke(2, 3)), transfer(3, invoke(3, 8)),
                  transfer(4, invoke(4, 99))}));
  CHECK(events(r) == Log{"invoke 1 op=22 ctx=3 arg=4", "invoke 2 op=3 ctx=5 arg=4",
                         "invoke 3 op=8 ctx=7 arg=4", "invoke 4 op=99 ctx=3 arg=4"});
  // linkedId may be there and say "absent" (X.880: [1] IMPLICIT NULL).
  Responder linked = open_reliable();
  linked.receive(transfer(1, tlv(0xa1, {hex("020105 8100 020103"), tlv(0x31, hex("8000"))})));
  CHECK(events(linked) == Log{"invoke 5 op=3 ctx=5 arg=4"});
}

TEST_CASE("RTSE: 52: checkpoints are confirmed one by one, whatever the window") {
  Responder r = open_reliable();
  const Octets apdu = invoke(7, 21, 300);
  Octets octets = as(1);
  const std::size_t piece = 20;
  int serial = 0;
  for (std::size_t at = 0; at < apdu.size(); at += piece) {
    append(octets, rttr(View(apdu).subspan(at, std::min(piece, apdu.size() - at))));
    append(octets, at + piece < apdu.size() ? mip(++serial) : ae(++serial));
  }
  REQUIRE(serial > 9);
  r.receive(octets);
  std::string acks;
  for (int n = 1; n < serial; ++n) acks += "MIA(" + std::to_string(n) + ") ";
  CHECK(spoken(r) == acks + "AEA(" + std::to_string(serial) + ")");
  CHECK(events(r) == Log{"invoke 7 op=21 ctx=3 arg=" + std::to_string(300 + 10)});
}

TEST_CASE("RTSE: several pieces in one checkpoint interval, and several values in one S-DATA") {
  Responder r = open_reliable();
  const Octets apdu = invoke(7, 21, 100);
  const View v(apdu);
  const auto list = [](View piece) { return tlv(0x30, {hex("020101"), tlv(0xa0, tlv(0x04, piece))}); };
  const Octets both = tlv(0x61, {list(v.subspan(10, 10)), list(v.subspan(20))});
  r.receive(join(
      {as(1), rttr(v.first(4)), rttr(v.subspan(4, 6)), mip(1), tsdu(join({hex("01000100"), both})), ae(2)}));
  CHECK(events(r) == Log{"invoke 7 op=21 ctx=3 arg=104"});
}

TEST_CASE("RTSE: 53, 62: our window, our piece sizes, no checkpoints where none were agreed") {
  // Checkpoints of 1 KiB, a window of 2.
  Initiator i = open_reliable_initiator();
  (void)ask(i, 4000);
  CHECK(spoken(i) == "AS(1) DT MIP(1) DT MIP(2)");
  CHECK(i.awaits_peer());
  i.receive(mia(1));
  CHECK(spoken(i) == "DT MIP(3)");
  i.receive(mia(3));
  CHECK(spoken(i) == "DT AE(4)");
  i.receive(aea(4));
  CHECK_FALSE(i.awaits_peer());
  Initiator none = open_reliable_initiator("800100 810101");
  (void)ask(none, 40'000);
  CHECK(spoken(none) == "AS(1) DT AE(1)");
  Initiator one = open_reliable_initiator("800101 810101");
  (void)ask(one, 3000);
  CHECK(spoken(one) == "AS(1) DT MIP(1)");
  Initiator defaults = open_reliable_initiator("");
  (void)ask(defaults, 40'000);
  CHECK(spoken(defaults) == "AS(1) DT AE(1)");
}

TEST_CASE("RTSE: 55: the turn is given behind an own activity, once, a turn not asked for is kept") {
  Responder r = open_reliable();
  r.receive(transfer(1, invoke(1)));
  REQUIRE(r.result(1, Chain(hex("0500"))).ok());
  (void)sent(r);
  r.receive(gtc());
  CHECK(spoken(r) == "GTA AS(1) DT AE(1)");
  r.receive(join({please(3), please(0)}));
  CHECK(spoken(r).empty());
  r.receive(aea(1));
  CHECK(spoken(r) == "GTC");
  r.receive(gta());
  r.receive(gtc());
  CHECK(spoken(r) == "GTA");
  CHECK(events(r) == Log{"invoke 1 op=21 ctx=3 arg=4"});
  CHECK(r.phase() == Phase::open);
}

TEST_CASE("RTSE: two sides that both want the turn each use it before they give it") {
  Initiator i = open_reliable_initiator();
  (void)ask(i);
  (void)ask(i);
  CHECK(spoken(i) == "AS(1) DT AE(1)");
  i.receive(please(0));
  i.receive(aea(1));
  CHECK(spoken(i) == "GTC");
  i.receive(gta());
  CHECK(spoken(i) == "PT");
  i.receive(join({gtc(), please(0)}));
  CHECK(spoken(i) == "GTA AS(2) DT AE(1)");
}

TEST_CASE("RTSE: 56: what is out of place ends the association") {
  struct Case {
    const char* what;
    Octets octets;
    const char* event;
  };
  const Octets apdu = invoke(1);
  const Case cases[] = {
      {"data without an activity", rttr(apdu), "aborted own rtse 4"},
      {"checkpoint without an activity", mip(1), "aborted own session -1"},
      {"end without an activity", ae(1), "aborted own session -1"},
      {"end without data", join({as(1), ae(1)}), "aborted own rtse 4"},
      {"checkpoint without data", join({as(1), mip(1)}), "aborted own rtse 4"},
      {"wrong serial number", join({as(1), rttr(apdu), mip(5)}), "aborted own session -1"},
      {"serial number that is none", join({as(1), rttr(apdu), gt(49, {{42, hex("3178")}})}),
       "aborted own session -1"},
      {"serial number of seven digits", join({as(1), rttr(apdu), gt(49, {{42, hex("30303030303031")}})}),
       "aborted own session -1"},
      {"activity in an activity", join({as(1), as(2)}), "aborted own session -1"},
      {"activity without identifier", gt(45, {}), "aborted own session -1"},
      {"confirmation of nothing", mia(1), "aborted own session -1"},
      {"end confirmed of nothing", aea(1), "aborted own session -1"},
      {"turn in an activity", join({as(1), gtc()}), "aborted own session -1"},
      {"turn given twice", join({gtc(), gtc()}), "aborted own session -1"},
      {"activity without the turn", join({gtc(), as(1)}), "aborted own session -1"},
      {"data without the turn", join({gtc(), rttr(apdu)}), "aborted own session -1"},
      {"turn confirmed that was not given", gta(), "aborted own session -1"},
      {"interruption of nothing", ai(), "aborted own session -1"},
      {"discard of nothing", ad(), "aborted own session -1"},
      {"exception for nothing", ed(0), "aborted own session -1"},
      {"unknown activity resumed", ar(2, 1, 1), "aborted own rtse 2"},
      {"resumed without a serial number", gt(29, {{33, join({hex("2903"), activity(1)})}, {41, activity(2)}}),
       "aborted own session -1"},
      {"release in an activity", join({as(1), tsdu(spdu(9, {{17, hex("01")}}))}), "aborted own session -1"},
      {"major synchronisation point", join({as(1), rttr(apdu), gt(41, {{15, hex("01")}, {42, hex("31")}})}),
       "aborted own session -1"},
      {"no RTTR", join({as(1), data(1, hex("0500"))}), "aborted own rtse 4"},
      {"activity data on another context", join({as(1), data(3, tlv(0x04, apdu))}), "aborted own rtse 4"},
      {"some of the tokens", tsdu(spdu(1, {{16, hex("01")}})), "aborted own session -1"},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    Responder r = open_reliable();
    r.receive(c.octets);
    CHECK(events(r) == Log{c.event});
    const std::string said = spoken(r);
    CHECK(said.find("AB") != std::string::npos);
  }
}

TEST_CASE("RTSE: an own abort and one for a broken rule carry RTAB") {
  Responder r = open_reliable();
  r.receive(rttr(invoke(1)));
  CHECK(rtab_sent(r) == 4);
  Responder user = open_reliable();
  user.abort();
  CHECK(rtab_sent(user) == 6);
}

TEST_CASE("RTSE: an RTAB of the peer tells its reason, one of its user is the user's") {
  const auto abort_with = [](const char* rtab) {
    Responder r = open_reliable();
    const Octets abrt =
        tlv(0x64, {hex("800100"), tlv(0xbe, tlv(0x28, {hex("020101"), tlv(0xa0, hex(rtab))}))});
    r.receive(tsdu(spdu(25, {{17, hex("03")}, {193, tlv(0xa0, pdv(9, abrt))}})));
    return events(r);
  };
  CHECK(abort_with("b603800104") == Log{"aborted provider rtse 4", "closed"});
  CHECK(abort_with("b603800106") == Log{"aborted user acse -1", "closed"});
  CHECK(abort_with("3603800104") == Log{"aborted provider rtse 4", "closed"});  // a recorded peer's tag
  CHECK(abort_with("b700") == Log{"aborted user acse -1", "closed"});
}

TEST_CASE("RTSE: 57: an interrupted activity is gone when another begins, a discarded one at once") {
  Responder r = open_reliable();
  const Octets apdu = invoke(1);
  r.receive(join({as(1), rttr(View(apdu).first(5)), mip(1), ai()}));
  CHECK(spoken(r) == "MIA(1) AIA");
  r.receive(transfer(2, invoke(2)));
  CHECK(events(r) == Log{"invoke 2 op=21 ctx=3 arg=4"});
  r.receive(join({as(3), rttr(View(apdu).first(5)), mip(1), ad()}));
  CHECK(spoken(r) == "AEA(1) MIA(1) ADA");
  r.receive(transfer(4, invoke(4)));
  CHECK(events(r) == Log{"invoke 4 op=21 ctx=3 arg=4"});
  r.receive(ar(5, 1, 1));
  CHECK(rtab_sent(r) == 2);
}

TEST_CASE("RTSE: an interrupted activity is resumed behind the checkpoint it names") {
  const Octets apdu = invoke(1, 21, 60);
  const View v(apdu);
  Responder r = open_reliable();
  r.receive(
      join({as(1), rttr(v.first(5)), mip(1), rttr(v.subspan(5, 20)), mip(2), rttr(v.subspan(25, 9)), ai()}));
  CHECK(spoken(r) == "MIA(1) MIA(2) AIA");
  r.receive(join({ar(2, 1, 1), rttr(v.subspan(5, 40)), mip(2), rttr(v.subspan(45)), ae(3)}));
  CHECK(spoken(r) == "MIA(2) AEA(3)");
  CHECK(events(r) == Log{"invoke 1 op=21 ctx=3 arg=64"});
  // It was complete: no second time.
  r.receive(ar(3, 2, 2));
  CHECK(spoken(r) == "ED(3)");
  r.receive(join({rttr(v.subspan(45)), ae(3), ad()}));
  CHECK(spoken(r) == "ADA");
  CHECK(events(r).empty());
  r.receive(transfer(4, invoke(4)));
  CHECK(events(r) == Log{"invoke 4 op=21 ctx=3 arg=4"});
}

TEST_CASE("RTSE: an interrupted activity is resumed also if it bears the identifier of a complete one") {
  const Octets apdu = invoke(2, 21, 60);
  Responder r = open_reliable();
  r.receive(join({transfer(1, invoke(1)), as(1), rttr(View(apdu).first(5)), mip(1), ai()}));
  CHECK(spoken(r) == "AEA(1) MIA(1) AIA");
  r.receive(join({ar(2, 1, 1), rttr(View(apdu).subspan(5)), ae(2)}));
  CHECK(spoken(r) == "AEA(2)");
  CHECK(events(r) == Log{"invoke 1 op=21 ctx=3 arg=4", "invoke 2 op=21 ctx=3 arg=64"});
}

TEST_CASE("RTSE: what is kept of an interrupted activity is a PDU under way while the peer could go on") {
  Responder r = open_reliable();
  r.receive(join({as(1), rttr(View(invoke(1)).first(5)), mip(1), ai()}));
  CHECK(r.mid_pdu());
  r.receive(gtc());  // the turn is ours: the peer cannot
  CHECK_FALSE(r.mid_pdu());
  Responder done = open_reliable();
  done.receive(join({as(1), rttr(View(invoke(1)).first(5)), mip(1), ai(), transfer(2, invoke(2))}));
  CHECK_FALSE(done.mid_pdu());
}

TEST_CASE("RTSE: an activity cannot be resumed behind a point it never had, nor one of another association") {
  const Octets apdu = invoke(1, 21, 60);
  for (const Octets& resume :
       {ar(2, 1, 2), ar(2, 1, 0), ar(2, 9, 1),
        gt(29, {{33, join({hex("0902 0161 2903"), activity(1), hex("2a0131")})}, {41, activity(2)}})}) {
    Responder r = open_reliable();
    r.receive(join({as(1), rttr(View(apdu).first(5)), mip(1), ai(), resume}));
    CHECK(events(r) == Log{"aborted own rtse 2"});
  }
}

TEST_CASE("RTSE: an interruption or a discard that crosses our confirmation of the end") {
  const Octets apdu = invoke(1);
  Responder r = open_reliable();
  r.receive(join({transfer(1, apdu), ai()}));
  CHECK(spoken(r) == "AEA(1) AIA");
  CHECK(events(r).size() == 1);
  r.receive(ar(2, 1, 1));
  CHECK(spoken(r) == "ED(3)");
  r.receive(ad());
  CHECK(spoken(r) == "ADA");
  CHECK(events(r).empty());

  Responder late = open_reliable();
  late.receive(join({transfer(1, apdu), ad()}));
  CHECK(events(late) == Log{"invoke 1 op=21 ctx=3 arg=4", "aborted own rtse 7"});
  CHECK(rtab_sent(late) == 7);
}

TEST_CASE("RTSE: 58: an association lost in an activity leaves nothing") {
  Responder r = open_reliable();
  const Octets apdu = invoke(1);
  r.receive(join({as(1), rttr(View(apdu).first(4)), mip(1), rttr(View(apdu).subspan(4)), mip(2)}));
  r.transport_lost("cut");
  CHECK(events(r) == Log{"aborted transport transport -2", "closed"});
}

TEST_CASE(
    "RTSE: 59: a value that is no BER, or none of an EXTERNAL, or too long, is an exception, then life goes "
    "on") {
  ResponderConfig config = responder_config();
  config.limits.tsdu = 1000;
  for (const Octets& value :
       {hex("ffffff"), hex("a105 0201"), hex("28 03 020103"), join({invoke(1), hex("00")})}) {
    Responder r = open_reliable(config);
    r.receive(join({as(1), rttr(value), ae(1)}));
    CHECK(spoken(r) == "ED(6)");
    r.receive(ad());
    CHECK(spoken(r) == "ADA");
    CHECK(events(r).empty());
    r.receive(transfer(2, invoke(2)));
    CHECK(events(r) == Log{"invoke 2 op=21 ctx=3 arg=4"});
  }
  Responder r = open_reliable(config);
  const Octets piece(600, 0x78);
  r.receive(join({as(1), rttr(piece), mip(1), rttr(piece), mip(2), rttr(piece), ae(3)}));
  CHECK(spoken(r) == "MIA(1) ED(6)");
  r.receive(join({ad(), transfer(2, invoke(2))}));
  CHECK(events(r) == Log{"invoke 2 op=21 ctx=3 arg=4"});
}

TEST_CASE("RTSE: ROSE's rejects go by activity as well") {
  Responder r = open_reliable();
  r.receive(transfer(1, hex("a903020101")));
  CHECK(events(r) == Log{"reject-sent null 0/0"});
  (void)sent(r);
  r.receive(gtc());
  CHECK(to_hex(value_sent(r)) == "a4050500800100");
}

TEST_CASE("RTSE: 60: a release without the turn is let go if nothing is under way") {
  const Octets fn = tsdu(spdu(9, {{17, hex("01")}, {193, pdv(9, hex("6203800100"))}}));
  Responder r = open_reliable();
  r.receive(gtc());
  r.receive(fn);
  CHECK(events(r) == Log{"release"});
  REQUIRE(r.release_response().ok());
  Responder busy = open_reliable();
  busy.receive(transfer(1, invoke(1)));
  REQUIRE(busy.result(1, Chain(hex("0500"))).ok());
  busy.receive(gtc());
  (void)events(busy);
  busy.receive(fn);
  CHECK(events(busy) == Log{"aborted own session -1"});
}

TEST_CASE("RTSE: an answer that is late for the peer's release goes nowhere") {
  Responder r = open_reliable();
  r.receive(transfer(1, invoke(1)));
  (void)sent(r);
  r.receive(tsdu(spdu(9, {{17, hex("01")}, {193, pdv(9, hex("6203800100"))}})));
  REQUIRE(r.result(1, Chain(hex("0500"))).ok());
  CHECK(spoken(r).empty());
  REQUIRE(r.release_response().ok());
  CHECK(spoken(r) == "DN");
}

TEST_CASE("RTSE: 61: an alert asks for the turn, and its result needs the turn again") {
  Responder r = open_reliable();
  REQUIRE(r.invoke(3, 25, Chain(hex("3100"))).ok());
  CHECK(spoken(r) == "PT");
  CHECK(r.awaits_peer());
  r.receive(gtc());
  CHECK(spoken(r) == "GTA AS(1) DT AE(1)");
  r.receive(join({aea(1), please(1)}));
  CHECK(spoken(r) == "GTC");
  r.receive(gta());
  r.receive(transfer(1, tlv(0xa2, {hex("020101"), tlv(0x30, hex("020119 0500"))})));
  CHECK(events(r) == Log{"result 1 op=25 size=2"});
}

TEST_CASE("RTSE: an answer is more urgent than an alert: the turn is asked for with 1 and with 2") {
  Responder alerting = open_reliable();
  REQUIRE(alerting.invoke(3, 25, Chain(hex("3100"))).ok());
  CHECK(to_hex(tsdus(sent(alerting))[0]).find("a003020102") != std::string::npos);
  Responder answering = open_reliable();
  answering.receive(transfer(1, invoke(1)));
  (void)sent(answering);
  REQUIRE(answering.result(1, Chain(hex("0500"))).ok());
  CHECK(to_hex(tsdus(sent(answering))[0]).find("a003020101") != std::string::npos);
}

TEST_CASE("RTSE: only the initiator releases, with the turn") {
  Responder r = open_reliable();
  CHECK(r.release().error().kind() == ErrorKind::invalid);
  Initiator i = open_reliable_initiator();
  (void)ask(i);
  i.receive(join({please(0), aea(1)}));
  (void)spoken(i);
  i.receive(gta());
  REQUIRE(i.release().ok());
  CHECK(spoken(i) == "PT");
  i.receive(gtc());
  CHECK(spoken(i) == "GTA FN");
  i.receive(please(0));  // it crossed
  i.receive(tsdu(spdu(10, {{193, pdv(9, hex("6303800100"))}})));
  CHECK(events(i) == Log{"released", "closed"});
}

TEST_CASE("RTSE: an operation that comes while a release waits for the turn is answered before it") {
  Initiator i = open_reliable_initiator();
  (void)ask(i);
  i.receive(join({please(0), aea(1)}));
  (void)spoken(i);
  i.receive(gta());
  REQUIRE(i.release().ok());
  CHECK(spoken(i) == "PT");
  i.receive(transfer(1, invoke(5)));
  CHECK(events(i) == Log{"invoke 5 op=21 ctx=3 arg=4"});
  CHECK(spoken(i) == "AEA(1)");
  i.receive(gtc());
  CHECK(spoken(i) == "GTA");  // no FN: an answer is owed
  REQUIRE(i.reject(5, problems::release_in_progress).ok());
  CHECK(spoken(i) == "AS(2) DT AE(1)");
  i.receive(aea(1));
  CHECK(spoken(i) == "FN");
  CHECK(i.result(5, Chain(hex("0500"))).error().kind() == ErrorKind::closed);
}

TEST_CASE("RTSE: the session connection identifier of an initiator is in its CN") {
  ConnectParameters p = p7_reliable_parameters();
  p.calling_reference = hex("1403 616263");
  p.common_reference = hex("170d 3236313132393130323030305a");
  Initiator i;
  REQUIRE(i.connect(p).ok());
  i.receive(cc());
  const Octets cn = tsdus(sent(i)).at(0);
  const auto read = session::parse(cn);
  REQUIRE(read.ok());
  namespace pi = session::pi;
  CHECK(to_hex(read->find(pi::calling_reference, pi::connection_identifier).value()) ==
        to_hex(p.calling_reference));
  CHECK(to_hex(read->find(pi::common_reference, pi::connection_identifier).value()) ==
        to_hex(p.common_reference));
  for (Octets* reference : {&p.calling_reference, &p.common_reference}) {
    const Octets good = std::exchange(*reference, Octets(65, 0x61));
    CHECK(Initiator().connect(p).error().kind() == ErrorKind::limit);
    *reference = good;
  }
}

TEST_CASE("RTSE: exceptions while we send") {
  SECTION("no reason: interrupted and resumed behind what was confirmed") {
    Initiator i = open_reliable_initiator();
    (void)ask(i, 3000);
    CHECK(spoken(i) == "AS(1) DT MIP(1) DT MIP(2)");
    i.receive(join({mia(1), ed(0)}));
    CHECK(spoken(i) == "DT AE(3) AI(0)");
    i.receive(mia(2));  // on its way when AI went out
    i.receive(aia());
    CHECK(spoken(i) == "AR(2)<1(1) DT MIP(2) DT AE(3)");
    i.receive(aea(3));
    CHECK_FALSE(i.awaits_peer());
    i.receive(gtc());
    CHECK(events(i) == Log{"aborted own session -1"});  // the turn is ours: no one gave it
  }
  SECTION("no reason, nothing confirmed: from the start; but not for ever") {
    Initiator i = open_reliable_initiator();
    (void)ask(i);
    (void)spoken(i);
    for (int n = 2; n < 5; ++n) {
      i.receive(ed(0));
      CHECK(spoken(i) == "AI(0)");
      i.receive(aia());
      CHECK(spoken(i) == "AS(" + std::to_string(n) + ") DT AE(1)");
    }
    i.receive(ed(0));
    CHECK(spoken(i) == "AD(0)");
    i.receive(ada());
    CHECK(events(i) == Log{"reject 1 1/3 ours"});
  }
  SECTION("unrecoverable: discarded, the invocation has ended, the next one goes on") {
    Initiator i = open_reliable_initiator();
    (void)ask(i);
    (void)ask(i);
    (void)spoken(i);
    i.receive(ed(6));
    CHECK(spoken(i) == "AD(0)");
    i.receive(join({aea(1), ada()}));
    CHECK(events(i) == Log{"reject 1 1/3 ours"});
    CHECK(spoken(i) == "AS(2) DT AE(1)");
  }
  SECTION("sequence error: it had arrived before") {
    Initiator i = open_reliable_initiator();
    (void)ask(i);
    (void)spoken(i);
    i.receive(ed(3));
    CHECK(spoken(i) == "AD(0)");
    i.receive(ada());
    CHECK(events(i).empty());
    i.receive(please(0));
    CHECK(spoken(i) == "GTC");
    i.receive(gta());
    i.receive(transfer(1, result(1)));
    CHECK(events(i) == Log{"result 1 op=21 size=2"});
  }
  SECTION("receiving jeopardised: the association ends") {
    Initiator i = open_reliable_initiator();
    (void)ask(i);
    (void)sent(i);
    i.receive(ed(1));
    CHECK(events(i) == Log{"aborted own rtse 3"});
    CHECK(rtab_sent(i) == 3);
  }
  SECTION("an answer that is discarded ends the association: its peer would wait for ever") {
    Responder r = open_reliable();
    r.receive(transfer(1, invoke(1)));
    REQUIRE(r.result(1, Chain(hex("0500"))).ok());
    r.receive(join({gtc(), ed(6)}));
    (void)events(r);
    r.receive(ada());
    CHECK(events(r) == Log{"aborted own rtse 3"});
  }
}

TEST_CASE("RTSE: a peer that never gives the turn cannot make answers pile up") {
  ResponderConfig config = responder_config();
  config.limits.outstanding = 4;
  Responder r = open_reliable(config);
  std::size_t invocations = 0, rejects = 0;
  for (int n = 1; n <= 100 && r.phase() == Phase::open; ++n) {
    r.receive(transfer(static_cast<std::uint8_t>(n), invoke(n)));
    while (auto e = r.next_event()) {
      if (auto* i = std::get_if<Invoke>(&*e)) {
        ++invocations;
        REQUIRE(r.result(i->invoke_id, Chain(hex("0500"))).ok());
      }
      if (std::holds_alternative<RejectSent>(*e)) ++rejects;
    }
    CHECK((r.wants_input() || r.phase() != Phase::open));
  }
  CHECK(invocations == 4);
  CHECK(rejects == 10);
  CHECK(r.phase() == Phase::closing);
}

TEST_CASE("RTSE: SPDUs of the other functional units are refused on a duplex association, prefixes are not") {
  Responder r = open_responder();
  r.receive(tsdu(join({hex("0103 100101"), hex("0100"), pdv(3, invoke(1))})));
  CHECK(events(r) == Log{"invoke 1 op=21 ctx=3 arg=4"});
  for (const Octets& octets : {as(1), gtc(), please(1), mia(1)}) {
    Responder duplex = open_responder();
    duplex.receive(octets);
    CHECK(events(duplex) == Log{"aborted own session -1"});
  }
}

TEST_CASE("RTSE: extended concatenation, which we never ask for, is read all the same") {
  Responder r = open_reliable();
  const Octets apdu = invoke(1);
  r.receive(tsdu(join({hex("0100"), spdu(45, {{41, activity(1)}}), hex("0100"), pdv(1, tlv(0x04, apdu))})));
  r.receive(ae(1));
  CHECK(events(r) == Log{"invoke 1 op=21 ctx=3 arg=4"});
  CHECK(spoken(r) == "AEA(1)");
}
