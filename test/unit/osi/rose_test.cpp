// Remote operations. Numbers are those of the list of wire cases the stack is built against.
#include <catch2/catch.hpp>

#include "x400/ber/writer.hpp"

#include "support.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::test;

namespace {

using Log = std::vector<std::string>;

Octets id_octets(std::int64_t id) {
  ber::Writer w;
  w.integer(ber::tags::integer, id);
  return to_octets(w.octets());
}

Octets invoke(std::int64_t id, int operation = 21, View argument = {}) {
  return tlv(0xa1, {id_octets(id), id_octets(operation), argument});
}

// The APDU of the only TSDU sent, and its context.
std::string sent_apdu(Association& a) {
  const Octets all = hex(sent_spdu(a));
  auto spdu = session::parse(all);
  REQUIRE(spdu.ok());
  const std::string text = to_hex(spdu->user_information);
  const std::size_t at = text.find("a0", 8);
  REQUIRE(at != std::string::npos);
  return text.substr(at + 4);
}

std::string answer_to(const char* apdu) {
  Responder r = open_responder();
  r.receive(data(3, hex(apdu)));
  return sent_apdu(r);
}

}  // namespace

TEST_CASE("42: what the user rejects goes out as it says") {
  Responder r = open_responder();
  r.receive(data(3, invoke(1, 99, hex("0500"))));
  r.receive(data(5, invoke(2, 21, hex("3100"))));
  r.receive(data(3, invoke(3, 21, hex("020101"))));
  CHECK(events(r) ==
        Log{"invoke 1 op=99 ctx=3 arg=2", "invoke 2 op=21 ctx=5 arg=2", "invoke 3 op=21 ctx=3 arg=3"});
  REQUIRE(r.reject(1, problems::unrecognized_operation).ok());
  CHECK(sent_spdu(r) ==
        "01000100"
        "610f300d020103a008"
        "a406020101810101");
  REQUIRE(r.reject(2, problems::unrecognized_operation).ok());
  CHECK(sent_spdu(r) ==
        "01000100"
        "610f300d020105a008"
        "a406020102810101");
  REQUIRE(r.reject(3, problems::mistyped_argument).ok());
  CHECK(sent_apdu(r) == "a406020103810102");
  CHECK(r.reject(3, problems::mistyped_argument).error().kind() == ErrorKind::invalid);
  CHECK(r.outstanding() == 0);
}

TEST_CASE("42: global operation codes and codes beyond four octets are unrecognized") {
  CHECK(answer_to("a108 020101 06 03 2a0304") == "a406020101810101");
  CHECK(answer_to("a10a 020101 0205 0100000000") == "a406020101810101");
}

TEST_CASE("43: general problems") {
  CHECK(answer_to("a903 020101") == "a4050500800100");
  CHECK(answer_to("8103 020101") == "a4050500800100");
  CHECK(answer_to("3003 020101") == "a4050500800100");
  CHECK(answer_to("a104 0500 0500") == "a4050500800100");
  CHECK(answer_to("a1050500 0500") == "a4050500800102");  // its length says more than there is
  CHECK(answer_to("a1030101ff") == "a4050500800101");     // no invoke id
  CHECK(answer_to("a100") == "a4050500800101");
  CHECK(answer_to("a103 020107") == "a406020107800101");  // no operation
  CHECK(answer_to("a105 020107 0500") == "a406020107800101");
  CHECK(answer_to("a10a 020107 020101 0500 0500") == "a406020107800101");  // two arguments
  CHECK(answer_to("a106 020101 0201") == "a4050500800102");
  CHECK(answer_to("a107 020101 020101 00") == "a4050500800102");
  CHECK(answer_to("a106 020101 020115 0500") == "a4050500800102");  // octets behind the APDU
  CHECK(answer_to("a1 80 020101 020115") == "a4050500800102");      // no end
}

