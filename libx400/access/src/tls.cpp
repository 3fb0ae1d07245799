#include "x400/access/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace x400::access {
namespace {

using Context = std::shared_ptr<SSL_CTX>;

// What OpenSSL says last is nearest to the cause.
std::string openssl_text() {
  std::string text = "no reason given";
  for (unsigned long code = ERR_get_error(); code != 0; code = ERR_get_error())
    if (const char* reason = ERR_reason_error_string(code)) text = reason;
  return text;
}

Error fault(const std::filesystem::path& file, std::string_view what) {
  return Error(ErrorKind::invalid, file.string() + ": " + std::string(what) + ": " + openssl_text());
}

// A file that is there; a key that is nobody else's business.
Status readable(const std::filesystem::path& file, bool secret) {
  struct stat about {};
  if (::stat(file.c_str(), &about) != 0)
    return Error(ErrorKind::io, "cannot read " + file.string() + ": " + std::strerror(errno));
  if (secret && (about.st_mode & S_IRWXO) != 0)
    return Error(ErrorKind::refused,
                 file.string() + " holds a key and is open to everybody; run: chmod o= " + file.string());
  return Ok{};
}

// No terminal is asked for the password of a key.
int no_password(char*, int, int, void*) { return 0; }

Result<Context> make(const SSL_METHOD* method) {
  ERR_clear_error();
  Context context(SSL_CTX_new(method), SSL_CTX_free);
  if (!context) return Error(ErrorKind::internal, "OpenSSL: " + openssl_text());
  SSL_CTX* c = context.get();
  SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
  SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                             SSL_OP_CIPHER_SERVER_PREFERENCE |
                             // A peer that just closes: the layers above know whether all was said.
                             SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(c, 0);
  // Release: an idle connection holds no buffers.
  SSL_CTX_set_mode(
      c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  // Off: with it one read goes on over messages that carry no data (KeyUpdate) for as long as they come, and
  // one peer keeps the thread.
  SSL_CTX_clear_mode(c, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_default_passwd_cb(c, no_password);
  return context;
}

Status use_certificate(SSL_CTX* context, const std::filesystem::path& certificate,
                       const std::filesystem::path& key) {
  X400_CHECK(readable(certificate, false));
  X400_CHECK(readable(key, true));
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    return fault(certificate, "not a certificate");
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    return fault(key, "not a key, encrypted, or of another certificate");
  if (SSL_CTX_check_private_key(context) != 1) return fault(key, "not the key of the certificate");
  return Ok{};
}

// From now on each certificate of a chain but none outside it is looked up in the lists of this file.
Status use_revocations(SSL_CTX* context, const std::filesystem::path& lists) {
  if (lists.empty()) return Ok{};
  X400_CHECK(readable(lists, false));
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  X509_LOOKUP* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  if (!lookup || X509_load_crl_file(lookup, lists.c_str(), X509_FILETYPE_PEM) < 1)
    return fault(lists, "not revocation lists");
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return Ok{};
}

Result<Context> server_context(const TlsServer::Options& options) {
  X400_TRY(context, make(TLS_server_method()));
  X400_CHECK(use_certificate(context.get(), options.certificate, options.key));
  if (options.clients == TlsServer::Clients::none) return context;
  if (options.clients_ca.empty())
    return Error(ErrorKind::invalid, "client certificates are wanted, but no CA of clients is given");
  X400_CHECK(readable(options.clients_ca, false));
  if (SSL_CTX_load_verify_locations(context.get(), options.clients_ca.c_str(), nullptr) != 1)
    return fault(options.clients_ca, "not certificates");
  X400_CHECK(use_revocations(context.get(), options.clients_crl));
  SSL_CTX_set_client_CA_list(context.get(), SSL_load_client_CA_file(options.clients_ca.c_str()));
  const bool required = options.clients == TlsServer::Clients::required;
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  return context;
}

Result<Context> client_context(const TlsClient::Options& options) {
  X400_TRY(context, make(TLS_client_method()));
  if (options.ca.empty()) {
    if (SSL_CTX_set_default_verify_paths(context.get()) != 1)
      return Error(ErrorKind::invalid, "the system's CAs cannot be read: " + openssl_text());
  } else {
    X400_CHECK(readable(options.ca, false));
    if (SSL_CTX_load_verify_locations(context.get(), options.ca.c_str(), nullptr) != 1)
      return fault(options.ca, "not certificates");
  }
  X400_CHECK(use_revocations(context.get(), options.crl));
  if (options.certificate.empty() != options.key.empty())
    return Error(ErrorKind::invalid, "a certificate needs its key, and a key its certificate");
  if (!options.certificate.empty())
    X400_CHECK(use_certificate(context.get(), options.certificate, options.key));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

}  // namespace

Result<std::shared_ptr<TlsServer>> TlsServer::open(const Options& options) {
  std::shared_ptr<TlsServer> server(new TlsServer(options));
  X400_CHECK(server->reload());
  return server;
}

Status TlsServer::reload() {
  X400_TRY(made, server_context(options_));
  const std::lock_guard lock(mutex_);
  context_ = std::move(made);
  return Ok{};
}

std::shared_ptr<ssl_ctx_st> TlsServer::context() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

Result<std::shared_ptr<TlsClient>> TlsClient::open(const Options& options) {
  std::shared_ptr<TlsClient> client(new TlsClient(options));
  X400_CHECK(client->reload());
  return client;
}

Status TlsClient::reload() {
  X400_TRY(made, client_context(options_));
  const std::lock_guard lock(mutex_);
  context_ = std::move(made);
  return Ok{};
}

std::shared_ptr<ssl_ctx_st> TlsClient::context() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

}  // namespace x400::access
