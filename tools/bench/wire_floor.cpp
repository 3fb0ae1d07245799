#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <thread>

#include "bare_file.hpp"
#include "floor.hpp"
#include "index_rows.hpp"

namespace bench {

using namespace x400;

namespace {

constexpr std::size_t answer_size = 64, request_size = 128;

bool read_all(int fd, std::uint8_t* to, std::size_t n) {
  while (n > 0) {
    const ssize_t got = ::read(fd, to, n);
    if (got <= 0) return false;
    to += got;
    n -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_all(int fd, const std::uint8_t* from, std::size_t n) {
  while (n > 0) {
    const ssize_t put = ::write(fd, from, n);
    if (put <= 0) return false;
    from += put;
    n -= static_cast<std::size_t>(put);
  }
  return true;
}

// A connected pair over the loopback interface, as client and server have it.
Result<std::pair<Fd, Fd>> loopback_pair() {
  const Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener.get(), raw, length) != 0 || ::listen(listener.get(), 1) != 0 ||
      ::getsockname(listener.get(), raw, &length) != 0)
    return failed("listen");
  Fd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(client.get(), raw, length) != 0) return failed("connect");
  Fd server(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (server.get() < 0) return failed("accept");
  const int on = 1;
  for (const int fd : {client.get(), server.get()})
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return std::pair<Fd, Fd>(std::move(client), std::move(server));
}

void append_client(int fd, std::size_t size, Clock::time_point end, Latencies& latencies) {
  const std::vector<std::uint8_t> message(size, 0x5a);
  std::uint8_t answer[answer_size];
  for (auto begin = Clock::now(); begin < end; begin = Clock::now()) {
    if (!write_all(fd, message.data(), size) || !read_all(fd, answer, answer_size)) break;
    latencies.add(begin, Clock::now());
  }
  ::shutdown(fd, SHUT_RDWR);
}

void append_connection(int fd, std::size_t size, GroupFile& group, IndexRows& index) {
  std::vector<std::uint8_t> message(size);
  const std::uint8_t answer[answer_size] = {};
  while (read_all(fd, message.data(), size) && group.append(message) && write_all(fd, answer, answer_size))
    index.add();
}

double per_second(std::uint64_t count, std::chrono::milliseconds time) {
  return static_cast<double>(count) / std::chrono::duration<double>(time).count();
}

}  // namespace

Result<FloorResult> append_server(const std::filesystem::path& folder, unsigned connections, std::size_t size,
                                  std::chrono::milliseconds time) {
  X400_TRY(file, BareFile::make(folder, true));
  X400_TRY(index, IndexRows::make(folder));
  GroupFile group(std::move(file));
  std::vector<std::pair<Fd, Fd>> pairs;
  for (unsigned i = 0; i < connections; ++i) {
    X400_TRY(pair, loopback_pair());
    pairs.push_back(std::move(pair));
  }
  std::vector<Latencies> latencies(connections);
  std::vector<std::thread> threads;
  const auto end = Clock::now() + time;
  for (unsigned i = 0; i < connections; ++i) {
    threads.emplace_back([&, fd = pairs[i].second.get()] { append_connection(fd, size, group, *index); });
    threads.emplace_back([&, i, fd = pairs[i].first.get()] { append_client(fd, size, end, latencies[i]); });
  }
  for (auto& t : threads) t.join();
  FloorResult result;
  for (const Latencies& l : latencies) result.latencies.add(l);
  result.per_second = per_second(result.latencies.size(), time);
  return result;
}

Result<FloorResult> round_trip(std::size_t size, unsigned outstanding, std::chrono::milliseconds time) {
  X400_TRY(pair, loopback_pair());
  std::thread server([size, fd = pair.second.get()] {
    std::uint8_t request[request_size];
    const std::vector<std::uint8_t> answer(size, 0x5a);
    while (read_all(fd, request, request_size) && write_all(fd, answer.data(), size)) {
    }
  });
  const int fd = pair.first.get();
  const std::uint8_t request[request_size] = {};
  std::vector<std::uint8_t> answer(size);
  std::uint64_t count = 0, begun = 0;
  FloorResult result;
  const auto end = Clock::now() + time;
  for (auto begin = Clock::now(); begin < end; begin = Clock::now()) {
    while (begun - count < outstanding && write_all(fd, request, request_size)) ++begun;
    if (!read_all(fd, answer.data(), size)) break;
    if (outstanding == 1) result.latencies.add(begin, Clock::now());
    ++count;
  }
  ::shutdown(fd, SHUT_RDWR);
  server.join();
  result.per_second = per_second(count, time);
  return result;
}

}  // namespace bench
