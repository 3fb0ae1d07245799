// P3Acceptor: decides on the binds of MTAs that come to deliver (X.411 8.1.1; forced access).
//
// Threads: bind() on a thread of the Runtime; it decides at once.
#pragma once

#include "service/parts.hpp"
#include "x400/access/listener.hpp"
#include "x400/asn1/mts/bind.hpp"

namespace x400::server {

class P3Acceptor final : public access::Acceptor {
 public:
  explicit P3Acceptor(const Parts& parts) : parts_(parts) {}

  void bind(access::BindRequest request, access::BindReply reply) override;

 private:
  const Parts parts_;
};

}  // namespace x400::server
