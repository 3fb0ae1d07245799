// What a conforming peer may say in other octets means the same: forms of lengths, constructed strings, order
// and number of what is offered, parameters nobody here knows.
#include <catch2/catch.hpp>

#include "session/spdu.hpp"
#include "support.hpp"
#include "x400/ber/reader.hpp"
#include "x400/ber/writer.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::test;

namespace {

using Log = std::vector<std::string>;

enum class Form { long_lengths, indefinite, longest_lengths };

// The same values with every length in another form.
Octets rewritten(View values, Form form) {
  Octets out;
  ber::Reader r(values);
  while (!r.at_end()) {
    auto e = r.next();
    REQUIRE(e.ok());
    const std::size_t identifier = (e->whole[0] & 0x1f) == 0x1f ? 2 : 1;
    append(out, e->whole.first(identifier));
    const Octets content = e->constructed ? rewritten(e->content, form) : to_octets(e->content);
    const auto size = static_cast<std::uint32_t>(content.size());
    if (e->constructed && form == Form::indefinite) {
      out.push_back(0x80);
      append(out, content);
      append(out, Octets{0, 0});
      continue;
    }
    const int octets = form == Form::longest_lengths ? 4 : size > 0xffff ? 3 : 2;
    out.push_back(static_cast<std::uint8_t>(0x80 | octets));
    for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8)
      out.push_back(static_cast<std::uint8_t>(size >> shift));
    append(out, content);
  }
  return out;
}

Octets in_gt_dt(View ppdu) { return tsdu(join({hex("01000100"), ppdu})); }
Octets list() { return hex("a10a 020107 020115 3102 8000"); }

Responder bound(Cn cn) {
  Responder r(responder_config());
  r.receive(cr());
  r.receive(cn.packet());
  return r;
}

}  // namespace

TEST_CASE("negotiation: every form of length in CN and data, with RTSE and without") {
  for (const Form form : {Form::long_lengths, Form::indefinite, Form::longest_lengths})
    for (const bool reliable : {false, true}) {
      Cn cn = reliable ? reliable_cn() : Cn();
      cn.called_psel = to_octets("P7");
      Responder plain = bound(cn);
      const Log told = events(plain);
      REQUIRE(told.size() == 1);
      cn.user_data = rewritten(cn.cp(), form);
      Responder r = bound(cn);
      const Log same = events(r);
      REQUIRE(same.size() == 1);
      CHECK(same[0].substr(0, same[0].find("bind=")) == told[0].substr(0, told[0].find("bind=")));
      REQUIRE(r.accept(hex("3100")).ok());
      if (!reliable) {
        r.receive(in_gt_dt(rewritten(pdv(3, list()), form)));
        CHECK(events(r).at(0).rfind("invoke 7 op=21 ctx=3", 0) == 0);
        continue;
      }
      for (const bool bare : {false, true}) {
        const Octets value = rewritten(bare ? list() : tlv(0x28, {hex("020103"), tlv(0xa0, list())}), form);
        r.receive(tsdu(hex(bare ? "0100 2d05 2903020102" : "0100 2d05 2903020101")));
        r.receive(in_gt_dt(rewritten(pdv(1, tlv(0x04, value)), form)));
        r.receive(tsdu(hex("0100 2903 2a0131")));
        const Log got = events(r);
        REQUIRE(got.size() == 1);
        CHECK(got[0].rfind(bare ? "reject-sent 7 1/0" : "invoke 7 op=21 ctx=3", 0) == 0);
      }
    }
}

TEST_CASE("negotiation: every form of length in AC and results") {
  for (const Form form : {Form::long_lengths, Form::indefinite, Form::longest_lengths}) {
    const Octets ac = tsdus(accepting_ac())[0];
    auto parsed = session::parse(ac);
    REQUIRE(parsed.ok());
    Initiator i;
    REQUIRE(i.connect(p7_parameters()).ok());
    i.receive(cc());
    i.receive(tsdu(spdu(
        14, {{5, hex("130100 160102")}, {20, hex("0002")}, {193, rewritten(parsed->user_data(), form)}})));
    REQUIRE(i.phase() == Phase::open);
    (void)events(i);
    auto id = i.invoke(3, 21, Chain(hex("3100")));
    REQUIRE(id.ok());
    i.receive(in_gt_dt(rewritten(pdv(3, hex("a20a 020101 3005 020115 0500")), form)));
    CHECK(events(i).at(0).rfind("result 1 op=21", 0) == 0);
  }
}

TEST_CASE("negotiation: strings in constructed form") {
  ResponderConfig config = responder_config();
  config.selectors.presentation = to_octets("P7");
  config.selector_policy = SelectorPolicy::strict;
  Cn cn;
  Octets cp = cn.cp();
  const auto parameters = ber::read_one(ber::read_one(cp)->content.subspan(5))->content;
  cn.user_data = tlv(0x31, {hex("a003 800101"), tlv(0xa2, {hex("a206 040150 040137"), parameters})});
  Responder r(config);
  r.receive(cr());
  r.receive(cn.packet());
  CHECK(r.phase() == Phase::awaiting_decision);

  Responder reliable = bound(reliable_cn());
  REQUIRE(reliable.accept(hex("3100")).ok());
  (void)events(reliable);
  const Octets apdu = list();
  const View v(apdu);
  reliable.receive(tsdu(hex("0100 2d05 2903020101")));
  reliable.receive(in_gt_dt(pdv(1, tlv(0x24, {tlv(0x04, v.first(4)), tlv(0x24, tlv(0x04, v.subspan(4)))}))));
  reliable.receive(tsdu(hex("0100 2903 2a0131")));
  CHECK(events(reliable).at(0).rfind("invoke 7 op=21", 0) == 0);
}

