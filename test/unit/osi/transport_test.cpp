// Transport: TPKT and COTP class 0. Numbers are those of the list of wire cases the stack is built against.
#include <catch2/catch.hpp>

#include "support.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::test;

namespace {

using Log = std::vector<std::string>;

ResponderConfig with_tsel(std::string_view tsel, SelectorPolicy policy = SelectorPolicy::lenient) {
  ResponderConfig config = responder_config();
  config.selectors.transport = to_octets(tsel);
  config.selector_policy = policy;
  return config;
}

}  // namespace

TEST_CASE("1: a CR octet by octet gets its CC when complete") {
  Responder r(responder_config());
  const Octets request = cr();
  for (std::size_t i = 0; i + 1 < request.size(); ++i) {
    r.receive(View(request).subspan(i, 1));
    CHECK(r.output_size() == 0);
    CHECK(r.phase() == Phase::awaiting_cr);
    CHECK(r.mid_pdu());
  }
  r.receive(View(request).last(1));
  CHECK(r.phase() == Phase::awaiting_cn);
  CHECK_FALSE(r.mid_pdu());
  CHECK(to_hex(sent(r)) == "0300000e09d00b0b000100c0010b");
}

TEST_CASE("2: CR and CN in one TCP segment are handled in order") {
  Responder r(responder_config());
  r.receive(join({cr(), Cn().packet()}));
  CHECK(events(r) == Log{"connect 2.6.0.1.11 1+ 3+ 5+ 7+ 9+ bind=11"});
  CHECK(r.phase() == Phase::awaiting_decision);
  CHECK(sent_codes(r) == "cc");
  REQUIRE(r.accept(hex("3100")).ok());
  CHECK(sent_codes(r) == "dt");
}

TEST_CASE("3: what is not TPKT closes the connection without an answer") {
  for (const Octets& wrong : {hex("0900000b06e0000000010000"), hex("03000003"), hex("03000006"),
                              to_octets("GET / HTTP/1.1\r\n\r\n"), hex("0301ffff"), Octets(1000, 0x00)}) {
    Responder r(responder_config());
    r.receive(wrong);
    if (wrong == hex("0301ffff")) {
      // A length only promises: nothing is refused yet, and nothing kept but four octets.
      CHECK(r.phase() == Phase::awaiting_cr);
      continue;
    }
    CHECK(events(r) == Log{"declined transport -1", "closed"});
    CHECK(r.phase() == Phase::closed);
    CHECK(r.output_size() == 0);
    r.receive(cr());
    CHECK(events(r).empty());
  }
}

TEST_CASE("3: the reserved octet of TPKT is ignored") {
  Responder r(responder_config());
  Octets request = cr();
  request[1] = 0x77;
  r.receive(request);
  CHECK(r.phase() == Phase::awaiting_cn);
}

TEST_CASE("4: class 4 alone is refused, with class 0 as an alternative it is accepted") {
  Responder alone(responder_config());
  alone.receive(packet(load("srv-cr-class4")[0], 'A', 0));
  CHECK(to_hex(sent(alone)) == "0300000b06800101000082");
  CHECK(events(alone) == Log{"declined transport 130", "closed"});

  Responder alternative(responder_config());
  alternative.receive(packet(load("srv-cr-class4-alt0")[0], 'A', 0));
  CHECK(to_hex(sent(alternative)) == "030000120dd00101000100c2020206c0010b");
  CHECK(alternative.phase() == Phase::awaiting_cn);
}

TEST_CASE("5: called transport selectors") {
  const auto ask = [](ResponderConfig config, std::string_view called) {
    Responder r(std::move(config));
    r.receive(cr(view(called)));
    const auto all = packets(sent(r));
    REQUIRE(all.size() == 1);
    if (all[0].tpdu.code == cotp::Code::cc) return -1;
    REQUIRE(all[0].tpdu.code == cotp::Code::dr);
    CHECK(r.phase() == Phase::closed);
    return static_cast<int>(all[0].tpdu.reason);
  };
  using namespace std::string_view_literals;
  CHECK(ask(with_tsel("TRAN"), "TRAN") == -1);
  CHECK(ask(with_tsel("TRAN"), "TRAM") == 2);
  CHECK(ask(with_tsel("TRAN"), "") == -1);
  CHECK(ask(with_tsel("TRAN", SelectorPolicy::strict), "") == 2);
  CHECK(ask(with_tsel("TRAN"), "TRAN\0"sv) == 2);
  CHECK(ask(with_tsel(""), "anything") == -1);
  CHECK(ask(with_tsel("", SelectorPolicy::strict), "anything") == 2);
  CHECK(ask(with_tsel("", SelectorPolicy::strict), "") == -1);
  CHECK(ask(with_tsel(""), std::string(64, 'x')) == -1);
  CHECK(ask(with_tsel(""), std::string(65, 'x')) == 3);
}

