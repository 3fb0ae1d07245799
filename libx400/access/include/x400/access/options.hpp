// Time-outs and limits of associations. Defaults are those of the house (docs: limits).
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "x400/access/contexts.hpp"
#include "x400/osi/policy.hpp"

namespace x400::access {

class Observer;

/// All end the association when they pass; 0 means never.
struct Timeouts {
  using Duration = std::chrono::milliseconds;

  /// Initiator: host name and TCP connection; then again for the answer to CR.
  Duration connect{10'000};
  /// Responder: TCP connection to complete CR, and CC to complete CN.
  Duration cr{10'000}, cn{10'000};
  /// Bind: the responder's own decision, and the initiator's patience with it.
  Duration bind{30'000};
  /// A TSDU that has begun: in each such span `progress_octets` a second must come until it is whole.
  Duration progress{30'000};
  std::size_t progress_octets = 1024;
  /// Octets to send and the peer takes none.
  Duration write{60'000};
  /// Reliable contexts: something of ours waits for an acknowledgement or for the turn, and nothing is heard.
  Duration acknowledge{120'000};
  /// Nothing outstanding in either direction and nothing received. The initiator then releases, the
  /// responder aborts.
  Duration idle_p7{0};
  Duration idle_p3{std::chrono::minutes(60)};
  /// close(): what has begun may take this long; also a peer's release with operations still running, and
  /// the peer's answer to our release.
  Duration finish{10'000};
  /// All is said; the peer should close.
  Duration close{5'000};

  Duration idle(Protocol protocol) const { return protocol == Protocol::p7 ? idle_p7 : idle_p3; }
};

/// TCP keep-alive: a dead peer is noticed after idle + interval * count. idle 0: off.
struct KeepAlive {
  std::chrono::seconds idle{120}, interval{30};
  int count = 4;
};

struct AssociationOptions {
  Timeouts timeouts;
  /// `outstanding`: operations of the peer in work; `unsent`: octets of answers and acknowledgements not
  /// taken. Beyond either, nothing more is read from that peer until it is less again. Own invocations do not
  /// count, or two ends that send each other large messages would wait for one another.
  osi::Limits limits;
  /// Reliable contexts: checkpoint size and window, proposed or agreed to at most.
  osi::ReliableTransfer reliable;
  KeepAlive keep_alive;
  std::shared_ptr<Observer> observer;  ///< may be null
};

}  // namespace x400::access
