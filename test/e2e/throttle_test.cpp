// Guessing passwords at the real program, from several addresses of the loopback network.
#include <atomic>
#include <thread>

#include "mstored_process.hpp"
#include "user.hpp"
#include "x400_local_peer.hpp"

using namespace x400;
using namespace x400::test;

namespace {

const std::string limits =
    "[limits]\nfailed_binds_per_user = 3\nfailed_binds_per_address = 8\nfailed_binds_span = \"1 "
    "h\"\nfailed_binds_wait = \"100 ms\"\n";
const std::string wrong = "0a0100", not_looked_at = "0a0102";  // authentication-error, unable to establish

}  // namespace

TEST_CASE("mstored: guessers in parallel get no more guesses, and disturb nobody elsewhere") {
  Mstored store(0, limits);
  store.start();
  REQUIRE(bind_user("127.0.0.3", store.p7, alice_name, "pw-a") == "bound");
  std::atomic<int> looked_at{0}, refused{0}, other{0};
  const Octets guess = user_bind(alice_name, "guess").encode(Edition::e1988);
  std::vector<std::thread> guessers;
  for (int t = 0; t < 8; ++t)
    guessers.emplace_back([&, t] {
      const std::string local = "127.0.1." + std::to_string(t + 1);
      for (int i = 0; i < 4; ++i) {
        const auto answer = LocalPeer(local.c_str(), store.p7).bind(access::contexts::ms_access_88(), guess);
        ++(answer == wrong ? looked_at : answer == not_looked_at ? refused : other);
      }
    });
  // Meanwhile: another user from another address, and alice from where she is known.
  for (int i = 0; i < 10; ++i) {
    CHECK(bind_user("127.0.0.2", store.p7, bob_name, "pw-b") == "bound");
    CHECK(bind_user("127.0.0.3", store.p7, alice_name, "pw-a") == "bound");
  }
  for (auto& guesser : guessers) guesser.join();
  CHECK(looked_at == 3);
  CHECK(refused == 29);
  CHECK(other == 0);
  // The right password would be one more guess.
  CHECK(bind_user("127.0.0.4", store.p7, alice_name, "pw-a") == not_looked_at);
  CHECK_FALSE(store.run->line_with(" B304 ").empty());
}

TEST_CASE("mstored: names that nobody has are counted and answered as others are") {
  Mstored store(0, limits);
  store.start();
  constexpr std::string_view nobody = "C=XX;ADMD=TEST;O=Org;S=Nobody";
  for (const auto name : {nobody, bob_name}) {
    for (int i = 0; i < 3; ++i) CHECK(bind_user("127.0.0.2", store.p7, name, "guess") == wrong);
    CHECK(bind_user("127.0.0.2", store.p7, name, "guess") == not_looked_at);
  }
  // Eight from one address: then every name from there, known or not.
  for (const std::string surname : {"X", "Y"})
    CHECK(bind_user("127.0.0.2", store.p7, "C=XX;ADMD=TEST;O=Org;S=" + surname, "guess") == wrong);
  CHECK(bind_user("127.0.0.2", store.p7, "C=XX;ADMD=TEST;O=Org;S=Z", "guess") == not_looked_at);
  CHECK(bind_user("127.0.0.2", store.p7, alice_name, "pw-a") == not_looked_at);
  CHECK(bind_user("127.0.0.5", store.p7, alice_name, "pw-a") == "bound");
}

TEST_CASE("mstored: guesses at an MTA's password are slowed, the MTA that has bound before is not") {
  Mstored store(0, limits);
  store.start();
  REQUIRE(bind_mta("127.0.0.9", store.p3, "mta-pw") == "bound");
  for (int i = 0; i < 3; ++i) CHECK(bind_mta("127.0.0.2", store.p3, "guess") == "020102");
  CHECK(bind_mta("127.0.0.2", store.p3, "guess") == "020100");  // busy
  CHECK(bind_mta("127.0.0.2", store.p3, "mta-pw") == "020100");
  CHECK(bind_mta("127.0.0.9", store.p3, "mta-pw") == "bound");
  CHECK_FALSE(store.run->line_with(" B304 ").empty());
}

TEST_CASE("mstored: a bind that was slowed goes through when its time has come") {
  Mstored store(
      0,
      "[limits]\nfailed_binds_per_user = 1\nfailed_binds_span = \"300 ms\"\nfailed_binds_wait = \"20 "
      "s\"\n");
  store.start();
  CHECK(bind_user("127.0.0.2", store.p7, alice_name, "guess") == wrong);
  CHECK(bind_user("127.0.0.2", store.p7, alice_name, "pw-a") == "bound");
}
