#include "config/config.hpp"

#include <catch2/catch.hpp>

#include <regex>
#include <set>

#include "source_folder.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400_certificates.hpp"
#include "x400_temp_folder.hpp"

using namespace x400;
using namespace x400::server;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

constexpr std::string_view hash = "scrypt$16$1$1$MTIzNDU2Nzg=$MTIzNDU2Nzg5MDEyMzQ1Ng==";

// The configuration of the design, as an operator writes it.
const std::string good = std::string(R"(
[store]
or_address = "C=XX;ADMD=TEST;PRMD=DEMO;O=Store"
password_file = "secrets/store"
path = "data"

[[listen]]
protocol = "p7"
address = "127.0.0.1:1102"

[[listen]]
protocol = "p3"
address = "tsel=P3;127.0.0.1:1103"

[[mta]]
name = "MTA1"
address = "mta.example:102"
password_in_file = "secrets/mta1-in"

[[mailbox]]
id = "alice"
or_addresses = ["C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=Alice;G=A", "/CN=Alice/O=Org/PRMD=DEMO/ADMD=TEST/C=XX/"]
p7_hash = ")") + std::string(hash) +
                         R"("
mts_password_file = "secrets/alice-mts"
mta = "MTA1"
)";

struct Folder : test::TempFolder {
  Folder() {
    write("secrets/store", "store-password\n");
    write("secrets/mta1-in", "mta-password\n");
    write("secrets/alice-mts", "alice-password\n");
  }

  Result<Config> config(const std::string& text) const { return read_config(write("mstored.toml", text)); }
  std::string faults(const std::string& text) const {
    const auto read = config(text);
    return read.ok() ? std::string() : read.error().text();
  }
};

std::string with(std::string text, const std::string& what, const std::string& instead) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), instead);
}

}  // namespace

TEST_CASE("config: the example of the design") {
  const Folder folder;
  const auto read = folder.config(good);
  INFO(folder.faults(good));
  REQUIRE(read.ok());
  const Config& c = *read;
  CHECK(c.store.path == folder.path() / "data");
  CHECK(c.store.or_address.prmd == "DEMO");
  CHECK(c.store.password.matches(view("store-password")));
  REQUIRE(c.listen.size() == 2);
  CHECK(c.listen[0].protocol == ListenConfig::Protocol::p7);
  CHECK(c.listen[0].address.port == 1102);
  CHECK(c.listen[1].protocol == ListenConfig::Protocol::p3);
  CHECK(c.listen[1].address.selectors.transport == to_octets("P3"));
  REQUIRE(c.mtas.size() == 1);
  CHECK(c.mtas[0].name == "MTA1");
  CHECK(c.mtas[0].address->host == "mta.example");
  CHECK(c.mtas[0].password.matches(view("mta-password")));
  CHECK(c.mtas[0].bind_as == MtaConfig::BindAs::user);
  REQUIRE(c.mailboxes.size() == 1);
  CHECK(c.mailboxes[0].id == "alice");
  REQUIRE(c.mailboxes[0].or_addresses.size() == 2);
  CHECK(c.mailboxes[0].or_addresses[0].personal_name.surname.utf8() == "Alice");
  CHECK(c.mailboxes[0].p7_hash->text() == hash);
  CHECK(c.mailboxes[0].mts_password.matches(view("alice-password")));
}

