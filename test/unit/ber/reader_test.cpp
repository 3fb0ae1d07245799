#include "x400/ber/reader.hpp"

#include <catch2/catch.hpp>

using namespace x400;
using namespace x400::ber;

namespace {

Octets hex(const char* text) { return *from_hex(text); }

ErrorKind kind_of(const char* text) {
  const Octets octets = hex(text);
  auto e = read_one(octets);
  REQUIRE_FALSE(e.ok());
  return e.error().kind();
}

}  // namespace

TEST_CASE("definite and indefinite lengths give the same contents") {
  for (const char* text : {"3003020105", "30810302 0105", "3084 00000003 020105", "3080 020105 0000"}) {
    const Octets octets = hex(text);
    auto e = read_one(octets);
    REQUIRE(e.ok());
    CHECK(e->tag == tags::sequence);
    CHECK(e->constructed);
    CHECK(to_hex(e->content) == "020105");
    CHECK(e->whole.size() == octets.size());
  }
}

TEST_CASE("tag numbers of both forms") {
  const Octets low = hex("be00"), high = hex("bf1f00"), big = hex("9f8fffff7f00");
  CHECK(read_one(low)->tag == context(30));
  CHECK(read_one(high)->tag == context(31));
  CHECK(read_one(big)->tag == context(0x1ffffff));
  CHECK(to_string(context(3)) == "[3]");
  CHECK(to_string(application(0)) == "[APPLICATION 0]");
}

TEST_CASE("every prefix of a value is truncated, never anything else") {
  for (const char* text : {"3003020105", "3080020105 0000", "bf8f7f 820001 05", "a1803080020105 0000 0000"}) {
    const Octets whole = hex(text);
    for (std::size_t n = 0; n < whole.size(); ++n) {
      auto e = read_one(View(whole).first(n));
      REQUIRE_FALSE(e.ok());
      CHECK(e.error().kind() == ErrorKind::truncated);
    }
  }
}

TEST_CASE("bad headers are malformed") {
  CHECK(kind_of("0480 0000") == ErrorKind::malformed);           // primitive, indefinite
  CHECK(kind_of("04ff") == ErrorKind::malformed);                // length FF
  CHECK(kind_of("0485 0100000001 00") == ErrorKind::malformed);  // five length octets
  CHECK(kind_of("1f8001 00") == ErrorKind::malformed);           // padded tag number
  CHECK(kind_of("1f8181818101 00") == ErrorKind::malformed);     // too big a tag number
  CHECK(kind_of("0000") == ErrorKind::malformed);                // end-of-contents as a value
  CHECK(kind_of("020105 00") == ErrorKind::malformed);           // trailing octet
}

TEST_CASE("integers") {
  const auto value = [](const char* text) {
    const Octets octets = hex(text);
    return read_integer(*read_one(octets));
  };
  CHECK(*value("020100") == 0);
  CHECK(*value("0201ff") == -1);
  CHECK(*value("02020080") == 128);
  CHECK(*value("02047fffffff") == 2147483647);
  CHECK(*value("02088000000000000000") == INT64_MIN);
  CHECK(*value("0203000001") == 1);  // more octets than needed: BER forbids, real peers send
  CHECK_FALSE(value("0200").ok());
  CHECK(value("0209000000000000000001").error().kind() == ErrorKind::limit);
  CHECK_FALSE(value("2203020101").ok());
}

TEST_CASE("strings in constructed form are joined from OCTET STRING segments") {
  const auto value = [](const char* text) {
    const Octets octets = hex(text);
    return read_chars(*read_one(octets));
  };
  CHECK(*value("13026162") == "ab");
  CHECK(*value("3308 04026162 04026364") == "abcd");                 // X.690 8.21
  CHECK(*value("3380 2480 04026162 0000 04026364 0000") == "abcd");  // nested
  CHECK_FALSE(value("3304 13026162").ok());                          // segment with the outer tag
}

TEST_CASE("segments may be nested, but not without end: each level costs a walk") {
  const auto nested = [](std::uint8_t tag, std::size_t levels) {
    Octets octets = {static_cast<std::uint8_t>(tag & 0xdf), 2, 0, 0x61};
    for (std::size_t i = 0; i < levels; ++i) {
      octets.insert(octets.begin(), {tag, 0x80});
      octets.insert(octets.end(), {0, 0});
    }
    return octets;
  };
  for (const std::size_t levels : {1, 8}) {
    const Octets octets = nested(0x24, levels), bits = nested(0x23, levels);
    CHECK(read_octets(*read_one(octets)).ok());
    CHECK(read_bits(*read_one(bits)).ok());
  }
  const Octets octets = nested(0x24, 9), bits = nested(0x23, 9);
  CHECK(read_octets(*read_one(octets)).error().kind() == ErrorKind::limit);
  CHECK(read_bits(*read_one(bits)).error().kind() == ErrorKind::limit);
}

TEST_CASE("lengths may begin with zeros, and mean no more than four octets") {
  const auto size_of = [](const char* text) -> std::optional<std::size_t> {
    const Octets octets = hex(text);
    const auto e = read_one(octets);
    return e.ok() ? std::optional(e->content.size()) : std::nullopt;
  };
  CHECK(size_of("0485 0000000002 6162") == 2);  // X.690 8.1.3.5
  CHECK(size_of("048a 00000000000000000002 6162") == 2);
  CHECK(size_of("0480") == std::nullopt);
  CHECK(size_of("0485 0100000002 6162") == std::nullopt);
  CHECK(size_of("04ff 02 6162") == std::nullopt);  // reserved
  const Octets huge = hex("0485 0100000002 6162"), cut = hex("0485 00000000");
  CHECK(read_one(huge).error().kind() == ErrorKind::malformed);
  CHECK(read_one(cut).error().kind() == ErrorKind::truncated);
}

TEST_CASE("bit strings") {
  const auto value = [](const char* text) {
    const Octets octets = hex(text);
    return read_bits(*read_one(octets));
  };
  auto bits = value("03020410");
  REQUIRE(bits.ok());
  CHECK(bits->size() == 4);
  CHECK(bits->test(3));
  CHECK_FALSE(bits->test(0));
  CHECK_FALSE(bits->test(99));
  CHECK(value("2309 0303006e5d 03020740")->size() == 17);
  CHECK_FALSE(value("0300").ok());
  CHECK_FALSE(value("030108").ok());
  CHECK_FALSE(value("030101").ok());
  CHECK_FALSE(value("2308 03020740 03020010").ok());  // unused bits in the middle
}

TEST_CASE("optional members and leftovers") {
  const Octets octets = hex("800101 810102 050000");
  Reader r(octets);
  CHECK((*r.next_if(context(0)))->content[0] == 1);
  CHECK_FALSE(r.next_if(context(5))->has_value());
  CHECK((*r.next_if(context(1)))->content[0] == 2);
  CHECK_FALSE(r.finish().ok());
  CHECK(read_null(*r.next()).ok());
  CHECK_FALSE(r.next_if(context(1)).ok());  // a broken value is an error, not an absence
}
