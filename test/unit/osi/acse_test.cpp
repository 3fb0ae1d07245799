// ACSE and the bind. Numbers are those of the list of wire cases the stack is built against.
#include "acse/apdu.hpp"

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

const std::string five_accepted =
    "a52d300780010081025101300780010081025101300780010081025101300780010081025101300780010081025101";

// The AARE of a refusal without user information, in CPR in RF 2 with the result list.
std::string refusal(std::string_view context_name, int result, char source, int diagnostic) {
  const std::string aare =
      "611"
      "4a106" +
      std::string(context_name) + "a20302010" + std::to_string(result) + "a305a" + source + "0302010" +
      std::to_string(diagnostic);
  return five_accepted + "611d301b020109a016" + aare;
}

}  // namespace

TEST_CASE("35: an unknown application context") {
  Cn cn;
  cn.context_name = "0604 56000163";
  Responder r = asked(cn);
  CHECK(sent_spdu(r) ==
        "0c591101011601023251"
        "02304e" +
            refusal("060456000163", 1, '1', 2));
  CHECK(events(r) == Log{"declined acse 2"});
  CHECK(r.phase() == Phase::closing);
}

TEST_CASE("36: what is no bind") {
  const auto external = [](int context, const Octets& value) {
    return tlv(0x28, {hex("0201"), Octets{static_cast<std::uint8_t>(context)}, tlv(0xa0, value)});
  };
  const Octets good = hex("b00b 3109 8007 73656372657421");
  const std::vector<Octets> wrong = {
      Octets(),                                 // no user information
      external(3, good),                        // on the context of operations
      external(9, good),                        // on that of ACSE
      external(77, good),                       // on none
      external(1, hex("b305 3103 800101")),     // an unbind
      external(1, hex("b003 800101")),          // implicitly tagged
      external(1, hex("b006 3100 3100 0500")),  // more than one value
      external(1, hex("b000")),                 // none
      external(1, hex("3103 800101")),          // no tag of the bind at all
      tlv(0x28, {hex("06025101"), tlv(0xa0, hex("b305 3103 800101"))}),
      hex("2805 020101 a000"),
  };
  for (const Octets& w : wrong) {
    INFO(to_hex(w));
    Cn cn;
    cn.user_information = w;
    Responder r = asked(cn);
    CHECK(sent_spdu(r) ==
          "0c591101011601023251"
          "02304e" +
              refusal("06045600010b", 1, '1', 1));
    CHECK(events(r) == Log{"declined acse 1"});
  }
}

TEST_CASE("37: a refused bind carries its error in the shape the recorded one has") {
  Responder r = asked(Cn());
  Refusal refusal_with_error;
  refusal_with_error.bind_error = Chain(hex("0a0100"));
  REQUIRE(r.refuse(std::move(refusal_with_error)).ok());
  const std::string ours = sent_spdu(r);
  const Dialogue d = load("p7-94-bind-refused")[0];
  Octets recorded;
  for (const Line& line : d)
    if (line.side == 'B' && line.packet[5] == 0xf0) recorded = to_octets(View(line.packet).subspan(7));
  // PI 50 to the end: reason, CPR, AARE, bind error.
  CHECK(ours.substr(ours.find("325f")) == to_hex(recorded).substr(to_hex(recorded).find("325f")));
  CHECK(ours.substr(0, 16) == "0c67110101160102");
  CHECK(r.phase() == Phase::closing);
  r.receive(tpkt(hex("06800001000080")));
  CHECK(r.phase() == Phase::closed);
}

TEST_CASE("37: refusals without an error") {
  const auto refuse = [](Refusal refusal) {
    Responder r = asked(Cn());
    REQUIRE(r.refuse(std::move(refusal)).ok());
    return sent_spdu(r);
  };
  Refusal busy, later, name;
  busy.kind = Refusal::Kind::congestion;
  later.kind = Refusal::Kind::transient;
  name.diagnostic = 3;
  CHECK(refuse(std::move(busy)) == "0c09110101160102320101");
  CHECK(refuse(std::move(later)) ==
        "0c591101011601023251"
        "02304e" +
            refusal("06045600010b", 2, '1', 1));
  CHECK(refuse(std::move(name)) ==
        "0c591101011601023251"
        "02304e" +
            refusal("06045600010b", 1, '1', 3));
}

