// TlsStream against a client that does what no Association would: OpenSSL over a blocking socket.
#include "tls_stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <thread>

#include "x400_certificates.hpp"

using namespace x400;
using namespace x400::access;
using x400::test::Authority;

namespace {

using asio::ip::tcp;

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(io_) {
    socket_.connect({asio::ip::make_address("127.0.0.1"), port});
    socket_.set_option(tcp::no_delay(true));
    SSL_set_fd(ssl_.get(), socket_.native_handle());
  }
  bool handshake() { return SSL_connect(ssl_.get()) == 1; }
  bool write(View octets) {
    return SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size())) ==
           static_cast<int>(octets.size());
  }
  bool update(int type = SSL_KEY_UPDATE_NOT_REQUESTED) {
    return SSL_key_update(ssl_.get(), type) == 1 && SSL_do_handshake(ssl_.get()) == 1;
  }

 private:
  asio::io_context io_;
  tcp::socket socket_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{SSL_new(context_.get()), SSL_free};
};

// A stream, and on the other side a client with a thread of its own.
struct Ends {
  explicit Ends(std::function<bool(Client&)> says)
      : server(TlsServer::open(options(ca.server())).value()), strand(asio::make_strand(io)) {
    tcp::acceptor door(io, {asio::ip::make_address("127.0.0.1"), 0});
    thread = std::thread([this, says = std::move(says), port = door.local_endpoint().port()] {
      client = std::make_unique<Client>(port);
      well = client->handshake() && says(*client);
    });
    TcpSocket socket(strand);
    door.accept(socket);
    auto plain = std::make_unique<TcpStream>(std::move(socket));
    plain->prepare({});
    stream = TlsStream::accepted(std::move(plain), *server).value();
  }
  ~Ends() {
    if (thread.joinable()) thread.join();
  }
  static TlsServer::Options options(const Authority::Pair& pair) {
    TlsServer::Options o;
    o.certificate = pair.certificate;
    o.key = pair.key;
    return o;
  }

  // Until so many have come; less when a minute has passed.
  Octets read(std::size_t size) {
    Octets all;
    asio::co_spawn(strand, reading(all, size), asio::detached);
    io.restart();
    io.run_for(std::chrono::minutes(1));
    return all;
  }
  asio::awaitable<void> reading(Octets& all, std::size_t size) {
    std::uint8_t buffer[4096];
    while (all.size() < size) {
      ErrorCode error;
      const std::size_t n = stream->read_some(buffer, error);
      append(all, View(buffer, n));
      if (error && error != asio::error::would_block) co_return;
      if (all.size() < size) co_await stream->wait_readable(error);
      if (error && error != asio::error::would_block) co_return;
    }
  }

  Authority ca;
  std::shared_ptr<TlsServer> server;
  asio::io_context io;
  Strand strand;
  std::unique_ptr<Client> client;  // until the end, or what it sent might be lost
  std::unique_ptr<Stream> stream;
  std::thread thread;
  bool well = false;
};

Octets octets(std::size_t size) {
  Octets all(size);
  for (std::size_t i = 0; i < size; ++i) all[i] = static_cast<std::uint8_t>(i * 7);
  return all;
}

}  // namespace

TEST_CASE("tls stream: changes of keys in between do no harm to what is said") {
  const Octets all = octets(200'000);
  Ends ends([&](Client& client) {
    for (std::size_t at = 0; at < all.size(); at += 1000) {
      if (!client.write(View(all).subspan(at, 1000))) return false;
      for (int i = 0; i < 3; ++i)
        if (!client.update()) return false;
      if (at % 50'000 == 0 && !client.update(SSL_KEY_UPDATE_REQUESTED)) return false;
    }
    return true;
  });
  CHECK(equal(ends.read(all.size()), all));
  ends.thread.join();
  CHECK(ends.well);
}

TEST_CASE("tls stream: a read does not go on over changes of keys for as long as they come") {
  constexpr int updates = 100;
  std::promise<void> go, sent;
  Ends ends([&](Client& client) {
    bool well = client.write(octets(1));
    go.get_future().wait();
    for (int i = 0; i < updates; ++i) well = well && client.update();
    well = well && client.write(octets(10));
    sent.set_value();
    return well;
  });
  CHECK(ends.read(1).size() == 1);
  go.set_value();
  sent.get_future().wait();
  // All lies in the socket. Nothing is waited for, so each call is what one turn would do.
  int calls = 0;
  std::size_t n = 0;
  while (n == 0 && calls < 2 * updates) {
    std::uint8_t buffer[4096];
    ErrorCode error;
    n = ends.stream->read_some(buffer, error);
    ++calls;
  }
  CHECK(n == 10);
  CHECK(calls > updates);
}

TEST_CASE("tls stream: a read takes so many records and no more, however small they are") {
  constexpr std::size_t records = 300;
  std::promise<void> go, sent;
  Ends ends([&](Client& client) {
    bool well = client.write(octets(1));
    go.get_future().wait();
    for (std::size_t i = 0; i < records; ++i) well = well && client.write(octets(1));
    sent.set_value();
    return well;
  });
  CHECK(ends.read(1).size() == 1);
  go.set_value();
  sent.get_future().wait();
  std::uint8_t buffer[4096];
  ErrorCode error;
  const std::size_t n = ends.stream->read_some(buffer, error);
  CHECK(n > 0);
  CHECK(n <= 64);
  // Nor is anything forgotten.
  CHECK(ends.read(records - n).size() == records - n);
}
