#include "directory/password_verifier.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <optional>
#include <thread>
#include <vector>

using namespace x400;
using namespace x400::server;
using settings::PasswordHash;
using settings::Secret;

namespace {

std::shared_ptr<const PasswordHash> hash_of(std::string_view password) {
  return std::make_shared<const PasswordHash>(PasswordHash::make(view(password), {16, 1, 1}).value());
}

Verdict verdict(PasswordVerifier& verifier, const std::string& user, std::shared_ptr<const PasswordHash> hash,
                std::string_view password) {
  std::promise<Verdict> told;
  verifier.verify(user, std::move(hash), Secret(password), [&](Verdict v) { told.set_value(v); });
  return told.get_future().get();
}

}  // namespace

TEST_CASE("password verifier: right, wrong, unknown") {
  auto verifier = PasswordVerifier::make(2, 16).value();
  const auto hash = hash_of("open sesame");
  CHECK(verdict(*verifier, "alice", hash, "open sesame") == Verdict::right);
  CHECK(verdict(*verifier, "alice", hash, "open Sesame") == Verdict::wrong);
  CHECK(verdict(*verifier, "alice", hash, "") == Verdict::wrong);
  CHECK(verdict(*verifier, "nobody", nullptr, "open sesame") == Verdict::wrong);
}

TEST_CASE("password verifier: repeats cost no scrypt, wrong and unknown always do") {
  auto verifier = PasswordVerifier::make(1, 16).value();
  const auto hash = hash_of("x");
  REQUIRE(verdict(*verifier, "alice", hash, "x") == Verdict::right);
  CHECK(verifier->checks() == 1);
  for (int i = 0; i < 5; ++i) CHECK(verdict(*verifier, "alice", hash, "x") == Verdict::right);
  CHECK(verifier->checks() == 1);
  CHECK(verdict(*verifier, "alice", hash, "y") == Verdict::wrong);
  CHECK(verdict(*verifier, "nobody", nullptr, "x") == Verdict::wrong);
  CHECK(verdict(*verifier, "nobody", nullptr, "x") == Verdict::wrong);
  CHECK(verifier->checks() == 4);
  // A wrong try does not make the right one forgotten.
  CHECK(verdict(*verifier, "alice", hash, "x") == Verdict::right);
  CHECK(verifier->checks() == 4);
}

TEST_CASE("password verifier: a changed credential is not verified by the memory of the old one") {
  auto verifier = PasswordVerifier::make(1, 16).value();
  REQUIRE(verdict(*verifier, "alice", hash_of("old"), "old") == Verdict::right);
  const auto changed = hash_of("new");
  CHECK(verdict(*verifier, "alice", changed, "old") == Verdict::wrong);
  CHECK(verdict(*verifier, "alice", changed, "new") == Verdict::right);
  CHECK(verifier->checks() == 3);
}

TEST_CASE("password verifier: what is remembered of one user does not open another's box") {
  auto verifier = PasswordVerifier::make(1, 16).value();
  REQUIRE(verdict(*verifier, "alice", hash_of("a"), "a") == Verdict::right);
  CHECK(verdict(*verifier, "bob", hash_of("b"), "a") == Verdict::wrong);
}

TEST_CASE("password verifier: no more waits than the queue holds") {
  auto verifier = PasswordVerifier::make(1, 1).value();
  // The completion of the first holds the only thread; the second waits; the third is too much.
  std::promise<void> entered, go;
  std::promise<Verdict> second;
  const auto hash = hash_of("x");
  verifier->verify("alice", hash, Secret("x"), [&](Verdict) {
    entered.set_value();
    go.get_future().wait();
  });
  entered.get_future().wait();
  verifier->verify("bob", hash, Secret("x"), [&](Verdict v) { second.set_value(v); });
  CHECK(verdict(*verifier, "carol", hash, "x") == Verdict::overloaded);
  go.set_value();
  CHECK(second.get_future().get() == Verdict::right);
}

TEST_CASE(
    "password verifier: a new hash is made on its threads, of which the queue holds no more than checks") {
  auto verifier = PasswordVerifier::make(1, 1).value();
  std::promise<std::thread::id> entered;
  std::promise<void> go;
  std::promise<Verdict> second;
  verifier->hash(Secret("new"), [&](const Result<PasswordHash>& made) {
    CHECK(made.ok());
    CHECK(made->check(view("new")).value());
    entered.set_value(std::this_thread::get_id());
    go.get_future().wait();
  });
  CHECK(entered.get_future().get() != std::this_thread::get_id());
  verifier->verify("bob", hash_of("x"), Secret("x"), [&](Verdict v) { second.set_value(v); });
  std::optional<ErrorKind> kind;
  verifier->hash(Secret("new"), [&](const Result<PasswordHash>& made) { kind = made.error().kind(); });
  CHECK(kind == ErrorKind::unavailable);
  go.set_value();
  CHECK(second.get_future().get() == Verdict::right);
}

TEST_CASE("password verifier: its end finishes what waits") {
  std::vector<std::future<Verdict>> told;
  {
    auto verifier = PasswordVerifier::make(1, 100).value();
    for (int i = 0; i < 10; ++i) {
      auto promise = std::make_shared<std::promise<Verdict>>();
      told.push_back(promise->get_future());
      verifier->verify("u" + std::to_string(i), hash_of("x"), Secret("x"),
                       [promise](Verdict v) { promise->set_value(v); });
    }
  }
  for (auto& t : told) CHECK(t.get() == Verdict::right);
}
