#include "x400/asn1/mts/control.hpp"

#include <catch2/catch.hpp>

#include "mts_vectors.hpp"

using namespace x400;
using namespace x400::asn1::mts;
using mts_vectors::octets;

TEST_CASE("controls of either edition") {
  auto c = Controls::decode(octets(mts_vectors::controls_94));
  REQUIRE(c.ok());
  CHECK(c->restrict);
  CHECK(c->permissible_operations == Operations{false, true});
  CHECK(c->permissible_maximum_content_length == 1000);
  CHECK(c->permissible_lowest_priority == Priority::urgent);
  REQUIRE(c->permissible_content_types.size() == 2);
  CHECK(c->permissible_content_types[1] == ContentType{std::int64_t{22}});
  CHECK(to_hex(c->permissible_eits) == "3008a006060456030402");
  CHECK(c->permissible_security_context.size() == 1);
  auto again = Controls::decode(c->encode());
  REQUIRE(again.ok());
  CHECK(again->encode() == c->encode());

  auto old = Controls::decode(octets(mts_vectors::controls_88));
  REQUIRE(old.ok());
  CHECK_FALSE(old->restrict);
  CHECK(to_hex(old->permissible_eits) == "650c80020520a406060456010c00");
  CHECK(to_hex(old->encode()) == mts_vectors::controls_88);
}

TEST_CASE("controls that set nothing") {
  auto c = Controls::decode(octets("3100"));
  REQUIRE(c.ok());
  CHECK(c->restrict);
  CHECK_FALSE(c->permissible_operations);
  CHECK(to_hex(c->encode()) == "3100");
  CHECK(Controls::decode(octets("3000")).error().kind() == ErrorKind::malformed);
  CHECK(Controls::decode(octets("31")).error().kind() == ErrorKind::truncated);
}

TEST_CASE("what waits") {
  auto w = Waiting::decode(octets(mts_vectors::waiting));
  REQUIRE(w.ok());
  CHECK(w->waiting_operations == Operations{false, true});
  CHECK(w->long_content);
  CHECK_FALSE(w->low_priority);
  CHECK(w->other_security_labels);
  CHECK(w->waiting_content_types.size() == 1);
  CHECK(to_hex(w->encode()) == mts_vectors::waiting);
  CHECK(to_hex(Waiting{}.encode()) == "3100");
}