TEST_CASE("6: TPDU size 128 is answered, and a long reply is cut to it") {
  Responder r(responder_config());
  r.receive(cr({}, 0x07));
  CHECK(to_hex(sent(r)) == "0300000e09d00b0b000100c00107");
  r.receive(Cn().packet());
  REQUIRE(r.accept(hex("3100")).ok());
  (void)events(r);
  (void)sent(r);
  r.receive(data(3, hex("a106 020101 020115")));
  const Octets reply = tlv(0x04, Octets(5000, 0x55));
  REQUIRE(r.result(1, Chain(reply)).ok());
  const auto all = packets(sent(r));
  REQUIRE(all.size() > 40);
  Octets joined;
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(all[i].header.size() + all[i].data.size() <= 128);
    CHECK(all[i].tpdu.end_of_tsdu == (i + 1 == all.size()));
    append(joined, all[i].data);
  }
  CHECK(equal(View(joined).last(reply.size()), reply));
  CHECK(to_hex(View(joined).first(4)) == "01000100");
}

TEST_CASE("6: sizes are answered up to 8192, impossible ones refused") {
  for (int code = 0; code < 256; ++code) {
    Responder r(responder_config());
    r.receive(cr({}, static_cast<std::uint8_t>(code)));
    const auto all = packets(sent(r));
    REQUIRE(all.size() == 1);
    if (code < 7) {
      CHECK(all[0].tpdu.code == cotp::Code::dr);
      CHECK(all[0].tpdu.reason == 130);
    } else {
      REQUIRE(all[0].tpdu.code == cotp::Code::cc);
      CHECK(all[0].header.back() == std::min(code, 0x0d));
    }
  }
}

TEST_CASE("7: without a size parameter large DTs are taken, and own ones stay within 2048") {
  Responder r(responder_config());
  r.receive(cr({}, std::nullopt));
  CHECK(to_hex(sent(r)) == "0300000b06d00b0b000100");
  r.receive(Cn().packet());
  REQUIRE(r.accept(hex("3100")).ok());
  (void)events(r);
  (void)sent(r);
  // 65531 octets of TPDU, the most a TPKT carries.
  const std::size_t room = 65535 - 4 - 3;
  const Octets head = hex("01000100");
  const Octets argument(room - 4 - 5 - 5 - 3 - 5 - 5 - 6 - 5, 7);
  const Octets apdu = tlv(0xa1, {hex("020101 020115"), tlv(0x04, argument)});
  const Octets tsdu_octets = join({head, pdv(3, apdu)});
  CHECK(tsdu_octets.size() <= room);
  r.receive(dt(tsdu_octets));
  CHECK(events(r) == Log{"invoke 1 op=21 ctx=3 arg=" + std::to_string(argument.size() + 5)});
  REQUIRE(r.result(1, Chain(tlv(0x04, Octets(9000, 1)))).ok());
  const auto all = packets(sent(r));
  CHECK(all.size() == 5);
  for (const Packet& p : all) CHECK(p.header.size() + p.data.size() <= 2048);
}

TEST_CASE("8: DT before CR closes") {
  Responder r(responder_config());
  r.receive(dt(hex("0102")));
  CHECK(events(r) == Log{"declined transport -1", "closed"});
  CHECK(r.output_size() == 0);
}

TEST_CASE("8: ER, and TPDUs that have no place, end an open connection") {
  struct Wrong {
    const char* tpdu;
    const char* event;
  };
  for (const Wrong& w : {Wrong{"0470000002", "aborted transport transport -1"},
                         {"06e00000000100", "aborted own transport -1"},
                         {"06d00001000100", "aborted own transport -1"},
                         {"041000000080", "aborted own transport -1"},
                         {"06800001000080", "aborted transport transport 128"}}) {
    INFO(w.tpdu);
    Responder r = open_responder();
    r.receive(tpkt(hex(w.tpdu)));
    CHECK(events(r) == Log{w.event, "closed"});
    CHECK(r.phase() == Phase::closed);
    CHECK_FALSE(r.result(1, {}).ok());
  }
}

