// P7Acceptor: decides on the binds of users (X.413 clause 7).
//
// Order of checks (x413.md 2.3): service up; too many failures before; identity and credentials; number of
// associations;
// security context; then the mailbox is opened. Unknown extensions are named in the result, never a reason to
// refuse. A refusal never tells an unknown user from a wrong password.
//
// Threads: bind() on a thread of the Runtime, never blocks; the rest on the engine pool and the verifier's.
#pragma once

#include <memory>

#include "p7/sessions.hpp"
#include "service/parts.hpp"
#include "x400/access/listener.hpp"
#include "x400/asn1/ms/bind.hpp"

namespace x400::server {

class P7Acceptor final : public access::Acceptor, public std::enable_shared_from_this<P7Acceptor> {
 public:
  P7Acceptor(const Parts& parts, std::shared_ptr<P7Sessions> sessions)
      : parts_(parts), sessions_(std::move(sessions)) {}

  void bind(access::BindRequest request, access::BindReply reply) override;

 private:
  struct Attempt;  // one bind on its way

  void identify(const std::shared_ptr<Attempt>& attempt);
  void check(const std::shared_ptr<Attempt>& attempt);
  void decided(const std::shared_ptr<Attempt>& attempt, Verdict verdict, const std::string& why);
  void open(const std::shared_ptr<Attempt>& attempt);
  void refuse(Attempt& attempt, asn1::ms::BindProblem problem, const std::string& why);
  void malformed(Attempt& attempt, const Error& error);

  const Parts parts_;
  const std::shared_ptr<P7Sessions> sessions_;
};

}  // namespace x400::server
