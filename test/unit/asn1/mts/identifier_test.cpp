#include "x400/asn1/mts/identifier.hpp"

#include <catch2/catch.hpp>

#include "mts_vectors.hpp"

using namespace x400;
using namespace x400::asn1::mts;

TEST_CASE("an MTS identifier is read, printed and written") {
  auto id = MTSIdentifier::decode(mts_vectors::octets(mts_vectors::identifier));
  REQUIRE(id.ok());
  CHECK(id->domain().country == "XX");
  CHECK(id->domain().admd == "ICAO");
  CHECK(id->domain().prmd == "LF");
  CHECK(id->local() == "a.1");
  CHECK(id->to_string() == "[/PRMD=LF/ADMD=ICAO/C=XX/;a.1]");
  CHECK(to_hex(MTSIdentifier({"XX", "ICAO", "LF"}, "a.1").octets()) == mts_vectors::identifier);
  CHECK(to_hex(MTSIdentifier::parse("[/PRMD=LF/ADMD=ICAO/C=XX/;a.1]")->octets()) == mts_vectors::identifier);
}

TEST_CASE("received octets are kept, numeric domain names as they were") {
  // ADMD "400" as PrintableString, all lengths indefinite.
  const Octets odd = mts_vectors::octets("6480 6380 61801302 58580000 62801303 3430300000 0000 160161 0000");
  auto id = MTSIdentifier::decode(odd);
  REQUIRE(id.ok());
  CHECK(to_octets(id->octets()) == odd);
  CHECK(*id == MTSIdentifier({"xx", "400 ", ""}, "a"));
  CHECK(id->key() == MTSIdentifier({"xx", "400", ""}, "a").key());
}

TEST_CASE("identifiers compare domains as addresses, the local part octet by octet") {
  const MTSIdentifier id({"XX", "ICAO", "LF"}, "a.1");
  CHECK(id == MTSIdentifier({"xx", "Icao", " lf "}, "a.1"));
  CHECK_FALSE(id == MTSIdentifier({"XX", "ICAO", "LF"}, "A.1"));
  CHECK_FALSE(id == MTSIdentifier({"XX", "ICAO", ""}, "a.1"));
  CHECK(id.key() == MTSIdentifier({"xx", "Icao", " lf "}, "a.1").key());
  CHECK(id.key() != MTSIdentifier({"XX", "ICAO", "LF"}, "A.1").key());
}

TEST_CASE("text forms of identifiers") {
  CHECK(MTSIdentifier::parse("[/ADMD= /C=XX/;x;y/]")->local() == "x;y/");
  for (const char* text :
       {"", "[]", "a.1", "[/C=XX/;]", "[;a.1]", "[/O=o/C=XX/;a.1]", "[/C=XX/a.1]", "[/C=XX/;\xc3\xa9]"}) {
    INFO(text);
    auto id = MTSIdentifier::parse(text);
    REQUIRE_FALSE(id.ok());
    CHECK(id.error().kind() == ErrorKind::malformed);
  }
}
