// Ends of associations whose own address the test chooses in the loopback network.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <string>

#include "x400/osi/association.hpp"
#include "x400_peers.hpp"

namespace x400::test {

// A user agent, or an MTA, whose own address the test chooses. Asserts nothing: threads use it.
class LocalPeer {
 public:
  // `tpdu`: the size it proposes.
  LocalPeer(const char* local, std::uint16_t port, std::size_t tpdu = osi::Limits().tpdu)
      : socket_(io_), stack_(with_tpdus_of(tpdu)) {
    socket_.open(boost::asio::ip::tcp::v4());
    socket_.bind({boost::asio::ip::make_address(local), 0});
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
  }

  // "bound", or the bind error's octets in hexadecimal, or "closed".
  std::string bind(const access::ApplicationContext& context, Octets argument,
                   std::vector<ber::Oid> syntaxes = {}) {
    osi::ConnectParameters parameters;
    parameters.application_context = context.for_stack();
    parameters.bind_argument = osi::Chain(std::move(argument));
    parameters.abstract_syntaxes = std::move(syntaxes);
    if (!stack_.connect(std::move(parameters)).ok()) return "invalid";
    for (;;) {
      if (!send()) return "closed";
      while (auto event = stack_.next_event()) {
        if (std::get_if<osi::ConnectConfirm>(&*event)) return "bound";
        if (auto* refused = std::get_if<osi::ConnectRefused>(&*event))
          return to_hex(refused->bind_error.view());
      }
      if (!receive()) return "closed";
    }
  }
  // Whether there is a presentation context for it.
  bool agreed(const ber::Oid& syntax) const { return stack_.context_id(syntax).has_value(); }

  // Invokes it `times` times and reads nothing. False if the association is gone.
  bool invoke(const ber::Oid& syntax, osi::OperationCode operation, const Octets& argument, int times = 1) {
    const auto context = stack_.context_id(syntax);
    for (int i = 0; i < times; ++i)
      if (!context || !stack_.invoke(*context, operation, argument).ok()) return false;
    return send();
  }
  // Reads until `most` results have come, or the association ends. How many came.
  int results(int most) {
    int n = 0;
    while (n < most) {
      while (auto event = stack_.next_event())
        n += std::get_if<osi::ReturnResult>(&*event) != nullptr ? 1 : 0;
      if (n < most && !(send() && receive())) break;
    }
    return n;
  }

 private:
  static osi::InitiatorConfig with_tpdus_of(std::size_t size) {
    osi::InitiatorConfig config;
    config.limits.tpdu = size;
    return config;
  }
  bool send() {
    boost::system::error_code error;
    for (const osi::Slice& s : stack_.take_output())
      if (!error) boost::asio::write(socket_, boost::asio::buffer(s.view().data(), s.view().size()), error);
    return !error;
  }
  bool receive() {
    std::uint8_t buffer[16384];
    boost::system::error_code error;
    const std::size_t n = socket_.read_some(boost::asio::buffer(buffer), error);
    if (!error) stack_.receive(View(buffer, n));
    return !error;
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  osi::Initiator stack_;
};

inline std::string bind_user(const char* local, std::uint16_t port, std::string_view name,
                             std::string_view password) {
  return LocalPeer(local, port)
      .bind(access::contexts::ms_access_88(), user_bind(name, password).encode(Edition::e1988));
}

inline std::string bind_mta(const char* local, std::uint16_t port, std::string_view password) {
  mts::MtsBindArgument argument;
  argument.initiator_name = mts::MtaName{"MTA1"};
  argument.initiator_credentials = asn1::ia5_password(password);
  const auto& context =
      access::contexts::of(access::Protocol::p3, Edition::e1988, access::Party::service, false);
  return LocalPeer(local, port).bind(context, argument.encode());
}

}  // namespace x400::test
