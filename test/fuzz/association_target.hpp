// Drives one association as its owner would, whatever the peer sends.
#pragma once

#include "target.hpp"
#include "x400/osi/association.hpp"

namespace x400::fuzz {

/// Bits of the first octet of an input.
struct Choices {
  explicit Choices(std::uint8_t octet)
      : refuse((octet & 1) != 0),
        keep_answers((octet & 2) != 0),
        release((octet & 4) != 0),
        expire((octet & 8) != 0),
        invoke((octet & 16) != 0),
        piece(std::size_t{1} << 2 * (octet >> 5)) {}
  bool refuse;        ///< responder: the bind. Initiator: binds over RTSE
  bool keep_answers;  ///< invocations are not answered
  bool release;       ///< asked for as soon as it is open
  bool expire;        ///< the deadline passes at the end
  bool invoke;        ///< an operation of our own, as soon as it is open
  std::size_t piece;  ///< octets given at a time
};

class Driver {
 public:
  Driver(osi::Association& association, Choices choices) : association_(association), choices_(choices) {}
  virtual ~Driver() = default;

  void run(View octets);

 protected:
  virtual void decide(const osi::ConnectIndication&) {}

  osi::Association& association_;
  const Choices choices_;

 private:
  void events();
  void handle(const osi::Event& event);
  bool closed_ = false;
  bool asked_ = false;
  std::size_t invoked_ = 0;
};

/// P7 of both editions, P3 of MTAs, with RTSE and without, and the recorded peers' own programs.
osi::ResponderConfig responder_config();
/// P7 94.
osi::ConnectParameters connect_parameters(bool reliable);

}  // namespace x400::fuzz