TEST_CASE("43: an empty value is a badly structured APDU") {
  Responder r = open_responder();
  r.receive(data(3, {}));
  CHECK(events(r) == Log{"reject-sent null 0/2"});
  CHECK(sent_apdu(r) == "a4050500800102");
}

TEST_CASE("44: results and errors of no invocation, the association lives on") {
  CHECK(answer_to("a20b 02023039 3005 020100 0500") ==
        "a4070202303982"
        "0100");
  CHECK(answer_to("a203 020109") == "a406020109820100");
  CHECK(answer_to("a30a 0202303a 020101 0201 01") ==
        "a4070202303a83"
        "0100");
  Responder r = open_responder();
  r.receive(data(3, hex("a203 020109")));
  r.receive(data(3, invoke(9)));
  CHECK(events(r) == Log{"reject-sent 9 2/0", "invoke 9 op=21 ctx=3 arg=0"});
}

TEST_CASE("45: an invoke id in use is refused, and free again after the answer") {
  Responder r = open_responder();
  r.receive(data(3, invoke(1)));
  r.receive(data(3, invoke(1)));
  CHECK(events(r) == Log{"invoke 1 op=21 ctx=3 arg=0", "reject-sent 1 1/0"});
  CHECK(sent_apdu(r) == "a406020101810100");
  REQUIRE(r.result(1, Chain(hex("0500"))).ok());
  r.receive(data(3, invoke(1)));
  CHECK(events(r) == Log{"invoke 1 op=21 ctx=3 arg=0"});
  REQUIRE(r.error(1, 28, {}).ok());
  r.receive(data(3, invoke(1)));
  CHECK(events(r) == Log{"invoke 1 op=21 ctx=3 arg=0"});
}

TEST_CASE("46: invoke ids keep their value") {
  for (const std::int64_t id : {-1LL, 0LL, 127LL, 128LL, 2147483647LL, -2147483648LL}) {
    Responder r = open_responder();
    r.receive(data(3, invoke(id)));
    REQUIRE(r.error(static_cast<InvokeId>(id), 7, Chain(hex("0500"))).ok());
    CHECK(sent_apdu(r) == to_hex(tlv(0xa3, {id_octets(id), hex("0201070500")})));
  }
  Responder r = open_responder();
  r.receive(data(3, invoke(0x0102030405)));
  CHECK(events(r) == Log{"reject-sent null 0/1"});
  CHECK(sent_apdu(r) == "a40a02050102030405800101");
  r.receive(data(3, hex("a10f 0209 010203040506070809 020115")));
  CHECK(sent_apdu(r) == "a4050500800102");
}

TEST_CASE("47: linked invocations") {
  CHECK(answer_to("a109 020109 80014d 020115") == "a406020109810105");
  Responder r = open_responder();
  auto own = r.invoke(3, 25, Chain(hex("0500")));
  REQUIRE(own.ok());
  (void)sent(r);
  r.receive(data(3, tlv(0xa1, {hex("020109"), tlv(0x80, View(id_octets(*own)).subspan(2)), hex("020115")})));
  CHECK(sent_apdu(r) == "a406020109810106");
  CHECK(answer_to("a109 020109 80014d 020115") == "a406020109810105");
  // "absent" may be said.
  Responder absent = open_responder();
  absent.receive(data(3, hex("a108 020109 8100 020115")));
  CHECK(events(absent) == Log{"invoke 9 op=21 ctx=3 arg=0"});
}

TEST_CASE("48: many invocations at once are all handed up in order") {
  Responder r = open_responder();
  Octets all;
  for (int id = 1; id <= 20; ++id) append(all, data(3, invoke(id)));
  r.receive(all);
  Log expected;
  for (int id = 1; id <= 20; ++id) expected.push_back("invoke " + std::to_string(id) + " op=21 ctx=3 arg=0");
  CHECK(events(r) == expected);
  for (int id = 1; id <= 20; ++id) REQUIRE(r.result(id, Chain(hex("0500"))).ok());
  CHECK(tsdus(sent(r)).size() == 20);
}

