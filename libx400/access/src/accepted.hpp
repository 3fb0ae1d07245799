// Accepted: a connection that came in; asks the Acceptor for the bind.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connection.hpp"
#include "x400/access/listener.hpp"

namespace x400::access {

/// What a BindReply says.
struct Decision {
  enum class Kind { accept, bind_error, reject, shortage };
  Kind kind = Kind::shortage;
  osi::Chain value;  ///< bind result or bind error
  std::shared_ptr<Handler> handler;
  std::string text;
};

class Accepted final : public Connection {
 public:
  struct Shared {  ///< what all of one listener have in common
    std::shared_ptr<RuntimeState> runtime;
    std::shared_ptr<const AssociationOptions> options;
    std::shared_ptr<const osi::ResponderConfig> stack;
    std::shared_ptr<Acceptor> acceptor;
    std::vector<const ApplicationContext*> contexts;
    std::shared_ptr<TlsServer> tls;  // null: none
  };

  /// `left` is told, with the id, when the socket is gone.
  Accepted(std::shared_ptr<const Shared> shared, Strand strand, std::unique_ptr<Stream> stream,
           std::string peer, std::function<void(std::uint64_t)> left);

  using Connection::enter;
  using Connection::start;
  /// Any thread.
  void decide(Decision decision);

 private:
  void on_indication(osi::ConnectIndication& event) override;
  void on_declined(osi::Declined& event) override;
  void on_not_opened(const Ending& ending) override;
  void on_ended() override;
  void decide_here(Decision decision);
  void accept(Decision decision);
  void refuse(Decision decision);
  osi::Responder& responder() { return static_cast<osi::Responder&>(stack()); }

  std::shared_ptr<const Shared> shared_;
  std::function<void(std::uint64_t)> left_;
  std::optional<RefusalNote> refusal_;
  bool decided_ = false;
};

}  // namespace x400::access
