// Dialled: a connection that goes out: host name, TCP, bind.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>

#include "connection.hpp"
#include "x400/access/connect.hpp"

namespace x400::access {

class Dialled final : public Connection {
 public:
  using Answer = Result<Connected, ConnectFailure>;

  Dialled(std::shared_ptr<RuntimeState> runtime, ConnectOptions options, Promise<Answer> promise);

  using Connection::enter;
  using Connection::strand;
  /// On its strand, once.
  void dial();

 private:
  void on_confirm(osi::ConnectConfirm& event) override;
  void on_refused(osi::ConnectRefused& event) override;
  void on_not_opened(const Ending& ending) override;
  void on_ended() override;

  asio::awaitable<void> dial_loop(std::shared_ptr<Dialled> self);
  asio::awaitable<void> look_up(ErrorCode& error);
  asio::awaitable<void> connect_any(ErrorCode& error);
  void connected();
  void unreachable(std::string text);
  void invalid(std::string text);
  AssociationPtr handle();
  osi::Initiator& initiator() { return static_cast<osi::Initiator&>(stack()); }

  ConnectOptions dial_;
  Promise<Answer> promise_;
  std::optional<ConnectFailure> failure_;
  std::vector<asio::ip::tcp::endpoint> endpoints_;
  std::optional<asio::ip::basic_resolver<asio::ip::tcp, Strand>> resolver_;
  std::optional<TcpSocket> socket_;
};

}  // namespace x400::access
