#include "x400/ber/writer.hpp"

#include <catch2/catch.hpp>

#include "x400/ber/walk.hpp"

using namespace x400;
using namespace x400::ber;

TEST_CASE("lengths are minimal at every border") {
  for (const std::size_t n : {0U, 1U, 127U, 128U, 255U, 256U, 65535U, 65536U}) {
    Writer w;
    w.constructed(tags::sequence, [&] { w.primitive(tags::octet_string, Octets(n, 0x61)); });
    auto e = read_one(w.octets());
    REQUIRE(e.ok());
    auto inner = read_one(e->content);
    REQUIRE(inner.ok());
    CHECK(inner->content.size() == n);
    CHECK(w.size() == value_size(tags::sequence, value_size(tags::octet_string, n)));
  }
}

TEST_CASE("integers are minimal") {
  const auto hex_of = [](std::int64_t n) {
    Writer w;
    w.integer(tags::integer, n);
    return to_hex(w.octets());
  };
  CHECK(hex_of(0) == "020100");
  CHECK(hex_of(127) == "02017f");
  CHECK(hex_of(128) == "02020080");
  CHECK(hex_of(-1) == "0201ff");
  CHECK(hex_of(-128) == "020180");
  CHECK(hex_of(-129) == "0202ff7f");
  CHECK(hex_of(2147483647) == "02047fffffff");
  CHECK(hex_of(INT64_MIN) == "02088000000000000000");
}

TEST_CASE("high tags, booleans, nulls, names, bits") {
  Writer w;
  w.boolean(context(0), true);
  w.null();
  w.oid(Oid{2, 1, 1});
  w.bits(context(1), Bits{{0x10}, 4});
  w.primitive(context(31), "x");
  CHECK(to_hex(w.octets()) ==
        "8001ff0500060251018102041"
        "09f1f0178");
  CHECK(walk_contents(w.octets())->elements == 5);
}
