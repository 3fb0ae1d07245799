#include "x400/settings/units.hpp"

#include <catch2/catch.hpp>

using namespace x400;
using namespace x400::settings;
using namespace std::chrono_literals;

TEST_CASE("units: durations") {
  CHECK(parse_duration("500 ms").value() == 500ms);
  CHECK(parse_duration("10s").value() == 10s);
  CHECK(parse_duration("5 min").value() == 5min);
  CHECK(parse_duration("2 h").value() == 2h);
  CHECK(parse_duration("30 d").value() == 720h);
  CHECK(parse_duration("0 s").value() == 0s);
  for (const char* bad :
       {"", "10", "s", "10  s", "1.5 s", "-1 s", " 1 s", "1 S", "1 s ", "99999999999999999999 s"})
    CHECK(parse_duration(bad).error().kind() == ErrorKind::malformed);
  CHECK(parse_duration("18446744073709551615 d").error().kind() == ErrorKind::limit);
}

TEST_CASE("units: sizes") {
  CHECK(parse_size("0 B").value() == 0);
  CHECK(parse_size("64 KiB").value() == 65536);
  CHECK(parse_size("64MiB").value() == 67108864);
  CHECK(parse_size("2 GiB").value() == 2147483648);
  CHECK(parse_size("1 TiB").value() == 1099511627776);
  for (const char* bad : {"", "1", "1 KB", "1 kib", "0x10 B", "1,5 MiB"})
    CHECK(parse_size(bad).error().kind() == ErrorKind::malformed);
  CHECK(parse_size("8388608 TiB").error().kind() == ErrorKind::limit);
}
