// Duplicate keys gathered for a load: the latest of each counts, and each is found where a look-up looks.
#include "index/duplicate_keys.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "log/fields.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::storage;

namespace {

const StoreId store{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

// Keys of different mailboxes that have the same hash: it takes in the key's first word by exclusive or, as
// the mailbox before it.
Octets colliding(MailboxNumber mailbox) { return {static_cast<std::uint8_t>(mailbox), 0, 0, 0, 0, 0, 0, 0}; }

}  // namespace

TEST_CASE("keys of before the horizon are left out, of a key that comes twice the later counts") {
  DuplicateKeys keys(store, 100);
  keys.add(1, 1, 99, view("old"));
  keys.add(1, 2, 100, view("twice"));
  keys.add(1, 3, 101, view("twice"));
  keys.add(2, 9, 300, view("twice"));  // another mailbox's
  keys.add(1, 2, 100, view("twice"));  // its removal says it again
  keys.add(1, 5, 200, Octets{});
  keys.settle();
  REQUIRE(keys.settled().size() == 3);
  CHECK_FALSE(keys.place_of(1, view("old")));
  CHECK_FALSE(keys.place_of(3, view("twice")));
  const auto place = keys.place_of(1, view("twice"));
  REQUIRE(place);
  CHECK(*place == duplicate_hash(store, 1, view("twice")));
  for (const auto& key : keys.settled())
    if (key.place == *place) CHECK(key.number == 3);
  CHECK(keys.place_of(1, Octets{}));
}

TEST_CASE("keys of one hash stand one behind the other, as many as a look-up passes") {
  REQUIRE(duplicate_hash(store, 1, colliding(1)) == duplicate_hash(store, 2, colliding(2)));
  DuplicateKeys keys(store, 0);
  constexpr MailboxNumber mailboxes = 20;
  for (int again = 0; again < 2; ++again)
    for (MailboxNumber m = 1; m <= mailboxes; ++m) keys.add(m, 1, 1000 - m, colliding(m));
  keys.settle();
  CHECK(keys.settled().size() == most_probes);
  const std::int64_t hash = duplicate_hash(store, 1, colliding(1));
  std::vector<std::int64_t> places;
  for (MailboxNumber m = 1; m <= mailboxes; ++m)
    if (const auto place = keys.place_of(m, colliding(m))) places.push_back(*place);
  std::sort(places.begin(), places.end());
  REQUIRE(places.size() == most_probes);
  for (std::size_t i = 0; i < places.size(); ++i) CHECK(places[i] == hash + static_cast<std::int64_t>(i));
}

TEST_CASE("many keys, short and long: each once, in the order of their places, whole") {
  DuplicateKeys keys(store, 0);
  std::mt19937_64 dice(1);
  std::vector<Octets> all;
  for (int i = 0; i < 5000; ++i) {
    Octets key(i % 100 == 0 ? 300'000 + i : dice() % 60 + 8, static_cast<std::uint8_t>(i));
    put_field(key.data(), static_cast<std::uint64_t>(i));
    all.push_back(std::move(key));
    keys.add(7, static_cast<SequenceNumber>(i + 1), i, all.back());
  }
  keys.settle();
  const auto& settled = keys.settled();
  REQUIRE(settled.size() == all.size());
  for (std::size_t i = 1; i < settled.size(); ++i) REQUIRE(settled[i - 1].place < settled[i].place);
  for (const auto& key : settled) REQUIRE(equal(key.view(), all[key.number - 1]));
  for (const Octets& key : all) REQUIRE(keys.place_of(7, key) == duplicate_hash(store, 7, key));
}
