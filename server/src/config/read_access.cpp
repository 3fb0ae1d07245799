#include "config/read_access.hpp"

#include <algorithm>

namespace x400::server {

using settings::Table;

namespace {

std::filesystem::path required_path(Table& table, std::string_view key, std::string_view example) {
  if (table.required_text(key, example).empty()) return {};
  return *table.path(key);
}

bool lies_in(const std::filesystem::path& file, const std::filesystem::path& folder) {
  std::error_code ignored;
  const auto inside = std::filesystem::weakly_canonical(file, ignored);
  const auto outside = std::filesystem::weakly_canonical(folder, ignored);
  if (folder.empty() || outside.empty()) return false;
  return std::mismatch(outside.begin(), outside.end(), inside.begin(), inside.end()).first == outside.end();
}

bool is_fingerprint(const std::string& text) {
  return text.size() == 7 + 64 && std::all_of(text.begin() + 7, text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

std::shared_ptr<access::TlsServer> read_tls_server(Table& table) {
  access::TlsServer::Options options;
  options.certificate = required_path(table, "certificate", "certificate = \"tls/server.pem\"");
  options.key = required_path(table, "key", "key = \"tls/server.key\"");
  const auto clients = table.choice("clients", {"none", "optional", "required"}).value_or("none");
  if (clients == "optional") options.clients = access::TlsServer::Clients::optional;
  if (clients == "required") options.clients = access::TlsServer::Clients::required;
  if (const auto ca = table.path("clients_ca")) options.clients_ca = *ca;
  if (const auto crl = table.path("clients_crl")) options.clients_crl = *crl;
  if (options.certificate.empty() || options.key.empty()) return nullptr;
  if (options.clients != access::TlsServer::Clients::none && options.clients_ca.empty()) {
    table.fault("clients_ca", "clients_ca is missing: the file with the CAs of clients");
    return nullptr;
  }
  if (options.clients == access::TlsServer::Clients::none && !options.clients_crl.empty()) {
    table.fault("clients_crl", "clients_crl without clients: nobody is asked for a certificate");
    return nullptr;
  }
  auto opened = access::TlsServer::open(options);
  if (opened.ok()) return std::move(*opened);
  table.fault("certificate", "tls: " + opened.error().text());
  return nullptr;
}

std::shared_ptr<access::TlsClient> read_tls_client(Table& table) {
  access::TlsClient::Options options;
  if (const auto ca = table.path("ca")) options.ca = *ca;
  if (const auto crl = table.path("crl")) options.crl = *crl;
  if (const auto certificate = table.path("certificate")) options.certificate = *certificate;
  if (const auto key = table.path("key")) options.key = *key;
  options.name = table.text("server_name").value_or("");
  auto opened = access::TlsClient::open(options);
  if (opened.ok()) return std::move(*opened);
  table.fault("ca", "tls: " + opened.error().text());
  return nullptr;
}

std::vector<std::string> read_certificates(Table& table) {
  auto all = table.texts("certificates");
  for (const std::string& one : all)
    if (one.starts_with("sha256:") ? !is_fingerprint(one) : one.find('=') == one.npos)
      table.fault("certificates",
                  "certificates: \"" + one +
                      "\" is neither a subject (CN=Alice,O=Org,C=XX) nor sha256: and 64 hexadecimal "
                      "digits in lower case");
  return all;
}

std::shared_ptr<const settings::SealKey> read_seal_key(Table& table,
                                                       const std::vector<std::filesystem::path>& folders) {
  const auto file = table.path("seal_key_file");
  if (!file) return nullptr;
  for (const auto& folder : folders)
    if (lies_in(*file, folder))
      table.fault("seal_key_file", "seal_key_file must not lie in " + folder.string() +
                                       ": who copies that folder would have key and passwords");
  auto key = settings::SealKey::read(*file);
  if (key.ok()) return std::make_shared<const settings::SealKey>(std::move(*key));
  table.fault("seal_key_file", "seal_key_file: " + key.error().text());
  return nullptr;
}

std::string read_sealed(Table& table, const std::string& owner, const settings::SealKey* key) {
  auto sealed = table.text("p7_sealed");
  if (!sealed) return {};
  if (!key) {
    table.fault("p7_sealed", "p7_sealed needs seal_key_file in [service]");
    return {};
  }
  if (const auto opened = key->open(*sealed, owner); !opened.ok())
    table.fault("p7_sealed", "p7_sealed: " + opened.error().text());
  return std::move(*sealed);
}

}  // namespace x400::server
