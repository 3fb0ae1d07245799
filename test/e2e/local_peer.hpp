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
  LocalPeer(const char* local, std::uint16_t port) : socket_(io_) {
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
      boost::system::error_code error;
      for (const osi::Slice& s : stack_.take_output())
        if (!error) boost::asio::write(socket_, boost::asio::buffer(s.view().data(), s.view().size()), error);
      if (error) return "closed";
      while (auto event = stack_.next_event()) {
        if (std::get_if<osi::ConnectConfirm>(&*event)) return "bound";
        if (auto* refused = std::get_if<osi::ConnectRefused>(&*event))
          return to_hex(refused->bind_error.view());
      }
      std::uint8_t buffer[4096];
      const std::size_t n = socket_.read_some(boost::asio::buffer(buffer), error);
      if (error) return "closed";
      stack_.receive(View(buffer, n));
    }
  }
  // Whether there is a presentation context for it.
  bool agreed(const ber::Oid& syntax) const { return stack_.context_id(syntax).has_value(); }

 private:
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
