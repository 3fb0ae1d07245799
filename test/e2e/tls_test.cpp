// TLS at the real program: openssl's own client as the peer, certificates read again on SIGHUP, programs p7
// and mstorectl as users have them.
#include <cstdio>

#include "mstored_process.hpp"
#include "user.hpp"
#include "x400/access/tls.hpp"
#include "x400_certificates.hpp"

using namespace x400;
using namespace x400::test;

namespace {

struct Ran {
  int status = -1;
  std::string output;  // both standard output and standard error
};
Ran run(const std::string& command) {
  Ran ran;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe);
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) ran.output += static_cast<char>(c);
  const int status = ::pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

// A store whose third listener is P7 over TLS.
struct TlsStore {
  explicit TlsStore(const std::string& clients = {}, const std::string& more = {}) : store(0, more, {}, {}) {
    put(ca.server());
    std::string text = store.folder.read("mstored.toml");
    text +=
        "[[listen]]\nprotocol = \"p7\"\naddress = \"127.0.0.1:0\"\n[listen.tls]\ncertificate = "
        "\"server.pem\"\nkey = \"server.key\"\n" +
        clients;
    store.folder.write("mstored.toml", text);
    store.run = std::make_unique<MstoredRun>(std::vector<std::string>{"-c", store.config.string()});
    (void)store.run->line_with(" S109 ");
    (void)store.run->line_with(" S109 ");
    const auto line = store.run->line_with(" S109 ");
    REQUIRE(line.find("tls=true") != line.npos);
    port = static_cast<std::uint16_t>(std::stoi(line.substr(line.find("port=") + 5)));
    REQUIRE_FALSE(store.run->line_with(" S102 ").empty());
  }
  void put(const Authority::Pair& pair) {
    const auto replace = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(pair.certificate, store.folder.path() / "server.pem", replace);
    std::filesystem::copy_file(pair.key, store.folder.path() / "server.key", replace);
  }
  Ran s_client(const std::string& more, const std::string& input = ": |") {
    return run(input + " timeout 60 openssl s_client -connect 127.0.0.1:" + std::to_string(port) +
               " -CAfile " + ca.ca().string() + " -verify_return_error -verify_ip 127.0.0.1 " + more);
  }

  Authority ca;
  Mstored store;
  std::uint16_t port = 0;
};

bool has(const std::string& text, std::string_view what) { return text.find(what) != text.npos; }

}  // namespace

TEST_CASE("mstored: openssl's client sees TLS 1.2 and 1.3, a good certificate, and nothing older") {
  TlsStore s;
  for (const std::string version : {"1_2", "1_3"}) {
    const Ran ran = s.s_client("-brief -tls" + version);
    INFO(ran.output);
    CHECK(has(ran.output, "CONNECTION ESTABLISHED"));
    CHECK(has(ran.output, "Verification: OK"));
    CHECK(has(ran.output, version == "1_2" ? "TLSv1.2" : "TLSv1.3"));
  }
  const Ran old = s.s_client("-brief -tls1_1 -cipher DEFAULT@SECLEVEL=0");
  INFO(old.output);
  CHECK_FALSE(has(old.output, "CONNECTION ESTABLISHED"));
}

TEST_CASE("mstored: what openssl's client carries is the protocol: CR in, CC out") {
  TlsStore s;
  const Ran ran = s.s_client("-quiet -tls1_2 | head -c 4 | od -An -tx1",
                             "(printf '\\003\\000\\000\\013\\006\\340\\000\\000\\000\\001\\000') |");
  INFO(ran.output);
  CHECK(has(ran.output, " 03 00 00 "));
}

