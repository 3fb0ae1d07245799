#include "p3/link.hpp"

#include <algorithm>

#include "p3/session.hpp"
#include "service/options.hpp"
#include "service/wire.hpp"
#include "x400/access/credentials.hpp"
#include "x400/asn1/mts/errors.hpp"
#include "x400/asn1/mts/fields.hpp"

namespace x400::server {

namespace mts = asn1::mts;
using access::Outcome;

namespace {

constexpr std::size_t most_waiting = 64;
// At an MTA that takes everything and answers nothing; each has its content with it. Users' associations may
// be gone.
constexpr std::size_t most_outstanding = 256;
// ACSE service-user diagnostic 2: application-context-name-not-supported (X.227).
constexpr int context_not_supported = 2;

const Octets& null_octets() {
  static const Octets null{0x05, 0x00};
  return null;
}

}  // namespace

// ---- MtaTarget ------------------------------------------------------------------------------------

std::shared_ptr<MtaLink> MtaTarget::link(const User& user) {
  const bool store = mta_.bind_as == MtaConfig::BindAs::store;
  const std::lock_guard lock(mutex_);
  auto& link = links_[store ? std::string() : user.id];
  if (!link) link = std::make_shared<MtaLink>(*this, store ? nullptr : parts_.directory.find_by_id(user.id));
  return link;
}

std::vector<std::shared_ptr<MtaLink>> MtaTarget::links() const {
  std::vector<std::shared_ptr<MtaLink>> all;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, link] : links_) all.push_back(link);
  return all;
}

bool MtaTarget::enter() {
  {
    const std::lock_guard lock(mutex_);
    if (associations_ < mta_.submit_associations) {
      ++associations_;
      return true;
    }
  }
  for (const auto& link : links()) {
    if (!link->release_if_idle()) continue;
    // Its end lowers the count; until then there is one too many.
    const std::lock_guard lock(mutex_);
    ++associations_;
    return true;
  }
  return false;
}

void MtaTarget::leave() {
  const std::lock_guard lock(mutex_);
  --associations_;
}

const access::ApplicationContext& MtaTarget::context() const {
  const std::lock_guard lock(mutex_);
  const auto edition = only_88_ ? access::Edition::e1988 : access::Edition::e1994;
  return access::contexts::of(access::Protocol::p3, edition, access::Party::user, mta_.submit_reliable);
}

void MtaTarget::fall_back() {
  const std::lock_guard lock(mutex_);
  only_88_ = true;
}

// ---- requests -------------------------------------------------------------------------------------

void MtaLink::request(MtaRequest request) {
  access::AssociationPtr gone;  // destroyed outside the lock
  std::unique_lock lock(mutex_);
  if (state_ == State::open && association_->is_open()) {
    const auto association = association_;
    lock.unlock();
    return send(association, std::move(request));
  }
  if (state_ == State::open) {
    // It is over, but its end has not been told yet: its place is free for the next one.
    gone = std::move(association_);
    state_ = State::down;
    give_back(gone->id());
  }
  std::string refusal;
  if (state_ == State::stopped)
    refusal = "the service is stopping";
  else if (waiting_.size() >= most_waiting)
    refusal = "too many requests wait for the MTA";
  else if (state_ != State::connecting && Clock::now() < retry_at_)
    refusal = "the MTA could not be bound to; the next attempt comes later";
  if (!refusal.empty()) {
    lock.unlock();
    return request.done(Outcome::not_sent(refusal));
  }
  waiting_.push_back(std::move(request));
  if (state_ == State::connecting) return;
  state_ = State::connecting;
  lock.unlock();
  connect();
}

// Two learn of the end of an association that is not, or no longer, association_: ended(), and this link by
// another way. The first gives the place back, the second only crosses it off.
void MtaLink::give_back(std::uint64_t association) {
  if (given_back_.erase(association) != 0) return;
  given_back_.insert(association);
  target_.leave();
}