TEST_CASE("negotiation: SPDU lengths in the long form, also where one octet would do") {
  const auto stretched = [](View spdu_octets) {
    Octets out{spdu_octets[0], 0xff};
    const View parameters = spdu_octets[1] == 0xff ? spdu_octets.subspan(4) : spdu_octets.subspan(2);
    out.push_back(static_cast<std::uint8_t>(parameters.size() >> 8));
    out.push_back(static_cast<std::uint8_t>(parameters.size()));
    append(out, parameters);
    return out;
  };
  Responder r(responder_config());
  r.receive(cr());
  r.receive(tsdu(stretched(reliable_cn().spdu())));
  REQUIRE(r.phase() == Phase::awaiting_decision);
  REQUIRE(r.accept(hex("3100")).ok());
  (void)events(r);
  r.receive(tsdu(hex("01ff0000 2dff0009 29ff0003020101 c800")));
  r.receive(tsdu(join({hex("01ff0000 01ff0000"), pdv(1, tlv(0x04, list()))})));
  r.receive(tsdu(hex("01ff0000 29ff0005 2aff000131")));
  CHECK(events(r).at(0).rfind("invoke 7 op=21", 0) == 0);
}

TEST_CASE("negotiation: parameters that nobody here knows, in every layer") {
  Responder r(responder_config());
  // COTP: 8f and f0 are unknown; session: 200 outside and inside a group.
  r.receive(tpkt(hex("11e000000b0b00 c0010b f002 0040 8f02 abcd")));
  Cn cn;
  cn.more = {{200, hex("0102")}, {49, hex("00")}};
  const Octets fields = ber::read_one(cn.aarq()) ? to_octets(ber::read_one(cn.aarq())->content) : Octets();
  const Octets aarq = tlv(0x60, {fields, hex("9f2801aa"), hex("bd02 0500")});
  const auto cp = cn.cp();
  const auto parameters = ber::read_one(ber::read_one(cp)->content.subspan(5))->content;
  // The list of contexts alone; user data stand last.
  auto contexts = ber::Reader(parameters).next();
  REQUIRE(contexts.ok());
  cn.user_data = tlv(
      0x31, {hex("a003 800101"), hex("9f3c01aa"),
             tlv(0xa2, {hex("8002 0780"), contexts->whole, hex("8801 00"), hex("9f3d01aa"), pdv(9, aarq)})});
  r.receive(cn.packet());
  CHECK(r.phase() == Phase::awaiting_decision);
  Responder reliable = bound(reliable_cn(tlv(0xb0, hex("8401 05 820101 9f2801aa a306 a004 b002 3100"))));
  CHECK(reliable.phase() == Phase::awaiting_decision);
}

TEST_CASE("negotiation: an agreed TPDU size holds in both directions, for activities too") {
  for (std::uint8_t code = 0x07; code <= 0x0d; ++code) {
    Responder r(responder_config());
    r.receive(cr({}, code));
    r.receive(reliable_cn().packet());
    REQUIRE(r.accept(hex("3100")).ok());
    (void)sent(r);
    (void)events(r);
    r.receive(tsdu(hex("0100 2d05 2903020101")));
    r.receive(in_gt_dt(pdv(1, tlv(0x04, list()))));
    r.receive(tsdu(hex("0100 2903 2a0131")));
    REQUIRE(r.result(7, Chain(tlv(0x04, Octets(20'000, 0x78)))).ok());
    r.receive(tsdu(hex("1500")));
    std::size_t carried = 0;
    for (const Packet& p : packets(sent(r))) {
      CHECK(p.header.size() + p.data.size() <= std::size_t{1} << code);
      carried += p.data.size();
    }
    CHECK(carried > 20'000);
  }
}

TEST_CASE("negotiation: contexts refused, offered twice, and in any order, the default context") {
  Cn cn = reliable_cn();
  cn.contexts = {{9, "060452010001"}, {21, "06032a0304"},  {7, "06045600020f"},
                 {5, "06045600020f"}, {1, "06045600020a"}, {3, "06045600020d"}};
  cn.transfers = {"06025101", "06025101", "06022a03", "06022a03 06025101", "06025101 06022a03"};
  const auto cp = cn.cp();
  const auto parameters = ber::read_one(ber::read_one(cp)->content.subspan(5))->content;
  cn.user_data = tlv(0x31, {tlv(0xa2, {parameters, hex("a607 80022a03 81012a")}), hex("a003 800101")});
  Responder r = bound(cn);
  CHECK(events(r) == Log{"connect 2.6.0.1.12 9+ 21- 7- 5+ 1+ 3+ bind=11"});
}
