// Config of mtasim: the mirror image of the store's configuration. This header is its manual.
//
//   [mta]
//   name = "MTA1"                       # shown in binds; the store's [[mta]] name
//   password_file = "secrets/mta1"      # the store's password_in_file
//   domain = "C=XX;ADMD=TEST;PRMD=DEMO" # global domain of the identifiers it gives
//   listen = ["127.0.0.1:1102"]         # where stores submit; the store's [[mta]] address
//   tls_certificate = "mta.pem"         # with tls_key: TLS at all of `listen`
//   tls_key = "mta.key"
//   queue = "queue.sqlite"              # what it has taken and not passed on yet
//   retry_first = "500 ms"              # pause after a failed attempt, doubled each time ...
//   retry_most = "10 s"                 # ... but never longer
//   expire = "1 d"                      # then a non-delivery report, maximum-time-expired
//
//   [[store]]
//   or_address = "C=XX;ADMD=TEST;PRMD=DEMO;O=Store"
//   address = "127.0.0.1:1103"          # its P3 listener
//   password_file = "secrets/store"     # what it must show in its answer to a bind, and with bind_as
//   edition = "94"                      # mts-forced-access-94 or -88
//   reliable = false                    # true: over RTSE, mts-forced-reliable-access
//   reliable_bare = false               # true: the first operations bare there, not in EXTERNAL
//   protected = false                   # true: protected credentials, both ways; simple ones are refused
//   tls = false                         # true: TLS to it; its certificate is verified
//   tls_ca = "ca.pem"                   # CAs it may come from; default: the system's
//   tls_crl = "ca.crl"                  # their revocation lists; default: none is revoked
//   tls_name = "store.example"          # what it must be for; default: the host of `address`
//   tls_certificate = "mta.pem"         # to show when asked, with its key
//   tls_key = "mta.key"
//   associations = 2                    # at the same time
//
//   [[user]]
//   or_addresses = ["C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=Alice;G=A"]
//   mts_password_file = "secrets/alice-mts"
//   store = "C=XX;ADMD=TEST;PRMD=DEMO;O=Store"
//
// Read strictly, as the store's: unknown keys, wrong types and missing things refuse the file.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "x400/access/tls.hpp"
#include "x400/asn1/edition.hpp"
#include "x400/asn1/mts/identifier.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/osi/address.hpp"
#include "x400/settings/secret.hpp"

namespace mtasim {

struct StoreConfig {
  x400::asn1::ORAddress or_address;
  x400::osi::PresentationAddress address;
  x400::settings::Secret password;
  x400::asn1::Edition edition = x400::asn1::Edition::e1994;
  bool reliable = false;
  bool reliable_bare = false;
  bool protected_credentials = false;
  std::shared_ptr<x400::access::TlsClient> tls;
  unsigned associations = 2;
};

struct UserConfig {
  std::vector<x400::asn1::ORAddress> or_addresses;
  x400::settings::Secret mts_password;
  std::size_t store = 0;  ///< index in Config::stores
};

struct Config {
  std::string name;
  x400::settings::Secret password;
  x400::asn1::mts::GlobalDomain domain;
  std::vector<x400::osi::PresentationAddress> listen;
  std::shared_ptr<x400::access::TlsServer> tls;
  std::filesystem::path queue;
  std::chrono::milliseconds retry_first{500}, retry_most{10'000}, expire{24 * 3'600'000};
  std::vector<StoreConfig> stores;
  std::vector<UserConfig> users;
};

/// Errors: io, malformed, invalid; one line a fault.
x400::Result<Config> read_config(const std::filesystem::path& file);

}  // namespace mtasim
