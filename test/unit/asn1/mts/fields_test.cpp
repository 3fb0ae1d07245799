#include "x400/asn1/mts/fields.hpp"

#include <catch2/catch.hpp>

#include "mts_vectors.hpp"
#include "x400/asn1/oids.hpp"

using namespace x400;
using namespace x400::asn1;
using namespace x400::asn1::mts;
using mts_vectors::octets;

TEST_CASE("priorities sort by meaning, not by code") {
  CHECK(rank(Priority::urgent) < rank(Priority::normal));
  CHECK(rank(Priority::normal) < rank(Priority::non_urgent));
  CHECK(rank(static_cast<Priority>(9)) == rank(Priority::normal));
}

TEST_CASE("content types as numbers and as object identifiers") {
  CHECK(ContentType{std::int64_t{22}}.oid() == oids::content_type::p22);
  CHECK(ContentType{std::int64_t{2}}.oid() == oids::content_type::p2);
  CHECK(ContentType{std::int64_t{1}}.oid().empty());
  CHECK(ContentType::of(oids::content_type::edi) == ContentType{std::int64_t{35}});
  CHECK(ContentType::of(oids::content_type::p772).to_string() == "1.3.26.0.4406.0.4.1");
  CHECK(ContentType{std::int64_t{22}}.to_string() == "22");
}

TEST_CASE("encoded information types: bits and object identifiers") {
  auto eits = EncodedInformationTypes::decode(octets("650c80020520a406060456010c00"));
  REQUIRE(eits.ok());
  const std::vector<ber::Oid> all{oids::eit::ia5_text, ber::Oid{2, 6, 1, 12, 0}};
  CHECK(eits->oids() == all);
  CHECK(to_hex(eits->encode()) == "650c80020520a406060456010c00");
  CHECK(to_hex(EncodedInformationTypes::of(all).encode()) == "650c80020520a406060456010c00");
  CHECK(EncodedInformationTypes::decode(octets("a606800206c0"), ber::context(6)).ok() == false);
  CHECK(EncodedInformationTypes::decode(octets("a604800206c0"), ber::context(6))->oids() ==
        std::vector<ber::Oid>{oids::eit::unknown, ber::Oid{2, 6, 3, 4, 1}});
  CHECK(EncodedInformationTypes::decode(octets("a604800206c0")).error().kind() == ErrorKind::malformed);
}

TEST_CASE("non-basic parameters survive") {
  auto eits =
      EncodedInformationTypes::decode(octets("6511"
                                             "80020410"
                                             "8103000040"
                                             "a206"
                                             "800141"
                                             "820102"));
  REQUIRE(eits.ok());
  CHECK(to_hex(eits->encode()) ==
        "6511"
        "80020410"
        "8103000040"
        "a206"
        "800141"
        "820102");
}

TEST_CASE("a count of unused bits that is none does no harm") {
  auto eits = EncodedInformationTypes::decode(octets("6504 8002 ff20"));
  if (eits.ok()) CHECK(EncodedInformationTypes::decode(eits->encode()).ok());
  auto empty = EncodedInformationTypes::decode(octets("6502 8000"));
  if (empty.ok()) CHECK(empty->oids().empty());
}

TEST_CASE("times are kept as they came") {
  const UtcTime time{"2601011200Z"};
  CHECK(iso_time(*time.time()) == "2026-01-01T12:00:00Z");
  CHECK(UtcTime{"no time"}.time().error().kind() == ErrorKind::malformed);
  CHECK(UtcTime::of(*time.time()).text == "260101120000Z");
}
