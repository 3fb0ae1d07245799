#include "x400/base/octets.hpp"

#include <catch2/catch.hpp>

using namespace x400;

TEST_CASE("hexadecimal goes both ways and skips white space") {
  CHECK(to_hex(Octets{0x00, 0xff, 0x1a}) == "00ff1a");
  CHECK(to_hex(Octets{1, 2, 3}, 2) == "0102...");
  auto octets = from_hex("00 FF\n1a");
  REQUIRE(octets.ok());
  CHECK(*octets == Octets{0x00, 0xff, 0x1a});
}

TEST_CASE("what is not hexadecimal is refused") {
  CHECK_FALSE(from_hex("0").ok());
  CHECK_FALSE(from_hex("0g").ok());
  CHECK(from_hex("zz").error().kind() == ErrorKind::malformed);
}

TEST_CASE("an error keeps its kind when context is added") {
  const Error e = Error(ErrorKind::io, "disk on fire").in("writing segment 3");
  CHECK(e.kind() == ErrorKind::io);
  CHECK(e.text() == "writing segment 3: disk on fire");
}