TEST_CASE("38: forms of the EXTERNAL") {
  const Octets bind = hex("b00b 3109 8007 73656372657421");
  for (const Octets& external :
       {tlv(0x28, {hex("06025101 020101"), tlv(0xa0, bind)}), tlv(0x28, {hex("020101"), tlv(0x81, bind)}),
        tlv(0x28, {hex("06025101"), tlv(0xa0, bind)}),
        tlv(0x28,
            {hex("020101"), tlv(0xa1, {tlv(0x04, View(bind).first(5)), tlv(0x04, View(bind).subspan(5))})}),
        join({tlv(0x28, {hex("020103"), tlv(0xa0, hex("0500"))}),
              tlv(0x28, {hex("020101"), tlv(0xa0, bind)})})}) {
    INFO(to_hex(external));
    Cn cn;
    cn.user_information = external;
    Responder r = asked(cn);
    auto e = r.next_event();
    REQUIRE(e);
    const auto& c = std::get<ConnectIndication>(*e);
    CHECK(to_hex(c.bind_argument.view()) == "3109800773656372657421");
    CHECK(c.bind_context == 1);
  }
}

TEST_CASE("38: a bind in octet-aligned form is bounded as any other") {
  Octets deep;
  for (int i = 0; i < 80; ++i) append(deep, hex("3080"));
  for (int i = 0; i < 80; ++i) append(deep, hex("0000"));
  Cn cn;
  cn.user_information = tlv(0x28, {hex("020101"), tlv(0x81, tlv(0xb0, deep))});
  Responder r = asked(cn);
  CHECK(events(r) == Log{"declined acse 1"});
}

TEST_CASE("38: without indirect reference only one bind context can be meant") {
  Cn cn;
  cn.contexts.push_back({11, "0604 56000211"});
  cn.user_information = tlv(0x28, {hex("06025101"), tlv(0xa0, hex("b005 3103 800101"))});
  Responder r = asked(cn);
  CHECK(events(r) == Log{"declined acse 1"});
}

TEST_CASE("38: on two contexts of the bind syntax the answer comes on the one used") {
  Cn cn;
  cn.contexts.push_back({11, "0604 56000211"});
  cn.user_information = tlv(0x28, {hex("02010b"), tlv(0xa0, hex("b005 3103 800101"))});
  Responder r = asked(cn);
  (void)sent(r);
  REQUIRE(r.accept(hex("3100")).ok());
  CHECK(sent_spdu(r).find("280902010ba004b1023100") != std::string::npos);
}

TEST_CASE("39: forms of RLRQ") {
  for (const char* rlrq :
       {"6200", "6203 800100", "6205 be03 b30105", "6207 800101 be 02 0500", "6205 800100 be00"}) {
    INFO(rlrq);
    Responder r = open_responder();
    r.receive(tsdu(spdu(9, {{17, hex("01")}, {193, pdv(9, hex(rlrq))}})));
    CHECK(events(r) == Log{"release"});
    REQUIRE(r.release_response().ok());
    CHECK(sent_spdu(r) == "0a10c10e610c300a020109a0056303800100");
    CHECK(r.phase() == Phase::closing);
  }
  Responder bare = open_responder();
  bare.receive(tsdu(hex("0900")));
  CHECK(events(bare) == Log{"release"});
}

TEST_CASE("39: FN with something else than RLRQ aborts") {
  for (const Octets& wrong :
       {pdv(9, hex("6303800100")), pdv(3, hex("6203800100")), hex("ffff"), pdv(9, hex("62"))}) {
    Responder r = open_responder();
    r.receive(tsdu(spdu(9, {{193, wrong}})));
    CHECK(events(r) == Log{"aborted own acse -1"});
    CHECK(sent_spdu(r).substr(0, 10) == "1944110103");
  }
}

TEST_CASE("40: an abort by the peer's user closes without an answer") {
  const Dialogue d = load("p7-94-abort")[0];
  Responder r(responder_config());
  std::vector<std::string> log;
  for (const Line& line : d) {
    if (line.side != 'A') continue;
    r.receive(line.packet);
    while (auto e = r.next_event()) {
      log.push_back(describe(*e));
      if (std::holds_alternative<ConnectIndication>(*e)) REQUIRE(r.accept(hex("3100")).ok());
      if (auto* i = std::get_if<Invoke>(&*e)) REQUIRE(r.result(i->invoke_id, Chain(hex("0500"))).ok());
    }
    if (r.phase() != Phase::closed) (void)sent(r);
  }
  CHECK(log == Log{"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=71", "invoke 11 op=21 ctx=3 arg=36",
                   "aborted user acse -1", "closed"});
  CHECK(r.output_size() == 0);
}

