// Associations over TLS, real sockets and certificates.
#include <algorithm>
#include <thread>

#include "support.hpp"
#include "x400/access/tls.hpp"
#include "x400_certificates.hpp"

using namespace x400;
using namespace x400::access;
using namespace x400::access::test;
using x400::test::Authority;
using Pair = Authority::Pair;

namespace {

struct TlsHouse : House {
  explicit TlsHouse(const Pair& own, TlsServer::Clients clients = TlsServer::Clients::none,
                    const std::filesystem::path& clients_ca = {},
                    const std::filesystem::path& clients_crl = {}) {
    auto server = TlsServer::open({own.certificate, own.key, clients, clients_ca, clients_crl});
    if (!server.ok()) FAIL(server.error().text());
    options.tls = *server;
    service->on_bind = [this](BindRequest request, BindReply reply) {
      certificates.change([&](auto& all) { all.push_back(request.certificate); });
      reply.accept(value("welcome"), std::make_shared<Recorder>(echo));
    };
  }
  ConnectOptions dial_tls(const TlsClient::Options& client) {
    auto o = dial();
    auto opened = TlsClient::open(client);
    if (!opened.ok()) FAIL(opened.error().text());
    o.tls = *opened;
    return o;
  }
  // Why there is no association.
  std::string refusal(const TlsClient::Options& client) {
    auto answer = take(connect(runtime, dial_tls(client)));
    if (answer.ok()) return "connected";
    return std::string(name(answer.error().kind)) + ": " + answer.error().text;
  }
  Watched<std::vector<std::optional<PeerCertificate>>> certificates;
};

TlsClient::Options trusting(const Authority& authority, const std::string& name = {}) {
  TlsClient::Options o;
  o.ca = authority.ca();
  o.name = name;
  return o;
}

// Everything until the peer closes, over a socket that knows nothing of TLS.
Octets until_closed(boost::asio::ip::tcp::socket& socket) {
  Octets all;
  boost::system::error_code error;
  while (!error) {
    std::uint8_t buffer[4096];
    const std::size_t n = socket.read_some(boost::asio::buffer(buffer), error);
    all.insert(all.end(), buffer, buffer + n);
  }
  return all;
}

struct PlainSocket {
  explicit PlainSocket(std::uint16_t port) : socket(io) {
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), port});
  }
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket socket;
};

}  // namespace

TEST_CASE("tls: associations over TLS carry everything, large and small, both ways") {
  Authority ca;
  TlsHouse house(ca.server());
  house.open();
  const auto association = house.connected(house.dial_tls(trusting(ca)));
  std::vector<Pending<Outcome>> pending;
  std::vector<std::size_t> sizes;
  for (std::size_t size = 1; size <= 5'000'000; size = size * 5 + 1) sizes.push_back(size);
  for (const std::size_t size : sizes)
    pending.push_back(association->invoke(operations::list, value(size, 'a')));
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto outcome = take(std::move(pending[i]));
    REQUIRE(outcome.is_result());
    CHECK(equal(outcome.value().view(), value(sizes[i], 'a')));
  }
  REQUIRE(house.log->state.wait([](const Log::State& s) { return !s.opened.empty(); }));
  CHECK(house.log->state.get().opened.front().security.starts_with("TLSv1.3 "));
  CHECK(take(association->close()).cause == Ending::Cause::released);
}

