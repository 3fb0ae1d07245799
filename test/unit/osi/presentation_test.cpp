// Presentation: contexts and data. Numbers are those of the list of wire cases the stack is built against.
#include "presentation/connect.hpp"

#include <catch2/catch.hpp>

#include "acse/apdu.hpp"
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

Octets with_user_data(View user_data) { return tsdu(join({hex("01000100"), user_data})); }

// The presentation data of the one RF sent, reason 2 checked.
std::string cpr(Responder& r) {
  const std::string rf = sent_spdu(r);
  CHECK(rf.substr(0, 2) == "0c");
  const Octets octets = hex(rf);
  auto s = session::parse(octets);
  REQUIRE(s.ok());
  const View reason = s->find(50).value_or(View());
  REQUIRE_FALSE(reason.empty());
  CHECK(reason[0] == 2);
  return to_hex(reason.subspan(1));
}

// Results of the definition list in the AC or RF sent: "0 2/1 0".
std::string results(Responder& r) {
  const std::vector<Octets> all = tsdus(sent(r));
  REQUIRE(all.size() == 1);
  const std::string text = to_hex(all[0]);
  std::string out;
  // Each entry: 30 07 80 01 00 81 02 51 01, or 30 06 80 01 02 82 01 rr.
  for (std::size_t at = text.find("a5"); at < text.size();) {
    const std::size_t yes = text.find("300780010081025101", at), no = text.find("3006800102820", at);
    if (yes == std::string::npos && no == std::string::npos) break;
    out += out.empty() ? "" : " ";
    if (yes < no) {
      out += "0";
      at = yes + 18;
    } else {
      out += "2/" + text.substr(no + 15, 1);
      at = no + 16;
    }
  }
  return out;
}

constexpr const char* unknown_syntax = "0604 5600 0263";

}  // namespace

TEST_CASE("26: connect data with ten contexts, a default context and a reliable transfer request are read") {
  const auto d = load("iso-rtse-echo")[0];
  const Slice whole(to_octets(View(packet(d, 'A', 1)).subspan(7)));
  auto cn = session::parse(whole.view());
  REQUIRE(cn.ok());
  CHECK(to_hex(cn->find(20).value_or(View())) == "0249");
  CHECK(to_hex(cn->find(26).value_or(View())) == "15");
  auto cp = presentation::parse_cp(whole.part(cn->user_data()), Limits());
  REQUIRE(cp.ok());
  REQUIRE(cp->contexts.size() == 10);
  CHECK(cp->contexts[9].id == 19);
  CHECK(cp->contexts[9].abstract_syntax == acse::abstract_syntax());
  CHECK(cp->default_context);
  auto pdvs = presentation::parse_user_data(cp->user_data);
  REQUIRE(pdvs.ok());
  CHECK(pdvs->front().context == 19);
  auto aarq = acse::parse_aarq(pdvs->front().value);
  REQUIRE(aarq.ok());
  CHECK(aarq->context_name.to_string() == "1.17.0.1.1");
  REQUIRE(aarq->user_information.size() == 1);
  CHECK(aarq->user_information[0].context == 17);
  CHECK(to_hex(aarq->user_information[0].value.view()) == "b00e80013f820101a306a00402023932");
}

TEST_CASE("27: an unknown abstract syntax is refused alone") {
  Cn cn;
  cn.contexts.insert(cn.contexts.begin() + 1, {11, unknown_syntax});
  Responder r = asked(cn);
  CHECK(events(r) == Log{"connect 2.6.0.1.11 1+ 11- 3+ 5+ 7+ 9+ bind=11"});
  REQUIRE(r.accept(hex("3100")).ok());
  CHECK(results(r) == "0 2/1 0 0 0 0");
  CHECK(r.context_id({2, 6, 0, 2, 15}) == 3);
  CHECK_FALSE(r.context_id({2, 6, 0, 2, 99}));
}

