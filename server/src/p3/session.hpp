// P3Session: what an MTA asks on one association: deliveries and reports (X.411 8.3.1), controls.
//
// A delivery is answered when it is on disk, not before: the result passes the responsibility on. What the
// store cannot take now is not answered at all; the association ends and the MTA keeps the message
// (mts.md 7).
//
// Threads: invoked() on a thread of the Runtime; the work on the engine pool, in the order of arrival, but
// for a short delivery with nothing before it, which the engine is given at once. No thread of these waits
// for a sync.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "service/parts.hpp"
#include "x400/access/association.hpp"
#include "x400/asn1/mts/errors.hpp"
#include "x400/asn1/mts/report.hpp"
#include "x400/asn1/or_name.hpp"

namespace x400::server {

class MtaLink;

class P3Session final : public access::Handler, public std::enable_shared_from_this<P3Session> {
 public:
  /// `link` null: the MTA has bound, and delivers for any user. Else the store has bound to submit, and what
  /// is delivered must be for the user of the link, if it has one.
  P3Session(const Parts& parts, const MtaConfig& mta, std::shared_ptr<MtaLink> link);

  void opened(const access::AssociationPtr& association) override;
  void invoked(access::Invocation invocation, access::Reply reply) override;
  void closed(const access::Ending& ending) override;

 private:
  struct Call {
    access::Invocation invocation;
    access::Reply reply;
    View argument() const { return invocation.argument.view(); }
  };

  void deliver(Call call);
  // `settled`: its subject is in the index by now, or never will be.
  void deliver_report(Call call, bool settled);
  void deliver_report_when_settled(Call call);
  void control(Call call);
  void change_credentials(Call call);
  void finish(Call& call, const mstore::DeliveryOutcome& outcome, const std::string& mailbox, bool report);
  // Null: nobody's here, or not that of the association's user.
  UserPtr user_of(const asn1::ORAddress& recipient) const;
  UserPtr user_of_report(const asn1::mts::ReportDeliveryEnvelope& envelope) const;
  void full(Call& call, const Error& error, const std::string& mailbox);
  void no_mailbox(Call& call, const std::string& whom);
  void refuse(Call& call, const asn1::ms::MtsError& error, const std::string& why);
  void malformed(Call& call, const Error& error);
  void abort(Call& call, const std::string& why);

  const Parts parts_;
  const MtaConfig& mta_;
  const std::shared_ptr<MtaLink> link_;
  const std::shared_ptr<SerialQueue> queue_;
  std::uint64_t id_ = 0;
  std::string peer_;
  std::mutex mutex_;
  access::AssociationPtr association_;  // of a responder, until closed(); null for a link
  std::weak_ptr<access::Association> weak_association_;
};

}  // namespace x400::server
