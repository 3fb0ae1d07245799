// What a peer can send that is wrong, to the real program. Every case ends with another association working.
#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <random>
#include <thread>

#include "mstored_process.hpp"
#include "user.hpp"
#include "x400/osi/association.hpp"

using namespace x400;
using namespace x400::test;
namespace asio = boost::asio;

namespace {

// A TCP connection of a peer that follows no rule.
class Raw {
 public:
  explicit Raw(std::uint16_t port) : socket_(io_) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
  }
  void send(View octets) {
    boost::system::error_code ignored;  // the store may have closed already
    asio::write(socket_, asio::buffer(octets.data(), octets.size()), ignored);
  }
  // Everything until the store closes.
  Octets until_closed() {
    Octets all;
    boost::system::error_code error;
    while (!error) {
      std::uint8_t buffer[4096];
      const std::size_t n = socket_.read_some(asio::buffer(buffer), error);
      all.insert(all.end(), buffer, buffer + n);
    }
    return all;
  }
  // What came so far, at least one octet, or nothing when it was closed.
  Octets some() {
    Octets all(4096);
    boost::system::error_code error;
    all.resize(socket_.read_some(asio::buffer(all), error));
    return all;
  }

 private:
  asio::io_context io_;
  asio::ip::tcp::socket socket_;
};

// A CR that asks for nothing special; the store answers with CC.
const Octets connection_request = from_hex("03 00 00 0b 06 e0 00 00 00 01 00").value();

struct Store : Mstored {
  Store()
      : Mstored(0,
                "[limits]\nconnect_timeout = \"2 s\"\nsession_timeout = \"2 s\"\nprogress_span = \"2 "
                "s\"\nfailed_binds_per_user = 0\nfailed_binds_per_address = 0\n") {
    start();
  }
  // Others do not notice: an association made before goes on, and a new one is served.
  void check_alive(User& before) {
    CHECK(before.list().empty());
    User after(runtime, p7, bob_name, "pw-b");
    CHECK(after.list().empty());
  }
  access::Runtime runtime{1};
};

}  // namespace

TEST_CASE("bad input: silence, in each phase before the bind, is ended") {
  Store store;
  User alice(store.runtime, store.p7, alice_name, "pw-a");
  CHECK(Raw(store.p7).until_closed().empty());
  Raw after_cr(store.p7);
  after_cr.send(connection_request);
  CHECK_FALSE(after_cr.until_closed().empty());
  store.check_alive(alice);
}

TEST_CASE("bad input: half a request, then silence") {
  Store store;
  User alice(store.runtime, store.p7, alice_name, "pw-a");
  Raw half(store.p7);
  half.send(View(connection_request).first(6));
  CHECK(half.until_closed().empty());
  Raw begun(store.p7);
  begun.send(connection_request);
  CHECK_FALSE(begun.some().empty());
  begun.send(from_hex("03 00 20 00 02 f0 80 0d ff").value());  // a TPKT of 8 KiB of which little comes
  (void)begun.until_closed();
  store.check_alive(alice);
}

TEST_CASE("bad input: random octets, at once and after a good start") {
  Store store;
  User alice(store.runtime, store.p7, alice_name, "pw-a");
  std::mt19937 random(7);
  for (int round = 0; round < 40; ++round) {
    Octets noise(200);
    for (auto& octet : noise) octet = static_cast<std::uint8_t>(random());
    Raw raw(round % 2 == 0 ? store.p7 : store.p3);
    if (round % 4 >= 2) {
      raw.send(connection_request);
      CHECK_FALSE(raw.some().empty());
      Octets frame = from_hex("03 00 00 cf 02 f0 80").value();  // whole TPKT and DT around the noise
      append(frame, noise);
      noise = std::move(frame);
    }
    raw.send(noise);
    (void)raw.until_closed();
  }
  store.check_alive(alice);
}

TEST_CASE("bad input: a TSDU beyond the limit before the bind") {
  Store store;
  User alice(store.runtime, store.p7, alice_name, "pw-a");
  Raw raw(store.p7);
  raw.send(connection_request);
  CHECK_FALSE(raw.some().empty());
  // DT after DT without end of TSDU: 64 KiB are allowed.
  Octets piece = from_hex("03 00 04 07 02 f0 00").value();
  piece.resize(0x407, 0x0D);
  for (int i = 0; i < 100; ++i) raw.send(piece);
  (void)raw.until_closed();
  store.check_alive(alice);
}

TEST_CASE("bad input: an unknown application context, and P3 on the P7 listener") {
  Store store;
  User alice(store.runtime, store.p7, alice_name, "pw-a");
  const auto wrong = connect_mta(store.runtime, store.p7, "MTA1", "mta-pw");
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().kind == access::ConnectFailure::Kind::refused);
  CHECK(wrong.error().layer == osi::Layer::acse);
  store.check_alive(alice);
}

TEST_CASE("bad input: wrong password and unknown user are refused, many at once") {
  Store store;
  User alice(store.runtime, store.p7, alice_name, "pw-a");
  std::vector<std::thread> guessers;
  std::atomic<int> refused{0};
  for (int t = 0; t < 4; ++t) {
    guessers.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) {
        const auto name = i % 2 == 0 ? alice_name : std::string_view("C=XX;ADMD=TEST;O=Org;S=Nobody");
        const auto made =
            connect_user(store.runtime, store.p7, user_bind(name, "guess" + std::to_string(t * 10 + i)));
        if (!made.ok() && made.error().kind == access::ConnectFailure::Kind::bind_error) ++refused;
      }
    });
  }
  for (auto& guesser : guessers) guesser.join();
  CHECK(refused == 20);
  store.check_alive(alice);
}

TEST_CASE("bad input: wrong arguments are rejected and the association goes on") {
  Store store;
  User alice(store.runtime, store.p7, alice_name, "pw-a");
  std::mt19937 random(11);
  const Octets good = ms::ListArgument{}.encode(Edition::e1994);
  for (int i = 0; i < 20; ++i) {
    // One well-formed value of a random tag with random contents.
    Octets bad(8);
    for (auto& octet : bad) octet = static_cast<std::uint8_t>(random());
    bad[0] = static_cast<std::uint8_t>(bad[0] & 0xDF);  // primitive
    if ((bad[0] & 0x1F) == 0x1F || bad[0] == 0) bad[0] = 0x04;
    bad[1] = 6;
    const auto outcome = alice.ask(operations::fetch, bad);
    REQUIRE(outcome.kind() == access::Outcome::Kind::rejected);
    CHECK(outcome.problem() == osi::problems::mistyped_argument);
    if (i % 9 == 8) break;  // ten rejects end an association
  }
  CHECK(alice.ask(operations::list, good).is_result());
  store.check_alive(alice);
}
