// A peer that talks and does not listen, on a stream made by hand: no buffers of the system in between, so
// what is kept for it is known to the octet.
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>

#include "accepted.hpp"
#include "support.hpp"

using namespace x400;
using namespace x400::access;
using namespace x400::access::test;

namespace {

// Binds as any initiator does; from then on says the same again and again and takes nothing.
class Talker final : public Stream {
 public:
  Talker(Strand strand, const ApplicationContext& context, Octets refrain)
      : waiting_(strand, asio::steady_timer::time_point::max()), refrain_(std::move(refrain)) {
    osi::ConnectParameters p;
    p.application_context = context.for_stack();
    p.bind_argument = value("talker");
    REQUIRE(initiator_.connect(std::move(p)).ok());
    take_what_is_said();
  }

  std::atomic<std::size_t> said{0};  // since the bind

  std::size_t read_some(std::span<std::uint8_t> to, ErrorCode& error) override {
    error = {};
    if (octets_.empty() && bound()) octets_ = refrain_;
    const std::size_t n = std::min(to.size(), octets_.size());
    if (n == 0) {
      error = asio::error::would_block;
      return 0;
    }
    std::copy_n(octets_.begin(), n, to.begin());
    octets_.erase(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(n));
    if (bound()) said += n;
    return n;
  }

  std::size_t write_some(std::span<const asio::const_buffer> from, ErrorCode& error) override {
    if (bound()) {
      error = asio::error::would_block;
      return 0;
    }
    std::size_t all = 0;
    for (const auto& buffer : from) {
      initiator_.receive(View(static_cast<const std::uint8_t*>(buffer.data()), buffer.size()));
      all += buffer.size();
    }
    take_what_is_said();
    return all;
  }

  asio::awaitable<void> wait_readable(ErrorCode& error) override {
    error = {};
    if (octets_.empty() && !bound()) co_await for_ever(error);
    co_await asio::post(waiting_.get_executor(),
                        asio::use_awaitable);  // let others on the strand have their turn
  }
  asio::awaitable<void> wait_writable(ErrorCode& error) override { return for_ever(error); }
  void close() override { waiting_.cancel(); }

 private:
  bool bound() const { return initiator_.phase() == osi::Phase::open; }
  void take_what_is_said() {
    for (const osi::Slice& s : initiator_.take_output()) append(octets_, s.view());
    if (!octets_.empty() || bound()) waiting_.cancel();
  }
  asio::awaitable<void> for_ever(ErrorCode& error) {
    co_await waiting_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) error = {};
  }

  osi::Initiator initiator_;
  Octets octets_;
  asio::steady_timer waiting_;
  const Octets refrain_;
};

// How much of its refrain is read before reading stops; at most a bit more than `most`.
std::size_t heard(const ApplicationContext& context, const Octets& refrain, std::size_t unsent,
                  std::size_t most) {
  Runtime runtime(1);
  const Strand strand = asio::make_strand(runtime.state()->next_io());
  osi::ResponderConfig stack;
  stack.application_contexts = {context.for_stack()};
  AssociationOptions options;
  const auto log = std::make_shared<Log>();
  options.observer = log;
  options.limits.unsent = unsent;
  stack.limits = stack_limits(options.limits);
  const auto shared = std::make_shared<const Accepted::Shared>(
      Accepted::Shared{runtime.state(),
                       std::make_shared<const AssociationOptions>(options),
                       std::make_shared<const osi::ResponderConfig>(stack),
                       std::make_shared<Service>(),
                       {&context},
                       nullptr});
  auto stream = std::make_unique<Talker>(strand, context, refrain);
  const Talker& talker = *stream;
  const auto connection =
      std::make_shared<Accepted>(shared, strand, std::move(stream), "talker", [](auto) {});
  REQUIRE(connection->enter());
  asio::post(strand, [connection] { connection->start(); });
  // Reading has stopped when the strand has had a thousand turns without it.
  std::size_t last = 0;
  for (int idle = 0; idle < 1000; ++idle) {
    const auto turn = std::make_shared<std::promise<std::size_t>>();
    asio::post(strand, [turn, &talker] { turn->set_value(talker.said); });
    const std::size_t now = turn->get_future().get();
    if (now > most || !log->state.get().closed.empty()) break;
    if (now != std::exchange(last, now) || now == 0) idle = 0;
  }
  CHECK(log->state.get().closed.empty());
  connection->kill();
  return last;
}

}  // namespace

TEST_CASE("who takes no acknowledgements is not read from") {
  // An activity begun and discarded: 30 octets that are answered with 11 of ADA.
  const Octets refrain = {3, 0, 0, 16, 2, 0xf0, 0x80, 1, 0, 45, 5, 41, 3, 2, 1, 1,  //
                          3, 0, 0, 14, 2, 0xf0, 0x80, 1, 0, 57, 3, 50, 1, 0};
  const auto& reliable = contexts::of(Protocol::p7, Edition::e1994, Party::user, true);
  const std::size_t octets = heard(reliable, refrain, 11'000, 300'000);
  CHECK(octets >= 1000 * refrain.size());
  CHECK(octets < 1000 * refrain.size() + 70'000);  // and what one read may bring
}
