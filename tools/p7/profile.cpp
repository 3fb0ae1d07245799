#include "profile.hpp"

#include <iostream>

#include "x400/asn1/or_text.hpp"
#include "x400/settings/document.hpp"
#include "x400/settings/secret.hpp"

namespace p7 {
namespace {

using namespace x400;

Status read_profile(Access& a) {
  if (a.profile.empty()) return Ok{};
  X400_TRY(document, settings::Document::read(a.profile));
  auto root = document.root();
  const auto take = [&](std::string& field, std::optional<std::string> value) {
    if (field.empty() && value) field = *value;
  };
  take(a.store, root.text("store"));
  take(a.user, root.text("user"));
  const auto take_path = [&](std::string& field, std::string_view key) {
    if (const auto file = root.path(key)) take(field, file->string());
  };
  take_path(a.password_file, "password_file");
  a.tls = a.tls || root.boolean("tls").value_or(false);
  a.protected_password = a.protected_password || root.boolean("protected").value_or(false);
  take_path(a.tls_ca, "tls_ca");
  take_path(a.tls_crl, "tls_crl");
  take(a.tls_name, root.text("tls_name"));
  take_path(a.tls_certificate, "tls_certificate");
  take_path(a.tls_key, "tls_key");
  take(a.edition, root.choice("edition", {"88", "94"}));
  a.reliable = a.reliable || root.boolean("reliable").value_or(false);
  a.reliable_bare = a.reliable_bare || root.boolean("reliable_bare").value_or(false);
  return document.finish();
}

Result<std::string> password(const Access& a) {
  if (a.password_stdin) {
    std::string line;
    if (!std::getline(std::cin, line)) return Error(ErrorKind::invalid, "no password on standard input");
    return line;
  }
  if (a.password_file.empty())
    return Error(ErrorKind::invalid, "no password: give --password-file FILE, --password-stdin or a profile");
  X400_TRY(secret, settings::read_secret_file(a.password_file));
  return std::string(chars(secret.octets()));
}

}  // namespace

Result<p7client::ConnectParameters> connect_parameters(const Access& given) {
  Access a = given;
  X400_CHECK(read_profile(a));
  if (a.store.empty()) return Error(ErrorKind::invalid, "no store: give --store HOST:PORT or a profile");
  if (a.user.empty()) return Error(ErrorKind::invalid, "no user: give --user 'O/R address' or a profile");
  p7client::ConnectParameters p;
  p.address = a.store;
  X400_TRY(user, asn1::parse_or_address(a.user));
  p.user = std::move(user);
  X400_TRY(secret, password(a));
  p.password = std::move(secret);
  p.edition = a.edition == "88" ? asn1::Edition::e1988 : asn1::Edition::e1994;
  p.reliable = a.reliable;
  p.association.reliable.bare_first = a.reliable_bare;
  p.protected_password = a.protected_password;
  if (a.tls) {
    X400_TRY(tls, access::TlsClient::open({a.tls_ca, a.tls_certificate, a.tls_key, a.tls_crl, a.tls_name}));
    p.tls = std::move(tls);
  }
  return p;
}

}  // namespace p7
