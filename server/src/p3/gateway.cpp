#include "p3/gateway.hpp"

#include "p3/subject_index.hpp"
#include "service/wire.hpp"
#include "x400/asn1/mts/content_split.hpp"
#include "x400/asn1/mts/errors.hpp"
#include "x400/asn1/mts/submission.hpp"

namespace x400::server {

namespace ms = asn1::ms;
namespace mts = asn1::mts;
using access::Outcome;

namespace {

osi::Chain argument_of(const std::shared_ptr<const mstore::SubmissionJob>& job) {
  if (job->probe) return osi::Slice(job, job->envelope);
  osi::Chain chain(mts::message_submission_head(job->envelope, job->content.size()));
  chain.add(osi::Slice(job, job->content));
  return chain;
}

ms::MtsError error_of(const Outcome& outcome) {
  ms::MtsError error{outcome.code(), std::nullopt};
  if (!outcome.value().empty()) error.parameter = to_octets(outcome.value().view());
  return error;
}

}  // namespace

void SubmissionGateway::attach(const Parts& parts) {
  parts_ = &parts;
  for (const MtaConfig& mta : parts.config.mtas) {
    if (mta.address) targets_.emplace(mta.name, std::make_shared<MtaTarget>(runtime_, parts, mta));
  }
}

bool SubmissionGateway::submits_as_store(const User& user) const {
  const auto target = targets_.find(user.mta);  // not changed after attach()
  return target != targets_.end() && target->second->mta().bind_as == MtaConfig::BindAs::store;
}

std::shared_ptr<MtaLink> SubmissionGateway::link(const User& user) {
  const std::lock_guard lock(mutex_);
  const auto target = targets_.find(user.mta);
  return stopping_ || target == targets_.end() ? nullptr : target->second->link(user);
}

void SubmissionGateway::submit(std::shared_ptr<const mstore::SubmissionJob> job,
                               std::function<void(mstore::MtsOutcome)> done) {
  const UserPtr user = parts_->mailboxes.user(job->mailbox);
  const auto to = user ? link(*user) : nullptr;
  const std::string id = user ? user->id : std::string();
  if (!to) {
    const std::string why = "no MTA to submit to, or the service is stopping";
    parts_->log.write(events::submission_not_sent, {{"mailbox", id}, {"error", why}});
    return done(mstore::NotSent{why});
  }
  MtaRequest request;
  request.operation =
      job->probe ? access::operations::probe_submission : access::operations::message_submission;
  request.argument = argument_of(job);
  request.content_size = job->content.size();
  request.priority = job->priority;
  // Kept until the outcome has been dealt with: a report that overtakes the result waits for it.
  auto under_way = parts_->subjects.begin();
  request.done = [this, job, id, mta = user->mta, under_way = std::move(under_way),
                  done = std::move(done)](const Outcome& outcome) {
    Log& log = parts_->log;
    switch (outcome.kind()) {
      case Outcome::Kind::result: {
        const auto result = mts::SubmissionResult::decode(outcome.value().view());
        if (!result.ok()) {
          // It was taken, but under a name nobody knows: only a report can settle it.
          log.write(events::submission_unknown,
                    {{"mailbox", id}, {"mta", mta}, {"error", result.error().text()}});
          return done(mstore::OutcomeUnknown{result.error().in("the MTA's result").text()});
        }
        parts_->subjects.remember(result->identifier, job->mailbox);
        log.write(events::submission_accepted, {{"mailbox", id},
                                                {"mta", mta},
                                                {"probe", job->probe},
                                                {"octets", job->content.size()},
                                                {"identifier", result->identifier.to_string()}});
        return done(mstore::MtsResult{to_octets(outcome.value().view())});
      }
      case Outcome::Kind::error: {
        const ms::MtsError error = error_of(outcome);
        const std::string text = mts::to_string(mts::Port::submission, error);
        log.write(events::submission_refused, {{"mailbox", id}, {"mta", mta}, {"error", text}});
        return done(mstore::MtsRefusal{error, text});
      }
      case Outcome::Kind::rejected:
      case Outcome::Kind::not_sent: {
        const std::string text = access::to_string(outcome);
        log.write(events::submission_not_sent, {{"mailbox", id}, {"mta", mta}, {"error", text}});
        return done(mstore::NotSent{text});
      }
      case Outcome::Kind::lost: {
        const std::string text = access::to_string(outcome);
        log.write(events::submission_unknown, {{"mailbox", id}, {"mta", mta}, {"error", text}});
        return done(mstore::OutcomeUnknown{text});
      }
    }
  };
  to->request(std::move(request));
}

void SubmissionGateway::invoke(const UserPtr& user, access::Operation operation, osi::Slice argument,
                               asn1::Edition edition, std::function<void(MtaAnswer)> done) {
  const auto unreachable = [](std::string why) {
    return MtaAnswer{{}, mts::plain_error(mts::error_code::remote_bind_error), std::move(why)};
  };
  const auto to = link(*user);
  if (!to) return done(unreachable("no MTA to pass it on to, or the service is stopping"));
  MtaRequest request;
  request.operation = operation;
  request.argument = std::move(argument);
  if (operation == access::operations::register_) request.only_edition = edition;
  request.done = [done = std::move(done), unreachable](const Outcome& outcome) {
    if (outcome.is_result()) return done({outcome.value(), std::nullopt, {}});
    const std::string text = access::to_string(outcome);
    if (outcome.kind() == Outcome::Kind::error) return done({{}, error_of(outcome), "the MTA: " + text});
    done(unreachable(text));
  };
  to->request(std::move(request));
}

std::vector<access::Pending<access::Ending>> SubmissionGateway::shutdown() {
  std::vector<std::shared_ptr<MtaTarget>> targets;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& [name, target] : targets_) targets.push_back(target);
  }
  std::vector<access::Pending<access::Ending>> endings;
  for (const auto& target : targets) {
    for (const auto& to : target->links()) {
      if (auto ending = to->shutdown()) endings.push_back(std::move(*ending));
    }
  }
  return endings;
}

}  // namespace x400::server
