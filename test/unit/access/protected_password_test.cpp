#include "x400/access/protected_password.hpp"

#include <openssl/evp.h>

#include <catch2/catch.hpp>

using namespace x400;
using namespace x400::access;
using namespace std::chrono_literals;

namespace {

const asn1::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h};

struct Clock {
  asn1::Time now = noon;
  ProtectedChecker checker(std::size_t remembered = 1000, std::size_t of_one_name = 1000) {
    return ProtectedChecker({300s, remembered, of_one_name}, [this] { return now; });
  }
};

asn1::ProtectedPassword hashed(std::string_view password, asn1::Time time = noon,
                               const asn1::ProtectedPassword* answered = nullptr) {
  return protect(asn1::ia5_password(password), time, answered).value();
}

// The same with something changed after it was signed.
template <class F>
asn1::ProtectedPassword changed(const asn1::ProtectedPassword& from, F change) {
  auto fields = asn1::ProtectedFields::decode(from).value();
  change(fields);
  return fields.encode();
}

// The same with something changed before it is signed, by who knows the password "theirs".
template <class F>
asn1::ProtectedPassword hashed_as(const asn1::ProtectedPassword& from, F change) {
  auto fields = asn1::ProtectedFields::decode(from).value();
  change(fields);
  const Octets input = fields.to_be_signed(asn1::ia5_password("theirs"));
  Octets hash(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  REQUIRE(EVP_Digest(input.data(), input.size(), hash.data(), &size, EVP_sha256(), nullptr) == 1);
  hash.resize(size);
  fields.signature.octets = hash;
  return fields.encode();
}

}  // namespace

TEST_CASE("protected: the right password, once") {
  Clock clock;
  auto checker = clock.checker();
  const auto sent = hashed("secret");
  CHECK(checker.check("alice", sent, view("secret")) == ProtectedFault::none);
  CHECK(checker.check("alice", sent, view("secret")) == ProtectedFault::replayed);
  CHECK(checker.check("alice", hashed("secret"), view("secret")) == ProtectedFault::none);
  // Another user of the same password has not used it.
  CHECK(checker.check("bob", sent, view("secret")) == ProtectedFault::none);
}

TEST_CASE("protected: the password is not in what is sent") {
  const auto sent = hashed("secret");
  CHECK(std::string(chars(sent.encoded)).find("secret") == std::string::npos);
}

TEST_CASE("protected: wrong passwords, none, and what others signed") {
  Clock clock;
  auto checker = clock.checker();
  CHECK(checker.check("alice", hashed("guess"), view("secret")) == ProtectedFault::wrong);
  CHECK(checker.check("alice", hashed("secret"), std::nullopt) == ProtectedFault::wrong);
  CHECK(checker.check("alice", hashed("nobody's password"), std::nullopt) == ProtectedFault::wrong);
  CHECK(checker.check("alice", {*from_hex("a1 00")}, view("secret")) == ProtectedFault::malformed);
  CHECK(checker.check("alice", {*from_hex("a1 05 30 03 02 01 00")}, view("secret")) ==
        ProtectedFault::malformed);
  // Nothing of these is remembered: memory is for those who know a password.
  CHECK(checker.remembered() == 0);
}

TEST_CASE("protected: each member counts") {
  Clock clock;
  auto checker = clock.checker();
  const auto sent = hashed("secret");
  const auto check = [&](auto change) {
    return checker.check("alice", changed(sent, change), view("secret"));
  };
  CHECK(check([](auto& f) { f.time1 = asn1::utc_time(noon + 1s); }) == ProtectedFault::wrong);
  CHECK(check([](auto& f) { f.time2 = f.time1; }) == ProtectedFault::wrong);
  CHECK(check([](auto& f) { f.random1->octets.push_back(1); }) == ProtectedFault::wrong);
  CHECK(check([](auto& f) { f.random2 = f.random1; }) == ProtectedFault::wrong);
  CHECK(check([](auto& f) { std::swap(f.signature.octets.front(), f.signature.octets.back()); }) ==
        ProtectedFault::wrong);
  CHECK(check([](auto& f) { f.signature.octets.clear(); }) == ProtectedFault::wrong);
  CHECK(check([](auto& f) { f.algorithm = ber::Oid{1, 2, 3}; }) == ProtectedFault::unsupported);
  CHECK(check([](auto&) {}) == ProtectedFault::none);
}

