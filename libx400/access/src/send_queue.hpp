// SendQueue: octets on their way to the socket, where they lie, and how much of them are answers.
//
// Positions count octets since the connection began: what was added up to a position has been sent when
// sent() has reached it.
#pragma once

#include <boost/asio/buffer.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "x400/osi/slice.hpp"

namespace x400::access {

class SendQueue {
 public:
  enum class Kind { answer, other };

  void add(std::vector<osi::Slice> slices, Kind kind);
  /// Fills `out` from the front; how many were filled.
  std::size_t gather(std::span<boost::asio::const_buffer> out) const;
  void consume(std::size_t octets);
  /// Forgets what is not sent.
  void clear();

  bool empty() const { return first_ == slices_.size(); }
  std::uint64_t added() const { return added_; }
  std::uint64_t sent() const { return sent_; }
  /// Octets of answers not wholly sent; an answer counts until its last octet has gone.
  std::size_t unsent_answers() const { return unsent_answers_; }

 private:
  struct Answer {
    std::uint64_t end;
    std::size_t size;
  };
  void forget_sent();

  std::vector<osi::Slice> slices_;  // from first_ on
  std::size_t first_ = 0;
  std::size_t offset_ = 0;  // octets of slices_[first_] that have gone
  std::vector<Answer> answers_;
  std::size_t first_answer_ = 0;
  std::uint64_t added_ = 0;
  std::uint64_t sent_ = 0;
  std::size_t unsent_answers_ = 0;
};

}  // namespace x400::access
