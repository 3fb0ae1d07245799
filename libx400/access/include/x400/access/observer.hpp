// Observer: what happens to associations, for logs, audit and metrics.
//
// Texts name what, where and why for an operator, with up to 64 octets of what the peer sent; they never
// go to a peer.
//
// Threads: called from any thread of the Runtime, for different associations at the same time; must not
// block. An association's own calls come in order: connected, then opened or refused, then (after
// opened) closed.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "x400/access/contexts.hpp"
#include "x400/osi/events.hpp"

namespace x400::access {

enum class Side : std::uint8_t { initiator, responder };

struct AssociationInfo {
  std::uint64_t id = 0;  ///< unique in this process
  Side side = Side::responder;
  std::string peer;                             ///< "192.0.2.7:40213", "[2001:db8::7]:102"
  const ApplicationContext* context = nullptr;  ///< null until it is known
  std::string security;                         ///< once open: "TLSv1.3 TLS_AES_256_GCM_SHA384"; empty: none
  std::uint64_t octets_received = 0;
  std::uint64_t octets_sent = 0;
  std::chrono::steady_clock::time_point since{};  ///< TCP connection
};

/// How an association ended.
struct Ending {
  enum class Cause : std::uint8_t {
    released,          ///< in order, by either side
    closed,            ///< here, in order as far as a responder can: close() finished and aborted
    aborted,           ///< here, by abort() or the end of the Runtime
    timed_out,         ///< here, text says which time-out
    protocol_error,    ///< here: the peer broke the protocol or passed a limit
    peer_aborted,      ///< the peer's user aborted
    provider_aborted,  ///< the peer's stack aborted
    connection_lost,   ///< TCP ended without a word
  };
  Cause cause = Cause::connection_lost;
  osi::Layer layer = osi::Layer::transport;
  int reason = -1;  ///< as the layer counts them; -1: none
  std::string text;
  Octets octets;  ///< up to 64 of what was wrong
};
std::string_view name(Ending::Cause cause);

/// Why there was no association.
struct RefusalNote {
  bool here = true;  ///< refused by this side, else by the peer
  osi::Layer layer = osi::Layer::transport;
  int reason = -1;
  bool bind_error = false;  ///< refused by the bind itself
  std::string text;
  Octets octets;
};

/// A ROSE reject. Those of peers tell of a fault of ours, or theirs: log them.
struct RejectNote {
  bool here = true;  ///< sent by this side, else received
  std::optional<osi::InvokeId> invoke_id;
  osi::Problem problem;
  std::string text;
  Octets octets;
};

class Observer {
 public:
  virtual ~Observer() = default;
  /// TCP accepted or connected.
  virtual void connected(const AssociationInfo&) {}
  /// A TCP connection was closed at once: limits of the Listener.
  virtual void turned_away(const std::string& /*peer*/, const std::string& /*why*/) {}
  virtual void opened(const AssociationInfo&) {}
  virtual void refused(const AssociationInfo&, const RefusalNote&) {}
  virtual void rejected(const AssociationInfo&, const RejectNote&) {}
  virtual void closed(const AssociationInfo&, const Ending&) {}
  /// The operating system refused something (accept: too many open files); serving goes on.
  virtual void trouble(const std::string& /*what*/) {}
};

}  // namespace x400::access