TEST_CASE("protected: the time must be near, and behind the start") {
  Clock clock;
  auto checker = clock.checker();
  clock.now = noon + 1h;
  const auto at = [&](asn1::Time time) {
    return checker.check("alice", hashed("secret", time), view("secret"));
  };
  CHECK(at(clock.now - 300s) == ProtectedFault::none);
  CHECK(at(clock.now + 300s) == ProtectedFault::none);
  CHECK(at(clock.now - 301s) == ProtectedFault::stale);
  CHECK(at(clock.now + 301s) == ProtectedFault::stale);
  // A checker that began a moment ago cannot know what was used before.
  auto young = clock.checker();
  CHECK(young.check("alice", hashed("secret", clock.now - 1s), view("secret")) == ProtectedFault::stale);
  CHECK(young.check("alice", hashed("secret", clock.now), view("secret")) == ProtectedFault::none);
}

TEST_CASE("protected: a replay is refused as long as its time would be taken, and forgotten then") {
  Clock clock;
  auto checker = clock.checker();
  const auto sent = hashed("secret", noon + 200s);
  CHECK(checker.check("alice", sent, view("secret")) == ProtectedFault::none);
  for (const auto passed : {1s, 200s, 499s, 500s}) {
    clock.now = noon + passed;
    CHECK(checker.check("alice", sent, view("secret")) == ProtectedFault::replayed);
  }
  clock.now = noon + 501s;
  CHECK(checker.check("alice", sent, view("secret")) == ProtectedFault::stale);
  for (int i = 0; i < 3000; ++i) {
    clock.now += 1s;
    CHECK(checker.check("alice", hashed("secret", clock.now), view("secret")) == ProtectedFault::none);
  }
  // Those of the window, and no more.
  CHECK(checker.remembered() < 350);
}

TEST_CASE("protected: a full memory refuses, and never lets a replay pass") {
  Clock clock;
  auto checker = clock.checker(3);
  const auto once = hashed("secret");
  const auto bind = [&](const std::string& who, const asn1::ProtectedPassword& sent) {
    return checker.check(who, sent, view("secret"));
  };
  CHECK(bind("alice", once) == ProtectedFault::none);
  for (int i = 0; i < 2; ++i) CHECK(bind("alice", hashed("secret")) == ProtectedFault::none);
  CHECK(bind("alice", hashed("secret")) == ProtectedFault::crowded);
  CHECK(bind("bob", hashed("secret")) == ProtectedFault::crowded);
  CHECK(bind("alice", once) == ProtectedFault::replayed);
}

TEST_CASE("protected: one name cannot fill the memory for the others, and has room again with time") {
  Clock clock;
  auto checker = clock.checker(1000, 3);
  const auto bind = [&](const std::string& who) {
    return checker.check(who, hashed("secret", clock.now), view("secret"));
  };
  for (int i = 0; i < 3; ++i) CHECK(bind("alice") == ProtectedFault::none);
  CHECK(bind("alice") == ProtectedFault::crowded);
  CHECK(bind("bob") == ProtectedFault::none);
  // One that has a part of another's name has its own account.
  CHECK(bind("alic") == ProtectedFault::none);
  clock.now += 300s;
  CHECK(bind("alice") == ProtectedFault::crowded);
  clock.now += 1s;
  CHECK(bind("alice") == ProtectedFault::none);
  CHECK(checker.remembered() == 1);
}

TEST_CASE("protected: one of a clock that is ahead keeps others in memory, but not for ever") {
  Clock clock;
  auto checker = clock.checker();
  const auto bind = [&](asn1::Time time) {
    return checker.check("alice", hashed("secret", time), view("secret"));
  };
  CHECK(bind(noon + 300s) == ProtectedFault::none);
  CHECK(bind(noon) == ProtectedFault::none);
  clock.now = noon + 301s;
  CHECK(bind(clock.now) == ProtectedFault::none);
  CHECK(checker.remembered() == 3);
  clock.now = noon + 601s;
  CHECK(bind(clock.now) == ProtectedFault::none);
  CHECK(checker.remembered() == 2);
}

