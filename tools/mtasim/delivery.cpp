#include "delivery.hpp"

#include <algorithm>

#include "log.hpp"
#include "x400/access/credentials.hpp"
#include "x400/asn1/mts/bind.hpp"
#include "x400/asn1/mts/content_split.hpp"
#include "x400/asn1/mts/errors.hpp"
#include "x400/asn1/or_text.hpp"

namespace mtasim {
namespace {

using namespace x400;
namespace mts = asn1::mts;
namespace operations = access::operations;

// Operations outstanding on one association: enough to keep a store's group commit busy.
constexpr std::size_t window = 16;

// Reasons and diagnostics of X.411.
constexpr mts::NonDeliveryReport expired{1, 5}, protocol_violation{0, 14}, critical_function{1, 18},
    security{8, 46}, controlled{5, 4};

// Ends idle associations: a simulator should leave nothing open behind a test.
class Idle final : public access::Handler {};

Result<osi::Chain> argument_of(const Job& job, Queue& queue) {
  Octets content;
  if (job.content) {
    X400_TRY(octets, queue.content(*job.content));
    content = std::move(octets);
  }
  if (job.kind == JobKind::report) {
    if (!job.content) return osi::Chain(job.envelope);
    osi::Chain chain(mts::report_delivery_head(job.envelope, content.size()));
    chain.add(osi::Slice(std::move(content)));
    return chain;
  }
  X400_TRY(envelope, mts::MessageDeliveryEnvelope::decode(job.envelope));
  envelope.delivery_time = mts::UtcTime::of(asn1::now());
  osi::Chain chain(mts::message_delivery_head(envelope.encode(), content.size()));
  chain.add(osi::Slice(std::move(content)));
  return chain;
}

}  // namespace

StoreLink::StoreLink(const Config& config, std::size_t store, const Routing& routing, Queue& queue,
                     access::Runtime& runtime)
    : config_(config),
      store_(store),
      routing_(routing),
      queue_(queue),
      runtime_(runtime),
      pause_(config.retry_first) {}

std::string StoreLink::name() const { return "store " + osi::to_string(config_.stores[store_].address); }

void StoreLink::pump() {
  if (stopping_ || !worker_) return;
  std::erase_if(lines_, [](const Line& l) { return l.outstanding == 0 && !l.association->is_open(); });
  std::size_t room = 0;
  for (const Line& l : lines_)
    if (l.association->is_open()) room += window - std::min(window, l.outstanding);
  const bool may_open = lines_.size() + connecting_ < config_.stores[store_].associations;
  if (room == 0 && !may_open) return;
  auto jobs = queue_.due(store_, busy_, std::max<std::size_t>(room, 1));
  if (!jobs.ok()) return log(name(), jobs.error().text());
  std::size_t left = jobs->size();
  for (Job& job : *jobs) {
    const auto line = std::min_element(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) {
      return a.outstanding < b.outstanding;
    });
    if (line == lines_.end() || line->outstanding >= window || !line->association->is_open()) break;
    send(*line, std::move(job));
    --left;
  }
  // One more association when there is more to do than the open ones take.
  if ((left > 0 || busy_.size() > lines_.size() * window / 2) && may_open && Clock::now() >= not_before_)
    connect();
}

void StoreLink::connect() {
  const StoreConfig& store = config_.stores[store_];
  mts::MtsBindArgument bind;
  bind.initiator_name = mts::MtaName{config_.name};
  auto credentials = access::initiator_credentials({to_octets(config_.password.octets()), false},
                                                   store.protected_credentials, asn1::now());
  if (!credentials.ok()) return pause(credentials.error().text());
  bind.initiator_credentials = std::move(*credentials);
  access::ConnectOptions options;
  options.address = store.address;
  options.context =
      &access::contexts::of(access::Protocol::p3, store.edition, access::Party::service, store.reliable);
  options.tls = store.tls;
  options.bind_argument = bind.encode();
  options.association.reliable.bare_first = store.reliable_bare;
  options.handler = std::make_shared<Idle>();
  ++connecting_;
  access::connect(runtime_, std::move(options))
      .then([self = shared_from_this(), sent = bind.initiator_credentials](auto answer) {
        auto kept = std::make_shared<decltype(answer)>(std::move(answer));
        self->worker_->post([self, kept, sent] { self->connected(std::move(*kept), sent); });
      });
}

