#include "x400/settings/password_hash.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace x400;
using namespace x400::settings;

namespace {

constexpr PasswordHash::Cost cheap{16, 1, 1};

// The password "pleaseletmein" with salt "SodiumChloride" of RFC 7914, section 12.
constexpr std::string_view rfc =
    "scrypt$16384$8$1$U29kaXVtQ2hsb3JpZGU=$"
    "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw==";

}  // namespace

TEST_CASE("password hash: the vector of RFC 7914") {
  const auto hash = PasswordHash::parse(rfc);
  REQUIRE(hash.ok());
  CHECK(hash->check(view("pleaseletmein")).value());
  CHECK_FALSE(hash->check(view("pleaseletmeim")).value());
  CHECK_FALSE(hash->check(view("pleaseletmein ")).value());
  CHECK_FALSE(hash->check(View{}).value());
  CHECK(hash->text() == rfc);
}

TEST_CASE("password hash: made, written, read, checked") {
  const auto made = PasswordHash::make(view("geheim"), cheap);
  REQUIRE(made.ok());
  const auto read = PasswordHash::parse(made->text());
  REQUIRE(read.ok());
  CHECK(*read == *made);
  CHECK(read->check(view("geheim")).value());
  CHECK_FALSE(read->check(view("Geheim")).value());
}

TEST_CASE("password hash: octets, not characters, and the empty password") {
  const Octets raw{0x00, 0xFF, 0x80, 0x24};
  const auto hash = PasswordHash::make(raw, cheap);
  REQUIRE(hash.ok());
  CHECK(hash->check(raw).value());
  CHECK_FALSE(hash->check(View(raw).first(1)).value());
  const auto empty = PasswordHash::make(View{}, cheap);
  REQUIRE(empty.ok());
  CHECK(empty->check(View{}).value());
  CHECK_FALSE(empty->check(view("x")).value());
}

TEST_CASE("password hash: each hash has a salt of its own") {
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) seen.insert(PasswordHash::make(view("same"), cheap).value().text());
  CHECK(seen.size() == 20);
}

TEST_CASE("password hash: the default cost is 16 MiB") {
  const PasswordHash::Cost cost;
  CHECK(128 * cost.n * cost.r == 16u << 20);
}

TEST_CASE("password hash: texts that are none") {
  for (const char* bad :
       {"", "scrypt", "scrypt$16$1$1$", "secret", "scrypt$16$1$1$MTIzNDU2Nzg=$",
        "bcrypt$16$1$1$MTIzNDU2Nzg=$MTIzNDU2Nzg5MDEyMzQ1Ng==",
        "scrypt$16$1$1$MTIzNDU2Nzg=$MTIzNDU2Nzg5MDEyMzQ1Ng==$",
        "scrypt$16$1$1$MTIzNDU2Nzg$MTIzNDU2Nzg5MDEyMzQ1Ng==",
        "scrypt$16$1$1$MTIzNDU2Nzh=$MTIzNDU2Nzg5MDEyMzQ1Ng==", "scrypt$16$1$1$MTIz$MTIzNDU2Nzg5MDEyMzQ1Ng==",
        "scrypt$16$1$1$MTIzNDU2Nzg=$MTIz", "scrypt$0x10$1$1$MTIzNDU2Nzg=$MTIzNDU2Nzg5MDEyMzQ1Ng==",
        "scrypt$16$1$-1$MTIzNDU2Nzg=$MTIzNDU2Nzg5MDEyMzQ1Ng=="}) {
    INFO(bad);
    const auto parsed = PasswordHash::parse(bad);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("password hash: a cost that would eat the machine is refused") {
  for (const char* bad : {"scrypt$15$1$1$MTIzNDU2Nzg=$MTIzNDU2Nzg5MDEyMzQ1Ng==",
                          "scrypt$1$1$1$MTIzNDU2Nzg=$MTIzNDU2Nzg5MDEyMzQ1Ng==",
                          "scrypt$2097152$1$1$MTIzNDU2Nzg=$MTIzNDU2Nzg5MDEyMzQ1Ng==",
                          "scrypt$1048576$32$1$MTIzNDU2Nzg=$MTIzNDU2Nzg5MDEyMzQ1Ng==",
                          "scrypt$16$1$17$MTIzNDU2Nzg=$MTIzNDU2Nzg5MDEyMzQ1Ng=="}) {
    INFO(bad);
    CHECK(PasswordHash::parse(bad).error().kind() == ErrorKind::limit);
  }
  CHECK_FALSE(PasswordHash::make(view("x"), {3, 8, 1}).ok());
}