void MtaLink::send(const access::AssociationPtr& association, MtaRequest request) {
  const bool edition_fits =
      !request.only_edition || *request.only_edition == edition_of(association->context());
  if (!edition_fits)
    return request.done(Outcome::error(mts::error_code::register_rejected, osi::Slice(null_octets())));
  bool may = false, full = false;
  {
    const std::lock_guard lock(mutex_);
    may = allowed(request);
    full = outstanding_ >= most_outstanding;
    if (may && !full) ++outstanding_;
  }
  if (may && full) return request.done(Outcome::not_sent("too many requests wait for the MTA's answer"));
  if (!may) return request.done(Outcome::error(mts::error_code::control_violated, osi::Slice(null_octets())));
  auto pending = association->invoke(request.operation, request.argument);
  pending.then([self = shared_from_this(), request = std::move(request)](Outcome outcome) mutable {
    {
      const std::lock_guard lock(self->mutex_);
      --self->outstanding_;
    }
    // The association went (idle, or the peer's release) just before: nothing left, so once more is safe.
    if (outcome.kind() == Outcome::Kind::not_sent && !request.again) {
      request.again = true;
      return self->request(std::move(request));
    }
    request.done(std::move(outcome));
  });
}

bool MtaLink::allowed(const MtaRequest& request) const {
  const bool message = request.operation == access::operations::message_submission;
  const bool probe = request.operation == access::operations::probe_submission;
  if (!message && !probe) return true;
  if (const auto& operations = controls_.permissible_operations) {
    if (message ? !operations->message : !operations->probe_or_report) return false;
  }
  if (!message) return true;
  if (const auto& most = controls_.permissible_maximum_content_length) {
    if (*most < 0 || request.content_size > static_cast<std::uint64_t>(*most)) return false;
  }
  const auto& lowest = controls_.permissible_lowest_priority;
  return !lowest || mts::rank(request.priority) <= mts::rank(*lowest);
}

mts::Waiting MtaLink::control(const mts::Controls& controls) {
  const std::lock_guard lock(mutex_);
  if (!controls.restrict) {
    controls_ = {};
    return {};
  }
  if (controls.permissible_operations) controls_.permissible_operations = controls.permissible_operations;
  if (controls.permissible_maximum_content_length)
    controls_.permissible_maximum_content_length = controls.permissible_maximum_content_length;
  if (controls.permissible_lowest_priority)
    controls_.permissible_lowest_priority = controls.permissible_lowest_priority;
  // Nothing waits here: what is not allowed is answered to the user at once.
  return {};
}

// ---- the association ------------------------------------------------------------------------------

Result<asn1::Credentials> MtaLink::own_credentials() const {
  const settings::Secret& secret = user_ ? user_->mts_password : target_.parts().config.store.password;
  return access::initiator_credentials({to_octets(secret.octets()), false},
                                       target_.mta().protected_credentials, asn1::now());
}

osi::Chain MtaLink::bind_argument(const asn1::Credentials& credentials) const {
  const asn1::ORAddress& address =
      user_ ? user_->or_addresses.front() : target_.parts().config.store.or_address;
  mts::MtsBindArgument argument{
      mts::MessageStoreName{asn1::EncodedORName(address)}, std::nullopt, credentials, {}, {}};
  return argument.encode();
}

void MtaLink::connect() {
  if (!target_.enter()) {
    give_up(false, "submit_associations of the MTA are all in use");
    return;
  }
  auto credentials = own_credentials();
  if (!credentials.ok()) {
    target_.leave();
    give_up(false, credentials.error().text());
    return;
  }
  access::ConnectOptions options;
  options.address = *target_.mta().address;
  options.tls = target_.mta().tls;
  options.context = &target_.context();
  options.bind_argument = bind_argument(*credentials);
  options.handler = std::make_shared<P3Session>(target_.parts(), target_.mta(), shared_from_this());
  options.association = association_options(target_.parts());
  options.association.reliable.bare_first = target_.mta().submit_reliable_bare;
  options.association.timeouts.idle_p3 = target_.mta().submit_idle;
  auto pending = access::connect(target_.runtime(), std::move(options));
  pending.then([self = shared_from_this(),
                sent = std::move(*credentials)](Result<access::Connected, access::ConnectFailure> made) {
    if (made.ok())
      self->connected(std::move(*made), sent);
    else
      self->connect_failed(made.error());
  });
}

std::optional<std::string> MtaLink::wrong_responder(const osi::Slice& bind_result,
                                                    const asn1::Credentials& sent) const {
  const auto result = mts::MtsBindResult::decode(bind_result.view());
  if (!result.ok()) return "its bind result cannot be read: " + result.error().text();
  const auto* name = std::get_if<mts::MtaName>(&result->responder_name);
  if (!name || name->name != target_.mta().name)
    return "it calls itself " + mts::to_string(result->responder_name);
  auto wrong = access::wrong_answer(result->responder_credentials, sent, target_.mta().password.octets());
  if (wrong.empty()) return std::nullopt;
  return "it " + wrong;
}