// Hashes computed beside this program, over the DER octets of the SET.
TEST_CASE("protected: known answers, in both forms of the password and with the old hash") {
  asn1::ProtectedFields fields;
  fields.time1 = "260301120000Z";
  fields.random1.emplace();
  for (std::uint8_t i = 0; i < 16; ++i) fields.random1->octets.push_back(i);
  const auto verdict = [&](const ber::Oid& algorithm, std::string_view hash) {
    Clock clock;
    fields.algorithm = algorithm;
    fields.signature.octets = *from_hex(hash);
    return clock.checker().check("alice", fields.encode(), view("secret"));
  };
  const ber::Oid sha256{2, 16, 840, 1, 101, 3, 4, 2, 1}, sha1{1, 3, 14, 3, 2, 26};
  CHECK(verdict(sha256, "1076fee212fa3fe41cad9b0657e972aee23e211fb1ffd1e26e575df411f3449f") ==
        ProtectedFault::none);
  CHECK(verdict(sha256, "e909161f0017f8502c69358d52dc0c22ea2f673b95644199c8485eb71c172ea1") ==
        ProtectedFault::none);
  CHECK(verdict(sha1, "f985085d9dc19f54640a34420b7f87cb0f24534b") == ProtectedFault::none);
  CHECK(verdict(sha256, "f985085d9dc19f54640a34420b7f87cb0f24534b") == ProtectedFault::wrong);
}

TEST_CASE("protected: without time or random number there is no protection") {
  Clock clock;
  auto checker = clock.checker();
  asn1::ProtectedFields fields;
  fields.algorithm = ber::Oid{2, 16, 840, 1, 101, 3, 4, 2, 1};
  fields.signature.octets = *from_hex("1fa3eea4342a81f2459c27182e11f49ba7a298187223ddfdde4c7dbc27dec0a9");
  CHECK(checker.check("alice", fields.encode(), view("secret")) == ProtectedFault::stale);
  fields.time1 = "260301120000Z";
  fields.signature.octets = *from_hex("c043dcffb1a46f7c95c7b6ef260c91bf2297f59166f7378ece507efede17a494");
  CHECK(checker.check("alice", fields.encode(), view("secret")) == ProtectedFault::no_random);
}

TEST_CASE("protected: the answer to a bind is for that bind") {
  const auto bind = hashed("mine"), other = hashed("mine");
  const auto answer = hashed("theirs", noon, &bind);
  CHECK(check_answer(answer, bind, view("theirs")) == ProtectedFault::none);
  CHECK(check_answer(answer, bind, view("mine")) == ProtectedFault::wrong);
  CHECK(check_answer(answer, other, view("theirs")) == ProtectedFault::replayed);
  // Our own octets sent back to us prove nothing.
  CHECK(check_answer(bind, bind, view("theirs")) == ProtectedFault::wrong);
  // Both must come back, or either could be another bind's.
  const auto without = [&](auto change) {
    return check_answer(hashed_as(answer, change), bind, view("theirs"));
  };
  CHECK(without([](auto&) {}) == ProtectedFault::none);
  CHECK(without([](auto& f) { f.time2.reset(); }) == ProtectedFault::no_answer);
  CHECK(without([](auto& f) { f.random2.reset(); }) == ProtectedFault::no_answer);
  CHECK(without([](auto& f) { f.time2 = asn1::utc_time(noon + 1s); }) == ProtectedFault::replayed);
}

TEST_CASE("protected: a recorded answer is no bind, and a recorded bind no answer") {
  Clock clock;
  auto checker = clock.checker();
  // The MTA answers us with hashes of the password that it binds to us with.
  const auto ours = hashed("mine"), answer = hashed("theirs", noon, &ours);
  CHECK(checker.check("MTA1", answer, view("theirs")) == ProtectedFault::answer);
  const auto with = [&](auto change) {
    return checker.check("MTA1", hashed_as(answer, change), view("theirs"));
  };
  CHECK(with([](auto& f) { f.time2.reset(); }) == ProtectedFault::answer);
  CHECK(with([](auto& f) { f.random2.reset(); }) == ProtectedFault::answer);
  CHECK(checker.remembered() == 0);
  CHECK(check_answer(hashed("theirs"), ours, view("theirs")) == ProtectedFault::no_answer);
}
