// Session: kernel and duplex. Numbers are those of the list of wire cases the stack is built against.
#include <catch2/catch.hpp>

#include "support.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::test;

namespace {

using Log = std::vector<std::string>;

Responder asked(const Cn& cn, ResponderConfig config = responder_config()) {
  Responder r(std::move(config));
  r.receive(cr());
  (void)sent(r);
  r.receive(cn.packet());
  return r;
}

// The RF that says no more than a reason.
std::string rf(int reason, int versions = 2) {
  return "0c091101011601" + to_hex(Octets{static_cast<std::uint8_t>(versions)}) + "3201" +
         to_hex(Octets{static_cast<std::uint8_t>(reason)});
}

std::optional<Octets> value_of(View spdu_octets, std::uint8_t code) {
  auto s = session::parse(spdu_octets);
  REQUIRE(s.ok());
  const auto v = s->find(code);
  if (!v) return std::nullopt;
  return to_octets(*v);
}

Octets invoke(int id) { return tlv(0xa1, {tlv(0x02, Octets{static_cast<std::uint8_t>(id)}), hex("020115")}); }

}  // namespace

TEST_CASE("11: a whole dialogue, DN, then DR, and the transport ends") {
  const Dialogue d = load("p7-94-pdata")[0];
  Responder r(responder_config());
  std::size_t n = 0;
  for (const Line& line : d) {
    if (line.side != 'A' || line.packet[5] == 0x80) continue;
    r.receive(line.packet);
    while (auto e = r.next_event()) {
      if (std::holds_alternative<ConnectIndication>(*e)) REQUIRE(r.accept(hex("3100")).ok());
      if (auto* i = std::get_if<Invoke>(&*e)) {
        REQUIRE(r.result(i->invoke_id, Chain(hex("0500"))).ok());
        ++n;
      }
      if (std::holds_alternative<ReleaseIndication>(*e)) {
        (void)sent(r);
        REQUIRE(r.release_response().ok());
        CHECK(sent_spdu(r) == "0a10c10e610c300a020109a0056303800100");
      }
    }
  }
  CHECK(n == 8);
  CHECK(r.phase() == Phase::closing);
  r.receive(tpkt(hex("06800001 3b10 80")));
  CHECK(events(r) == Log{"closed"});
  CHECK(r.phase() == Phase::closed);
}

TEST_CASE("11: an AC repeats the references, and carries results and the bind result") {
  const Dialogue d = load("p7-94-pdata")[0];
  Responder r(responder_config());
  r.receive(packet(d, 'A', 0));
  r.receive(packet(d, 'A', 1));
  (void)sent(r);
  REQUIRE(r.accept(hex("3103800101")).ok());
  CHECK(sent_spdu(r) ==
        "0e96"
        "011f090b140969736f6465706565720b10170e313236313132343134343335375a"
        "0506130100160102"
        "14020002"
        "c167"
        "3165a003800101a25e"
        "a52d30078001008102510130078001008102510130078001008102510130078001008102510130078001008102"
        "5101"
        "612d302b020109a026"
        "6124a10606045600010ba203020100a305a103020100be0e280c020101a007b1053103800101");
}

TEST_CASE("12: binds of 700 and 9000 octets are handed up whole") {
  for (const auto& [name, size] : {std::pair{"p7-94-bind-700", 781}, std::pair{"p7-94-bind-9k", 9081}}) {
    const Dialogue d = load(name)[0];
    Responder r(responder_config());
    r.receive(packet(d, 'A', 0));
    for (std::size_t n = 1; r.phase() == Phase::awaiting_cn; ++n) r.receive(packet(d, 'A', n));
    auto e = r.next_event();
    REQUIRE(e);
    const auto& bind = std::get<ConnectIndication>(*e).bind_argument;
    CHECK(bind.size() == static_cast<std::size_t>(size));
    CHECK(bind.view()[0] == 0x31);
  }
}

TEST_CASE("13: versions") {
  Cn cn;
  for (const auto& version : {Octets{4}, Octets{0}}) {
    cn.version = version;
    Responder r = asked(cn);
    CHECK(sent_spdu(r) == rf(132, 3));
    CHECK(events(r) == Log{"declined session 132"});
    CHECK(r.phase() == Phase::closing);
    r.transport_lost("FIN");
    CHECK(events(r) == Log{"closed"});
  }
  for (const auto& [version, agreed] :
       {std::pair{std::optional<Octets>(Octets{3}), 2}, std::pair{std::optional<Octets>(Octets{2}), 2},
        std::pair{std::optional<Octets>(Octets{1}), 1}, std::pair{std::optional<Octets>(), 1}}) {
    cn.version = version;
    Responder r = asked(cn);
    REQUIRE(r.accept(hex("3100")).ok());
    CHECK(value_of(tsdus(sent(r))[0], 22) == Octets{static_cast<std::uint8_t>(agreed)});
  }
}

