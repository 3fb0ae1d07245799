// Listener: accepts associations (the responder's side).
//
//   class Store : public Acceptor {
//     void bind(BindRequest request, BindReply reply) override;   // decide, now or later
//   };
//   auto listener = Listener::open(runtime, options, std::make_shared<Store>());
//
// Everything below the bind is dealt with here: unknown application contexts, wrong selectors, binds that
// are none, silence, too many associations.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "x400/access/admission.hpp"
#include "x400/access/association.hpp"
#include "x400/access/contexts.hpp"
#include "x400/access/options.hpp"
#include "x400/access/pending.hpp"
#include "x400/access/runtime.hpp"
#include "x400/access/tls.hpp"
#include "x400/base/result.hpp"
#include "x400/osi/address.hpp"
#include "x400/osi/policy.hpp"
#include "x400/osi/slice.hpp"

namespace x400::access {

/// An association is asked for.
struct BindRequest {
  std::uint64_t association_id = 0;
  std::string peer;                             ///< address and port
  const ApplicationContext* context = nullptr;  ///< protocol, edition, who is who; never null
  std::vector<Port> ports;                      ///< those the peer proposed and will have
  osi::Selectors called, calling;
  std::optional<PeerCertificate> certificate;  ///< TLS: verified; nothing if none was shown
  /// MSBindArgument or MTSBindArgument, by the protocol: the value inside [16]. Not decoded; walked.
  osi::Slice argument;
};

/// Answers one BindRequest, once, from any thread; later answers do nothing. Dropped unanswered, the bind is
/// refused as a temporary shortage. Timeouts::bind bounds the time it may take.
class BindReply {
 public:
  BindReply() = default;
  explicit BindReply(std::weak_ptr<Connection> connection);
  BindReply(BindReply&& other) noexcept = default;
  BindReply& operator=(BindReply&& other) noexcept;
  ~BindReply();

  /// Accepts. `result`: MSBindResult or MTSBindResult, whole value. `handler` gets opened() next; if the peer
  /// has gone meanwhile it is dropped without a call.
  void accept(osi::Chain result, std::shared_ptr<Handler> handler);
  /// Refuses with the bind error of the protocol, whole value (ENUMERATED, SET or INTEGER). `text` is for the
  /// log.
  void refuse(osi::Chain bind_error, std::string text);
  /// Refuses below the bind: the argument does not decode, or is not for this service.
  void reject(std::string text);

  /// False when the peer has gone, or the time is over.
  bool wanted() const;

 private:
  std::weak_ptr<Connection> connection_;
};

class Acceptor {
 public:
  virtual ~Acceptor() = default;
  /// Threads: for different associations at the same time; must not block.
  virtual void bind(BindRequest request, BindReply reply) = 0;
};

struct ListenerOptions {
  struct Endpoint {
    std::string host;        ///< address to listen on, numeric; empty: all, IPv6 and IPv4
    std::uint16_t port = 0;  ///< 0: any free one
  };

  std::vector<Endpoint> endpoints;
  /// Application contexts taken; others are refused by ACSE (diagnostic 2).
  std::vector<const ApplicationContext*> contexts;
  osi::Selectors selectors;
  std::shared_ptr<TlsServer> tls;  ///< null: in the clear. A listener is one or the other
  osi::SelectorPolicy selector_policy = osi::SelectorPolicy::lenient;
  std::size_t associations = 10'000;  ///< TCP connections of this listener; more are closed at once
  std::size_t associations_per_address = 1'000;  ///< the same from one address (IPv6: one /64)
  std::shared_ptr<Admission>
      admission;  ///< of several listeners, in place of these two limits; null: they hold
  AssociationOptions association;
};

class Listener {
 public:
  /// Errors: invalid (address, nothing to listen on, no context), io (address in use, not permitted).
  static Result<std::unique_ptr<Listener>> open(Runtime& runtime, ListenerOptions options,
                                                std::shared_ptr<Acceptor> acceptor);
  /// Stops listening. Its associations live on.
  virtual ~Listener() = default;

  /// The ports listened on, in the order of the endpoints.
  virtual std::vector<std::uint16_t> ports() const = 0;
  virtual std::size_t associations() const = 0;

  /// Stops listening and closes all its associations as by Association::close(). Done when nobody can connect
  /// any more and all have ended.
  virtual Pending<Ok> shutdown() = 0;
};

}  // namespace x400::access