TEST_CASE("mstored: a client certificate is demanded of openssl's client, and taken") {
  Authority clients("Client CA");
  TlsStore s("clients = \"required\"\nclients_ca = \"" + clients.ca().string() + "\"\n");
  const auto alice = clients.issue("alice", "/CN=Alice", "");
  const std::string cr = "(printf '\\003\\000\\000\\013\\006\\340\\000\\000\\000\\001\\000') |";
  const Ran with = s.s_client("-quiet -cert " + alice.certificate.string() + " -key " + alice.key.string() +
                                  " | head -c 4 | od -An -tx1",
                              cr);
  INFO(with.output);
  CHECK(has(with.output, " 03 00 00 "));
  const Ran without = s.s_client("-quiet | od -An -tx1", cr);
  INFO(without.output);
  CHECK_FALSE(has(without.output, " 03 00 00 "));
}

TEST_CASE("mstored: SIGHUP reads certificates again, broken ones change nothing") {
  TlsStore s;
  const Ran before = s.s_client("-brief");
  CHECK(has(before.output, "Verification: OK"));
  Authority second("Second CA");
  s.put(second.server());
  s.store.run->signal(SIGHUP);
  REQUIRE_FALSE(s.store.run->line_with(" S123 ").empty());
  const Ran after = s.s_client("-brief");
  INFO(after.output);
  CHECK_FALSE(has(after.output, "Verification: OK"));
  s.store.folder.write("server.pem", "broken");
  s.store.run->signal(SIGHUP);
  REQUIRE_FALSE(s.store.run->line_with(" S124 ").empty());
  access::Runtime runtime(1);
  access::ConnectOptions options;
  options.address = loopback(s.port);
  options.context = &access::contexts::ms_access_94();
  options.bind_argument = user_bind(alice_name, "pw-a").encode(Edition::e1994);
  access::TlsClient::Options client;
  client.ca = second.ca();
  options.tls = access::TlsClient::open(client).value();
  CHECK(access::connect(runtime, std::move(options)).get().ok());
}

TEST_CASE("p7: over TLS, verified, and with protected credentials") {
  TempFolder keys;
  Authority ca;
  const std::string ctl = X400_MSTORECTL, p7 = X400_P7;
  const std::string key = run(ctl + " seal-key").output;
  const auto key_file = keys.write("seal.key", key);
  const auto sealed =
      run("printf pw-a | " + ctl + " password-seal --stdin --mailbox alice --key-file " + key_file.string());
  REQUIRE(sealed.status == 0);
  TlsStore s;
  // The store of the other cases, told to keep Alice's password sealed.
  std::string text = s.store.folder.read("mstored.toml");
  text.replace(text.find("id = \"alice\"\n"), 13,
               "id = \"alice\"\np7_sealed = \"" + sealed.output.substr(0, sealed.output.size() - 1) + "\"\n");
  text += "[service]\nseal_key_file = \"" + key_file.string() + "\"\n";
  s.store.folder.write("mstored.toml", text);
  CHECK(s.store.stop() == 0);
  s.store.run = std::make_unique<MstoredRun>(std::vector<std::string>{"-c", s.store.config.string()});
  std::string line;
  for (int i = 0; i < 3; ++i) line = s.store.run->line_with(" S109 ");
  REQUIRE_FALSE(line.empty());
  const std::string port = std::to_string(std::stoi(line.substr(line.find("port=") + 5)));
  REQUIRE_FALSE(s.store.run->line_with(" S102 ").empty());
  const auto password = keys.write("alice", "pw-a\n");
  const auto ask = [&](const std::string& options) {
    return run(p7 + " --store 127.0.0.1:" + port + " --user '" + std::string(alice_name) +
               "' --password-file " + password.string() + " --tls " + options + " list");
  };
  const std::string trusted = "--tls-ca " + s.ca.ca().string();
  const Ran good = ask(trusted);
  INFO(good.output);
  CHECK(good.status == 0);
  CHECK(ask(trusted + " --protected").status == 0);
  CHECK(ask(trusted + " --protected --edition 88").status == 0);
  CHECK(ask(trusted + " --tls-name store.example").status == 3);
  CHECK(ask("--tls-ca " + ca.ca().string()).status == 3);
  keys.write("alice", "nope\n");
  CHECK(ask(trusted + " --protected").status == 4);
}