TEST_CASE("28: transfer syntaxes") {
  Cn cn;
  cn.contexts.push_back({11, "0604 5600020f"});
  cn.contexts.push_back({13, "0604 5600020f"});
  cn.transfers = {"06025101", "06025101", "06025101",         "06025101",
                  "06025101", "06022a03", "06022a03 06025101"};
  Responder r = asked(cn);
  CHECK(events(r) == Log{"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ 11- 13+ bind=11"});
  REQUIRE(r.accept(hex("3100")).ok());
  CHECK(results(r) == "0 0 0 0 0 2/2 0");
}

TEST_CASE("28: transfer syntaxes beyond the limit are not looked at") {
  Cn cn;
  std::string many;
  for (int i = 0; i < 8; ++i) many += "06022a03";
  cn.contexts.push_back({11, "0604 5600020f"});
  cn.transfers = {"06025101", "06025101", "06025101", "06025101", "06025101", many + "06025101"};
  Responder r = asked(cn);
  CHECK(events(r) == Log{"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ 11- bind=11"});
}

TEST_CASE("29: of forty contexts the first sixteen count, and ACSE wherever it stands") {
  Cn cn;
  for (int id = 11; cn.contexts.size() < 39; id += 2) cn.contexts.push_back({id, "0604 5600020f"});
  Responder r = asked(cn);
  REQUIRE(r.accept(hex("3100")).ok());
  std::string expected = "0";
  for (int i = 1; i < 39; ++i) expected += i < 16 ? " 0" : " 2/3";
  CHECK(results(r) == expected);

  cn.contexts.erase(cn.contexts.begin() + 4);
  cn.contexts.push_back({9, "060452010001"});
  Responder last = asked(cn);
  REQUIRE(last.accept(hex("3100")).ok());
  CHECK(results(last) == expected.substr(0, expected.size() - 3) + "0");

  for (int id = 1001; cn.contexts.size() < 65; id += 2) cn.contexts.push_back({id, "0604 5600020f"});
  Responder many = asked(cn);
  CHECK(cpr(many) == "30038a0102");
  CHECK(events(many) == Log{"declined presentation 2"});
}

TEST_CASE("30: a value on a context that is not defined, or was refused, aborts") {
  for (const int context : {99, 0, -1, 11}) {
    Cn cn;
    cn.contexts.push_back({11, unknown_syntax});
    Responder r = asked(cn);
    Responder other = open_responder();
    REQUIRE(r.accept(hex("3100")).ok());
    (void)events(r);
    (void)sent(r);
    r.receive(data(context, hex("a106 020101 020115")));
    CHECK(sent_spdu(r) ==
          "190a110103c105"
          "3003800106");
    CHECK(events(r) == Log{"aborted own presentation 6"});
    CHECK(r.result(1, {}).error().kind() == ErrorKind::closed);
    other.receive(data(3, hex("a106 020101 020115")));
    CHECK(events(other) == Log{"invoke 1 op=21 ctx=3 arg=0"});
  }
}

TEST_CASE("31: user information that is no user data") {
  struct Wrong {
    const char* octets;
    int reason;
  };
  for (const Wrong& w : {Wrong{"ffff", 1},
                         {"", 1},
                         {"31 03 020101", 1},
                         {"40 03 020101", 6},
                         {"6100", 6},
                         {"61 02 3000", 6},
                         {"61 05 30 03 020103", 6},
                         {"61 7f 3000", 6},
                         {"61 80 3000", 6},
                         {"61 07 30 05 020103 a0 7f", 6},
                         {"61 0b 30 09 0205 0100000003 a000", 6},
                         {"61 08 30 06 020103 82 0101", 6},
                         {"61 07 30 05 020103 a3 00", 6},
                         {"61 0a 30 05 020103 a0 00 00 00 00", 6},
                         {"61 07 30 05 020103 80 00", 6},
                         {"61 80 30 80 020103 a0 80 a1 05 0201", 6}}) {
    INFO(w.octets);
    Responder r = open_responder();
    r.receive(with_user_data(hex(w.octets)));
    CHECK(sent_spdu(r) ==
          "190a110103c1053003800"
          "10" +
              std::to_string(w.reason));
    CHECK(events(r) == Log{"aborted own presentation " + std::to_string(w.reason)});
  }
}