TEST_CASE("40: aborts of all shapes are aborts") {
  struct Shape {
    const char* user_data;
    const char* event;
  };
  for (const Shape& s : {Shape{"a00e 610c 300a 020109 a005 6403 800101", "aborted provider acse -1"},
                         {"a00e 610c 300a 020109 a005 6403 800100", "aborted user acse -1"},
                         {"a000", "aborted user acse -1"},
                         {"a00d 610b 3009 020109 a004 6402 3601", "aborted user acse -1"},
                         {"3003 800106", "aborted provider presentation 6"},
                         {"3000", "aborted provider session 3"},
                         {"ffff", "aborted provider session 3"},
                         {"61", "aborted provider session 3"}}) {
    INFO(s.user_data);
    Responder r = open_responder();
    r.receive(tsdu(spdu(25, {{17, hex("03")}, {193, hex(s.user_data)}})));
    CHECK(events(r) == Log{s.event, "closed"});
    CHECK(r.output_size() == 0);
  }
}

TEST_CASE("41: editions by application context") {
  const Dialogue d = load("p7-88-pdata")[0];
  Responder r(responder_config());
  r.receive(packet(d, 'A', 0));
  r.receive(packet(d, 'A', 1));
  CHECK(events(r) == Log{"connect 2.6.0.1.4 1+ 3+ 5+ 7+ 9+ bind=71"});

  // A 94 context over syntaxes of 88: they do not belong to it, and nothing is left.
  Cn mixed;
  mixed.contexts = {{1, "060456000211"}, {3, "060456000205"}, {5, "060456000201"}, {9, "060452010001"}};
  Responder none = asked(mixed);
  CHECK(events(none) == Log{"declined acse 1"});
  CHECK(sent_spdu(none).find("a522300780010081025101"
                             "3006800102820101"
                             "3006800102820101"
                             "300780010081025101") != std::string::npos);

  mixed.contexts.push_back({11, "06045600020f"});
  Responder some = asked(mixed);
  CHECK(events(some) == Log{"connect 2.6.0.1.11 1+ 3- 5- 9+ 11+ bind=11"});

  mixed.contexts[0].second = "060456000209";
  Responder no_bind = asked(mixed);
  CHECK(events(no_bind) == Log{"declined acse 1"});
}

TEST_CASE("ACSE version 1 must be among the offered") {
  Cn cn;
  const Octets aarq = cn.aarq();
  for (const auto& [version, taken] : {std::pair{"80020780", true}, std::pair{"80020640", false}}) {
    const Octets with_version = tlv(0x60, {hex(version), View(aarq).subspan(2)});
    Cn changed;
    Octets cp = changed.cp();
    // The AARQ stands last in the CP: rebuild what is around it.
    Octets list;
    for (const auto& [id, syntax] : changed.contexts)
      append(list,
             tlv(0x30, {Octets{2, 1, static_cast<std::uint8_t>(id)}, hex(syntax), hex("300406025101")}));
    changed.user_data = tlv(0x31, {hex("a003800101"), tlv(0xa2, {tlv(0xa4, list), pdv(9, with_version)})});
    Responder r = asked(changed);
    CHECK((r.phase() == Phase::awaiting_decision) == taken);
    if (!taken) CHECK(sent_spdu(r).find(refusal("06045600010b", 1, '2', 2)) != std::string::npos);
  }
}

TEST_CASE("connect data without AARQ are refused with the result list alone") {
  Cn cn;
  cn.acse = 3;
  Responder r = asked(cn);
  CHECK(sent_spdu(r) ==
        "0c3a1101011601023232"
        "02302f" +
            five_accepted);
  CHECK(events(r) == Log{"declined acse -1"});
}

TEST_CASE("the AP title of the caller is handed up") {
  const Dialogue d = load("pdata-rose-imisc")[0];
  Responder r(responder_config());
  r.receive(packet(d, 'A', 0));
  r.receive(packet(d, 'A', 1));
  auto e = r.next_event();
  REQUIRE(e);
  // This peer names whom it calls, not itself.
  CHECK(std::get<ConnectIndication>(*e).calling_ap_title.empty());
  auto aarq = acse::parse_aarq(Slice(hex("6012 a106 06045600010b a608 0606 04390400 0801")));
  REQUIRE(aarq.ok());
  CHECK(to_hex(aarq->calling_ap_title.view()) == "0606043904000801");
}

TEST_CASE("accept and refuse ask for what the context needs") {
  Responder r = asked(Cn());
  CHECK(r.accept({}).error().kind() == ErrorKind::invalid);
  CHECK(r.accept(Chain(Octets(70'000, 0))).error().kind() == ErrorKind::limit);
  CHECK(r.phase() == Phase::awaiting_decision);
  REQUIRE(r.accept(hex("3100")).ok());
  CHECK(r.accept(hex("3100")).error().kind() == ErrorKind::closed);
}
