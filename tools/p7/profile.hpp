// Where the store is and who asks: from the command line, or from a profile file.
//
//   store = "127.0.0.1:10102"
//   user = "C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=Alice;G=A"
//   password_file = "alice.password"        # relative to the profile
//   edition = "94"                          # or "88"
//   reliable = true                         # over RTSE; default false
//   reliable_bare = true                    # for a store that knows no EXTERNAL there; default false
//   protected = true                        # protected credentials: the password is proved, not sent
//   tls = true                              # TLS; the keys below alone do not switch it on
//   tls_ca = "ca.pem"                       # CAs of the store; default: the system's
//   tls_crl = "ca.crl"                      # their revocation lists; default: none is revoked
//   tls_name = "store.example"              # what its certificate must be for; default: the host of `store`
//   tls_certificate = "alice.pem"           # to show when asked, with its key
//   tls_key = "alice.key"
#pragma once

#include <string>

#include "x400/access/runtime.hpp"
#include "x400/p7client/client.hpp"

namespace p7 {

struct Access {
  std::string profile;  ///< file; empty: none
  std::string store, user, password_file, edition;
  std::string tls_ca, tls_crl, tls_name, tls_certificate, tls_key;
  bool tls = false, protected_password = false;
  bool password_stdin = false;
  bool reliable = false;
  bool reliable_bare = false;
};

/// What the command line says wins over the profile. Errors: invalid, io, refused (secret file).
x400::Result<x400::p7client::ConnectParameters> connect_parameters(const Access& access);

}  // namespace p7