TEST_CASE("config: the defaults are those of the design") {
  const Folder folder;
  const Config c = folder.config(good).value();
  CHECK(c.store.keep_free == 64u << 20);
  CHECK_FALSE(c.store.reserve);
  CHECK(c.store.audit_days == 0);
  CHECK(c.store.cleaning.dead_percent == 30);
  CHECK(c.store.cleaning.rate == 16u << 20);
  CHECK(c.store.cleaning.retired == 24h);
  CHECK(c.limits.associations == 10'000);
  CHECK(c.limits.associations_per_address == 1'000);
  CHECK(c.limits.associations_per_user == 16);
  CHECK(c.limits.connect_timeout == 10s);
  CHECK(c.limits.session_timeout == 10s);
  CHECK(c.limits.bind_timeout == 30s);
  CHECK(c.limits.progress_octets == 1024);
  CHECK(c.limits.progress_span == 30s);
  CHECK(c.limits.idle_p7 == 0s);
  CHECK(c.limits.idle_p3 == 60min);
  CHECK(c.limits.tsdu_before_bind == 65536);
  CHECK(c.limits.spool_from == 1 << 20);
  CHECK(c.limits.content == 67108864);
  CHECK(c.limits.ber_depth == 64);
  CHECK(c.limits.ber_elements == 1'000'000);
  CHECK(c.limits.ber_elements_bind == 2'000);
  CHECK(c.limits.operations_outstanding == 64);
  CHECK(c.limits.unsent == 4194304);
  CHECK(c.limits.list_entries == 100'000);
  CHECK(c.limits.presentation_contexts == 16);
  CHECK(c.limits.selector_octets == 64);
  CHECK(c.log.level == Level::info);
  CHECK(c.log.standard_error);
  CHECK_FALSE(c.log.file);
  CHECK_FALSE(c.log.json);
}

TEST_CASE("config: every key can be set") {
  const Folder folder;
  const Config c = folder
                       .config(with(good, "[store]", R"([store]
keep_free = "1 GiB"
reserve = "1 MiB"
audit_days = 400
cleaning.dead_percent = 10
cleaning.rate = "1 MiB"
cleaning.retired = "90 min")") +
                               R"(
[service]
io_threads = 3
engine_threads = 5
password_threads = 1
password_queue = 7
shutdown_grace = "5 s"
[limits]
associations = 11
associations_per_address = 12
associations_per_user = 13
connect_timeout = "1 s"
session_timeout = "2 s"
bind_timeout = "3 s"
progress_span = "4 s"
progress_octets = "2 KiB"
idle_p7 = "1 h"
idle_p3 = "5 min"
tsdu_before_bind = "32 KiB"
spool_from = "0 B"
content = "1 MiB"
ber_depth = 32
ber_elements = 5000
ber_elements_bind = 500
operations_outstanding = 8
unsent = "1 MiB"
list_entries = 100
presentation_contexts = 8
selector_octets = 32
[log]
level = "debug"
file = "log/mstored.log"
stderr = true
json = true
[[mta]]
name = "MTA2"
password_in_file = "secrets/mta1-in"
bind_as = "store"
unknown_mailbox = "abort"
submit_associations = 2
submit_reliable = true
submit_reliable_bare = true
submit_idle = "10 s"
retry_first = "2 s"
retry_most = "3 s"
retry_refused = "1 min"
)")
                       .value();
  CHECK(c.store.keep_free == 1u << 30);
  CHECK(c.store.reserve == 1u << 20);
  CHECK(c.store.audit_days == 400);
  CHECK(c.store.cleaning.dead_percent == 10);
  CHECK(c.store.cleaning.rate == 1u << 20);
  CHECK(c.store.cleaning.retired == 90min);
  CHECK(c.service.io_threads == 3);
  CHECK(c.service.engine_threads == 5);
  CHECK(c.service.password_threads == 1);
  CHECK(c.service.password_queue == 7);
  CHECK(c.service.shutdown_grace == 5s);
  CHECK(c.limits.associations == 11);
  CHECK(c.limits.associations_per_address == 12);
  CHECK(c.limits.associations_per_user == 13);
  CHECK(c.limits.connect_timeout == 1s);
  CHECK(c.limits.session_timeout == 2s);
  CHECK(c.limits.bind_timeout == 3s);
  CHECK(c.limits.progress_span == 4s);
  CHECK(c.limits.progress_octets == 2048);
  CHECK(c.limits.idle_p7 == 1h);
  CHECK(c.limits.idle_p3 == 5min);
  CHECK(c.limits.tsdu_before_bind == 32768);
  CHECK(c.limits.spool_from == 0);
  CHECK(c.limits.content == 1048576);
  CHECK(c.limits.ber_depth == 32);
  CHECK(c.limits.ber_elements == 5000);
  CHECK(c.limits.ber_elements_bind == 500);
  CHECK(c.limits.operations_outstanding == 8);
  CHECK(c.limits.unsent == 1048576);
  CHECK(c.limits.list_entries == 100);
  CHECK(c.limits.presentation_contexts == 8);
  CHECK(c.limits.selector_octets == 32);
  CHECK(c.log.level == Level::debug);
  CHECK(c.log.file == folder.path() / "log/mstored.log");
  CHECK(c.log.standard_error);
  CHECK(c.log.json);
  REQUIRE(c.mtas.size() == 2);
  CHECK_FALSE(c.mtas[1].address);
  CHECK(c.mtas[1].bind_as == MtaConfig::BindAs::store);
  CHECK(c.mtas[1].unknown_mailbox == MtaConfig::UnknownMailbox::abort);
  CHECK(c.mtas[1].submit_associations == 2);
  CHECK(c.mtas[1].submit_reliable);
  CHECK(c.mtas[1].submit_reliable_bare);
  CHECK_FALSE(c.mtas[0].submit_reliable_bare);
  CHECK(c.mtas[1].submit_idle == 10s);
  CHECK(c.mtas[1].retry_first == 2s);
  CHECK(c.mtas[1].retry_most == 3s);
  CHECK(c.mtas[1].retry_refused == 1min);
}

TEST_CASE("config: an empty file says all that is missing") {
  const Folder folder;
  const std::string text = folder.faults("");
  CHECK_THAT(text, Contains("no [store] in the file"));
  CHECK_THAT(text, Contains("no [[listen]] in the file"));
  const std::string store = folder.faults("[store]\n[[listen]]\n[[mta]]\n[[mailbox]]\n");
  for (const char* key : {"or_address is missing in [store]", "password_file is missing in [store]",
                          "path is missing in [store]", "protocol is missing in [[listen]]",
                          "address is missing in [[listen]]", "name is missing in [[mta]]",
                          "password_in_file is missing in [[mta]]", "id is missing in [[mailbox]]",
                          "or_addresses is missing in [[mailbox]]", "mta is missing in [[mailbox]]"})
    CHECK_THAT(store, Contains(key));
}

TEST_CASE("config: unknown keys are refused in every table") {
  const Folder folder;
  const std::string text =
      folder.faults(with(good, "[store]", "[store]\nzzz = 1") +
                    "zzz = 1\n[limits]\nzzz = 1\n[log]\nzzz = 1\n[service]\nzzz = 1\n[zzz]\n");
  for (const char* where :
       {"in [store]", "in [[mailbox]]", "in [limits]", "in [log]", "in [service]", "at the top"})
    CHECK_THAT(text, Contains("unknown key \"zzz\" " + std::string(where)));
  CHECK_THAT(folder.faults(with(good, "or_address =", "or_adress =")), Contains("is \"or_address\" meant?"));
}

TEST_CASE("config: secrets that cannot be used") {
  const Folder folder;
  CHECK_THAT(folder.faults(with(good, "secrets/store", "secrets/none")),
             Contains("secrets/none: No such file"));
  folder.write("secrets/mta1-in", "x", 0644);
  CHECK_THAT(folder.faults(good), Contains("chmod o= ") && Contains("secrets/mta1-in"));
  folder.write("secrets/mta1-in", "\n");
  CHECK_THAT(folder.faults(good), Contains("is empty"));
}

TEST_CASE("config: doubled things") {
  const Folder folder;
  const auto mailbox = good.substr(good.find("[[mailbox]]"));
  const std::string text = folder.faults(good + mailbox);
  CHECK_THAT(text, Contains("there is another [[mailbox]] with id \"alice\""));
  CHECK_THAT(text, Contains("belongs to mailbox \"alice\" already"));
  const auto mta = good.substr(good.find("[[mta]]"), good.find("[[mailbox]]") - good.find("[[mta]]"));
  CHECK_THAT(folder.faults(good + mta), Contains("there is another [[mta]] named \"MTA1\""));
  CHECK_THAT(folder.faults(with(good, "127.0.0.1:1103", "127.0.0.1:1102")), Contains("same host and port"));
}

TEST_CASE("config: the same address in other words belongs to one mailbox only") {
  const Folder folder;
  const std::string text = folder.faults(good + R"(
[[mailbox]]
id = "alice2"
or_addresses = ["/G=a/S=ALICE/O=org/PRMD=demo/ADMD=test/C=xx/"]
mts_password_file = "secrets/alice-mts"
mta = "MTA1"
)");
  CHECK_THAT(text, Contains("belongs to mailbox \"alice\" already"));
}

TEST_CASE("config: values that are none") {
  const Folder folder;
  CHECK_THAT(folder.faults(with(good, "C=XX;ADMD=TEST;PRMD=DEMO;O=Store", "Z=1")),
             Contains("or_address: \"Z=1\""));
  CHECK_THAT(folder.faults(with(good, "/CN=Alice/O=Org/PRMD=DEMO/ADMD=TEST/C=XX/", "O=Org")),
             Contains("or_addresses: \"O=Org\""));
  CHECK_THAT(folder.faults(with(good, "\"p7\"", "\"p8\"")), Contains("must be one of \"p7\", \"p3\""));
  CHECK_THAT(folder.faults(with(good, "127.0.0.1:1102", "127.0.0.1:99999")), Contains("address: "));
  CHECK_THAT(folder.faults(with(good, "127.0.0.1:1102", "localhost:1102")), Contains("is a name"));
  CHECK_THAT(folder.faults(with(good, std::string(hash), "secret")), Contains("mstorectl password-hash"));
  CHECK_THAT(folder.faults(with(good, "id = \"alice\"", "id = \"al ice\"")), Contains("letters, digits"));
  CHECK_THAT(folder.faults(with(good, "mta = \"MTA1\"", "mta = \"MTA9\"")),
             Contains("no [[mta]] named \"MTA9\""));
  CHECK_THAT(folder.faults(with(good, "name = \"MTA1\"", "name = \"" + std::string(33, 'M') + "\"")),
             Contains("at most 32"));
  CHECK_THAT(folder.faults(good + "[limits]\nidle_p3 = 60\n"), Contains("idle_p3 needs a unit"));
  CHECK_THAT(folder.faults(good + "[limits]\nber_depth = 65\n"), Contains("at most 64"));
  CHECK_THAT(folder.faults(good + "[log]\nstderr = false\n"), Contains("nothing would be logged"));
}

TEST_CASE("config: a user's P3 password is wanted where it is used") {
  const Folder folder;
  const std::string without = with(good, "mts_password_file = \"secrets/alice-mts\"\n", "");
  CHECK_THAT(folder.faults(without), Contains("mts_password_file is missing in [[mailbox]]"));
  CHECK(folder.faults(with(without, "name = \"MTA1\"", "name = \"MTA1\"\nbind_as = \"store\"")).empty());
  CHECK(folder.faults(with(without, "address = \"mta.example:102\"\n", "")).empty());
}

TEST_CASE("config: what mailboxes may hold, and how long") {
  using mstore::Quota;
  using mstore::Retention;
  const Folder folder;
  CHECK(folder.config(good).value().defaults == mstore::Policy());
  const std::string own = R"(
hold = "0 s"
keep_logs = false
[mailbox.in_box]
hard_entries = 0
age = "0 s"
[mailbox.out_box]
hard_octets = "1 GiB"
)";
  const Config c = folder
                       .config(good + own + R"(
[defaults]
hold = "30 d"
archive = "7 d"
logs = "400 d"
keep_logs = true
[defaults.in_box]
soft_entries = 900
hard_entries = 1000
soft_octets = "90 MiB"
hard_octets = "100 MiB"
age = "90 d"
[defaults.out_box]
age = "36 h"
remove = "all"
[defaults.drafts]
hard_entries = 50
)")
                       .value();
  const mstore::Policy& all = c.defaults;
  CHECK(all.hold == 30 * 24h);
  CHECK(all.archive == 7 * 24h);
  CHECK(all.logs == 400 * 24h);
  CHECK(all.delivery == Quota{900, 1000, 90u << 20, 100u << 20});
  CHECK(all.in_box == Retention{90 * 24h, Retention::Of::not_new});
  CHECK_FALSE(all.submission);
  CHECK(all.out_box == Retention{36h, Retention::Of::all});
  CHECK(all.draft == Quota{{}, 50, {}, {}});
  const mstore::Policy& alice = c.mailboxes.at(0).policy;
  CHECK(alice.hold == 0s);
  CHECK(alice.delivery == Quota{});  // none at all
  CHECK(alice.in_box == Retention{});
  CHECK(alice.submission == Quota{{}, {}, {}, 1u << 30});
  CHECK_FALSE(alice.out_box);
  CHECK_FALSE(alice.draft);
  CHECK(c.keep_logs);
  CHECK_FALSE(c.mailboxes.at(0).keep_logs);
  CHECK(folder.config(good + "[defaults]\nkeep_logs = true\n").value().mailboxes.at(0).keep_logs);
  CHECK(folder.config(good + "keep_logs = true\n").value().mailboxes.at(0).keep_logs);
  CHECK_FALSE(folder.config(good).value().mailboxes.at(0).keep_logs);

  CHECK(folder.faults(good + "[defaults.in_box]\nsoft_entries = 2\nhard_entries = 1\n")
            .find("soft_entries must not be more") != std::string::npos);
  CHECK(folder.faults(good + "[defaults.out_box]\nremove = \"all\"\n").find("give age too") !=
        std::string::npos);
  CHECK(folder.faults(good + "[defaults.drafts]\nage = \"1 d\"\n").find("age") != std::string::npos);
}

TEST_CASE("config: all addresses of the machine, and any free port") {
  const Folder folder;
  const Config c =
      folder.config(with(with(good, "127.0.0.1:1102", "*:1102"), "127.0.0.1:1103", "127.0.0.1:0")).value();
  CHECK(c.listen[0].address.host.empty());
  CHECK(c.listen[1].address.port == 0);
}

TEST_CASE("config: the man page and the header name every key, and no key that is not read") {
  const std::string root = test::source_folder().parent_path().string();
  const auto text_of = [&](const std::string& name) {
    std::ifstream in(root + name);
    return std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  };
  const std::string reader = text_of("/server/src/config/read_config.cpp") +
                             text_of("/server/src/config/read_access.cpp") +
                             text_of("/server/src/config/read_policy.cpp");
  const std::string man = text_of("/docs/man/mstored.toml.5"),
                    header = text_of("/server/src/config/config.hpp");
  const std::regex asked(
      R"re((?:required_texts?|text|texts|path|choice|boolean|tables?|secret|required_path|set_\w+)\((?:\*?\w+, )?"(\w+)")re");
  std::set<std::string> keys;
  for (std::sregex_iterator i(reader.begin(), reader.end(), asked), end; i != end; ++i) keys.insert((*i)[1]);
  CHECK(keys.size() > 40);
  for (const std::string& key : keys) {
    INFO(key);
    CHECK(man.find(key) != std::string::npos);
    CHECK(header.find(key) != std::string::npos);
  }
}

TEST_CASE("config: limits on failed binds, with their defaults") {
  const Folder folder;
  const Config c = folder.config(good).value();
  CHECK(c.limits.failed_binds_per_user == 5);
  CHECK(c.limits.failed_binds_per_address == 20);
  CHECK(c.limits.failed_binds_span == 1min);
  CHECK(c.limits.failed_binds_wait == 20s);
  CHECK(c.limits.protected_window == 5min);
  const Config other =
      folder.config(good + "[limits]\nfailed_binds_per_user = 0\nfailed_binds_span = \"2 h\"\n").value();
  CHECK(other.limits.failed_binds_per_user == 0);
  CHECK(other.limits.failed_binds_span == 2h);
  CHECK_THAT(folder.faults(good + "[limits]\nfailed_binds_span = \"0 s\"\n"), Contains("failed_binds_span"));
}

TEST_CASE("config: TLS, certificates and protected credentials are off unless asked for") {
  const Folder folder;
  const Config c = folder.config(good).value();
  CHECK_FALSE(c.listen[0].tls);
  CHECK_FALSE(c.mtas[0].tls);
  CHECK_FALSE(c.mtas[0].protected_credentials);
  CHECK_FALSE(c.service.seal_key);
  CHECK(c.mailboxes[0].p7_sealed.empty());
  CHECK(c.mailboxes[0].certificates.empty());
}

TEST_CASE("config: TLS of a listener and of an MTA") {
  const Folder folder;
  test::Authority ca;
  const auto own = ca.server();
  const std::string key = "key = \"" + own.key.string() + "\"\n",
                    certificate = "certificate = \"" + own.certificate.string() + "\"\n",
                    authority = "\"" + ca.ca().string() + "\"\n";
  const auto listen = [&](const std::string& tls) {
    return good + "[[listen]]\nprotocol = \"p7\"\naddress = \"127.0.0.1:1104\"\n[listen.tls]\n" + tls;
  };
  const std::string crl = "\"" + ca.crl().string() + "\"\n",
                    demanded = "clients = \"required\"\nclients_ca = " + authority;
  const Config c = folder.config(listen(certificate + key + demanded + "clients_crl = " + crl)).value();
  REQUIRE(c.listen[2].tls);
  CHECK(c.listen[2].tls->options().clients_crl == ca.crl());
  CHECK_THAT(folder.faults(listen(certificate + key + demanded + "clients_crl = \"none.crl\"\n")),
             Contains("none.crl"));
  CHECK_THAT(folder.faults(listen(certificate + key + "clients_crl = " + crl)), Contains("clients_crl"));
  CHECK(c.listen[2].tls->options().clients == access::TlsServer::Clients::required);
  CHECK_THAT(folder.faults(listen(key)), Contains("certificate"));
  CHECK_THAT(folder.faults(listen(certificate + key + "clients = \"optional\"\n")), Contains("clients_ca"));
  CHECK_THAT(folder.faults(listen("certificate = \"none.pem\"\n" + key)), Contains("none.pem"));
  const auto mta = [&](const std::string& tls) {
    return with(
        good, "password_in_file = \"secrets/mta1-in\"\n",
        "password_in_file = \"secrets/mta1-in\"\nprotected = true\ncertificates = [\"CN=mta\"]\n[mta.tls]\n" +
            tls);
  };
  const Config m =
      folder.config(mta("ca = " + authority + "server_name = \"mta.example\"\ncrl = " + crl)).value();
  REQUIRE(m.mtas[0].tls);
  CHECK(m.mtas[0].tls->options().name == "mta.example");
  CHECK(m.mtas[0].tls->options().crl == ca.crl());
  CHECK(m.mtas[0].protected_credentials);
  CHECK(m.mtas[0].certificates == std::vector<std::string>{"CN=mta"});
  CHECK_THAT(folder.faults(mta("ca = \"none.pem\"\n")), Contains("none.pem"));
}

TEST_CASE("config: sealed passwords need a key that lies elsewhere") {
  const Folder folder;
  const test::TempFolder keys;
  const auto line = settings::SealKey::make_line().value();
  const auto key_file = keys.write("seal.key", line);
  const auto sealed = settings::SealKey::read(key_file).value().seal(settings::Secret("pw"), "alice").value();
  const auto text = [&](const std::string& key, const std::string& owned) {
    return "[service]\n" + (key.empty() ? "" : "seal_key_file = \"" + key + "\"\n") +
           with(good, "mta = \"MTA1\"\n", "mta = \"MTA1\"\np7_sealed = \"" + owned + "\"\n");
  };
  const Config c = folder.config(text(key_file.string(), sealed)).value();
  CHECK(c.service.seal_key);
  CHECK(c.mailboxes[0].p7_sealed == sealed);
  CHECK_THAT(folder.faults(text("", sealed)), Contains("needs seal_key_file"));
  const auto other = settings::SealKey::read(key_file).value().seal(settings::Secret("pw"), "bob").value();
  CHECK_THAT(folder.faults(text(key_file.string(), other)), Contains("another owner"));
  CHECK_THAT(folder.faults(text(key_file.string(), "pw")), Contains("mstorectl password-seal"));
  folder.write("keys/seal.key", line);
  CHECK_THAT(folder.faults(text("keys/seal.key", sealed)), Contains("must not lie in"));
  folder.write("data/seal.key", line);
  CHECK_THAT(folder.faults(text((folder.path() / "data/seal.key").string(), sealed)),
             Contains("must not lie in"));
  CHECK_THAT(folder.faults(text("/nowhere/seal.key", sealed)), Contains("/nowhere/seal.key"));
}
