#include "x400/asn1/mts/bind.hpp"

#include <catch2/catch.hpp>

#include "mts_vectors.hpp"
#include "x400/asn1/or_text.hpp"

using namespace x400;
using namespace x400::asn1;
using namespace x400::asn1::mts;
using mts_vectors::octets;

TEST_CASE("the bind of an MTA") {
  auto bind = MtsBindArgument::decode(octets(mts_vectors::bind_argument));
  REQUIRE(bind.ok());
  CHECK(std::get<MtaName>(bind->initiator_name).name == "MTA1");
  CHECK(to_string(bind->initiator_name) == "MTA MTA1");
  REQUIRE(bind->messages_waiting);
  CHECK(*bind->messages_waiting == MessagesWaiting{{1, {}}, {2, 1024}, {0, {}}});
  CHECK(std::get<Password>(bind->initiator_credentials).octets == to_octets("secret"));
  REQUIRE(bind->security_context.size() == 1);
  CHECK(to_hex(bind->security_context[0]) == "3103020101");
  CHECK(to_hex(bind->encode()) == mts_vectors::bind_argument);
}

TEST_CASE("the answer of a store, what a later edition added is skipped") {
  auto result = MtsBindResult::decode(octets(mts_vectors::bind_result));
  REQUIRE(result.ok());
  const auto& store = std::get<MessageStoreName>(result->responder_name);
  CHECK(store.name.address().personal_name.surname.printable == "store");
  CHECK(std::get<Password>(result->responder_credentials).octets == to_octets("pw"));
  CHECK(std::get<Password>(result->responder_credentials).octet_string);
  CHECK(result->extensions.fields().size() == 1);
  auto again = MtsBindResult::decode(result->encode());
  REQUIRE(again.ok());
  CHECK(again->extensions == result->extensions);
  CHECK(std::get<MessageStoreName>(again->responder_name).name.octets().size() == store.name.octets().size());
}

TEST_CASE("a user agent binds with its name, a store with its user's under [4]") {
  const EncodedORName alice(*parse_or_address("S=alice;A=a;C=us"));
  MtsBindArgument bind;
  bind.initiator_name = UserAgentName{alice};
  bind.initiator_credentials = ia5_password("");
  CHECK(to_hex(bind.encode()).substr(4, 2) == "60");
  bind.initiator_name = MessageStoreName{alice};
  CHECK(to_hex(bind.encode()).substr(4, 2) == "a4");
  CHECK(to_string(MtsBindArgument::decode(bind.encode())->initiator_name) == "store S=alice; A=a; C=US");
}

TEST_CASE("the endless loop in a bind argument is refused") {
  auto bind = MtsBindArgument::decode(octets("3180 a280 160178 0001"));
  REQUIRE_FALSE(bind.ok());
  CHECK(bind.error().kind() == ErrorKind::malformed);
}

// Found by the fuzz target of the values: the name in primitive form, an indefinite length inside.
TEST_CASE("a bind result with a name or with credentials in primitive form is refused") {
  const std::string members = "3018a5168210170d3a36303330313132303030305a7580022d72";
  CHECK(MtsBindResult::decode(octets("3120 601a" + members + "a202a100")).ok());
  for (const std::string& hex :
       {"3120 401a" + members + "a202a100", "3120 601a" + members + "8202a100",
        std::string("3122 a202a100 401c 3080 a5168210170d3a36303330313132303030305a7580022d72 0000")}) {
    INFO(hex);
    const auto result = MtsBindResult::decode(octets(hex));
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("binds that are none") {
  for (const char* hex : {"3100",
                          "310780014da203160170"
                          "00",
                          "3007 80014d a202 0400", "3105 80014d a200", "310a 80014d 80014d a202 0400",
                          "3107 a202 0400 020101"}) {
    INFO(hex);
    auto bind = MtsBindArgument::decode(octets(hex));
    REQUIRE_FALSE(bind.ok());
    CHECK(bind.error().kind() == ErrorKind::malformed);
  }
  const Octets whole = octets(mts_vectors::bind_argument);
  for (std::size_t n = 0; n < whole.size(); ++n)
    CHECK(MtsBindArgument::decode(View(whole).first(n)).error().kind() == ErrorKind::truncated);
  Octets many = octets("31820fa0");
  for (int i = 0; i < 2000; ++i) append(many, octets("0500"));
  CHECK(MtsBindArgument::decode(many).error().kind() == ErrorKind::limit);
}

TEST_CASE("bind errors") {
  CHECK(to_hex(encode(MtsBindError::authentication_error)) == "020102");
  CHECK(*decode_bind_error(octets("020100")) == MtsBindError::busy);
  CHECK(name(*decode_bind_error(octets("020105"))) == "inadequate-association-confidentiality");
  CHECK(name(*decode_bind_error(octets("020101"))) == "unknown");
  CHECK(decode_bind_error(octets("0500")).error().kind() == ErrorKind::malformed);
  CHECK(transient(MtsBindError::busy));
  CHECK(transient(static_cast<MtsBindError>(77)));
  CHECK_FALSE(transient(MtsBindError::authentication_error));
}
