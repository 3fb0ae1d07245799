// TLS below the stack: RFC 1006 inside TLS 1.2 or 1.3, by OpenSSL. TlsServer is what a Listener is given,
// TlsClient what connect() is given.
//
//   ListenerOptions options;
//   options.tls = TlsServer::open({.certificate = "server.pem", .key = "server.key"}).value();
//
//   ConnectOptions options;
//   options.tls = TlsClient::open({.ca = "ca.pem"}).value();
//
// There is no negotiation in the open (no STARTTLS): a listener speaks TLS or it does not. The time for the
// handshake is that for the CR (Timeouts::cr, Timeouts::connect). Sessions are not resumed: each connection
// has its whole handshake, and certificates that are replaced or forbidden count from the next connection on.
// Renegotiation is refused.
//
// Revocation lists are read from files, where given, and only from there: nothing is fetched. Then each CA
// between a peer's certificate and the trusted one, that included, must have a list in the file, and in date:
// a list that has run out lets nobody in, so renew it in time and reload().
//
// Threads: all functions from any.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "x400/base/result.hpp"

struct ssl_ctx_st;

namespace x400::access {

/// Who the other side is, by a certificate that was verified.
struct PeerCertificate {
  std::string subject;      ///< RFC 2253, UTF-8: "CN=Alice,O=Org,C=XX"
  std::string issuer;       ///< the same
  std::string fingerprint;  ///< SHA-256 of the certificate, 64 hexadecimal digits, lower case
};

class TlsServer {
 public:
  enum class Clients {
    none,      ///< clients are not asked for a certificate
    optional,  ///< one that is shown must be good
    required,  ///< without a good one there is no connection
  };
  struct Options {
    std::filesystem::path certificate;  ///< PEM: the server's own, then those between it and its CA
    std::filesystem::path key;          ///< PEM, not encrypted, closed to others than owner and group
    Clients clients = Clients::none;
    std::filesystem::path clients_ca;     ///< PEM: CAs of clients; required unless `none`
    std::filesystem::path clients_crl{};  ///< PEM: revocation lists of those CAs; empty: nothing is revoked
  };
  /// Errors: io (cannot be read), refused (key open to everybody), invalid (not certificates, key of another
  /// certificate, no CA, no revocation list where one should be).
  static Result<std::shared_ptr<TlsServer>> open(const Options& options);

  /// Reads the files again, for connections to come. On an error everything stays as it was.
  Status reload();
  const Options& options() const { return options_; }

  /// For the driver.
  std::shared_ptr<ssl_ctx_st> context() const;

 private:
  explicit TlsServer(Options options) : options_(std::move(options)) {}

  const Options options_;
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> context_;
};

class TlsClient {
 public:
  struct Options {
    std::filesystem::path ca;  ///< PEM: CAs the server's certificate may come from; empty: the system's
    std::filesystem::path certificate, key;  ///< to show when asked; empty: none
    std::filesystem::path crl{};             ///< PEM: revocation lists of the CAs; empty: nothing is revoked
    /// What the server's certificate must be for: a DNS name or an IP address. Empty: the host connected to.
    std::string name;
  };
  /// Errors as TlsServer::open(). The server is always verified: there is no way around it.
  static Result<std::shared_ptr<TlsClient>> open(const Options& options);

  Status reload();
  const Options& options() const { return options_; }
  std::shared_ptr<ssl_ctx_st> context() const;

 private:
  explicit TlsClient(Options options) : options_(std::move(options)) {}

  const Options options_;
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> context_;
};

}  // namespace x400::access
