// The parts of mstored.toml that say how peers prove who they are: TLS, certificates, sealed passwords.
// Faults are reported at the table.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "x400/access/tls.hpp"
#include "x400/settings/document.hpp"
#include "x400/settings/sealed_secret.hpp"

namespace x400::server {

std::shared_ptr<access::TlsServer> read_tls_server(settings::Table& table);
std::shared_ptr<access::TlsClient> read_tls_client(settings::Table& table);
std::vector<std::string> read_certificates(settings::Table& table);

/// Null where there is none. The file may lie in none of `folders`.
std::shared_ptr<const settings::SealKey> read_seal_key(settings::Table& table,
                                                       const std::vector<std::filesystem::path>& folders);
/// Empty where there is none; tried with the key.
std::string read_sealed(settings::Table& table, const std::string& owner, const settings::SealKey* key);

}  // namespace x400::server
