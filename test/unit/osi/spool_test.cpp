// Where the octets of long PDUs lie: in memory, in the spool, and in memory again when the spool has no room.
#include <catch2/catch.hpp>

#include "gathered.hpp"
#include "memory_spool.hpp"
#include "support.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::test;

namespace {

struct Desk {
  explicit Desk(std::size_t from = 100) : spool(std::make_shared<MemorySpool>(from)) {
    limits.spool = spool;
    limits.tsdu_before_bind = 50;
  }
  // `n` octets that tell where they belong, in pieces of `piece`.
  void bring(std::size_t n, std::size_t piece = 30) {
    for (std::size_t i = 0; i < n; i += piece) {
      Octets octets;
      for (std::size_t k = i; k < std::min(n, i + piece); ++k)
        octets.push_back(static_cast<std::uint8_t>(all++));
      gathered.append(octets);
    }
  }
  bool right(View octets, std::size_t size) const {
    if (octets.size() != size) return false;
    for (std::size_t i = 0; i < size; ++i)
      if (octets[i] != static_cast<std::uint8_t>(i)) return false;
    return true;
  }

  std::shared_ptr<MemorySpool> spool;
  MemorySpool::Account& account = *spool->account;
  Limits limits;
  Gathered gathered{limits};
  std::size_t all = 0;
};

constexpr std::size_t long_value = 20'000;

ResponderConfig with_spool(const std::shared_ptr<MemorySpool>& spool) {
  ResponderConfig config = responder_config();
  config.limits.spool = spool;
  config.limits.tsdu_before_bind = 3'000;
  return config;
}

Octets invocation(std::size_t size) {
  return join(
      {hex("01000100"), pdv(7, tlv(0xa1, {hex("020101"), hex("020115"), tlv(0x04, Octets(size, 0x42))}))});
}

// In DTs of 2,000 octets.
Octets in_pieces(View tsdu_octets) {
  Octets out;
  while (!tsdu_octets.empty()) {
    const View piece = tsdu_octets.first(std::min<std::size_t>(2'000, tsdu_octets.size()));
    tsdu_octets = tsdu_octets.subspan(piece.size());
    append(out, dt(piece, tsdu_octets.empty()));
  }
  return out;
}

}  // namespace

TEST_CASE("gathered: short ones do not trouble the spool") {
  Desk d;
  d.bring(99);
  CHECK(d.right(d.gathered.view(), 99));
  CHECK(d.right(d.gathered.take().view(), 99));
  CHECK(d.gathered.empty());
  CHECK(d.account.asked == 0);
}

TEST_CASE("gathered: from its size on it lies in the spool, until the last Slice of it goes") {
  Desk d;
  d.bring(100);
  CHECK(d.account.held == 100);
  d.bring(200);
  CHECK(d.account.held == 300);
  Slice slice = d.gathered.take();
  CHECK(d.gathered.empty());
  CHECK(d.right(slice.view(), 300));
  Slice part = slice.part(0, 10);
  slice = {};
  CHECK(d.account.files == 1);
  CHECK(d.right(part.view(), 10));
  part = {};
  CHECK(d.account.files == 0);
  CHECK(d.account.held == 0);
}

TEST_CASE("gathered: a spool that has no room is asked once a PDU") {
  Desk d;
  d.account.refuses = true;
  d.bring(300);
  CHECK(d.right(d.gathered.take().view(), 300));
  CHECK(d.account.asked == 1);
  d.account.refuses = false;
  d.all = 0;
  d.bring(300);
  CHECK(d.account.asked == 2);
  CHECK(d.account.held == 300);
  CHECK(d.right(d.gathered.take().view(), 300));
}

TEST_CASE("gathered: room that ends in the middle costs nothing") {
  Desk d;
  for (const std::size_t room : {0U, 50U, 110U, 200U, 299U}) {
    INFO(room);
    d.account.room = room;
    d.all = 0;
    d.bring(300);
    CHECK(d.account.files == 0);
    CHECK(d.right(d.gathered.take().view(), 300));
  }
}

TEST_CASE("gathered: cut and cleared, in memory and in the spool") {
  for (const std::size_t from : {100U, 1000U}) {
    Desk d(from);
    d.bring(300);
    d.gathered.cut(220);
    CHECK(d.right(d.gathered.view(), 220));
    d.all = 220;
    d.bring(30);
    CHECK(d.right(d.gathered.view(), 250));
    d.gathered.clear();
    CHECK(d.gathered.empty());
    CHECK(d.account.files == 0);
    CHECK(d.account.held == 0);
  }
}

TEST_CASE("gathered: a short rest does not keep the room of what was cut off") {
  for (const std::size_t from : {100U, 1000U}) {
    Desk d(from);
    d.bring(900);
    d.gathered.cut(60);
    CHECK(d.account.held == 0);
    CHECK(d.account.files == 0);
    CHECK(d.right(d.gathered.view(), 60));
    d.all = 60;
    d.bring(240);
    CHECK(d.account.files == (from == 100 ? 1 : 0));
    CHECK(d.right(d.gathered.take().view(), 300));
  }
}

TEST_CASE("spool: a long argument lies there until it is answered and let go") {
  const auto spool = std::make_shared<MemorySpool>(4'000);
  Responder r = open_responder(with_spool(spool));
  r.receive(in_pieces(invocation(long_value)));
  CHECK(spool->account->files == 1);
  {
    const auto event = r.next_event();
    REQUIRE(event);
    INFO(describe(*event));
    REQUIRE(event);
    const auto* invoke = std::get_if<Invoke>(&*event);
    REQUIRE(invoke);
    CHECK(equal(invoke->argument.view(), tlv(0x04, Octets(long_value, 0x42))));
    CHECK(spool->account->files == 1);
  }
  CHECK(spool->account->files == 0);
}

TEST_CASE("spool: one that ends too long, or with its association, is gone") {
  const auto spool = std::make_shared<MemorySpool>(4'000);
  ResponderConfig config = with_spool(spool);
  config.limits.tsdu = 10'000;
  {
    Responder r = open_responder(config);
    Octets most = in_pieces(invocation(9'000));
    most.resize(most.size() - 10);
    r.receive(most);
    CHECK(spool->account->files == 1);
  }
  CHECK(spool->account->files == 0);
  Responder r = open_responder(config);
  r.receive(in_pieces(invocation(long_value)));
  CHECK(spool->account->asked == 2);
  CHECK(spool->account->files == 0);
}

TEST_CASE("spool: nothing before the bind lies there") {
  const auto spool = std::make_shared<MemorySpool>(100);
  Responder r(with_spool(spool));
  r.receive(cr());
  Cn cn;
  cn.bind = tlv(0xb0, tlv(0x31, tlv(0x80, Octets(2'500, 0x61))));
  r.receive(cn.packet());
  CHECK(r.phase() == Phase::awaiting_decision);
  CHECK(spool->account->asked == 0);
}

TEST_CASE("spool: a small argument does not keep the long PDU that it came in") {
  const auto spool = std::make_shared<MemorySpool>(4'000);
  const Octets small = tlv(0xa1, {hex("020101"), hex("020115"), hex("0500")});
  const Octets oid = tlv(0x06, Octets(long_value, 0x2a));
  const Octets padded = tlv(0x61, tlv(0x30, {oid, hex("020107"), tlv(0xa0, small)}));
  const Octets two =
      tlv(0x61,
          {tlv(0x30, {hex("020107"), tlv(0xa0, small)}),
           tlv(0x30, {hex("020107"),
                      tlv(0xa0, tlv(0xa1, {hex("020102"), hex("020115"), tlv(0x04, Octets(long_value))}))})});
  for (const Octets& user_data : {padded, two}) {
    Responder r = open_responder(with_spool(spool));
    r.receive(in_pieces(join({hex("01000100"), user_data})));
    CHECK(spool->account->asked > 0);
    auto event = r.next_event();
    REQUIRE(event);
    INFO(describe(*event));
    auto* invoke = std::get_if<Invoke>(&*event);
    REQUIRE(invoke);
    CHECK(to_hex(invoke->argument.view()) == "0500");
    while (r.next_event()) {
    }
    CHECK(spool->account->files == 0);
    CHECK(to_hex(invoke->argument.view()) == "0500");
  }
}

TEST_CASE("spool: a long argument that had to be joined lies there too") {
  const auto spool = std::make_shared<MemorySpool>(4'000);
  const Octets value = tlv(0x04, Octets(long_value, 0x42));
  const Octets apdu = tlv(0xa1, {hex("020101"), hex("020115"), value});
  const Octets octets = tlv(0xa1, {tlv(0x04, View(apdu).first(9'000)), tlv(0x04, View(apdu).subspan(9'000))});
  const Octets bits = tlv(0x82, join({hex("00"), apdu}));
  for (const Octets& form : {octets, bits}) {
    Responder r = open_responder(with_spool(spool));
    r.receive(in_pieces(join({hex("01000100"), tlv(0x61, tlv(0x30, {hex("020107"), form}))})));
    const auto event = r.next_event();
    REQUIRE(event);
    INFO(describe(*event));
    const auto* invoke = std::get_if<Invoke>(&*event);
    REQUIRE(invoke);
    CHECK(equal(invoke->argument.view(), value));
    CHECK(spool->account->files == 1);
    CHECK(spool->account->held == apdu.size());
  }
  CHECK(spool->account->files == 0);
}

TEST_CASE("what is sent keeps its owner until it is taken, in TPDUs of any size") {
  for (const int size : {7, 8, 11}) {
    Responder r = open_responder(responder_config(), cr({}, static_cast<std::uint8_t>(size)));
    const auto owned = std::make_shared<const Octets>(tlv(0x04, Octets(100'000, 0x42)));
    r.receive(data(7, tlv(0xa1, {hex("020101"), hex("020115"), hex("0500")})));
    REQUIRE(r.next_event());
    REQUIRE(r.result(1, Chain(Slice(owned, *owned))).ok());
    CHECK(owned.use_count() > 1);
    auto output = r.take_output();
    CHECK(owned.use_count() > 1);
    output.clear();
    CHECK(owned.use_count() == 1);
  }
}
