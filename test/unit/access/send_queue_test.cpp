// The queue of octets to send: order, positions, and how much of it are answers.
#include "send_queue.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace x400;
using namespace x400::access;
using Kind = SendQueue::Kind;

namespace {

std::vector<osi::Slice> slices(std::initializer_list<std::string_view> texts) {
  std::vector<osi::Slice> out;
  for (const auto text : texts) out.emplace_back(to_octets(text));
  return out;
}

std::string front(const SendQueue& queue, std::size_t buffers = 16) {
  std::vector<boost::asio::const_buffer> out(buffers);
  const std::size_t n = queue.gather(out);
  std::string text;
  for (std::size_t i = 0; i < n; ++i) text.append(static_cast<const char*>(out[i].data()), out[i].size());
  return text;
}

}  // namespace

TEST_CASE("send queue: octets in order, whatever is taken at a time") {
  SendQueue q;
  CHECK(q.empty());
  q.add(slices({"ab", "c"}), Kind::other);
  q.add(slices({"defg"}), Kind::answer);
  CHECK(front(q) == "abcdefg");
  CHECK(front(q, 2) == "abc");
  q.consume(1);
  CHECK(front(q) == "bcdefg");
  q.consume(3);
  CHECK(front(q) == "efg");
  CHECK(q.sent() == 4);
  CHECK(q.added() == 7);
  q.consume(3);
  CHECK(q.empty());
  CHECK(front(q).empty());
}

TEST_CASE("send queue: an answer counts until its last octet has gone, the rest does not") {
  SendQueue q;
  q.add(slices({"invocation"}), Kind::other);
  q.add(slices({"answer"}), Kind::answer);
  q.add(slices({"another"}), Kind::answer);
  CHECK(q.unsent_answers() == 13);
  q.consume(10);
  CHECK(q.unsent_answers() == 13);
  q.consume(5);
  CHECK(q.unsent_answers() == 13);
  q.consume(1);
  CHECK(q.unsent_answers() == 7);
  q.consume(7);
  CHECK(q.unsent_answers() == 0);
  q.add({}, Kind::answer);
  CHECK(q.unsent_answers() == 0);
}

TEST_CASE("send queue: forgets") {
  SendQueue q;
  q.add(slices({"abc"}), Kind::answer);
  q.consume(1);
  q.clear();
  CHECK(q.empty());
  CHECK(q.unsent_answers() == 0);
  CHECK(q.sent() == 1);
}

TEST_CASE("send queue: a long life of random additions and sends keeps every octet") {
  std::mt19937 random(1);
  SendQueue q;
  std::string added, sent;
  for (int i = 0; i < 20'000; ++i) {
    if (random() % 2 == 0) {
      const std::string text(1 + random() % 40, static_cast<char>('a' + i % 26));
      added += text;
      q.add(slices({text}), random() % 2 == 0 ? Kind::answer : Kind::other);
    } else {
      const std::string available = front(q, 1 + random() % 8);
      const std::size_t n = available.empty() ? 0 : random() % (available.size() + 1);
      sent += available.substr(0, n);
      q.consume(n);
    }
  }
  sent += front(q, 100'000);
  CHECK(sent == added);
}
