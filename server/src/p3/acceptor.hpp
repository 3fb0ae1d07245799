// P3Acceptor: decides on the binds of MTAs that come to deliver (X.411 8.1.1; forced access).
//
// An unknown name and a wrong password get the same answer in the same time, and are slowed alike.
//
// Threads: bind() on a thread of the Runtime; it decides at once, or on the throttle's thread.
#pragma once

#include <memory>
#include <string>

#include "service/parts.hpp"
#include "x400/access/listener.hpp"
#include "x400/asn1/mts/bind.hpp"

namespace x400::server {

class P3Acceptor final : public access::Acceptor, public std::enable_shared_from_this<P3Acceptor> {
 public:
  explicit P3Acceptor(const Parts& parts) : parts_(parts) {}

  void bind(access::BindRequest request, access::BindReply reply) override;

 private:
  struct Attempt;  // one bind on its way

  void decide(Attempt& attempt);
  void refuse(Attempt& attempt, asn1::mts::MtsBindError error, const std::string& why);
  void accept(Attempt& attempt, const MtaConfig& mta);

  const Parts parts_;
};

}  // namespace x400::server
