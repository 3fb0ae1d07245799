// Octets between stream and stack.
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>

#include "connection.hpp"

namespace x400::access {
namespace {

// One buffer a thread, not one a connection: what is read is in the stack before anybody else reads.
constexpr std::size_t usual_read = 16 * 1024, large_read = 64 * 1024;
std::span<std::uint8_t> read_buffer() {
  thread_local const auto buffer = std::make_unique<std::uint8_t[]>(large_read);
  return {buffer.get(), large_read};
}

// So that one busy peer does not keep a thread from the others.
constexpr int reads_in_a_row = 16;
constexpr std::size_t buffers_at_once = 64;

bool would_block(const ErrorCode& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

}  // namespace

// Back-pressure: a peer that does not take its answers, or has too much in work, is not read from.
bool Connection::wants_octets() const {
  if (ended_ || transport_gone_ || !stream_) return false;
  if (stack_->phase() == osi::Phase::idle || stack_->phase() == osi::Phase::closed) return false;
  if (stack_->phase() != osi::Phase::open) return true;
  return stack_->wants_input() && queue_.unsent_answers() <= options_->limits.unsent;
}

void Connection::start_reading() {
  if (reading_ || !wants_octets()) return;
  reading_ = true;
  asio::co_spawn(strand_, read_loop(shared_from_this()), asio::detached);
}

asio::awaitable<void> Connection::read_loop([[maybe_unused]] std::shared_ptr<Connection> self) {
  while (wants_octets()) {
    ErrorCode error;
    co_await stream_->wait_readable(error);
    if (ended_) break;
    if (error) {
      lost(error, "waiting for octets");
      break;
    }
    if (!read_available()) break;
  }
  reading_ = false;
}

// False: TCP has ended.
bool Connection::read_available() {
  for (int i = 0; i < reads_in_a_row && wants_octets(); ++i) {
    const auto all = read_buffer();
    const auto buffer = all.first(stack_->pdu_octets() >= usual_read ? large_read : usual_read);
    ErrorCode error;
    const std::size_t n = stream_->read_some(buffer, error);
    if (would_block(error)) return true;
    if (error) {
      lost(error, "reading");
      return false;
    }
    info_.octets_received += n;
    active_ = Clock::now();
    stack_->receive(View(buffer.data(), n));
    // What goes out because something came, acknowledgements and answers that had waited for the turn, is the
    // peer's to take before it is heard again. Nothing of ours waits behind it: over RTSE one side speaks at
    // a time.
    collect(SendQueue::Kind::answer);
    pump();
    if (n < buffer.size()) return !ended_;
  }
  return !ended_;
}

void Connection::lost(const ErrorCode& error, std::string_view doing) {
  if (ended_ || transport_gone_) return;
  transport_gone_ = true;
  const std::string text = error == asio::error::eof ? std::string("the peer closed the TCP connection")
                                                     : std::string(doing) + ": " + error.message();
  stack_->transport_lost(text);
  pump();
}

void Connection::collect(SendQueue::Kind kind) {
  if (stack_->output_size() == 0) return;
  auto output = stack_->take_output();
  if (transport_gone_ || ended_) return;
  active_ = Clock::now();
  if (queue_.empty()) written_at_ = active_;
  queue_.add(std::move(output), kind);
}

void Connection::send() {
  collect(SendQueue::Kind::other);
  flush();
}

void Connection::flush() {
  if (writing_ || ended_ || transport_gone_ || queue_.empty() || !stream_) return;
  if (write_available()) return;
  writing_ = true;
  asio::co_spawn(strand_, write_loop(shared_from_this()), asio::detached);
}

asio::awaitable<void> Connection::write_loop([[maybe_unused]] std::shared_ptr<Connection> self) {
  while (!ended_ && !transport_gone_) {
    ErrorCode error;
    co_await stream_->wait_writable(error);
    if (ended_ || transport_gone_) break;
    if (error) {
      lost(error, "waiting to write");
      break;
    }
    if (write_available()) break;
    settle();
  }
  writing_ = false;
  pump();
}

// False: the socket takes no more now. True: all is sent, or never will be.
bool Connection::write_available() {
  std::array<asio::const_buffer, buffers_at_once> buffers;
  while (!queue_.empty() && !ended_ && !transport_gone_) {
    const std::size_t filled = queue_.gather(buffers);
    ErrorCode error;
    const std::size_t n = stream_->write_some(std::span(buffers).first(filled), error);
    if (would_block(error)) return false;
    if (error) {
      lost(error, "writing");
      return true;
    }
    queue_.consume(n);
    written_at_ = Clock::now();
  }
  return true;
}

}  // namespace x400::access
