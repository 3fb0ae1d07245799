#include "x400/settings/secret.hpp"

#include <catch2/catch.hpp>

#include "x400_temp_folder.hpp"

using namespace x400;
using namespace x400::settings;
using Catch::Contains;

TEST_CASE("secret: matches by octets only") {
  const Secret secret("s3cret");
  CHECK(secret.matches(view("s3cret")));
  CHECK_FALSE(secret.matches(view("s3creT")));
  CHECK_FALSE(secret.matches(view("s3cre")));
  CHECK_FALSE(secret.matches(view("s3cret ")));
  CHECK_FALSE(secret.matches(View{}));
  CHECK(Secret().matches(View{}));
}

TEST_CASE("secret: copies and moves keep the octets") {
  Secret a("one");
  Secret b = a;
  Secret c = std::move(a);
  CHECK(b.matches(view("one")));
  CHECK(c.matches(view("one")));
  b = Secret("two");
  CHECK(b.matches(view("two")));
  c = b;
  CHECK(c.matches(view("two")));
}

TEST_CASE("secret file: one line end at the end goes, nothing else") {
  const test::TempFolder folder;
  CHECK(read_secret_file(folder.write("a", "pass")).value().matches(view("pass")));
  CHECK(read_secret_file(folder.write("b", "pass\n")).value().matches(view("pass")));
  CHECK(read_secret_file(folder.write("c", "pass\r\n")).value().matches(view("pass")));
  CHECK(read_secret_file(folder.write("d", " pass ")).value().matches(view(" pass ")));
  CHECK(read_secret_file(folder.write("e", std::string(62, 'x') + "\n")).value().octets().size() == 62);
}

TEST_CASE("secret file: what is refused") {
  const test::TempFolder folder;
  const auto kind = [&](std::string_view contents) {
    return read_secret_file(folder.write("x", contents)).error().kind();
  };
  CHECK(kind("") == ErrorKind::invalid);
  CHECK(kind("\n") == ErrorKind::invalid);
  CHECK(kind("a\nb\n") == ErrorKind::invalid);
  CHECK(kind("a\n\n") == ErrorKind::invalid);
  CHECK(kind(std::string(63, 'x')) == ErrorKind::invalid);
  CHECK(kind(std::string(100000, 'x')) == ErrorKind::invalid);
  CHECK(read_secret_file(folder.path() / "none").error().kind() == ErrorKind::io);
  CHECK(read_secret_file(folder.path()).error().kind() == ErrorKind::io);
}

TEST_CASE("secret file: open to everybody is refused with the cure") {
  const test::TempFolder folder;
  for (const int mode : {0644, 0604, 0602, 0601}) {
    const auto result = read_secret_file(folder.write("x", "pass", mode));
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().kind() == ErrorKind::refused);
    CHECK_THAT(result.error().text(), Contains("chmod o= "));
  }
  CHECK(read_secret_file(folder.write("y", "pass", 0640)).ok());
}
