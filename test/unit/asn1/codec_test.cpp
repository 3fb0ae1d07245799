#include "codec.hpp"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "MsAttributeSelection.h"
#include "MtsExtensions.h"
#include "MtsObjectName.h"
#include "OrCountryName.h"
#include "OrName.h"
#include "OrUniversalOrBmpString.h"

using namespace x400;
using namespace x400::asn1::codec;

namespace {

Octets hex(const char* text) { return *from_hex(text); }

Result<Owned<OrName_t>> or_name(const char* text) {
  return decode_type<OrName_t>(asn_DEF_OrName, hex(text), "O/R name");
}

// C=XX, A=TEST, P=DEMO, O=Org, S=Alice, G=A: from the MSBind argument of vectors/p7.
const char* const alice =
    "603930276104130258586206130454455354a206130444454d4f83034f7267a50a8005416c696365810141310e300c80"
    "0101a1071305616c696365";

}  // namespace

// Eight octets before any authentication: 00 and another octet where an indefinite length should end.
TEST_CASE("the endless loop of the unpatched codec: refused by the walk") {
  const Octets loop = hex("6180130258580001");
  auto name = decode_type<OrCountryName_t>(asn_DEF_OrCountryName, loop, "country");
  REQUIRE_FALSE(name.ok());
  CHECK(name.error().kind() == ErrorKind::malformed);
}

TEST_CASE("the endless loop of the unpatched codec: refused by the patched codec") {
  for (const char* text : {"6180130258580001", "61801302585800ff", "6180130258580001000000"}) {
    const Octets loop = hex(text);
    void* value = nullptr;
    const auto rval = ber_decode(nullptr, &asn_DEF_OrCountryName, &value, loop.data(), loop.size());
    Owned<OrCountryName_t> owner(static_cast<OrCountryName_t*>(value), Deleter{&asn_DEF_OrCountryName});
    CHECK(rval.code != RC_OK);
  }
}

TEST_CASE("a foreign O/R name is decoded") {
  auto name = or_name(alice);
  REQUIRE(name.ok());
  const auto& standard = (*name)->standard;
  CHECK(text_of(standard.country->choice.printable) == "XX");
  CHECK(text_of(standard.private_domain->choice.printable) == "DEMO");
  CHECK(text_of(standard.personal_name->surname) == "Alice");
  REQUIRE((*name)->extensions != nullptr);
  CHECK(items(*(*name)->extensions).size() == 1);
}

TEST_CASE("indefinite lengths and segments of strings are decoded") {
  auto country = decode_type<OrCountryName_t>(asn_DEF_OrCountryName, hex("6180 3380 040158 040158 0000 0000"),
                                              "country");
  REQUIRE(country.ok());
  CHECK(text_of((*country)->choice.printable) == "XX");
}

TEST_CASE("an explicit tag of indefinite length around a primitive is decoded") {
  auto selection = decode_type<MsAttributeSelection_t>(
      asn_DEF_MsAttributeSelection, hex("3180 0604 56040327 a080 020105 0000 0000"), "selection");
  REQUIRE(selection.ok());
  REQUIRE((*selection)->from != nullptr);
  CHECK(*(*selection)->from == 5);
}

// X.690 8.14, and 8.9.1 for the SEQUENCEs that the modules read as ANY under an explicit tag.
TEST_CASE("an ANY under an explicit tag in primitive form is refused") {
  const auto decoded = [](const char* text) {
    return decode_type<MtsObjectName_t>(asn_DEF_MtsObjectName, hex(text), "name").ok();
  };
  CHECK(decoded("6004 30020500"));
  CHECK(decoded("6080 30020500 0000"));
  CHECK(decoded("a404 30020500"));
  CHECK_FALSE(decoded("4004 30020500"));
  CHECK_FALSE(decoded("8404 30020500"));
  // Where it was not walked, an indefinite length in it does not come to the decoder as a definite one.
  CHECK_FALSE(decoded("4006 3080 0000 0500"));
  // An ANY that has its own tag may be primitive.
  CHECK(decode_type<MtsExtensions_t>(asn_DEF_MtsExtensions, hex("3102 0500"), "extensions").ok());
}

TEST_CASE("octets that end early are truncated, octets that do not fit are malformed") {
  const Octets whole = hex(alice);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    auto name = decode_type<OrName_t>(asn_DEF_OrName, View(whole).first(n), "O/R name");
    REQUIRE_FALSE(name.ok());
    CHECK(name.error().kind() == ErrorKind::truncated);
  }
  CHECK(or_name("6002 0500").error().kind() == ErrorKind::malformed);
  CHECK(or_name("6002 3000 00").error().kind() == ErrorKind::malformed);
  CHECK(or_name("3002 3000").error().kind() == ErrorKind::malformed);
}

TEST_CASE("what is decoded is encoded alike") {
  auto name = or_name(alice);
  REQUIRE(name.ok());
  CHECK(*encode_type(asn_DEF_OrName, name->get(), "O/R name") == hex(alice));
  auto empty = make<OrUniversalOrBmpString_t>(asn_DEF_OrUniversalOrBmpString);
  CHECK(encode_type(asn_DEF_OrUniversalOrBmpString, empty.get(), "a string").error().kind() ==
        ErrorKind::internal);
}

// Run under the thread sanitizer: the descriptors of alias types are completed once, under a lock.
TEST_CASE("the codec is used by several threads from its first use on", "[threads]") {
  std::vector<std::thread> threads;
  std::vector<int> decoded(4);
  for (std::size_t t = 0; t < decoded.size(); ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) decoded[t] += or_name(alice).ok() ? 1 : 0;
    });
  for (auto& thread : threads) thread.join();
  for (const int n : decoded) CHECK(n == 200);
}
