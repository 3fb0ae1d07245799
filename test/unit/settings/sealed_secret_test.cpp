#include "x400/settings/sealed_secret.hpp"

#include <catch2/catch.hpp>

#include "x400_temp_folder.hpp"

using namespace x400;
using namespace x400::settings;

namespace {

SealKey key_of(const test::TempFolder& folder, const std::string& line) {
  return SealKey::read(folder.write("key", line + "\n")).value();
}

}  // namespace

TEST_CASE("sealed: what is sealed opens with the key and for its owner") {
  const test::TempFolder folder;
  const SealKey key = key_of(folder, SealKey::make_line().value());
  const auto sealed = key.seal(Secret("correct horse"), "alice").value();
  CHECK(sealed.starts_with("sealed$1$"));
  CHECK(sealed.find(' ') == sealed.npos);
  CHECK(chars(key.open(sealed, "alice").value().octets()) == "correct horse");
}

TEST_CASE("sealed: twice the same is not the same twice") {
  const test::TempFolder folder;
  const SealKey key = key_of(folder, SealKey::make_line().value());
  CHECK(key.seal(Secret("x"), "alice").value() != key.seal(Secret("x"), "alice").value());
  CHECK(SealKey::make_line().value() != SealKey::make_line().value());
}

TEST_CASE("sealed: another key, another owner, or a changed octet opens nothing") {
  const test::TempFolder folder;
  const SealKey key = key_of(folder, SealKey::make_line().value());
  const auto sealed = key.seal(Secret("secret"), "alice").value();
  CHECK(key.open(sealed, "bob").error().kind() == ErrorKind::refused);
  CHECK(key_of(folder, SealKey::make_line().value()).open(sealed, "alice").error().kind() ==
        ErrorKind::refused);
  for (std::size_t i = 9; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(key.open(changed, "alice").ok());
  }
  for (const char* none : {"", "secret", "sealed$1$", "sealed$2$AAAA", "sealed$1$AAAA", "scrypt$1$1$1$x$y"})
    CHECK(key.open(none, "alice").error().kind() == ErrorKind::malformed);
}

TEST_CASE("sealed: key files are as strict as other secrets") {
  const test::TempFolder folder;
  CHECK(SealKey::read(folder.path() / "none").error().kind() == ErrorKind::io);
  CHECK(SealKey::read(folder.write("short", "too short\n")).error().kind() == ErrorKind::invalid);
  CHECK(SealKey::read(folder.write("open", std::string(44, 'k'), 0644)).error().kind() == ErrorKind::refused);
}
