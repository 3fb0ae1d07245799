#include "x400/osi/address.hpp"

#include <catch2/catch.hpp>

using namespace x400;
using namespace x400::osi;

namespace {

std::string shown(std::string_view text) {
  auto a = parse_address(text);
  if (!a.ok()) return std::string("error: ") + std::string(name(a.error().kind()));
  return to_hex(a->selectors.presentation) + "/" + to_hex(a->selectors.session) + "/" +
         to_hex(a->selectors.transport) + " " + a->host + " " + std::to_string(a->port);
}

}  // namespace

TEST_CASE("host and port") {
  CHECK(shown("127.0.0.1:1102") == "// 127.0.0.1 1102");
  CHECK(shown("mta.example") == "// mta.example 102");
  CHECK(shown("[::1]:1102") == "// ::1 1102");
  CHECK(shown("[2001:db8::1]") == "// 2001:db8::1 102");
}

TEST_CASE("keyed form") {
  CHECK(shown("tsel=TRAN;ssel=SESS;psel=P7;127.0.0.1:1102") == "5037/53455353/5452414e 127.0.0.1 1102");
  CHECK(shown("psel=\"P;7\"; tsel='0206'H ;host=mta.example;port=1102") == "503b37//0206 mta.example 1102");
  CHECK(shown("tsel=#12;[::1]:102") == "//000c ::1 102");
  CHECK(shown("tsel=P3") == "//5033  102");
}

TEST_CASE("the form of RFC 1278") {
  CHECK(shown("\"P7\"/\"SESS\"/'0206'H/Internet=10.0.0.6+1102") == "5037/53455353/0206 10.0.0.6 1102");
  CHECK(shown("'0101'H/Internet=mta.example") == "//0101 mta.example 102");
  CHECK(shown("#1/#258/Internet=mta.example") == "/0001/0102 mta.example 102");
  CHECK(shown("Internet=10.0.0.6") == "// 10.0.0.6 102");
  CHECK(shown("\"a/b\"//\"t\"/Internet=10.0.0.6+9") == "612f62//74 10.0.0.6 9");
}

TEST_CASE("what is no address") {
  for (const char* text : {"",
                           ":1102",
                           "host:",
                           "host:0",
                           "host:65536",
                           "host:x",
                           "::1",
                           "[::1",
                           "[::1]x",
                           "a:1;b:2",
                           "tsel=TRAN;foo=1",
                           "tsel=\"TRAN",
                           "tsel='020'H",
                           "tsel='02'",
                           "tsel='0x'H",
                           "tsel=#x",
                           "tsel=#65536",
                           "tsel=caf\xc3\xa9",
                           "a/b/c/d/Internet=h",
                           "X25=1/Internet=h",
                           "Internet=",
                           "\"t\"/NS+49",
                           "ho st"}) {
    INFO(text);
    const std::string out = shown(text);
    CHECK(out.substr(0, 6) == "error:");
  }
}

TEST_CASE("selectors longer than the standards allow are refused") {
  CHECK(shown("tsel=" + std::string(32, 'x') + ";h:1").substr(0, 5) != "error");
  CHECK(shown("tsel=" + std::string(33, 'x') + ";h:1") == "error: limit");
  CHECK(shown("ssel=" + std::string(17, 'x') + ";h:1") == "error: limit");
  CHECK(shown("psel=" + std::string(17, 'x') + ";h:1") == "error: limit");
}

TEST_CASE("text of an address is read back as the same address") {
  for (const char* text : {"127.0.0.1:1102", "tsel=TRAN;ssel='00ff'H;psel=P7;[::1]:9", "tsel=\"a b;c\";h:1",
                           "\"P7\"/\"SESS\"/'0206'H/Internet=10.0.0.6+1102"}) {
    auto first = parse_address(text);
    REQUIRE(first.ok());
    auto second = parse_address(to_string(*first));
    REQUIRE(second.ok());
    CHECK(*first == *second);
  }
  CHECK(selector_text(to_octets("P7")) == "\"P7\"");
  CHECK(selector_text(Octets{2, 6}) == "'0206'H");
  CHECK(selector_text(to_octets("a\"b")) == "'612262'H");
  CHECK(selector_text({}).empty());
}
