// Registrations of both editions, each field alone: written by hand from the ASN.1 of X.411 8.4.1.1.
#include "x400/asn1/mts/registration.hpp"

#include <catch2/catch.hpp>

using namespace x400;
using namespace x400::asn1;
using namespace x400::asn1::mts;

namespace {

struct Field {
  const char* name;
  const char* argument;
  bool in_1988, in_1994;
};

const Field fields[] = {
    {"nothing", "3100", true, true},
    {"user-name", "310a60083006610413025858", true, true},
    {"user-address, X.121 and TSAP", "310ca00aa0081203313233130174", true, true},
    {"user-address, presentation address", "310ba009a107a3053103040101", true, true},
    {"default-delivery-controls", "310da20b310982020400a403460116", true, true},
    {"deliverable-encoded-information-types", "3106650480020520", true, false},
    {"deliverable-maximum-content-length", "3106a10402020400", true, false},
    {"deliverable-content-types", "3108a30646011606012a", true, false},
    {"labels-and-redirections", "3116a4143112a00606012a020102a1083006610413025858", true, false},
    {"deliverable-class, all of it",
     "313531333131a00346011681020400a205a00306012aa3023100a403470102850102a61331110101ff030205a0a00830066104"
     "13025858",
     false, true},
    {"redirections", "3117a3153113a0073105a003460116a1083006610413025858", false, true},
    {"restricted-delivery", "3115a4133111010100030205a0a1083006610413025858", false, true},
    {"retrieve-registrations", "310ca50a800204f0a10406022a03", false, true},
    {"extensions", "310ea60c300a800105810100a2020500", false, true},
};

bool malformed(const Status& status) { return !status.ok() && status.error().kind() == ErrorKind::malformed; }

}  // namespace

TEST_CASE("register argument: each field is one of its editions' alone") {
  for (const Field& field : fields) {
    INFO(field.name);
    const Octets argument = *from_hex(field.argument);
    for (const auto& [edition, allowed] :
         {std::pair(Edition::e1988, field.in_1988), std::pair(Edition::e1994, field.in_1994)}) {
      INFO((edition == Edition::e1988 ? "1988" : "1994"));
      const Status status = check_register_argument(argument, edition);
      INFO((status.ok() ? "" : status.error().text()));
      CHECK(status.ok() == allowed);
      CHECK(malformed(status) != allowed);
      if (argument.size() > 2)
        CHECK(check_register_argument(View(argument).first(argument.size() - 1), edition).error().kind() ==
              ErrorKind::truncated);
    }
  }
}

TEST_CASE("register argument: what is none") {
  for (const char* bad : {
           "0500", "020105", "3000", "1100",          // no SET
           "31020500", "3103a70100", "3104a0020500",  // no field, unknown field, no address
           "31006000", "310031",                      // something behind it
           "3104a2020500", "3106a204310283ff",        // controls that are none
           "310c60026100a104020204000500",            // a field of none of them at the end
           "310aa1040202040002020400",                // a universal INTEGER
           "310ca1040202040aa10402020400",            // a field twice
       }) {
    INFO(bad);
    for (const Edition edition : {Edition::e1988, Edition::e1994})
      CHECK(malformed(check_register_argument(*from_hex(bad), edition)));
  }
}

TEST_CASE("register result: NULL, and in 1994 what is registered") {
  for (const Edition edition : {Edition::e1988, Edition::e1994}) {
    CHECK(check_register_result(*from_hex("0500"), edition).ok());
    for (const char* bad : {"050100", "020105", "3000", "3104a2020500", "05000500"}) {
      INFO(bad);
      CHECK(malformed(check_register_result(*from_hex(bad), edition)));
    }
    CHECK(check_register_result({}, edition).error().kind() == ErrorKind::truncated);
  }
  for (const char* registered :
       {"3100", "3110a00ea30c310aa1083006610413025858", "310ea10c300a800105810100a2020500"}) {
    INFO(registered);
    CHECK(check_register_result(*from_hex(registered), Edition::e1994).ok());
    CHECK(malformed(check_register_result(*from_hex(registered), Edition::e1988)));
  }
}
