// P7Session: what one bound user's association asks, decoded, given to the engine, and answered.
//
// Retrieval and control operations run one after another in the order in which they came; submissions beside
// them. No rule of X.413 is here: what is right or wrong the engine says.
//
// Threads: invoked() on a thread of the Runtime; the work on the engine pool, but for a fetch that finds all
// it needs in memory and nothing before it, which is answered where it arrived; alert() from any.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "p7/alert_window.hpp"
#include "p7/sessions.hpp"
#include "service/parts.hpp"
#include "x400/access/association.hpp"
#include "x400/asn1/ms/register.hpp"
#include "x400/asn1/mts/identifier.hpp"
#include "x400/mstore/retrieval.hpp"

namespace x400::server {

class P7Session final : public access::Handler, public std::enable_shared_from_this<P7Session> {
 public:
  struct Who {
    UserPtr user;
    mstore::MailboxNumber mailbox = 0;
    asn1::Edition edition = asn1::Edition::e1988;
    std::optional<std::string> ua_registration;
  };

  P7Session(const Parts& parts, std::shared_ptr<P7Sessions> sessions,
            std::unique_ptr<P7Sessions::Place> place, Who who, std::unique_ptr<mstore::Retrieval> retrieval);

  void opened(const access::AssociationPtr& association) override;
  void invoked(access::Invocation invocation, access::Reply reply) override;
  void closed(const access::Ending& ending) override;

  asn1::Edition edition() const { return who_.edition; }
  /// Invokes Alert, or keeps it until earlier ones are answered; what the user accepts is told to the store.
  void alert(const mstore::Alert& alert);

 private:
  struct Call {
    access::Invocation invocation;
    access::Reply reply;
    View argument() const { return invocation.argument.view(); }
  };

  // Decodes the argument and runs `run(*this, argument, call, turn)` when its turn has come.
  template <class Argument, class Run>
  void in_order(Call call, Run run);

  void invoke_retrieval(Call call);
  void fetch(Call call);
  void fetched(Call& call, const mstore::Outcome<mstore::Fetched>& outcome);
  void invoke_administration(Call call);
  void invoke_submission(Call call);

  // session_credentials.cpp
  struct Registering;
  void register_ms(asn1::ms::RegisterMsArgument argument, Call call, Turn turn);
  void check_old_password(const std::shared_ptr<Registering>& work);
  void old_password_checked(const std::shared_ptr<Registering>& work, Verdict verdict);
  void change_password(const std::shared_ptr<Registering>& work, mstore::CredentialChange change);
  void finish_register(const std::shared_ptr<Registering>& work,
                       std::optional<mstore::CredentialChange> change);
  void fail_register(const std::shared_ptr<Registering>& work, mstore::Failure failure);
  void change_credentials(Call call);
  void relay_register(Call call);
  void registered(Call& call, osi::Slice result);

  // session_submission.cpp
  void submit(Call call, bool probe);
  void submitted(Call& call, const mstore::Outcome<mstore::Submitted>& outcome);
  void cancel(Call call);
  bool may_cancel(const asn1::mts::MTSIdentifier& identifier) const;
  void relay_cancellation(Call call, const std::string& identifier);

  void send(access::Association& association, const mstore::Alert& alert);
  void alert_answered(std::uint32_t registration, mstore::SequenceNumber number,
                      const access::Outcome& outcome);
  void alert_failed(mstore::SequenceNumber number, const std::string& why);

  void done(Call& call, osi::Chain result);
  void fail(Call& call, const mstore::Failure& failure, asn1::ms::Port port);
  void malformed(Call& call, const Error& error);

  const Parts parts_;
  const std::shared_ptr<P7Sessions> sessions_;
  const std::unique_ptr<P7Sessions::Place> place_;
  const Who who_;
  const std::unique_ptr<mstore::Retrieval> retrieval_;  // used by whoever has the turn
  const std::shared_ptr<SerialQueue> queue_;
  std::uint64_t id_ = 0;
  std::string peer_;
  std::mutex mutex_;
  access::AssociationPtr association_;  // until closed()
  AlertWindow alerts_;
};

}  // namespace x400::server
