// TlsStream: a Stream with TLS in between. The handshake happens inside the first reads and writes, which say
// would_block until it is done. Buffers of an idle stream are given back (SSL_MODE_RELEASE_BUFFERS), which
// asio::ssl::stream, with a buffer of its own for each direction, could not do.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "stream.hpp"
#include "x400/access/tls.hpp"

namespace x400::access {

class TlsStream final : public Stream {
 public:
  /// Error: internal (OpenSSL, no memory).
  static Result<std::unique_ptr<Stream>> accepted(std::unique_ptr<TcpStream> tcp, const TlsServer& server);
  /// `host`: what is connected to, where the client's options name no server.
  static Result<std::unique_ptr<Stream>> dialled(std::unique_ptr<TcpStream> tcp, const TlsClient& client,
                                                 const std::string& host);
  ~TlsStream() override;

  std::size_t read_some(std::span<std::uint8_t> to, ErrorCode& error) override;
  std::size_t write_some(std::span<const asio::const_buffer> from, ErrorCode& error) override;
  asio::awaitable<void> wait_readable(ErrorCode& error) override;
  asio::awaitable<void> wait_writable(ErrorCode& error) override;
  void close() override;
  std::optional<PeerCertificate> certificate() const override;
  std::string security() const override;

 private:
  struct Io;  // what is below OpenSSL

  TlsStream(std::unique_ptr<TcpStream> tcp, std::shared_ptr<SSL_CTX> context);
  bool attach();
  ErrorCode failed(int result, bool& wants_other, int same);

  std::shared_ptr<SSL_CTX> context_;
  std::unique_ptr<TcpStream> tcp_;
  std::unique_ptr<Io> io_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  bool reading_wants_write_ = false, writing_wants_read_ = false;
  bool broken_ = false;
};

}  // namespace x400::access
