#include "directory/file_directory.hpp"

#include <catch2/catch.hpp>

#include <future>

#include "x400/asn1/or_text.hpp"

using namespace x400;
using namespace x400::server;
using settings::PasswordHash;
using settings::Secret;

namespace {

asn1::ORAddress address(std::string_view text) { return asn1::parse_or_address(text).value(); }

std::vector<MailboxConfig> mailboxes() {
  MailboxConfig alice;
  alice.id = "alice";
  alice.or_addresses = {address("C=XX;ADMD=TEST;O=Org;S=Alice"),
                        address("C=XX;ADMD=TEST;O=Org;CN=Duty Officer")};
  alice.p7_hash = std::make_shared<const PasswordHash>(PasswordHash::make(view("pw"), {16, 1, 1}).value());
  alice.mta = "MTA1";
  MailboxConfig bob;
  bob.id = "bob";
  bob.or_addresses = {address("C=XX;ADMD=TEST;O=Org;S=Bob")};
  bob.mta = "MTA2";
  return {alice, bob};
}

Verdict verdict(Directory& directory, const UserPtr& user, std::string_view password) {
  std::promise<Verdict> told;
  directory.authenticate(user, Secret(password), [&](Verdict v) { told.set_value(v); });
  return told.get_future().get();
}

}  // namespace

TEST_CASE("file directory: users by address and id") {
  auto verifier = PasswordVerifier::make(1, 4).value();
  const FileDirectory directory(mailboxes(), *verifier);
  const UserPtr alice = directory.find_by_id("alice");
  REQUIRE(alice);
  CHECK(alice->mta == "MTA1");
  CHECK(directory.find_by_address(address("/S=alice/O=ORG/ADMD=test/C=xx/")) == alice);
  CHECK(directory.find_by_address(address("C=XX;ADMD=TEST;O=Org;CN=duty  officer")) == alice);
  CHECK_FALSE(directory.find_by_address(address("C=XX;ADMD=TEST;O=Org;S=Alice;G=A")));
  CHECK_FALSE(directory.find_by_address(asn1::ORAddress()));
  CHECK_FALSE(directory.find_by_id("carol"));
  CHECK(directory.users().size() == 2);
  CHECK(alice->owns(address("/S=alice/O=ORG/ADMD=test/C=xx/")));
  CHECK_FALSE(alice->owns(address("C=XX;ADMD=TEST;O=Org;S=Bob")));
}

TEST_CASE("file directory: passwords") {
  auto verifier = PasswordVerifier::make(1, 4).value();
  FileDirectory directory(mailboxes(), *verifier);
  const UserPtr alice = directory.find_by_id("alice"), bob = directory.find_by_id("bob");
  CHECK(verdict(directory, alice, "pw") == Verdict::right);
  CHECK(verdict(directory, alice, "PW") == Verdict::wrong);
  CHECK(verdict(directory, nullptr, "pw") == Verdict::wrong);
  // A mailbox without a hash is open to nobody, not to everybody.
  CHECK(verdict(directory, bob, "") == Verdict::wrong);
  CHECK(verdict(directory, bob, "pw") == Verdict::wrong);
}