TEST_CASE("14: functional units that do not suit are refused, more than needed are cut down") {
  Cn cn;
  cn.units = hex("0249");
  Responder half = asked(cn);
  CHECK(sent_spdu(half) == rf(134));
  CHECK(events(half) == Log{"declined session 134"});

  cn.units = hex("07ff");
  cn.more = {{26, hex("aa")}, {23, hex("3134363033")}};
  Responder all = asked(cn);
  REQUIRE(all.accept(hex("3100")).ok());
  CHECK(value_of(tsdus(sent(all))[0], 20) == hex("0002"));
}

TEST_CASE("14: neither half-duplex nor duplex is a protocol error") {
  Cn cn;
  cn.units = hex("0000");
  Responder r = asked(cn);
  CHECK(sent_spdu(r) == "1903110105");
  CHECK(events(r) == Log{"declined session -1"});
}

TEST_CASE("15: a CN without functional units asks for those of half-duplex") {
  Cn cn;
  cn.units.reset();
  Responder r = asked(cn);
  CHECK(sent_spdu(r) == rf(134));
}

TEST_CASE("16: called session selectors") {
  const auto ask = [](std::string_view configured, SelectorPolicy policy, std::string_view called) {
    ResponderConfig config = responder_config();
    config.selectors.session = to_octets(configured);
    config.selector_policy = policy;
    Cn cn;
    cn.called_ssel = to_octets(called);
    Responder r = asked(cn, config);
    if (r.phase() == Phase::awaiting_decision) return true;
    CHECK(sent_spdu(r) == rf(129));
    return false;
  };
  const auto lenient = SelectorPolicy::lenient, strict = SelectorPolicy::strict;
  CHECK(ask("SESS", lenient, "SESS"));
  CHECK_FALSE(ask("SESS", lenient, "SESS "));
  CHECK_FALSE(ask("SESS", lenient, "sess"));
  CHECK(ask("SESS", lenient, ""));
  CHECK_FALSE(ask("SESS", strict, ""));
  CHECK(ask("", lenient, "any"));
  CHECK_FALSE(ask("", strict, "any"));
  CHECK_FALSE(ask("", lenient, std::string(65, 'x')));
}

TEST_CASE("16: selectors of a recorded peer, all three") {
  ResponderConfig config = responder_config();
  config.selectors = {to_octets("P7"), to_octets("SESS"), to_octets("TRAN")};
  config.selector_policy = SelectorPolicy::strict;
  const Dialogue d = load("p7-94-selectors")[0];
  Responder r(config);
  r.receive(packet(d, 'A', 0));
  r.receive(packet(d, 'A', 1));
  auto e = r.next_event();
  REQUIRE(e);
  CHECK(std::get<ConnectIndication>(*e).called == config.selectors);
  (void)sent(r);
  REQUIRE(r.accept(hex("3100")).ok());
  const Octets ac = tsdus(sent(r))[0];
  CHECK(value_of(ac, 52) == to_octets("SESS"));
}

TEST_CASE("17: agreed segmenting: segments are joined, own TSDUs stay within the maximum") {
  ResponderConfig config = responder_config();
  config.segmenting = Segmenting{256, 256};
  const Dialogue d = load("p7-94-segment256")[0];
  Responder r(config);
  Log log;
  const Octets big = tlv(0x04, Octets(3000, 0x42));
  Octets joined;
  std::size_t at = 0;
  for (const Line& line : d) {
    if (line.side != 'A') continue;
    r.receive(line.packet);
    while (auto e = r.next_event()) {
      log.push_back(describe(*e));
      if (std::holds_alternative<ConnectIndication>(*e)) {
        (void)sent(r);
        REQUIRE(r.accept(hex("3100")).ok());
        const auto acs = tsdus(sent(r));
        CHECK(acs.size() == 1);
        CHECK(value_of(acs[0], 21) == hex("01000100"));
      }
      auto* i = std::get_if<Invoke>(&*e);
      if (i != nullptr) {
        REQUIRE(r.result(i->invoke_id, Chain(big)).ok());
        const auto all = tsdus(sent(r));
        joined.clear();
        for (std::size_t n = 0; n < all.size(); ++n) {
          CHECK(all[n].size() <= 256);
          const std::string enclosure = n == 0 ? "01" : n + 1 == all.size() ? "02" : "00";
          CHECK(to_hex(View(all[n]).first(7)) ==
                "01000103190"
                "1" +
                    enclosure);
          append(joined, View(all[n]).subspan(7));
        }
        CHECK(equal(View(joined).last(big.size()), big));
        ++at;
      }
      if (std::holds_alternative<ReleaseIndication>(*e)) REQUIRE(r.release_response().ok());
    }
  }
  CHECK(at == 3);
  CHECK(log == Log{"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "invoke 11 op=21 ctx=3 arg=36",
                   "invoke 12 op=22 ctx=3 arg=7", "invoke 13 op=3 ctx=5 arg=326", "release", "closed"});
}