void MtaLink::connected(access::Connected made, const asn1::Credentials& sent) {
  if (const auto wrong = wrong_responder(made.bind_result, sent)) {
    target_.parts().log.write(events::submission_wrong_mta, {{"assoc", made.association->id()},
                                                             {"peer", made.association->peer()},
                                                             {"mta", target_.mta().name},
                                                             {"error", *wrong}});
    {
      const std::lock_guard lock(mutex_);
      give_back(made.association->id());
    }
    made.association->abort(*wrong);
    return give_up(true, *wrong);
  }
  target_.parts().log.write(events::submission_bound,
                            {{"assoc", made.association->id()},
                             {"peer", made.association->peer()},
                             {"mta", target_.mta().name},
                             {"mailbox", user_ ? user_->id : std::string("(store)")},
                             {"context", made.association->context().name}});
  std::deque<MtaRequest> requests;
  std::string unusable;
  {
    const std::lock_guard lock(mutex_);
    requests.swap(waiting_);
    controls_ = {};
    pause_ = Milliseconds(0);
    const std::uint64_t id = made.association->id();
    if (given_back_.erase(id) != 0) {
      unusable = "the MTA ended the association at once";
      if (state_ != State::stopped) state_ = State::down;
    } else if (state_ == State::stopped) {
      unusable = "the service is stopping";
      give_back(id);
    } else {
      state_ = State::open;
      association_ = made.association;
    }
  }
  for (MtaRequest& request : requests) {
    if (unusable.empty())
      send(made.association, std::move(request));
    else
      request.done(Outcome::not_sent(unusable));
  }
}

void MtaLink::connect_failed(const access::ConnectFailure& failure) {
  target_.leave();
  const bool old_mta = failure.kind == access::ConnectFailure::Kind::refused &&
                       failure.layer == osi::Layer::acse && failure.reason == context_not_supported;
  if (old_mta && target_.context().edition == access::Edition::e1994) {
    target_.fall_back();
    return connect();
  }
  bool permanent = false;
  std::string why = std::string(access::name(failure.kind)) + ": " + failure.text;
  if (failure.kind == access::ConnectFailure::Kind::bind_error) {
    if (const auto error = mts::decode_bind_error(failure.bind_error.view()); error.ok()) {
      permanent = !mts::transient(*error);
      why = "bind error " + std::string(mts::name(*error));
    }
  }
  give_up(permanent, why);
}

void MtaLink::give_up(bool permanent, const std::string& why) {
  std::deque<MtaRequest> requests;
  Milliseconds pause{0};
  {
    const std::lock_guard lock(mutex_);
    const MtaConfig& mta = target_.mta();
    pause_ = std::min(std::max(pause_ * 2, mta.retry_first), mta.retry_most);
    pause = permanent ? mta.retry_refused : pause_;
    retry_at_ = Clock::now() + pause;
    if (state_ != State::stopped) state_ = State::down;
    requests.swap(waiting_);
  }
  target_.parts().log.write(events::submission_bind_failed,
                            {{"mta", target_.mta().name},
                             {"mailbox", user_ ? user_->id : std::string("(store)")},
                             {"permanent", permanent},
                             {"retry_ms", pause.count()},
                             {"error", why}});
  for (MtaRequest& request : requests) request.done(Outcome::not_sent(why));
}

void MtaLink::ended(std::uint64_t association) {
  access::AssociationPtr gone;  // destroyed outside the lock
  const std::lock_guard lock(mutex_);
  if (!association_ || association_->id() != association) return give_back(association);
  target_.leave();
  gone.swap(association_);
  if (state_ == State::open) state_ = State::down;
}

bool MtaLink::release_if_idle() {
  access::AssociationPtr association;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::open || outstanding_ != 0) return false;
    association = association_;
  }
  (void)association->close();
  return true;
}

std::optional<access::Pending<access::Ending>> MtaLink::shutdown() {
  std::deque<MtaRequest> requests;
  access::AssociationPtr association;
  {
    const std::lock_guard lock(mutex_);
    state_ = State::stopped;
    association = association_;
    requests.swap(waiting_);
  }
  for (MtaRequest& request : requests) request.done(Outcome::not_sent("the service is stopping"));
  if (!association) return std::nullopt;
  return association->close();
}

}  // namespace x400::server