TEST_CASE("31: a value in octet-aligned or arbitrary form is taken alike") {
  const Octets apdu = hex("a106 020101 020115");
  for (const Octets& value :
       {tlv(0x81, apdu), tlv(0xa1, {tlv(0x04, View(apdu).first(3)), tlv(0x04, View(apdu).subspan(3))}),
        tlv(0x82, join({hex("00"), apdu})), join({hex("a080"), apdu, hex("0000")})}) {
    Responder r = open_responder();
    r.receive(with_user_data(tlv(0x61, tlv(0x30, {hex("020103"), value}))));
    CHECK(events(r) == Log{"invoke 1 op=21 ctx=3 arg=0"});
    REQUIRE(r.result(1, Chain(hex("0500"))).ok());
    CHECK(sent_spdu(r) ==
          "01000100"
          "61133011020103a00ca20a02010130050201150500");
  }
}

TEST_CASE("31: a transfer syntax name in a value does no harm") {
  Responder r = open_responder();
  r.receive(with_user_data(hex("6113 3011 06025101 020103 a008 a106 020101 020115")));
  CHECK(events(r) == Log{"invoke 1 op=21 ctx=3 arg=0"});
}

TEST_CASE("32: connect data that cannot be read") {
  struct Wrong {
    Octets user_data;
    std::optional<int> reason;
  };
  Cn x410, no_list, twice, version;
  x410.mode = Octets{0};
  no_list.contexts.clear();
  twice.contexts.push_back({3, "06045600020f"});
  const Octets cp = Cn().cp();
  std::vector<Wrong> all = {{hex("ffff"), {}},
                            {hex("30 03 020101"), {}},
                            {x410.cp(), 6},
                            {no_list.cp(), 6},
                            {twice.cp(), 6},
                            {hex("3100"), 6},
                            {hex("3107 a0 05 80 03 000001"), 6},
                            {hex("3105 a003 800101"), 6},
                            {hex("3109 a003 800101 a2 02 a4 00"), 6},
                            // protocol version without version 1
                            {hex("310d a003 800101 a2 06 80 02 0640 a400"), 4}};
  for (const Wrong& w : all) {
    INFO(to_hex(w.user_data));
    Cn cn;
    cn.user_data = w.user_data;
    Responder r = asked(cn);
    if (w.reason) {
      CHECK(cpr(r) == "30038a010" + std::to_string(*w.reason));
    } else {
      CHECK(sent_spdu(r) == "0c09110101160102320185");
    }
    CHECK(events(r) == Log{"declined presentation " + std::to_string(w.reason.value_or(-1))});
    CHECK(r.phase() == Phase::closing);
  }
  Cn none;
  none.user_data = Octets();
  Responder r = asked(none);
  CHECK(sent_spdu(r) == "0c09110101160102320185");
}

TEST_CASE("33: nesting beyond the limit is refused") {
  Octets deep;
  for (int i = 0; i < 200; ++i) append(deep, hex("3080"));
  for (int i = 0; i < 200; ++i) append(deep, hex("0000"));
  Cn cn;
  cn.user_data = join({hex("3180 a003800101"), deep, hex("0000")});
  Responder r = asked(cn);
  CHECK(cpr(r) == "30038a0106");

  Cn bind;
  bind.bind = tlv(0xb0, tlv(0x31, deep));
  Responder in_bind = asked(bind);
  CHECK(cpr(in_bind) == "30038a0106");

  // Inside a value only the value is bad.
  Responder open = open_responder();
  open.receive(data(3, tlv(0xa1, {hex("020101 020115"), deep})));
  CHECK(events(open) == Log{"reject-sent null 0/2"});
}