TEST_CASE("17: an answer that fits one segment is enclosed as such") {
  ResponderConfig config = responder_config();
  config.segmenting = Segmenting{256, 256};
  Cn cn;
  cn.tsdu_maximum = hex("07f907f9");
  Responder r = asked(cn, config);
  REQUIRE(r.accept(hex("3100")).ok());
  (void)sent(r);
  r.receive(tsdu(join({hex("01000103 190103"), pdv(3, invoke(1))})));
  REQUIRE(r.result(1, Chain(hex("0500"))).ok());
  CHECK(sent_spdu(r) ==
        "01000103190103"
        "61133011020103a00ca20a0201013005020115"
        "0500");
}

TEST_CASE("17: an AC longer than the maximum goes out in segments") {
  ResponderConfig config = responder_config();
  config.segmenting = Segmenting{256, 256};
  Cn cn;
  cn.tsdu_maximum = hex("07f907f9");
  Responder r = asked(cn, config);
  (void)sent(r);
  const Octets result = tlv(0x31, Octets(1000, 0));
  REQUIRE(r.accept(Chain(result)).ok());
  const auto all = tsdus(sent(r));
  REQUIRE(all.size() > 4);
  Octets joined;
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(all[i].size() <= 256);
    CHECK(value_of(all[i], 25) == Octets{static_cast<std::uint8_t>(i == 0                ? 1
                                                                   : i + 1 == all.size() ? 2
                                                                                         : 0)});
    append(joined, *value_of(all[i], 193));
  }
  CHECK(to_hex(joined).find(to_hex(result)) != std::string::npos);
}

TEST_CASE("17: segmenting is not answered when it was not proposed, or proposed impossibly small") {
  ResponderConfig config = responder_config();
  config.segmenting = Segmenting{256, 256};
  for (const auto& proposal : {std::optional<Octets>(), std::optional<Octets>(hex("00000000")),
                               std::optional<Octets>(hex("00050100")), std::optional<Octets>(hex("0100003f")),
                               std::optional<Octets>(hex("0100"))}) {
    Cn cn;
    cn.tsdu_maximum = proposal;
    Responder r = asked(cn, config);
    REQUIRE(r.accept(hex("3100")).ok());
    CHECK_FALSE(value_of(tsdus(sent(r))[0], 21));
  }
  Cn cn;
  cn.tsdu_maximum = hex("07f90000");
  Responder r = asked(cn, config);
  REQUIRE(r.accept(hex("3100")).ok());
  CHECK(value_of(tsdus(sent(r))[0], 21) == hex("01000000"));
}

TEST_CASE("18: segments out of order are protocol errors") {
  const auto dt_with = [](const char* enclosure) {
    return tsdu(join({hex("01000103 1901"), hex(enclosure), pdv(3, invoke(1))}));
  };
  const auto plain = data(3, invoke(1));
  const std::vector<std::vector<Octets>> wrong = {
      {dt_with("00")},
      {dt_with("02")},
      {dt_with("01"), dt_with("01")},
      {dt_with("01"), dt_with("03")},
      {dt_with("01"), plain},
      {dt_with("01"), tsdu(spdu(9, {{193, pdv(9, hex("6203800100"))}}))}};
  for (const auto& run : wrong) {
    Responder r = open_responder();
    for (const Octets& o : run) r.receive(o);
    CHECK(sent_spdu(r) == "1903110105");
    CHECK(events(r) == Log{"aborted own session -1"});
    CHECK(r.phase() == Phase::closing);
  }
}

TEST_CASE("18: an abort may come between segments") {
  Responder r = open_responder();
  r.receive(tsdu(join({hex("01000103 190101"), hex("6100")})));
  r.receive(tsdu(hex("1903110103")));
  CHECK(events(r) == Log{"aborted provider session 3", "closed"});
}

