// connect: opens an association (the initiator's side).
//
//   ConnectOptions options;
//   options.address = osi::parse_address("127.0.0.1:1102").value();
//   options.context = &contexts::ms_access_94();
//   options.bind_argument = encoded;
//   auto answer = connect(runtime, std::move(options)).get();
//   if (!answer) ... answer.error().text
//   Outcome o = answer->association->invoke(operations::list, argument).get();
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "x400/access/association.hpp"
#include "x400/access/contexts.hpp"
#include "x400/access/options.hpp"
#include "x400/access/pending.hpp"
#include "x400/access/runtime.hpp"
#include "x400/access/tls.hpp"
#include "x400/base/result.hpp"
#include "x400/osi/address.hpp"
#include "x400/osi/events.hpp"
#include "x400/osi/slice.hpp"

namespace x400::access {

struct ConnectOptions {
  osi::PresentationAddress address;  ///< host, port and called selectors
  osi::Selectors calling;
  std::shared_ptr<TlsClient> tls;               ///< null: in the clear
  const ApplicationContext* context = nullptr;  ///< required
  std::vector<Port> ports;                      ///< proposed; empty: all of the context
  osi::Chain bind_argument;                     ///< MSBindArgument or MTSBindArgument, whole value; required
  /// Answers what the peer invokes (Alert, message-delivery ...) and hears of the end. Null: every operation
  /// is rejected.
  std::shared_ptr<Handler> handler;
  AssociationOptions association;
};

struct Connected {
  AssociationPtr association;
  osi::Slice bind_result;  ///< MSBindResult or MTSBindResult, whole value; empty if the peer sent none
};

struct ConnectFailure {
  enum class Kind : std::uint8_t {
    invalid,      ///< the options make no sense
    unreachable,  ///< host unknown, or no TCP connection
    timed_out,    ///< no answer in time; text says to what
    refused,      ///< by `layer`, with its `reason`; no bind error came
    bind_error,   ///< by the peer's bind: `bind_error`
    aborted,      ///< the peer broke off or broke the protocol, or this side was shut down
  };
  Kind kind = Kind::unreachable;
  osi::Layer layer = osi::Layer::transport;
  int reason = -1;
  /// Whether trying the same again later may succeed. Of bind errors the protocol knows which.
  bool transient = true;
  osi::Slice bind_error;  ///< ENUMERATED, SET or INTEGER, whole value
  std::string text;
};
std::string_view name(ConnectFailure::Kind kind);

/// Never blocks; host names are looked up on a thread of its own. Time-outs: Timeouts::connect for the host
/// name and TCP, again for CR, Timeouts::bind for the bind.
Pending<Result<Connected, ConnectFailure>> connect(Runtime& runtime, ConnectOptions options);

}  // namespace x400::access