TEST_CASE("34: two values in one TSDU are two operations") {
  Responder r = open_responder();
  const Octets one = tlv(0x30, {hex("020103"), tlv(0xa0, hex("a106 020101 020115"))});
  const Octets two = tlv(0x30, {hex("020105"), tlv(0xa0, hex("a106 020102 020103"))});
  r.receive(with_user_data(tlv(0x61, {one, two})));
  CHECK(events(r) == Log{"invoke 1 op=21 ctx=3 arg=0", "invoke 2 op=3 ctx=5 arg=0"});
  REQUIRE(r.result(2, Chain(hex("0500"))).ok());
  REQUIRE(r.result(1, Chain(hex("0500"))).ok());
  const auto all = tsdus(sent(r));
  REQUIRE(all.size() == 2);
  CHECK(to_hex(all[0]) ==
        "01000100"
        "61133011020105a00ca20a02010230050201030500");
  CHECK(to_hex(all[1]) ==
        "01000100"
        "61133011020103a00ca20a02010130050201150500");
}

TEST_CASE("34: values in one TSDU are bounded") {
  for (const std::size_t n : {256U, 257U}) {
    Octets values;
    for (std::size_t i = 0; i < n; ++i)
      append(values, tlv(0x30, {hex("020103"), tlv(0xa0, tlv(0xa1, {hex("0202"),
                                                                    Octets{static_cast<std::uint8_t>(i >> 8),
                                                                           static_cast<std::uint8_t>(i)},
                                                                    hex("020115")}))}));
    Responder r = open_responder();
    r.receive(with_user_data(tlv(0x61, values)));
    CHECK(events(r).size() == (n == 256 ? 256 : 1));
    CHECK((r.phase() == Phase::open) == (n == 256));
  }
}

TEST_CASE("34: behind a value that aborts nothing is taken") {
  Responder r = open_responder();
  const Octets bad = tlv(0x30, {hex("020163"), tlv(0xa0, hex("a106 020101 020115"))});
  const Octets good = tlv(0x30, {hex("020105"), tlv(0xa0, hex("a106 020102 020103"))});
  r.receive(with_user_data(tlv(0x61, {bad, good})));
  CHECK(events(r) == Log{"aborted own presentation 6"});
}

TEST_CASE("called presentation selectors") {
  const auto ask = [](std::string_view configured, SelectorPolicy policy, std::string_view called) {
    ResponderConfig config = responder_config();
    config.selectors.presentation = to_octets(configured);
    config.selector_policy = policy;
    Cn cn;
    cn.called_psel = to_octets(called);
    Responder r = asked(cn, config);
    if (r.phase() == Phase::awaiting_decision) return true;
    CHECK(events(r) == Log{"declined presentation 3"});
    CHECK(cpr(r).find("8a0103") != std::string::npos);
    return false;
  };
  CHECK(ask("P7", SelectorPolicy::lenient, "P7"));
  CHECK_FALSE(ask("P7", SelectorPolicy::lenient, "p7"));
  CHECK(ask("P7", SelectorPolicy::lenient, ""));
  CHECK_FALSE(ask("P7", SelectorPolicy::strict, ""));
  CHECK(ask("", SelectorPolicy::lenient, "P7"));
  CHECK_FALSE(ask("", SelectorPolicy::lenient, std::string(65, 'x')));
}

TEST_CASE("the responding selector is the called one") {
  Cn cn;
  cn.called_psel = to_octets("P7");
  Responder r = asked(cn);
  (void)sent(r);
  REQUIRE(r.accept(hex("3100")).ok());
  CHECK(sent_spdu(r).find("83025037") != std::string::npos);
}

TEST_CASE("a presentation context identifier may be any integer of four octets") {
  Cn cn;
  cn.contexts[1].first = 2'000'000'000;
  cn.contexts[2].first = -5;
  Responder r = asked(cn);
  REQUIRE(r.accept(hex("3100")).ok());
  (void)events(r);
  r.receive(data(2'000'000'000, hex("a106 020101 020115")));
  r.receive(data(-5, hex("a106 020102 020103")));
  CHECK(events(r) == Log{"invoke 1 op=21 ctx=2000000000 arg=0", "invoke 2 op=3 ctx=-5 arg=0"});
}
