#include "x400/content/edi.hpp"

#include "people.hpp"
#include "vectors.hpp"
#include "x400/asn1/oids.hpp"

using namespace x400;
using namespace x400::content;
using test::hex;
using test::person;

namespace {

constexpr char orders[] =
    "UNA:+.? '\r\nUNB+UNOA:1+SENDER?+CO:14+BUYER:ZZ+260102:1200+REF42++ORDERS++1++1'\r\n"
    "UNH+1+ORDERS:D:96A:UN'\r\nBGM+220+4711+9'\r\nUNT+3+1'\r\nUNH+2+ORDERS:D:96A:UN'UNT+2+2'UNZ+2+REF42'\r\n";

}  // namespace

TEST_CASE("the service segments of an interchange") {
  const auto i = read_interchange(orders);
  REQUIRE(i.ok());
  CHECK(i->syntax_identifier == "UNOA");
  CHECK(i->syntax_version == "1");
  CHECK(i->sender == "SENDER+CO");
  CHECK(i->sender_qualifier == "14");
  CHECK(i->recipient == "BUYER");
  CHECK(i->date == "260102");
  CHECK(i->time == "1200");
  CHECK(i->control_reference == "REF42");
  CHECK(i->application_reference == "ORDERS");
  CHECK(i->acknowledgement_requested);
  CHECK(i->test);
  CHECK(i->message_types == std::vector<std::string>{"ORDERS"});
}

TEST_CASE("other separators, and what is no interchange") {
  const auto i = read_interchange("UNA*|.? ~UNB|UNOB*2|A|B|260102*1200|R~UNH|1|INVOIC*D~");
  REQUIRE(i.ok());
  CHECK(i->syntax_version == "2");
  CHECK(i->message_types == std::vector<std::string>{"INVOIC"});
  for (const char* text :
       {"", "UNH+1+ORDERS'", "UNB+UNOA:1+A'", "UNB+UNOA:1+A+B+2601:1200+R'", "UNB+UNOA:1++B+260102:1200+R'"})
    CHECK_FALSE(read_interchange(text).ok());
}

TEST_CASE("an EDIM is composed and read") {
  const auto content = compose_edim({person("Alice"), "EDIM 1", {person("Bob"), person("Carol")}, orders});
  REQUIRE(content.ok());
  CHECK((*content)[0] == 0xa0);
  const auto m = read_edim(*content);
  REQUIRE(m.ok());
  CHECK(chars(m->body) == orders);
  CHECK(m->local_identifier == "EDIM 1");
  CHECK(m->recipients.size() == 2);
  CHECK(equal(m->originator->encoded(), person("Alice").octets()));
  CHECK(m->body_type == asn1::oids::edi_body_part::edifact_iso646);
  CHECK(m->message_types == std::vector<std::string>{"ORDERS"});
  for (std::size_t n = 0; n < content->size(); ++n) CHECK_FALSE(read_edim(View(*content).first(n)).ok());
  CHECK_FALSE(compose_edim({person("Alice"), "1", {}, "no interchange"}).ok());
}

TEST_CASE("an EDIM spelled by hand") {
  using test::tlv;
  const std::string id = tlv("a1", tlv("a0", tlv("30", "6104 1302 5858")) + "8101 31");
  const std::string heading = tlv("30", id + tlv("86", "56070b03") + tlv("b3", ""));
  const Octets content = hex(tlv("a0", heading + tlv("30", "a006 0402 4142 0400")));
  const auto m = read_edim(content);
  REQUIRE(m.ok());
  CHECK(m->local_identifier == "1");
  CHECK(m->body_type == ber::Oid{2, 6, 7, 11, 3});
  CHECK(chars(m->body) == "AB");
  CHECK_FALSE(read_edim(hex("a100")).ok());
}
