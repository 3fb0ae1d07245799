#include "config.hpp"

#include <map>

#include "x400/asn1/or_text.hpp"
#include "x400/settings/document.hpp"

namespace mtasim {
namespace {

using namespace x400;
using settings::Table;

asn1::ORAddress or_address(Table& table, std::string_view key, const std::string& text) {
  if (text.empty()) return {};
  auto address = asn1::parse_or_address(text);
  if (address.ok()) return std::move(*address);
  table.fault(key, address.error().text());
  return {};
}

osi::PresentationAddress address(Table& table, std::string_view key, const std::string& text) {
  if (text.empty()) return {};
  auto parsed = osi::parse_address(text);
  if (parsed.ok()) return std::move(*parsed);
  table.fault(key, parsed.error().text());
  return {};
}

settings::Secret secret(Table& table, std::string_view key) {
  const auto file = table.path(key);
  if (!file) {
    table.fault(key, std::string(key) + " is missing: the file that holds the password");
    return {};
  }
  auto read = settings::read_secret_file(*file);
  if (read.ok()) return std::move(*read);
  table.fault(key, read.error().text());
  return {};
}

std::shared_ptr<access::TlsServer> tls_server(Table& table) {
  const auto certificate = table.path("tls_certificate"), key = table.path("tls_key");
  if (!certificate && !key) return nullptr;
  access::TlsServer::Options options;
  options.certificate = certificate.value_or("");
  options.key = key.value_or("");
  auto opened = access::TlsServer::open(options);
  if (opened.ok()) return std::move(*opened);
  table.fault("tls_certificate", opened.error().text());
  return nullptr;
}

std::shared_ptr<access::TlsClient> tls_client(Table& table) {
  const bool wanted = table.boolean("tls").value_or(false);
  access::TlsClient::Options options;
  options.ca = table.path("tls_ca").value_or("");
  options.crl = table.path("tls_crl").value_or("");
  options.name = table.text("tls_name").value_or("");
  options.certificate = table.path("tls_certificate").value_or("");
  options.key = table.path("tls_key").value_or("");
  if (!wanted) return nullptr;
  auto opened = access::TlsClient::open(options);
  if (opened.ok()) return std::move(*opened);
  table.fault("tls", opened.error().text());
  return nullptr;
}

void read_mta(Table mta, Config& config) {
  config.name = mta.required_text("name", "name = \"MTA1\"");
  config.password = secret(mta, "password_file");
  const auto domain = or_address(mta, "domain", mta.required_text("domain", "domain = \"C=XX;ADMD=TEST\""));
  config.domain = {domain.country, domain.admd.value_or(" "), domain.prmd};
  for (const std::string& text : mta.required_texts("listen", "listen = [\"127.0.0.1:1102\"]"))
    config.listen.push_back(address(mta, "listen", text));
  config.tls = tls_server(mta);
  if (const auto path = mta.path("queue"))
    config.queue = *path;
  else
    mta.fault("queue", "queue is missing: the file that keeps what was taken");
  config.retry_first = mta.duration("retry_first").value_or(config.retry_first);
  config.retry_most = mta.duration("retry_most").value_or(config.retry_most);
  config.expire = mta.duration("expire").value_or(config.expire);
}

void read_stores(Table& root, Config& config) {
  for (Table& table : root.tables("store")) {
    StoreConfig s;
    s.or_address =
        or_address(table, "or_address", table.required_text("or_address", "or_address = \"C=XX;...\""));
    s.address = address(table, "address", table.required_text("address", "address = \"127.0.0.1:1103\""));
    s.password = secret(table, "password_file");
    if (table.choice("edition", {"88", "94"}).value_or("94") == "88") s.edition = asn1::Edition::e1988;
    s.reliable = table.boolean("reliable").value_or(false);
    s.reliable_bare = table.boolean("reliable_bare").value_or(false);
    s.protected_credentials = table.boolean("protected").value_or(false);
    s.tls = tls_client(table);
    s.associations = static_cast<unsigned>(table.integer("associations", 1, 100).value_or(2));
    config.stores.push_back(std::move(s));
  }
}

std::size_t store_of(Table& table, const Config& config) {
  const auto wanted = or_address(table, "store", table.required_text("store", "store = \"C=XX;...\""));
  for (std::size_t i = 0; i < config.stores.size(); ++i)
    if (asn1::same_address(config.stores[i].or_address, wanted)) return i;
  table.fault("store", "no [[store]] has this or_address");
  return 0;
}

void read_users(Table& root, Config& config) {
  std::map<std::string, std::size_t> seen;
  for (Table& table : root.tables("user")) {
    UserConfig u;
    for (const std::string& text : table.required_texts("or_addresses", "or_addresses = [\"C=XX;...\"]")) {
      u.or_addresses.push_back(or_address(table, "or_addresses", text));
      if (!seen.emplace(asn1::canonical_key(u.or_addresses.back()), config.users.size()).second)
        table.fault("or_addresses", "another user has the address " + text);
    }
    u.mts_password = secret(table, "mts_password_file");
    u.store = store_of(table, config);
    config.users.push_back(std::move(u));
  }
}

}  // namespace

Result<Config> read_config(const std::filesystem::path& file) {
  X400_TRY(document, settings::Document::read(file));
  Config config;
  Table root = document.root();
  if (auto mta = root.table("mta"))
    read_mta(*mta, config);
  else
    root.fault("mta", "[mta] is missing");
  read_stores(root, config);
  if (config.stores.empty()) root.fault("store", "no [[store]]");
  read_users(root, config);
  X400_CHECK(document.finish());
  return config;
}

}  // namespace mtasim
