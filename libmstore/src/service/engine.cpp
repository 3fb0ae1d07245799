#include "service/engine.hpp"

#include <algorithm>

#include "service/items.hpp"

namespace x400::mstore::service {

// ---- Sequencer

void Sequencer::post(std::function<void(Done)> task) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(task));
    if (busy_) return;
    busy_ = true;
  }
  run();
}

void Sequencer::run() {
  std::function<void(Done)> task;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      busy_ = false;
      return;
    }
    task = std::move(waiting_.front());
    waiting_.pop_front();
  }
  task([this] { run(); });
}

// ---- MailboxState

std::shared_ptr<const MailboxSettings> MailboxState::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}
void MailboxState::set(MailboxSettings settings) {
  auto next = std::make_shared<const MailboxSettings>(std::move(settings));
  const std::lock_guard lock(mutex_);
  settings_ = std::move(next);
}
std::shared_ptr<const Registrations> MailboxState::registrations() const {
  const std::lock_guard lock(mutex_);
  return registrations_;
}
void MailboxState::set(Registrations registrations) {
  auto next = std::make_shared<const Registrations>(std::move(registrations));
  const std::lock_guard lock(mutex_);
  registrations_ = std::move(next);
}

std::set<Octets> MailboxState::told() const {
  const std::lock_guard lock(mutex_);
  return told_;
}
void MailboxState::set_told(const std::vector<Octets>& alerts, bool told) {
  const std::lock_guard lock(mutex_);
  for (const Octets& key : alerts) {
    if (told)
      told_.insert(key);
    else
      told_.erase(key);
  }
}

// ---- status

namespace {

std::vector<backend::NumberRange> joined(std::vector<backend::NumberRange> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  std::vector<backend::NumberRange> out;
  for (const backend::NumberRange& r : ranges) {
    if (!out.empty() && r.from <= out.back().to + 1)
      out.back().to = std::max(out.back().to, r.to);
    else
      out.push_back(r);
  }
  return out;
}

}  // namespace

void Engine::raise_status(MailboxNumber mailbox, std::vector<backend::NumberRange> ranges,
                          backend::RetrievalStatus status) {
  if (ranges.empty()) return;
  backend::ChangeSet set;
  set.mailbox = mailbox;
  set.status.push_back({backend::EntryBase::stored, joined(std::move(ranges)), status, false});
  if (options.status_sync == StatusSync::strict) {
    // A status that could not be kept falls back, which is allowed; the result is right all the same.
    (void)backend_->commit(std::move(set)).ok();
    return;
  }
  set.durability = backend::Durability::lazy;
  backend_->commit(std::move(set), [](backend::CommitResult) {});
}

// ---- the end

void Engine::shut() {
  closing = true;
  {
    std::unique_lock lock(life_);
    shut_ = true;
    unused_.wait(lock, [this] { return users_ == 0; });
  }
  // First finished with the pointer in place, as completions use it.
  (void)backend_->close().ok();
  backend_.reset();
}

std::shared_ptr<void> Engine::use() {
  const std::lock_guard lock(life_);
  if (shut_) return nullptr;
  ++users_;
  return {static_cast<void*>(this), [this](void*) {
            const std::lock_guard end(life_);
            if (--users_ == 0) unused_.notify_all();
          }};
}

// ---- alerts

class Engine::AlertSubscription final : public Subscription {
 public:
  AlertSubscription(std::shared_ptr<AlertSinks> sinks, std::uint64_t id)
      : sinks_(std::move(sinks)), id_(id) {}
  ~AlertSubscription() override {
    const std::unique_lock lock(sinks_->mutex);
    sinks_->sinks.erase(id_);
  }

 private:
  std::shared_ptr<AlertSinks> sinks_;
  std::uint64_t id_;
};

std::unique_ptr<Subscription> Engine::subscribe_alerts(std::function<void(const Alert&)> sink) {
  const std::unique_lock lock(alert_sinks_->mutex);
  const std::uint64_t id = alert_sinks_->next++;
  alert_sinks_->sinks.emplace(id, std::move(sink));
  return std::make_unique<AlertSubscription>(alert_sinks_, id);
}

void Engine::raise(const Alert& alert) {
  const std::shared_lock lock(alert_sinks_->mutex);
  for (const auto& [id, sink] : alert_sinks_->sinks) sink(alert);
}

void Engine::alerts_told(const MailboxPtr& mailbox, std::vector<Octets> keys) {
  mailbox->set_told(keys, true);
  backend::ChangeSet set;
  set.mailbox = mailbox->number;
  for (const Octets& key : keys) {
    backend::ItemChange told;
    told.kind = items::alert;
    told.key = key;
    set.items.push_back(std::move(told));
  }
  backend_->commit(std::move(set), [mailbox, keys = std::move(keys)](backend::CommitResult done) {
    if (done.ok()) mailbox->set_told(keys, false);
  });
}

bool Engine::alerts_wanted() const {
  const std::shared_lock lock(alert_sinks_->mutex);
  return !alert_sinks_->sinks.empty();
}

// ---- failures

Failure failure(ms::ServiceError error, std::string_view where, std::string_view detail) {
  std::string log = std::string(where) + ": " + ms::to_string(error);
  if (!detail.empty()) log += " (" + std::string(detail) + ")";
  return {std::move(error), std::move(log)};
}

Failure failure(const Error& error, std::string_view where) {
  const bool passes = error.kind() == ErrorKind::unavailable;
  ms::ServiceErrorParameter parameter;
  parameter.problem = passes ? ms::ServiceProblem::busy : ms::ServiceProblem::unavailable;
  return {parameter, std::string(where) + ": " + std::string(name(error.kind())) + ": " + error.text()};
}

// Busy would ask the user to try again, and only the user can make room.
Failure failure(const backend::Refusal& refusal, std::string_view where) {
  if (!refusal.over_quota) return failure(refusal.error, where);
  ms::ServiceErrorParameter parameter;
  parameter.problem = ms::ServiceProblem::unwilling_to_perform;
  parameter.supplementary_information = "the mailbox is full";
  return failure(std::move(parameter), where, refusal.error.text());
}

Failure failure(const Problems& problems, std::string_view where) {
  if (problems.invalid_parameters) return failure(ms::InvalidParametersError{}, where);
  return failure(ms::AttributeError{problems.attributes}, where);
}

}  // namespace x400::mstore::service
