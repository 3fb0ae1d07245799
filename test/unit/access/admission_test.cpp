#include "x400/access/admission.hpp"

#include <catch2/catch.hpp>

using namespace x400::access;

TEST_CASE("admission: what an address is counted by") {
  CHECK(counted_address("192.0.2.7") == "192.0.2.7");
  CHECK(counted_address("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
  CHECK(counted_address("2001:db8:1:2::9") == counted_address("2001:db8:1:2:ffff::1"));
  CHECK(counted_address("2001:db8:1:2::9") != counted_address("2001:db8:1:3::9"));
  CHECK(counted_address("::ffff:192.0.2.7") == "192.0.2.7");
  CHECK(counted_address("no address") == "no address");
}

TEST_CASE("admission: an IPv6 customer has one share, whichever of his addresses he takes") {
  Admission admission(100, 2);
  CHECK_FALSE(admission.admit("2001:db8::1"));
  CHECK_FALSE(admission.admit("2001:db8::2"));
  CHECK(admission.admit("2001:db8::3") == "limit of 2 associations from one address");
  CHECK_FALSE(admission.admit("2001:db8:0:1::3"));
  CHECK_FALSE(admission.admit("192.0.2.7"));
  CHECK_FALSE(admission.admit("192.0.2.8"));
  admission.leave("2001:db8::1");
  CHECK_FALSE(admission.admit("2001:db8::3"));
  CHECK(admission.count() == 5);
}

TEST_CASE("admission: the limit in all, and who is not admitted does not count") {
  Admission admission(2, 1);
  CHECK_FALSE(admission.admit("192.0.2.1"));
  CHECK(admission.admit("192.0.2.1"));
  CHECK_FALSE(admission.admit("192.0.2.2"));
  CHECK(admission.admit("192.0.2.3") == "limit of 2 associations");
  CHECK(admission.count() == 2);
  admission.leave("192.0.2.1");
  CHECK_FALSE(admission.admit("192.0.2.3"));
}
