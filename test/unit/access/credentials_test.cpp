#include "x400/access/credentials.hpp"

#include <catch2/catch.hpp>

#include "x400/access/protected_password.hpp"

using namespace x400;
using namespace x400::access;
using namespace std::chrono_literals;

namespace {

const asn1::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h};

asn1::Credentials sent(bool protect_it, bool octet_string = false) {
  return initiator_credentials({to_octets("mine"), octet_string}, protect_it, noon).value();
}
asn1::Credentials answer_to(const asn1::Credentials& initiator, std::string_view password = "theirs") {
  return responder_credentials(view(password), initiator, noon).value();
}
std::string wrong(const asn1::Credentials& answer, const asn1::Credentials& initiator) {
  return wrong_answer(answer, initiator, view("theirs"));
}

}  // namespace

TEST_CASE("credentials: a simple bind carries the password, and is answered in its form") {
  for (const bool octet_string : {false, true}) {
    CHECK(sent(false, octet_string) == asn1::Credentials(asn1::Password{to_octets("mine"), octet_string}));
    CHECK(answer_to(sent(false, octet_string)) ==
          asn1::Credentials(asn1::Password{to_octets("theirs"), octet_string}));
  }
}

TEST_CASE("credentials: a protected bind shows no password, nor does its answer") {
  const auto bind = sent(true);
  for (const auto& [credentials, password] :
       {std::pair(bind, "mine"), std::pair(answer_to(bind), "theirs")}) {
    const auto& hashed = std::get<asn1::ProtectedPassword>(credentials);
    CHECK(std::string(chars(hashed.encoded)).find(password) == std::string::npos);
  }
}

TEST_CASE("credentials: the responder proves itself with its own password, in the form of the bind") {
  CHECK(wrong(answer_to(sent(false)), sent(false)).empty());
  // Whoever compares octets does not care for the form.
  CHECK(wrong(answer_to(sent(false, true)), sent(false)).empty());
  const auto bind = sent(true);
  CHECK(wrong(answer_to(bind), bind).empty());
}

TEST_CASE("credentials: a responder that proves nothing is told from one that does") {
  const auto bind = sent(true);
  CHECK_FALSE(wrong(answer_to(sent(false), "guess"), sent(false)).empty());
  CHECK_FALSE(wrong(answer_to(sent(false), ""), sent(false)).empty());
  CHECK_FALSE(wrong(answer_to(sent(false), "theirs and more"), sent(false)).empty());
  CHECK_FALSE(wrong(answer_to(bind, "guess"), bind).empty());
  // The right password in the open is no answer to a protected bind: that peer knows the password, and shows
  // it.
  CHECK_FALSE(wrong(answer_to(sent(false)), bind).empty());
  CHECK_FALSE(wrong(asn1::StrongCredentials{{0xa0, 0x00}}, sent(false)).empty());
  // An answer that was made for another bind, and a bind in its place.
  CHECK_FALSE(wrong(answer_to(sent(true)), bind).empty());
  CHECK_FALSE(wrong(initiator_credentials(asn1::ia5_password("theirs"), true, noon).value(), bind).empty());
}