TEST_CASE("18: segments are a PDU under way until the last of them") {
  Responder r = open_responder();
  r.receive(tsdu(join({hex("01000103 190101"), hex("6100")})));
  CHECK(r.mid_pdu());
  r.receive(tsdu(join({hex("01000103 190102"), hex("00")})));
  CHECK_FALSE(r.mid_pdu());
}

TEST_CASE("18: joined segments count against the limit") {
  ResponderConfig config = responder_config();
  config.limits.tsdu = 10'000;
  Responder r = open_responder(config);
  r.receive(tsdu(join({hex("01000103 190101"), Octets(6000, 0)})));
  CHECK(events(r).empty());
  r.receive(tsdu(join({hex("01000103 190100"), Octets(6000, 0)})));
  CHECK(events(r) == Log{"aborted own session -1"});
}

TEST_CASE("19: what is no SPDU of the state: AB when there is a connection, silence before") {
  const std::vector<Octets> wrong = {hex("7700"),
                                     hex("0a00"),
                                     hex("ffff"),
                                     hex("0203"),
                                     hex("01000a00"),
                                     hex("2100"),
                                     hex("0100 2d03 290101"),
                                     hex("1400")};
  for (const Octets& spdu_octets : wrong) {
    INFO(to_hex(spdu_octets));
    Responder open = open_responder();
    open.receive(tsdu(spdu_octets));
    CHECK(sent_spdu(open) == "1903110105");
    CHECK(events(open) == Log{"aborted own session -1"});
    CHECK(open.phase() == Phase::closing);

    Responder fresh(responder_config());
    fresh.receive(cr());
    (void)sent(fresh);
    fresh.receive(tsdu(spdu_octets));
    CHECK(fresh.output_size() == 0);
    CHECK(events(fresh) == Log{"declined session -1", "closed"});
  }
  Responder dt_first(responder_config());
  dt_first.receive(cr());
  (void)sent(dt_first);
  dt_first.receive(data(3, invoke(1)));
  CHECK(dt_first.output_size() == 0);
  CHECK(events(dt_first) == Log{"declined session -1", "closed"});
}

TEST_CASE("19: a broken CN gets an AB") {
  for (const char* cn : {"0d05 14020002", "0d08 14020002 14020002", "0d03 140300", "0dff00"}) {
    INFO(cn);
    Responder r(responder_config());
    r.receive(cr());
    (void)sent(r);
    r.receive(tsdu(hex(cn)));
    CHECK(sent_spdu(r) == "1903110105");
    CHECK(events(r) == Log{"declined session -1"});
  }
}

TEST_CASE("20: an AB while the bind is decided ends it, the late decision is dropped") {
  Responder r = asked(Cn());
  (void)events(r);
  r.receive(tsdu(hex("1903110103")));
  CHECK(events(r) == Log{"aborted provider session 3", "closed"});
  CHECK(r.accept(hex("3100")).error().kind() == ErrorKind::closed);
  CHECK(r.refuse({}).error().kind() == ErrorKind::closed);
  CHECK(r.output_size() == 0);
}

TEST_CASE("21: a result that is late for a release is not sent after DN") {
  Responder r = open_responder();
  r.receive(join({data(3, invoke(1)), data(3, invoke(2))}));
  r.receive(tsdu(spdu(9, {{17, hex("01")}, {193, pdv(9, hex("6203800100"))}})));
  CHECK(events(r) == Log{"invoke 1 op=21 ctx=3 arg=0", "invoke 2 op=21 ctx=3 arg=0", "release"});
  CHECK(r.phase() == Phase::releasing);
  REQUIRE(r.result(1, Chain(hex("0500"))).ok());
  REQUIRE(r.release_response().ok());
  CHECK(r.outstanding() == 0);
  CHECK(r.result(2, Chain(hex("0500"))).error().kind() == ErrorKind::closed);
  const auto all = tsdus(sent(r));
  REQUIRE(all.size() == 2);
  CHECK(to_hex(View(all[0]).first(2)) == "0100");
  CHECK(to_hex(all[1]) == "0a10c10e610c300a020109a0056303800100");
  CHECK(r.release_response().error().kind() == ErrorKind::closed);
}

