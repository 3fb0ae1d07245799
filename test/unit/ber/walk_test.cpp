#include "x400/ber/walk.hpp"

#include <catch2/catch.hpp>

#include "x400/ber/reader.hpp"

using namespace x400;
using namespace x400::ber;

namespace {

Octets hex(const char* text) { return *from_hex(text); }

ErrorKind refusal(const char* text, const Limits& limits = {}) {
  const Octets octets = hex(text);
  auto extent = walk(octets, limits);
  REQUIRE_FALSE(extent.ok());
  return extent.error().kind();
}

Octets nested(std::size_t depth, std::uint8_t tag, std::uint8_t length) {
  Octets octets;
  for (std::size_t i = 0; i < depth; ++i) octets.insert(octets.end(), {tag, length});
  return octets;
}

}  // namespace

TEST_CASE("the walk measures a value") {
  const Octets octets = hex("3080 020105 30030101ff 0000");
  auto extent = walk(octets);
  REQUIRE(extent.ok());
  CHECK(extent->size == octets.size());
  CHECK(extent->elements == 4);
  CHECK_FALSE(extent->definite);
  CHECK(walk(hex("3003020105"))->definite);
}

TEST_CASE("the two inputs that made asn1c loop are refused") {
  // A country name of indefinite length whose contents end in 00 and another octet.
  CHECK(refusal("6180 13025858 0001") == ErrorKind::malformed);
  CHECK(refusal("3180 a280 160178 0001") == ErrorKind::malformed);
}

TEST_CASE("the walk refuses") {
  CHECK(refusal("3003 0204 05") == ErrorKind::malformed);      // passes its parent
  CHECK(refusal("3001 02") == ErrorKind::malformed);           // header cut off by its parent
  CHECK(refusal("30040480 0000") == ErrorKind::malformed);     // primitive, indefinite
  CHECK(refusal("30020000") == ErrorKind::malformed);          // end-of-contents in a definite value
  CHECK(refusal("3080 0001") == ErrorKind::malformed);         // 00 01
  CHECK(refusal("3080 000100 0000") == ErrorKind::malformed);  // universal 0 with contents
  CHECK(refusal("3004 3080 0201") == ErrorKind::malformed);    // indefinite cut off by a definite parent
  CHECK(refusal("0500 0500") == ErrorKind::malformed);         // trailing value
  CHECK(refusal("3005 0201") == ErrorKind::truncated);
  CHECK(refusal("3080 020105") == ErrorKind::truncated);
  CHECK(refusal("") == ErrorKind::truncated);
}

TEST_CASE("depth and count are limited") {
  Octets deep = nested(64, 0x30, 0x80);
  deep.insert(deep.end(), 128, 0);
  CHECK(walk(deep).ok());
  Octets deeper = nested(65, 0x30, 0x80);
  deeper.insert(deeper.end(), 130, 0);
  CHECK(walk(deeper).error().kind() == ErrorKind::limit);
  CHECK(walk(nested(1'000'000, 0x24, 0x80)).error().kind() == ErrorKind::limit);
  CHECK(walk(deep, {10, 1000}).error().kind() == ErrorKind::limit);
  CHECK(refusal("3006 0500 0500 0500", {64, 3}) == ErrorKind::limit);
  CHECK(walk(hex("3004 0500 0500"), {64, 3}).ok());
}

TEST_CASE("a run of values") {
  CHECK(walk_contents(hex(""))->elements == 0);
  CHECK(walk_contents(hex("0500 3080 0000 020101"))->elements == 3);
  CHECK_FALSE(walk_contents(hex("0500 02")).ok());
}

TEST_CASE("a definite copy has the same values") {
  auto copy = to_definite(hex("3080 a080 020105 0000 04820003 616263 0000"));
  REQUIRE(copy.ok());
  CHECK(to_hex(*copy) == "300aa0030201050403616263");
  CHECK(*to_definite(hex("3003020105")) == hex("3003020105"));
  Octets big = hex("3080");
  append(big, hex("0481c8"));
  big.insert(big.end(), 200, 0x5a);
  append(big, hex("0000"));
  auto definite = to_definite(big);
  REQUIRE(definite.ok());
  CHECK(walk(*definite)->definite);
  CHECK(read_one(*definite)->content.size() == 203);
}
