#include "stream.hpp"

#include <netinet/tcp.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace x400::access {
namespace {

template <int Level, int Name>
using IntegerOption = asio::detail::socket_option::integer<Level, Name>;

asio::ip::address plain(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address;
}

}  // namespace

void TcpStream::prepare(const KeepAlive& keep_alive) {
  ErrorCode ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (keep_alive.idle.count() <= 0) return;
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
  socket_.set_option(IntegerOption<IPPROTO_TCP, TCP_KEEPIDLE>(static_cast<int>(keep_alive.idle.count())),
                     ignored);
  socket_.set_option(IntegerOption<IPPROTO_TCP, TCP_KEEPINTVL>(static_cast<int>(keep_alive.interval.count())),
                     ignored);
  socket_.set_option(IntegerOption<IPPROTO_TCP, TCP_KEEPCNT>(keep_alive.count), ignored);
}

std::size_t TcpStream::read_some(std::span<std::uint8_t> to, ErrorCode& error) {
  return socket_.read_some(asio::buffer(to.data(), to.size()), error);
}

std::size_t TcpStream::write_some(std::span<const asio::const_buffer> from, ErrorCode& error) {
  return socket_.write_some(from, error);
}

asio::awaitable<void> TcpStream::wait_readable(ErrorCode& error) {
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await socket_.async_wait(TcpSocket::wait_read, token);
}

asio::awaitable<void> TcpStream::wait_writable(ErrorCode& error) {
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await socket_.async_wait(TcpSocket::wait_write, token);
}

void TcpStream::close() {
  ErrorCode ignored;
  socket_.close(ignored);
}

std::string endpoint_text(const asio::ip::tcp::endpoint& endpoint) {
  const std::string host = address_text(endpoint);
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() && host.find(':') != host.npos ? "[" + host + "]:" + port
                                                                   : host + ":" + port;
}

std::string address_text(const asio::ip::tcp::endpoint& endpoint) {
  return plain(endpoint.address()).to_string();
}

}  // namespace x400::access
