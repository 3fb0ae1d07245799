#include "x400/asn1/time.hpp"

#include <catch2/catch.hpp>

using namespace x400;
using namespace x400::asn1;

namespace {

// 2026-11-24 12:00:00 UTC.
const Time today{std::chrono::seconds{1795521600}};

std::string utc(const char* text) {
  auto time = parse_utc_time(text, today);
  return time.ok() ? iso_time(*time) : std::string(name(time.error().kind()));
}
std::string generalized(const char* text) {
  auto time = parse_generalized_time(text);
  return time.ok() ? iso_time(*time) : std::string(name(time.error().kind()));
}

}  // namespace

TEST_CASE("UTCTime: seconds may miss, zones are east of Greenwich") {
  CHECK(utc("261124143449Z") == "2026-11-24T14:34:49Z");
  CHECK(utc("2611241434Z") == "2026-11-24T14:34:00Z");
  CHECK(utc("2611241434+0130") == "2026-11-24T13:04:00Z");
  CHECK(utc("261124233449-0100") == "2026-11-25T00:34:49Z");
  CHECK(utc("000229000000Z") == "2000-02-29T00:00:00Z");
  CHECK(utc("161231235960Z") == "2016-12-31T23:59:59Z");
}

TEST_CASE("UTCTime: the year lies from 10 back to 40 ahead") {
  CHECK(utc("160101000000Z") == "2016-01-01T00:00:00Z");
  CHECK(utc("660101000000Z") == "2066-01-01T00:00:00Z");
  CHECK(utc("670101000000Z") == "1967-01-01T00:00:00Z");
  CHECK(utc("990101000000Z") == "1999-01-01T00:00:00Z");
}

TEST_CASE("UTCTime: what is none") {
  for (const char* text :
       {"", "2611", "261124143449", "2611241434", "261324143449Z", "260230000000Z", "261124243449Z",
        "261124146049Z", "261124143461Z", "261124143449Z ", "26112414344Z", "261124143449+01",
        "261124143449+2400", "20261124143449Z", "2611241434.5Z"}) {
    INFO(text);
    CHECK(utc(text) == "malformed");
  }
}

TEST_CASE("GeneralizedTime") {
  CHECK(generalized("20261124143449Z") == "2026-11-24T14:34:49Z");
  CHECK(generalized("2026112414Z") == "2026-11-24T14:00:00Z");
  CHECK(generalized("20261124143449.75Z") == "2026-11-24T14:34:49Z");
  CHECK(generalized("20261124143449,5+01") == "2026-11-24T13:34:49Z");
  CHECK(generalized("20261124143449") == "2026-11-24T14:34:49Z");
  for (const char* text : {"", "20261124", "20261324143449Z", "20261124143449.Z", "2026112414344Z"})
    CHECK(generalized(text) == "malformed");
}

TEST_CASE("times are printed with seconds and Z") {
  const Time time = *parse_utc_time("2602010304+0100", today);
  CHECK(utc_time(time) == "260201020400Z");
  CHECK(generalized_time(time) == "20260201020400Z");
  CHECK(iso_time(time) == "2026-02-01T02:04:00Z");
}