TEST_CASE("22: data behind FN from the same side is a protocol error") {
  Responder r = open_responder();
  r.receive(tsdu(spdu(9, {{193, pdv(9, hex("6203800100"))}})));
  r.receive(data(3, invoke(1)));
  CHECK(sent_spdu(r) == "1903110105");
  CHECK(events(r) == Log{"release", "aborted own session -1"});
}

TEST_CASE("23: a lost connection ends the association at once") {
  Responder r = open_responder();
  r.receive(View(data(3, invoke(1))).first(9));
  CHECK(r.mid_pdu());
  r.transport_lost("FIN");
  CHECK(events(r) == Log{"aborted transport transport -2", "closed"});
  CHECK_FALSE(r.mid_pdu());
  r.transport_lost("again");
  CHECK(events(r).empty());
}

TEST_CASE("24: release collision: both ends close") {
  Initiator i = open_initiator();
  Responder r = open_responder();
  REQUIRE(i.release().ok());
  REQUIRE(r.release().ok());
  const Octets from_i = sent(i), from_r = sent(r);
  i.receive(from_r);
  r.receive(from_i);
  const Octets dn_i = sent(i), dn_r = sent(r);
  CHECK(to_hex(tsdus(dn_i)[0]) == "0a10c10e610c300a020109a0056303800100");
  i.receive(dn_r);
  r.receive(dn_i);
  CHECK(events(i) == Log{"released", "closed"});
  CHECK(events(r) == Log{"released", "closed"});
  CHECK(sent_codes(i) == "dr");
}

TEST_CASE("25: length forms: SPDUs around the border of one octet, and longer forms than needed") {
  for (const std::size_t size : {253U, 254U, 255U, 256U, 300U}) {
    Cn cn;
    const std::size_t bare = cn.spdu().size() - 2;
    REQUIRE(bare < 250);
    // A parameter nobody knows makes up the length.
    cn.more = {{200, Octets(size - bare - 2, 0)}};
    const Octets encoded = cn.spdu();
    CHECK(encoded.size() == size + (size < 255 ? 2 : 4));
    Responder r = asked(cn);
    CHECK(r.phase() == Phase::awaiting_decision);
  }
  // FF 00 nn for a short length, outside and inside.
  const Octets cn = Cn().spdu();
  Octets longer = join({hex("0dff"), Octets{0, static_cast<std::uint8_t>(cn.size() - 2 + 2)},
                        hex("05ff0006 130100 160102"), View(cn).subspan(10)});
  Responder r(responder_config());
  r.receive(cr());
  r.receive(tsdu(longer));
  CHECK(r.phase() == Phase::awaiting_decision);
}

TEST_CASE("a version outside the group counts") {
  Cn cn;
  cn.version.reset();
  cn.more = {{22, hex("02")}};
  Responder r = asked(cn);
  CHECK(r.phase() == Phase::awaiting_decision);
}

TEST_CASE("AB that keeps the transport gets AA") {
  Responder r = open_responder();
  r.receive(tsdu(hex("19 15 110102 c110 a00e610c300a020109a0056403800100")));
  CHECK(sent_spdu(r) == "1a00");
  CHECK(events(r) == Log{"aborted user acse -1", "closed"});
}

TEST_CASE("an AB is never answered with one, however broken it is") {
  for (const char* ab : {"1903110103 00", "1905", "1903110203", "19ff00", "1906 110103 110103"}) {
    INFO(ab);
    Responder open = open_responder();
    open.receive(tsdu(hex(ab)));
    CHECK(open.output_size() == 0);
    CHECK(events(open) == Log{"aborted provider session 1", "closed"});
  }
}