TEST_CASE("tls: over RTSE too") {
  Authority ca;
  TlsHouse house(ca.server());
  house.open();
  auto dial = house.dial_tls(trusting(ca));
  dial.context = &contexts::of(Protocol::p7, Edition::e1994, Party::user, true);
  const auto association = house.connected(std::move(dial));
  const auto outcome = take(association->invoke(operations::list, value(300'000, 'r')));
  REQUIRE(outcome.is_result());
  CHECK(outcome.value().size() == value(300'000, 'r').size());
}

TEST_CASE("tls: a peer that takes its answers slowly gets all of them") {
  Authority ca;
  TlsHouse house(ca.server());
  house.options.association.limits.unsent = 64 * 1024;
  house.open();
  const auto association = house.connected(house.dial_tls(trusting(ca)));
  std::vector<Pending<Outcome>> pending;
  for (int i = 0; i < 64; ++i) pending.push_back(association->invoke(operations::list, value(100'000, 's')));
  for (auto& p : pending) CHECK(take(std::move(p)).is_result());
}

TEST_CASE("tls: the server's certificate must be of a known CA, in time, and of the right name") {
  Authority ca, other("Other CA");
  {
    TlsHouse house(ca.server());
    house.open();
    CHECK(house.refusal(trusting(ca)) == "connected");
    CHECK(house.refusal(trusting(ca, "localhost")) == "connected");
    CHECK_THAT(house.refusal(trusting(other)), Catch::Contains("certificate not accepted"));
    CHECK_THAT(house.refusal(trusting(ca, "store.example")), Catch::Contains("ostname mismatch"));
    CHECK_THAT(house.refusal(trusting(ca, "127.0.0.2")), Catch::Contains("IP address mismatch"));
    TlsClient::Options system;  // the system knows no CA of a test
    CHECK_THAT(house.refusal(system), Catch::Contains("certificate not accepted"));
  }
  TlsHouse expired(ca.issue("old", "/CN=old", "IP:127.0.0.1", "20200101000000Z", "20200201000000Z"));
  expired.open();
  CHECK_THAT(expired.refusal(trusting(ca)), Catch::Contains("certificate has expired"));
  TlsHouse early(ca.issue("new", "/CN=new", "IP:127.0.0.1", "20480101000000Z", "20490201000000Z"));
  early.open();
  CHECK_THAT(early.refusal(trusting(ca)), Catch::Contains("not yet valid"));
}

TEST_CASE("tls: client certificates, demanded") {
  Authority ca, clients("Client CA"), other("Other CA");
  TlsHouse house(ca.server(), TlsServer::Clients::required, clients.ca());
  house.open();
  auto with = [&](const Pair& pair) {
    auto o = trusting(ca);
    o.certificate = pair.certificate;
    o.key = pair.key;
    return o;
  };
  CHECK(house.refusal(with(clients.issue("alice", "/C=XX/O=Org/CN=Alice", ""))) == "connected");
  const auto shown = house.certificates.get().at(0);
  REQUIRE(shown);
  CHECK(shown->subject == "CN=Alice,O=Org,C=XX");
  CHECK(shown->issuer == "CN=Client CA");
  CHECK(shown->fingerprint.size() == 64);
  CHECK(house.refusal(trusting(ca)) != "connected");
  CHECK(house.refusal(with(other.issue("mallory", "/CN=Alice", ""))) != "connected");
  CHECK(house.refusal(with(clients.issue("old", "/CN=Old", "", "20200101000000Z", "20200201000000Z"))) !=
        "connected");
  CHECK(house.certificates.get().size() == 1);
  REQUIRE(house.log->state.wait([](const Log::State& s) {
    return std::count_if(s.refused.begin(), s.refused.end(),
                         [](const auto& r) { return r.second.text.find("TLS: ") != std::string::npos; }) >= 3;
  }));
}

TEST_CASE("tls: client certificates, optional") {
  Authority ca, clients("Client CA"), other("Other CA");
  TlsHouse house(ca.server(), TlsServer::Clients::optional, clients.ca());
  house.open();
  CHECK(house.refusal(trusting(ca)) == "connected");
  CHECK_FALSE(house.certificates.get().at(0));
  auto wrong = trusting(ca);
  const auto mallory = other.issue("mallory", "/CN=Alice", "");
  wrong.certificate = mallory.certificate;
  wrong.key = mallory.key;
  CHECK(house.refusal(wrong) != "connected");
}

TEST_CASE("tls: a client whose certificate is revoked, and one whose list has run out") {
  Authority ca, clients("Client CA");
  const auto client = [&](const Pair& pair) {
    auto o = trusting(ca);
    o.certificate = pair.certificate;
    o.key = pair.key;
    return o;
  };
  const auto alice = client(clients.issue("alice", "/CN=Alice", ""));
  const auto bob = clients.issue("bob", "/CN=Bob", "");
  TlsHouse house(ca.server(), TlsServer::Clients::required, clients.ca(), clients.crl());
  house.open();
  CHECK(house.refusal(alice) == "connected");
  CHECK(house.refusal(client(bob)) == "connected");
  clients.revoke(bob);
  (void)clients.crl();
  CHECK(house.refusal(client(bob)) == "connected");  // not read yet
  REQUIRE(house.options.tls->reload().ok());
  CHECK(house.refusal(client(bob)) != "connected");
  CHECK(house.refusal(alice) == "connected");
  (void)clients.crl("20200102000000Z");
  REQUIRE(house.options.tls->reload().ok());
  CHECK(house.refusal(alice) != "connected");
  const auto said = [](const std::string& what) {
    return [what](const Log::State& s) {
      return std::any_of(s.refused.begin(), s.refused.end(),
                         [&](const auto& r) { return r.second.text.find(what) != std::string::npos; });
    };
  };
  CHECK(house.log->state.wait(said("certificate revoked")));
  CHECK(house.log->state.wait(said("CRL has expired")));
}

TEST_CASE("tls: a server whose certificate is revoked") {
  Authority ca, other("Other CA");
  const auto own = ca.server();
  auto client = trusting(ca);
  client.crl = ca.crl();
  TlsHouse house(own);
  house.open();
  CHECK(house.refusal(client) == "connected");
  // A list of somebody else says nothing of this one.
  client.crl = other.crl();
  CHECK_THAT(house.refusal(client), Catch::Contains("unable to get certificate CRL"));
  ca.revoke(own);
  client.crl = ca.crl();
  CHECK_THAT(house.refusal(client), Catch::Contains("certificate revoked"));
}

TEST_CASE("tls: octets in the clear to a TLS listener, and TLS to one in the clear, end at once") {
  Authority ca;
  TlsHouse house(ca.server());
  house.open();
  auto clear = take(connect(house.runtime, house.dial()));
  CHECK_FALSE(clear.ok());
  PlainSocket http(house.port());
  boost::asio::write(http.socket, boost::asio::buffer(std::string("GET / HTTP/1.0\r\n\r\n")));
  (void)until_closed(http.socket);
  House plain;
  plain.open();
  auto dial = plain.dial();
  dial.tls = TlsClient::open(trusting(ca)).value();
  CHECK_FALSE(take(connect(plain.runtime, std::move(dial))).ok());
  CHECK(house.refusal(trusting(ca)) == "connected");
}

TEST_CASE("tls: silence and half a handshake end when the time for the CR is over") {
  Authority ca;
  TlsHouse house(ca.server());
  house.options.association.timeouts.cr = milliseconds(200);
  house.open();
  PlainSocket silent(house.port()), half(house.port());
  // The header of a record of 512 octets, and the beginning of a ClientHello.
  const Octets begun = from_hex("16 03 01 02 00 01 00 01 fc 03 03").value();
  boost::asio::write(half.socket, boost::asio::buffer(begun));
  CHECK(until_closed(silent.socket).empty());
  (void)until_closed(half.socket);
  REQUIRE(house.log->state.wait([](const Log::State& s) { return s.refused.size() == 2; }));
  for (const auto& refused : house.log->state.get().refused)
    CHECK_THAT(refused.second.text, Catch::Contains("no CR within"));
}

TEST_CASE("tls: a connection cut in the middle is lost, for both sides") {
  Authority ca;
  TlsHouse house(ca.server());
  house.open();
  // A middleman of TCP who cuts: the test's own, so that the cut is where it wants it.
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor door(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
  auto dial = house.dial_tls(trusting(ca));
  dial.address.port = door.local_endpoint().port();
  const auto handler = std::make_shared<Recorder>();
  dial.handler = handler;
  auto pending = connect(house.runtime, std::move(dial));
  auto inner = door.accept();
  PlainSocket outer(house.port());
  std::thread back([&] {
    std::uint8_t buffer[4096];
    boost::system::error_code error;
    while (!error) {
      const std::size_t n = outer.socket.read_some(boost::asio::buffer(buffer), error);
      if (!error) boost::asio::write(inner, boost::asio::buffer(buffer, n), error);
    }
  });
  std::size_t passed = 0;
  bool connected = false;
  Pending<Outcome> large;
  AssociationPtr association;
  std::uint8_t buffer[4096];
  boost::system::error_code error;
  while (passed < 200'000) {
    if (!connected && pending.is_ready()) {
      association = pending.get()->association;
      large = association->invoke(operations::list, value(1'000'000, 'c'));
      connected = true;
    }
    const std::size_t n =
        inner.available() || connected ? inner.read_some(boost::asio::buffer(buffer), error) : 0;
    if (error) break;
    if (n) boost::asio::write(outer.socket, boost::asio::buffer(buffer, n), error);
    if (connected) passed += n;
  }
  REQUIRE(connected);
  boost::system::error_code ignored;
  inner.shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
  outer.socket.shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
  back.join();
  CHECK(take(std::move(large)).kind() == Outcome::Kind::lost);
  CHECK(handler->ending().cause == Ending::Cause::connection_lost);
  REQUIRE(house.log->state.wait([](const Log::State& s) { return !s.closed.empty(); }));
  CHECK(house.log->state.get().closed.front().second.cause == Ending::Cause::connection_lost);
}

TEST_CASE("tls: certificates read again count for new connections, old ones go on") {
  Authority first("First CA"), second("Second CA");
  x400::test::TempFolder folder;
  const auto own = folder.path() / "server.pem", key = folder.path() / "server.key";
  const auto put = [&](const Pair& pair) {
    std::filesystem::copy_file(pair.certificate, own, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(pair.key, key, std::filesystem::copy_options::overwrite_existing);
  };
  put(first.server());
  TlsHouse house({own, key});
  house.open();
  const auto before = house.connected(house.dial_tls(trusting(first)));
  put(second.server());
  CHECK(house.refusal(trusting(first)) == "connected");  // not read yet
  REQUIRE(house.options.tls->reload().ok());
  CHECK(house.refusal(trusting(second)) == "connected");
  CHECK(house.refusal(trusting(first)) != "connected");
  CHECK(take(before->invoke(operations::list, value("still"))).is_result());
  // What cannot be read changes nothing.
  folder.write("server.pem", "no certificate");
  CHECK_FALSE(house.options.tls->reload().ok());
  CHECK(house.refusal(trusting(second)) == "connected");
}

TEST_CASE("tls: files that are wrong are refused with their names") {
  Authority ca, other("Other CA");
  const auto own = ca.server();
  const auto foreign = other.server();
  const auto fault = [](const TlsServer::Options& o) { return TlsServer::open(o).error().text(); };
  CHECK_THAT(fault({"/nowhere.pem", own.key, {}, {}}), Catch::Contains("/nowhere.pem"));
  CHECK_THAT(fault({own.certificate, foreign.key, {}, {}}), Catch::Contains("server.key"));
  CHECK_THAT(fault({own.key, own.key, {}, {}}), Catch::Contains("not a certificate"));
  CHECK_THAT(fault({own.certificate, own.key, TlsServer::Clients::optional, {}}), Catch::Contains("no CA"));
  CHECK_THAT(fault({own.certificate, own.key, TlsServer::Clients::required, ca.ca(), own.certificate}),
             Catch::Contains("not revocation lists"));
  CHECK_THAT(fault({own.certificate, own.key, TlsServer::Clients::required, ca.ca(), "/nowhere.crl"}),
             Catch::Contains("/nowhere.crl"));
  std::filesystem::permissions(own.key, static_cast<std::filesystem::perms>(0644));
  CHECK_THAT(fault({own.certificate, own.key, {}, {}}), Catch::Contains("chmod o="));
  TlsClient::Options half;
  half.certificate = own.certificate;
  CHECK_FALSE(TlsClient::open(half).ok());
}
