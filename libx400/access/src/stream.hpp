// Stream: the octets of one connection, so that the driver does not know whether TLS is in between.
//
// Reading and writing never wait; waiting is separate. So a connection that waits holds no buffer.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "x400/access/options.hpp"
#include "x400/access/tls.hpp"

namespace x400::access {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using Strand = asio::strand<asio::io_context::executor_type>;
using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, Strand>;

class Stream {
 public:
  virtual ~Stream() = default;
  /// What is there: 0 and would_block if nothing, 0 and eof at the end.
  virtual std::size_t read_some(std::span<std::uint8_t> to, ErrorCode& error) = 0;
  /// As much as goes: 0 and would_block if nothing.
  virtual std::size_t write_some(std::span<const asio::const_buffer> from, ErrorCode& error) = 0;
  virtual asio::awaitable<void> wait_readable(ErrorCode& error) = 0;
  virtual asio::awaitable<void> wait_writable(ErrorCode& error) = 0;
  /// Ends the waiting of both. Nothing else may be called after it.
  virtual void close() = 0;
  /// TLS: the peer's certificate, verified; nothing if it showed none.
  virtual std::optional<PeerCertificate> certificate() const { return std::nullopt; }
  /// "TLSv1.3 TLS_AES_256_GCM_SHA384"; empty: octets in the clear.
  virtual std::string security() const { return {}; }
};

class TcpStream final : public Stream {
 public:
  explicit TcpStream(TcpSocket socket) : socket_(std::move(socket)) {}

  TcpSocket& socket() { return socket_; }
  /// No Nagle, keep-alive, no blocking: for a connected socket. Errors are not fatal: the first read tells.
  void prepare(const KeepAlive& keep_alive);

  std::size_t read_some(std::span<std::uint8_t> to, ErrorCode& error) override;
  std::size_t write_some(std::span<const asio::const_buffer> from, ErrorCode& error) override;
  asio::awaitable<void> wait_readable(ErrorCode& error) override;
  asio::awaitable<void> wait_writable(ErrorCode& error) override;
  void close() override;

 private:
  TcpSocket socket_;
};

/// "192.0.2.7:102", "[2001:db8::7]:102"; IPv4 in IPv6 as IPv4.
std::string endpoint_text(const asio::ip::tcp::endpoint& endpoint);
/// The address alone, as limits count it.
std::string address_text(const asio::ip::tcp::endpoint& endpoint);

}  // namespace x400::access