TEST_CASE("8: headers that pass their packet close") {
  for (const char* tpdu :
       {"ff0000", "20f080", "0df00000", "05e000000001", "07e0000000010001", "08e000000001 00c0"}) {
    INFO(tpdu);
    Responder r(responder_config());
    r.receive(tpkt(hex(tpdu)));
    CHECK(events(r) == Log{"declined transport -1", "closed"});
  }
}

TEST_CASE("8: the reserved header length 255 closes, however many octets follow") {
  const Octets request = join({hex("ffe0 0000 0b0b 00 f8f6"), Octets(247, 0)});
  REQUIRE(request.size() == 256);
  Responder r(responder_config());
  r.receive(tpkt(request));
  CHECK(events(r) == Log{"declined transport -1", "closed"});
}

TEST_CASE("9: a TSDU in DTs of one octet is put together, empty DTs do no harm") {
  Responder r = open_responder();
  const Octets apdu =
      join({hex("01000100"), pdv(3, tlv(0xa1, {hex("020101 020115"), tlv(0x04, Octets(1000, 1))}))});
  for (std::size_t i = 0; i < apdu.size(); ++i) {
    r.receive(dt({}, false));
    r.receive(dt(View(apdu).subspan(i, 1), i + 1 == apdu.size()));
  }
  r.receive(dt({}, true));
  CHECK(events(r) == Log{"invoke 1 op=21 ctx=3 arg=1005"});
}

TEST_CASE("9: a TSDU above the limit ends the association") {
  ResponderConfig config = responder_config();
  config.limits.tsdu = 100'000;
  Responder r = open_responder(config);
  const Octets piece(1000, 0x30);
  for (int i = 0; i < 100; ++i) r.receive(dt(piece, false));
  CHECK(events(r).empty());
  CHECK(r.pdu_octets() == 100'000);
  r.receive(dt(Octets(1, 0), false));
  CHECK(events(r) == Log{"aborted own transport -1"});
  CHECK(sent_spdu(r).substr(0, 10) == "1944110103");
  CHECK(r.pdu_octets() == 0);
  // The rest of it, and more, is dropped as it comes.
  for (int i = 0; i < 1000; ++i) r.receive(dt(piece, i % 100 == 99));
  CHECK(r.pdu_octets() == 0);
  CHECK(r.phase() == Phase::closing);
  r.receive(tsdu(hex("1a00")));
  CHECK(events(r) == Log{"closed"});
}

TEST_CASE("9: before the bind 64 kB are enough") {
  Responder r(responder_config());
  r.receive(cr());
  for (int i = 0; i < 64; ++i) r.receive(dt(Octets(1024, 0x0d), false));
  CHECK(r.phase() == Phase::awaiting_cn);
  r.receive(dt(Octets(1, 0), false));
  CHECK(events(r) == Log{"declined transport -1", "closed"});
}

TEST_CASE("10: a DR in answer to CR is a refusal with its reason and text") {
  Initiator i;
  REQUIRE(i.connect(p7_parameters()).ok());
  i.receive(packet(load("srv-cr-unknown-tsel")[0], 'B', 0));
  auto e = i.next_event();
  REQUIRE(e);
  const auto& refused = std::get<ConnectRefused>(*e);
  CHECK(refused.layer == Layer::transport);
  CHECK(refused.reason == 128);
  CHECK(refused.text.find("tsap/#32639 not found") != std::string::npos);
  CHECK(events(i) == Log{"closed"});
}

TEST_CASE("an initiator does not take a CC that is not for it") {
  for (const char* tpdu : {"06d00002000100", "06d00001000140", "09d00001000100c00106", "06d0000100"}) {
    INFO(tpdu);
    Initiator i;
    REQUIRE(i.connect(p7_parameters()).ok());
    i.receive(tpkt(hex(tpdu)));
    CHECK(events(i) == Log{"refused transport -1", "closed"});
  }
}

TEST_CASE("an initiator takes the smaller TPDU size") {
  Initiator i;
  ConnectParameters p = p7_parameters();
  p.bind_argument = Chain(tlv(0x31, tlv(0x80, Octets(5000, 1))));
  REQUIRE(i.connect(std::move(p)).ok());
  CHECK(to_hex(sent(i)) == "0300000e09e00000000100c0010d");
  i.receive(tpkt(hex("09d0000100020 0c00107")));
  for (const Packet& packet : packets(sent(i))) CHECK(packet.header.size() + packet.data.size() <= 128);
}
