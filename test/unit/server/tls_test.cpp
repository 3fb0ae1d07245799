// Certificates of users and MTAs, over real sockets, with a double of the engine.
#include "service_fixture.hpp"
#include "x400_certificates.hpp"

using namespace x400;
using namespace x400::test;
using asn1::Edition;
using Pair = Authority::Pair;

namespace {

// Two CAs, a service that speaks TLS on both listeners and takes certificates, and who binds how.
struct House {
  House() {
    const auto own = servers.server();
    for (auto& listen : config.listen)
      listen.tls = access::TlsServer::open(
                       {own.certificate, own.key, access::TlsServer::Clients::optional, clients.ca()})
                       .value();
  }
  access::ConnectOptions options(std::uint16_t port, const Pair* pair) {
    access::TlsClient::Options client;
    client.ca = servers.ca();
    if (pair) {
      client.certificate = pair->certificate;
      client.key = pair->key;
    }
    access::ConnectOptions o;
    o.address = loopback(port);
    o.tls = access::TlsClient::open(client).value();
    return o;
  }
  // "bound", or the problem.
  std::string user(RunningService& s, std::string_view name, std::string_view password, const Pair* pair) {
    auto o = options(s.p7, pair);
    o.context = &access::contexts::ms_access_94();
    o.bind_argument = user_bind(name, password).encode(Edition::e1994);
    const auto made = access::connect(s.runtime, std::move(o)).get();
    if (made.ok()) return "bound";
    if (made.error().kind != access::ConnectFailure::Kind::bind_error) return made.error().text;
    return std::string(ms::name(ms::MsBindError::decode(made.error().bind_error.view()).value().problem));
  }
  std::string mta(RunningService& s, std::string_view password, const Pair* pair) {
    auto o = options(s.p3, pair);
    o.context = &access::contexts::of(access::Protocol::p3, Edition::e1994, access::Party::service, false);
    mts::MtsBindArgument argument;
    argument.initiator_name = mts::MtaName{"MTA1"};
    argument.initiator_credentials = asn1::ia5_password(password);
    o.bind_argument = argument.encode();
    const auto made = access::connect(s.runtime, std::move(o)).get();
    if (made.ok()) return "bound";
    return std::string(mts::name(mts::decode_bind_error(made.error().bind_error.view()).value()));
  }

  Authority servers, clients{"Client CA"};
  server::Config config = service_config();
  const Pair alice = clients.issue("alice", "/C=XX/O=Org/CN=Alice", ""),
             bob = clients.issue("bob", "/C=XX/O=Org/CN=Bob", ""),
             mta1 = clients.issue("mta1", "/O=Org/CN=mta1.example", "");
};

const std::string refused = "authentication-error";

}  // namespace

TEST_CASE("tls: a certificate beside the password") {
  House h;
  h.config.mailboxes[0].certificates = {"CN=Alice,O=Org,C=XX"};
  RunningService s(h.config);
  CHECK(h.user(s, alice_name, "pw-a", &h.alice) == "bound");
  CHECK(h.user(s, alice_name, "nope", &h.alice) == refused);
  CHECK(h.user(s, alice_name, "pw-a", nullptr) == refused);
  CHECK(h.user(s, alice_name, "pw-a", &h.bob) == refused);
  // Bob has no certificate configured: any will do, but not Alice's.
  CHECK(h.user(s, bob_name, "pw-b", nullptr) == "bound");
  CHECK(h.user(s, bob_name, "pw-b", &h.bob) == "bound");
  CHECK(h.user(s, bob_name, "pw-b", &h.alice) == refused);
  const std::string log = s.log_text();
  for (const char* why :
       {"no certificate", "not this user's certificate", "the certificate is another user's"})
    CHECK(log.find(why) != std::string::npos);
  CHECK(log.find("tls=\"TLSv1.3 ") != std::string::npos);
}

TEST_CASE("tls: a certificate in place of a password") {
  House h;
  h.config.mailboxes[0].certificates = {"CN=Alice,O=Org,C=XX"};
  h.config.mailboxes[0].p7_hash = nullptr;
  RunningService s(h.config);
  CHECK(h.user(s, alice_name, "", &h.alice) == "bound");
  CHECK(h.user(s, alice_name, "", nullptr) == refused);
  CHECK(h.user(s, alice_name, "", &h.bob) == refused);
  CHECK(h.user(s, "C=XX;ADMD=TEST;O=Org;S=Nobody", "", &h.alice) == refused);
}

TEST_CASE("tls: an MTA's certificate beside its password") {
  House h;
  h.config.mtas[0].certificates = {"CN=mta1.example,O=Org"};
  RunningService s(h.config);
  CHECK(h.mta(s, "mta-pw", &h.mta1) == "bound");
  CHECK(h.mta(s, "nope", &h.mta1) == refused);
  CHECK(h.mta(s, "mta-pw", nullptr) == refused);
  CHECK(h.mta(s, "mta-pw", &h.alice) == refused);
}