TEST_CASE("48: reading stops when arguments in work hold as much as one TSDU may have") {
  ResponderConfig config = responder_config();
  config.limits.tsdu = 10'000;
  Responder r = open_responder(config);
  const auto long_one = [](int id) {
    return data(3, tlv(0xa1, {Octets{2, 1, static_cast<std::uint8_t>(id)}, hex("020115"),
                              tlv(0x04, Octets(6000, 1))}));
  };
  r.receive(long_one(1));
  CHECK(r.wants_input());
  r.receive(long_one(2));
  CHECK_FALSE(r.wants_input());
  REQUIRE(r.result(1, Chain(hex("0500"))).ok());
  CHECK(r.wants_input());
  REQUIRE(r.reject(2, problems::resource_limitation).ok());
  r.receive(long_one(1));  // nothing of those answered is counted any more
  CHECK(r.wants_input());
}

TEST_CASE("48: reading stops at the limit of invocations and of unsent output") {
  ResponderConfig config = responder_config();
  config.limits.outstanding = 16;
  config.limits.unsent = 10'000;
  Responder r = open_responder(config);
  int id = 0;
  while (r.wants_input()) r.receive(data(3, invoke(++id)));
  CHECK(id == 16);
  CHECK(r.outstanding() == 16);
  REQUIRE(r.result(1, Chain(hex("0500"))).ok());
  CHECK(r.wants_input());
  REQUIRE(r.result(2, Chain(tlv(0x04, Octets(10'000, 1)))).ok());
  CHECK_FALSE(r.wants_input());
  (void)sent(r);
  CHECK(r.wants_input());
  // What is read nevertheless is not lost.
  for (int n = 100; n < 300; ++n) r.receive(data(3, invoke(n)));
  CHECK(r.outstanding() == 214);
}

TEST_CASE("49: own invocations and the peer's with the same id do not mix") {
  Responder r = open_responder();
  r.receive(data(3, invoke(1, 21)));
  auto alert = r.invoke(3, 25, Chain(hex("3100")));
  REQUIRE(alert.ok());
  CHECK(*alert == 1);
  CHECK(sent_apdu(r) == "a1080201010201193100");
  r.receive(data(3, hex("a2 0a 020101 3005 020119 0500")));
  CHECK(events(r) == Log{"invoke 1 op=21 ctx=3 arg=0", "result 1 op=25 size=2"});
  CHECK(r.outstanding() == 1);
  REQUIRE(r.result(1, Chain(hex("0500"))).ok());

  auto second = r.invoke(3, 25, Chain(hex("3100")));
  REQUIRE(second.ok());
  r.receive(data(3, hex("a406 020102 810101")));
  CHECK(events(r) == Log{"reject 2 1/1 ours"});
  r.receive(data(3, hex("a406 020102 810101")));
  CHECK(events(r) == Log{"reject 2 1/1"});
  // A reject of an answer of ours, with the id of nothing.
  r.receive(data(3, hex("a406 020101 820102")));
  CHECK(events(r) == Log{"reject 1 2/2"});
  CHECK(r.phase() == Phase::open);
}

TEST_CASE("answers that do not fit the invocation end it with a reject") {
  const auto answered = [](const char* apdu) {
    Responder r = open_responder();
    REQUIRE(r.invoke(3, 25, Chain(hex("3100"))).ok());
    (void)sent(r);
    r.receive(data(3, hex(apdu)));
    const Log log = events(r);
    REQUIRE(log.size() == 1);
    if (log[0].substr(0, 6) == "reject") {
      CHECK(tsdus(sent(r)).size() == 1);
    }
    return log[0];
  };
  CHECK(answered("a20a 020101 3005 020118 0500") == "reject-sent 1 2/2 ours");
  CHECK(answered("a20b 020101 3006 06012a 020100") == "reject-sent 1 2/2 ours");
  CHECK(answered("a205 020101 0500") == "reject-sent 1 0/1 ours");
  CHECK(answered("a208 020101 3003 020119") == "reject-sent 1 0/1 ours");
  // The SEQUENCE in primitive form: what stands in it was never walked.
  CHECK(answered("a20d 020101 1008 020119 ff020200c8") == "reject-sent 1 0/1 ours");
  CHECK(answered("a306 020101 06012a") == "reject-sent 1 3/2 ours");
  CHECK(answered("a303 020101") == "reject-sent 1 0/1 ours");
  CHECK(answered("a203 020101") == "result 1 op=25 size=0");
  CHECK(answered("a30a 020101 02011c 30020500") == "error 1 code=28");
  CHECK(answered("a306 020101 02011c") == "error 1 code=28");
}

TEST_CASE("a reject is never answered") {
  for (const char* apdu : {"a400", "a403 020101", "a405 0500 800100", "a406 020101 840101",
                           "a406 020101 810101", "a40a 0205 0102030405 810101", "a406 020101 020101"}) {
    INFO(apdu);
    Responder r = open_responder();
    r.receive(data(3, hex(apdu)));
    CHECK(r.output_size() == 0);
    const Log log = events(r);
    REQUIRE(log.size() == 1);
    CHECK(log[0].substr(0, 7) == "reject ");
  }
}

TEST_CASE("ten rejects, sent or got, end the association") {
  Responder sends = open_responder();
  for (int i = 0; i < 9; ++i) sends.receive(data(3, hex("a900")));
  CHECK(sends.phase() == Phase::open);
  sends.receive(data(3, hex("a900")));
  CHECK(sends.phase() == Phase::closing);
  CHECK(events(sends).back() == "aborted own rose -1");

  Responder gets = open_responder();
  for (int i = 0; i < 10; ++i) gets.receive(data(3, hex("a405 0500 800100")));
  CHECK(gets.phase() == Phase::closing);

  Responder user = open_responder();
  for (int i = 1; i <= 10; ++i) {
    user.receive(data(3, invoke(i, 99)));
    REQUIRE(user.reject(i, problems::unrecognized_operation).ok());
  }
  CHECK(user.phase() == Phase::closing);
}

TEST_CASE("invocations of ours need an accepted context and an open association") {
  Responder r = open_responder();
  CHECK(r.invoke(99, 1, {}).error().kind() == ErrorKind::invalid);
  CHECK(r.invoke(9, 1, {}).error().kind() == ErrorKind::invalid);  // ACSE
  CHECK(r.result(5, {}).error().kind() == ErrorKind::invalid);
  r.abort();
  CHECK(r.invoke(3, 1, {}).error().kind() == ErrorKind::closed);
  CHECK(r.reject(5, problems::mistyped_argument).error().kind() == ErrorKind::closed);
}

TEST_CASE("large values are not copied on their way out, nor on their way up") {
  Responder r = open_responder();
  auto content = std::make_shared<const Octets>(1'000'000, std::uint8_t{0x55});
  Chain value(Octets{0x04, 0x83, 0x0f, 0x42, 0x40});
  value.add(Slice(content, *content));
  r.receive(data(3, invoke(1)));
  REQUIRE(r.result(1, std::move(value)).ok());
  std::size_t of_content = 0;
  for (const Slice& s : r.take_output())
    if (s.owner() == content) of_content += s.size();
  CHECK(of_content > 990'000);

  const Octets argument = tlv(0x04, Octets(200'000, 0x11));
  r.receive(data(3, invoke(2, 21, argument)));
  (void)r.next_event();
  auto e = r.next_event();
  REQUIRE(e);
  const auto& invoked = std::get<Invoke>(*e);
  CHECK(equal(invoked.argument.view(), argument));
  CHECK(invoked.argument.owner() != nullptr);
}

TEST_CASE("problems have names for the log") {
  CHECK(to_string(problems::unrecognized_operation) == "invoke unrecognizedOperation (1/1)");
  CHECK(to_string(Problem{Problem::Kind::return_error, 99}) == "returnError unknown (3/99)");
}
