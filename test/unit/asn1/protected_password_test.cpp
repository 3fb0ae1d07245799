#include "x400/asn1/protected_password.hpp"

#include <catch2/catch.hpp>

using namespace x400;
using namespace x400::asn1;

namespace {

ProtectedFields example() {
  ProtectedFields f;
  f.algorithm = ber::Oid{1, 3, 14, 3, 2, 26};
  f.signature.octets = {0xAB, 0xCD};
  f.time1 = "260301120000Z";
  f.random1 = ber::Bits{{0x11, 0x22}, 0};
  f.random2 = ber::Bits{{0xF0}, 4};
  return f;
}

std::string fault(std::string_view hex) {
  const auto read = ProtectedFields::decode({from_hex(hex).value()});
  return read.ok() ? "" : read.error().text();
}

}  // namespace

TEST_CASE("protected password: octets") {
  CHECK(to_hex(example().encode().encoded) ==
        "a12a"
        "3010300906052b0e03021a0500030300abcd"
        "800d3236303330313132303030305a"
        "8203001122"
        "830204f0");
}

TEST_CASE("protected password: read back, in any order, with members of later editions") {
  const auto f = ProtectedFields::decode(example().encode()).value();
  CHECK(f.algorithm == example().algorithm);
  CHECK(f.signature.octets == Octets{0xAB, 0xCD});
  CHECK(f.time1 == "260301120000Z");
  CHECK_FALSE(f.time2);
  CHECK(f.random1->octets == Octets{0x11, 0x22});
  CHECK(f.random2->unused == 4);
  // Random number first, indefinite length, parameters of the algorithm absent, a member [7].
  const auto other = ProtectedFields::decode(
      {*from_hex("a180 8203001122 870101 3080 3080 06052b0e03021a 0000 030300abcd 0000 0000")});
  REQUIRE(other.ok());
  CHECK(other->random1->octets == Octets{0x11, 0x22});
  CHECK(other->algorithm == example().algorithm);
}

TEST_CASE("protected password: what is signed is DER, in the order of the tags") {
  CHECK(to_hex(example().to_be_signed({to_octets("pw"), false})) ==
        "311c"
        "16027077"
        "800d3236303330313132303030305a"
        "8203001122"
        "830204f0");
  CHECK(to_hex(ProtectedFields().to_be_signed({to_octets("pw"), true})) == "310404027077");
}

TEST_CASE("protected password: what is none is refused") {
  CHECK_FALSE(fault("a100").empty());
  CHECK_FALSE(fault("a000").empty());
  CHECK_FALSE(fault("8100").empty());
  CHECK_FALSE(fault("a1 03 800100").empty());                           // no signature
  CHECK_FALSE(fault("a1 04 30023000").empty());                         // an empty algorithm
  CHECK_FALSE(fault("a1 07 3005 3003 060129").empty());                 // no hash
  CHECK_FALSE(fault("a1 0d 300b 3003 060129 0302 00ab 0500").empty());  // something behind the hash
  CHECK_FALSE(fault("a1 0d 3009 3003 060129 0302 00ab 8200").empty());  // a random number of no octets
  const std::string twice = "a1 15 3009 3003 060129 0302 00ab 8203 001122 8203 001122";
  CHECK_FALSE(fault(twice).empty());
  ProtectedFields large = example();
  large.random1->octets.resize(2000);
  CHECK_FALSE(ProtectedFields::decode(large.encode()).ok());
}
