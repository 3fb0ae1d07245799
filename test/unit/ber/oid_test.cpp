#include "x400/ber/oid.hpp"

#include <catch2/catch.hpp>

using namespace x400;
using ber::Oid;

TEST_CASE("an OID's contents are those of X.690 8.19") {
  CHECK(to_hex(Oid{2, 1, 1}.contents()) == "5101");
  CHECK(to_hex(Oid{2, 6, 0, 1, 11}.contents()) == "5600010b");
  CHECK(to_hex(Oid{2, 999, 3}.contents()) == "883703");  // the example of X.690 8.19.5
  CHECK(to_hex(Oid{1, 3, 26, 0, 4406, 0, 4, 1}.contents()) == "2b1a00a236000401");
}

TEST_CASE("text and arcs agree") {
  for (const char* text : {"2.6.0.1.11", "0.0", "1.39.4294967295", "2.4294967295", "2.999.3"}) {
    auto oid = Oid::parse(text);
    REQUIRE(oid.ok());
    CHECK(oid->to_string() == text);
    auto again = Oid::from_contents(oid->contents());
    REQUIRE(again.ok());
    CHECK(*again == *oid);
  }
  CHECK(Oid{2, 6, 4, 3}.child(12).to_string() == "2.6.4.3.12");
}

TEST_CASE("impossible OIDs are refused") {
  for (const char* text : {"", "2", "3.1", "1.40", "2..1", "2.1.", "a.b", "2.1 ", "-1.2"})
    CHECK_FALSE(Oid::parse(text).ok());
  for (const char* hex : {"", "80", "5680", "568001", "2b90ffffffffff7f"})
    CHECK_FALSE(Oid::from_contents(*from_hex(hex)).ok());
  CHECK(Oid::from_contents(Octets(65, 1)).error().kind() == ErrorKind::limit);
}
