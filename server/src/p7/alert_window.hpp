// AlertWindow: which alerts of one association are sent, which wait for the answers of those, and which are
// given up, so that a client that does not answer cannot fill the memory. An alert given up stays untold, and
// the next bind says so.
//
// Threads: none of its own; the session locks.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "x400/mstore/retrieval.hpp"

namespace x400::server {

class AlertWindow {
 public:
  static constexpr std::size_t most_unanswered = 8;
  /// A burst of deliveries; in octets of the attributes too, as a registration may ask for large ones.
  static constexpr std::size_t most_waiting = 64, most_waiting_octets = 256 * 1024;

  enum class Fate { send, wait, give_up };
  Fate offer(const mstore::Alert& alert) {
    if (unanswered_ < most_unanswered) {
      ++unanswered_;
      return Fate::send;
    }
    const std::size_t octets = size(alert);
    if (waiting_.size() >= most_waiting || waiting_octets_ + octets > most_waiting_octets)
      return Fate::give_up;
    waiting_octets_ += octets;
    waiting_.push_back(alert);
    return Fate::wait;
  }

  /// One that was sent has its answer: the one to send in its place, if any waits.
  std::optional<mstore::Alert> answered() {
    if (waiting_.empty()) {
      --unanswered_;
      return std::nullopt;
    }
    mstore::Alert next = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_octets_ -= size(next);
    return next;
  }

  /// Nobody will answer any more.
  void close() {
    waiting_.clear();
    waiting_octets_ = 0;
  }

 private:
  static std::size_t size(const mstore::Alert& alert) {
    std::size_t octets = 0;
    for (const View piece : alert.entry.attributes) octets += piece.size();
    return octets;
  }

  std::size_t unanswered_ = 0, waiting_octets_ = 0;
  std::deque<mstore::Alert> waiting_;
};

}  // namespace x400::server
