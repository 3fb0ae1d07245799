// MtaLink: the submission association of one user to one MTA: made when needed, tried again with growing
// pauses when it cannot be, bound by what the MTA allows. MtaTarget: one MTA and all its links.
//
// Threads: all functions from any thread; none blocks.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "service/parts.hpp"
#include "x400/access/association.hpp"
#include "x400/access/connect.hpp"
#include "x400/access/runtime.hpp"
#include "x400/asn1/mts/bind.hpp"
#include "x400/asn1/mts/control.hpp"

namespace x400::server {

/// One operation to invoke at the MTA.
struct MtaRequest {
  access::Operation operation;
  osi::Chain argument;
  std::function<void(access::Outcome)> done;
  std::optional<asn1::Edition> only_edition;  ///< the argument fits this edition only
  // What submission-control looks at.
  std::size_t content_size = 0;
  asn1::ms::Priority priority = asn1::ms::Priority::normal;
  bool again = false;  ///< second try, after a first one that certainly sent nothing
};

class MtaLink;

/// An MTA to submit to.
class MtaTarget {
 public:
  MtaTarget(access::Runtime& runtime, const Parts& parts, const MtaConfig& mta)
      : runtime_(runtime), parts_(parts), mta_(mta) {}

  const MtaConfig& mta() const { return mta_; }
  const Parts& parts() const { return parts_; }
  access::Runtime& runtime() { return runtime_; }

  /// The link of a user (or of the store, bind_as).
  std::shared_ptr<MtaLink> link(const User& user);
  std::vector<std::shared_ptr<MtaLink>> links() const;

  /// Room for one more association? Makes some by releasing an idle one where there is none.
  bool enter();
  void leave();

  const access::ApplicationContext& context() const;
  /// The MTA does not know the context of 1994: from now on that of 1988.
  void fall_back();

 private:
  access::Runtime& runtime_;
  const Parts& parts_;
  const MtaConfig& mta_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<MtaLink>> links_;  // by user id; "" is the store
  std::size_t associations_ = 0;
  bool only_88_ = false;
};

class MtaLink : public std::enable_shared_from_this<MtaLink> {
 public:
  /// `user` null: the store binds in its own name.
  MtaLink(MtaTarget& target, UserPtr user) : target_(target), user_(std::move(user)) {}

  /// Invokes when the association is there. Completes with not_sent while the MTA cannot be reached.
  void request(MtaRequest request);
  /// The MTA's submission-control.
  asn1::mts::Waiting control(const asn1::mts::Controls& controls);
  /// The association with this id has ended.
  void ended(std::uint64_t association);
  /// Begins to release the association if nothing is under way on it.
  bool release_if_idle();
  /// Nothing more is taken; the association, if any, is closed in order.
  std::optional<access::Pending<access::Ending>> shutdown();

  const UserPtr& user() const { return user_; }

 private:
  using Clock = std::chrono::steady_clock;
  enum class State : std::uint8_t { down, connecting, open, stopped };

  void give_back(std::uint64_t association);  // under mutex_
  void connect();
  void connected(access::Connected made, const asn1::Credentials& sent);
  void connect_failed(const access::ConnectFailure& failure);
  void give_up(bool permanent, const std::string& why);
  std::optional<std::string> wrong_responder(const osi::Slice& bind_result,
                                             const asn1::Credentials& sent) const;
  Result<asn1::Credentials> own_credentials() const;
  osi::Chain bind_argument(const asn1::Credentials& credentials) const;
  void send(const access::AssociationPtr& association, MtaRequest request);
  bool allowed(const MtaRequest& request) const;  // under mutex_

  MtaTarget& target_;
  const UserPtr user_;
  mutable std::mutex mutex_;
  State state_ = State::down;
  access::AssociationPtr association_;
  std::set<std::uint64_t> given_back_;
  std::deque<MtaRequest> waiting_;  // for the association to come
  std::size_t outstanding_ = 0;
  Clock::time_point retry_at_{};
  Milliseconds pause_{0};
  asn1::mts::Controls controls_;  // as set on this association; restrict is not used
};

}  // namespace x400::server