TEST_CASE("after an own abort all is ignored but its end") {
  for (const auto& [end, ends] :
       {std::pair{tsdu(hex("1a00")), true}, std::pair{tsdu(hex("1903110103")), true},
        std::pair{tpkt(hex("06800001000080")), true}, std::pair{tpkt(hex("0470000100")), true},
        std::pair{data(3, invoke(9)), false}, std::pair{tsdu(hex("7700")), false},
        std::pair{tsdu(Octets(100'000, 1)), false}}) {
    Responder r = open_responder();
    r.receive(View(tsdu(Octets(50'000, 1))).first(30'000));
    r.abort();
    CHECK(r.pdu_octets() == 0);
    CHECK(r.phase() == Phase::closing);
    CHECK(sent_codes(r) == "dt");
    r.receive(View(tsdu(Octets(50'000, 1))).subspan(30'000));
    CHECK(r.phase() == Phase::closing);
    r.receive(end);
    CHECK((r.phase() == Phase::closed) == ends);
    CHECK(r.output_size() == 0);
    CHECK(events(r) == (ends ? Log{"closed"} : Log{}));
    CHECK(r.pdu_octets() == 0);
  }
}

TEST_CASE("connect data that go on in CDO are joined behind OA") {
  const Octets cp = Cn().cp();
  const View whole(cp);
  const auto cdo = [](std::uint8_t enclosure, View part) {
    return tsdu(spdu(15, {{25, Octets{enclosure}}, {193, to_octets(part)}}));
  };
  const auto begun = [&](std::size_t first) {
    Cn cn;
    cn.more = {{60, hex("01")}};
    cn.user_data = to_octets(whole.first(first));
    return asked(cn);
  };
  for (const std::size_t first : {std::size_t{1}, std::size_t{40}, whole.size()}) {
    Responder r = begun(first);
    CHECK(sent_spdu(r) == "10050503160102");
    CHECK(r.phase() == Phase::awaiting_cn);
    const View rest = whole.subspan(first);
    r.receive(cdo(1, rest.first(rest.size() / 2)));
    if (first == whole.size()) {  // a part without octets that is not the last
      CHECK(events(r) == Log{"declined session -1"});
      continue;
    }
    CHECK(events(r).empty());
    r.receive(cdo(2, rest.subspan(rest.size() / 2)));
    CHECK(events(r) == Log{"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=11"});
    REQUIRE(r.accept(hex("3100")).ok());
    CHECK(r.phase() == Phase::open);
  }
  Responder one = begun(40);
  one.receive(cdo(3, whole.subspan(40)));
  CHECK(events(one).size() == 1);
  CHECK(one.phase() == Phase::awaiting_decision);
}

TEST_CASE("what may not come between CN and the last CDO") {
  const Octets cp = Cn().cp();
  Cn cn;
  cn.more = {{60, hex("01")}};
  cn.user_data = to_octets(View(cp).first(20));
  const auto after = [&](const Octets& octets) {
    Responder r = asked(cn);
    (void)sent(r);
    r.receive(octets);
    return std::pair(events(r), sent_spdu(r));
  };
  CHECK(after(tsdu(spdu(15, {{193, hex("3100")}}))).second == "1903110105");
  CHECK(after(cn.packet()).second == "1903110105");
  const Octets large = tsdu(spdu(15, {{25, hex("00")}, {193, Octets(60'000, 0x61)}}));
  Responder r = asked(cn);
  (void)sent(r);
  r.receive(join({large, large}));
  CHECK(sent_spdu(r) == rf(134));
  CHECK(events(r) == Log{"declined session 134"});
  Responder aborted = asked(cn);
  aborted.receive(tsdu(hex("1903110103")));
  CHECK(events(aborted) == Log{"declined session 3", "closed"});
  cn.version = Octets{1};
  Responder old = asked(cn);
  CHECK(sent_spdu(old) == "1903110105");
}

TEST_CASE("version 1 carries 512 octets and no more") {
  Cn cn;
  cn.version = Octets{1};
  Responder r = asked(cn);
  CHECK(r.accept(tlv(0x31, tlv(0x80, Octets(600, 0x61)))).error().kind() == ErrorKind::limit);
  CHECK(r.phase() == Phase::awaiting_decision);
  Refusal refusal;
  refusal.bind_error = Chain(tlv(0x31, tlv(0x80, Octets(600, 0x61))));
  REQUIRE(r.refuse(std::move(refusal)).ok());
  CHECK(value_of(tsdus(sent(r)).back(), 50) == Octets{0});
  Responder open = asked(cn);
  REQUIRE(open.accept(hex("3100")).ok());
  (void)sent(open);
  open.abort();
  CHECK(sent_spdu(open) == "1903110103");
}

TEST_CASE("an initiator offers version 1 as well where it suffices, and CDO where one CN does not") {
  const auto cn_of = [](std::size_t bind) {
    ConnectParameters p = p7_parameters();
    p.bind_argument = Chain(tlv(0x31, tlv(0x80, Octets(bind, 0x61))));
    Initiator i;
    REQUIRE(i.connect(std::move(p)).ok());
    i.receive(cc());
    return tsdus(sent(i)).at(0);
  };
  CHECK(value_of(cn_of(10), 22) == Octets{3});
  CHECK(value_of(cn_of(1000), 22) == Octets{2});
  CHECK_FALSE(value_of(cn_of(1000), 60));
  CHECK(value_of(cn_of(20'000), 60) == Octets{1});
  CHECK(value_of(cn_of(20'000), 194)->size() == 10'240);
}