void StoreLink::connected(Result<access::Connected, access::ConnectFailure> answer,
                          const asn1::Credentials& sent) {
  --connecting_;
  if (!answer.ok()) return pause(answer.error().text);
  auto bind = mts::MtsBindResult::decode(answer->bind_result.view());
  const std::string wrong = bind.ok() ? access::wrong_answer(bind->responder_credentials, sent,
                                                             config_.stores[store_].password.octets())
                                      : "answers with a bind result that cannot be read";
  if (!wrong.empty()) {
    answer->association->abort("the store " + wrong);
    return pause("the store " + wrong);
  }
  if (stopping_) return answer->association->abort("shutting down");
  pause_ = config_.retry_first;
  lines_.push_back({std::move(answer->association), 0});
  pump();
}

void StoreLink::pause(const std::string& why) {
  log(name(), "not connected: " + why);
  not_before_ = Clock::now() + pause_;
  pause_ = std::min(pause_ * 2, config_.retry_most);
}

void StoreLink::send(Line& line, Job job) {
  auto argument = argument_of(job, queue_);
  if (!argument.ok()) {
    log(name(), job.identifier + ": " + argument.error().text());
    return refused(job, protocol_violation);
  }
  const auto operation =
      job.kind == JobKind::message ? operations::message_delivery : operations::report_delivery;
  busy_.push_back(job.id);
  ++line.outstanding;
  const auto association = line.association;
  association->invoke(operation, std::move(*argument))
      .then([self = shared_from_this(), association, job](access::Outcome outcome) {
        auto kept = std::make_shared<access::Outcome>(std::move(outcome));
        self->worker_->post([self, association, job, kept] { self->answered(association, job, *kept); });
      });
}

void StoreLink::answered(const access::AssociationPtr& association, const Job& job,
                         const access::Outcome& outcome) {
  std::erase(busy_, job.id);
  for (Line& line : lines_)
    if (line.association == association) --line.outstanding;
  settle(job, outcome);
  pump();
}

void StoreLink::settle(const Job& job, const access::Outcome& outcome) {
  using Kind = access::Outcome::Kind;
  switch (outcome.kind()) {
    case Kind::result: {
      const auto report =
          routing_.report(job, mts::DeliveryReport{mts::UtcTime::of(asn1::now()), mts::MtsUserType::ms});
      const Status status = queue_.complete(job, report, true);
      if (!status.ok()) log(name(), job.identifier + ": " + status.error().text());
      return;
    }
    case Kind::error:
      if (outcome.code() == mts::error_code::unsupported_critical_function)
        return refused(job, critical_function);
      if (outcome.code() == mts::error_code::security_error) return refused(job, security);
      return refused(job, controlled);
    case Kind::rejected:
      if (outcome.problem() == osi::problems::mistyped_argument) return refused(job, protocol_violation);
      return again(job, access::to_string(outcome));
    case Kind::lost:
    case Kind::not_sent: return again(job, outcome.text());
  }
}

bool StoreLink::too_old(const Job& job) const {
  return Queue::Clock::now() - job.since > config_.expire && !job.deferred;
}

void StoreLink::again(const Job& job, const std::string& why) {
  if (too_old(job)) return refused(job, expired);
  auto pause = config_.retry_first;
  for (std::int64_t i = 0; i < job.attempts && pause < config_.retry_most; ++i) pause *= 2;
  log(name(), job.identifier + ": again later: " + why);
  const Status status = queue_.retry(job, std::min(pause, config_.retry_most));
  if (!status.ok()) log(name(), job.identifier + ": " + status.error().text());
}

void StoreLink::refused(const Job& job, mts::NonDeliveryReport why) {
  log(name(), job.identifier + ": non-delivery, reason " + std::string(mts::reason_name(why.reason)) +
                  ", diagnostic " + std::string(mts::diagnostic_name(why.diagnostic.value_or(-1))));
  const Status status = queue_.complete(job, routing_.report(job, why), false);
  if (!status.ok()) log(name(), job.identifier + ": " + status.error().text());
}

std::vector<access::Pending<access::Ending>> StoreLink::stop() {
  stopping_ = true;
  std::vector<access::Pending<access::Ending>> endings;
  for (Line& line : lines_) endings.push_back(line.association->close());
  return endings;
}

}  // namespace mtasim
