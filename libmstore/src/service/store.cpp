// Store: the engine behind its public face.
#include "x400/mstore/store.hpp"

#include "service/ageing.hpp"
#include "service/archive.hpp"
#include "service/audit.hpp"
#include "service/blocking.hpp"
#include "service/correlation.hpp"
#include "service/delivery.hpp"
#include "service/engine.hpp"
#include "service/items.hpp"
#include "service/policies.hpp"
#include "service/quotas.hpp"
#include "service/session.hpp"
#include "service/spool.hpp"
#include "service/submission.hpp"

namespace x400::mstore {

namespace service {
namespace {

Event to_event(const backend::Event& e) {
  Event out;
  using Kind = backend::Event::Kind;
  out.kind = e.kind == Kind::created   ? Event::Kind::created
             : e.kind == Kind::deleted ? Event::Kind::deleted
                                       : Event::Kind::status;
  out.mailbox = e.mailbox;
  out.entry_class = static_cast<EntryClass>(e.entry_class);
  out.numbers = {e.numbers.from, e.numbers.to};
  out.status = static_cast<RetrievalStatus>(e.status);
  out.priority = static_cast<ms::Priority>(e.priority);
  out.child = e.child;
  return out;
}

class EventSubscription final : public Subscription {
 public:
  explicit EventSubscription(std::unique_ptr<backend::Subscription> inner) : inner_(std::move(inner)) {}

 private:
  std::unique_ptr<backend::Subscription> inner_;
};

class StoreOver final : public Store {
 public:
  StoreOver(std::shared_ptr<Engine> engine, std::chrono::milliseconds pause)
      : engine_(std::move(engine)), ageing_(*engine_) {
    watching_ = engine_->backend().subscribe([this, engine = engine_.get()](const backend::Event& e) {
      ageing_.status_changed(e);
      if (e.kind == backend::Event::Kind::created && !e.child &&
          e.entry_class == backend::EntryClass::delivery)
        tell_alerts(*engine, e.mailbox, e.numbers.from);
    });
    if (engine_->options.ageing) ageing_.start(pause);
  }
  ~StoreOver() override {
    engine_->closing = true;
    ageing_.stop();
    watching_.reset();
    engine_->shut();
  }

  Status close() override {
    engine_->closing = true;
    ageing_.stop();
    return engine_->backend().close();
  }

  Result<MailboxNumber> create_mailbox(const MailboxSettings& settings) override {
    return engine_->create(settings);
  }
  Status configure_mailbox(MailboxNumber mailbox, const MailboxSettings& settings) override {
    return engine_->configure(mailbox, settings);
  }
  Result<Mailbox> mailbox(MailboxNumber number) const override {
    X400_TRY(state, known(number));
    return Mailbox{number, *state->settings()};
  }
  Result<MailboxNumber> find_mailbox(std::string_view id) const override {
    X400_TRY(found, engine_->backend().find_mailbox(id));
    return found.number;
  }
  Result<MailboxNumber> find_by_address(View or_name) const override { return engine_->by_address(or_name); }
  std::vector<Mailbox> mailboxes() const override {
    std::vector<Mailbox> out;
    for (const MailboxPtr& state : engine_->all()) out.push_back({state->number, *state->settings()});
    return out;
  }
  Result<Usage> usage(MailboxNumber number) const override {
    X400_CHECK(known(number));
    X400_TRY(counters, engine_->backend().counters(number, backend::EntryBase::stored));
    Usage usage;
    for (const backend::Counter& c : counters) {
      if (c.child) continue;
      Usage::Class& to = c.entry_class == backend::EntryClass::delivery     ? usage.delivery
                         : c.entry_class == backend::EntryClass::submission ? usage.submission
                                                                            : usage.draft;
      to.entries += c.count;
      if (c.status == backend::RetrievalStatus::new_entry) to.new_entries += c.count;
      if (c.entry_type != static_cast<std::uint8_t>(EntryType::submitted_probe)) to.octets += c.octets;
    }
    X400_TRY(archived, engine_->backend().counters(number, backend::EntryBase::archive));
    for (const backend::Counter& c : archived) {
      if (c.child) continue;
      usage.archive.entries += c.count;
      if (c.entry_type != static_cast<std::uint8_t>(EntryType::submitted_probe))
        usage.archive.octets += c.octets;
    }
    return usage;
  }
  Result<std::optional<std::string>> credentials(MailboxNumber number) const override {
    X400_TRY(state, known(number));
    return state->registrations()->secret;
  }
  Status set_credentials(MailboxNumber number, std::optional<std::string> secret) override;

  void deliver(MessageDelivery delivery, DeliveryCompletion completion) override {
    service::deliver(*engine_, std::move(delivery), std::move(completion));
  }
  DeliveryOutcome deliver(MessageDelivery delivery) override {
    return service::deliver(*engine_, std::move(delivery));
  }
  void deliver_report(ReportDelivery delivery, DeliveryCompletion completion) override {
    service::deliver(*engine_, std::move(delivery), std::move(completion));
  }
  DeliveryOutcome deliver_report(ReportDelivery delivery) override {
    return service::deliver(*engine_, std::move(delivery));
  }
  Result<std::unique_ptr<ContentWriter>> new_content() override {
    return service::new_content(engine_->backend());
  }

  void submit(Submission submission, SubmissionCompletion completion) override {
    service::submit(engine_, std::move(submission), std::move(completion));
  }
  Status record_cancellation(MailboxNumber number, View identifier) override {
    X400_TRY(state, known(number));
    return service::record_cancellation(*engine_, *state, identifier);
  }
  Result<std::optional<MailboxNumber>> submitter_of(View identifier) const override {
    return service::submitter_of(*engine_, identifier);
  }
  Result<std::vector<SubmissionInfo>> submissions(MailboxNumber number) const override {
    X400_TRY(state, known(number));
    return service::submissions(*engine_, *state);
  }

  Result<std::unique_ptr<Retrieval>> open_retrieval(RetrievalOptions options) override {
    X400_TRY(state, known(options.mailbox));
    return std::unique_ptr<Retrieval>(std::make_unique<Session>(engine_, state, std::move(options)));
  }

  Result<Aged> age() override { return ageing_.run(); }
  Result<std::vector<ArchivedEntry>> archive(MailboxNumber number, SequenceNumber after,
                                             std::uint32_t limit) const override {
    X400_TRY(state, known(number));
    return archived_entries(*engine_, *state, after, limit);
  }
  Result<ArchivedMessage> read_archived(MailboxNumber number, SequenceNumber entry,
                                        const ms::EntryInformationSelection& wanted) const override {
    X400_TRY(state, known(number));
    return service::read_archived(*engine_, *state, entry, wanted);
  }
  Result<ArchivedContent> archived_content(MailboxNumber number, SequenceNumber entry, std::uint64_t offset,
                                           std::uint64_t count) const override {
    X400_TRY(state, known(number));
    return service::archived_content(*engine_, *state, entry, offset, count);
  }

  Result<CheckReport> check(const ProgressCall& progress) override {
    X400_TRY(files, maintained());
    return files->check(progress);
  }
  Result<IndexReport> synchronise(const ProgressCall& progress) override {
    X400_TRY(files, maintained());
    return files->renew_index(false, progress);
  }
  Result<IndexReport> rebuild_index(const ProgressCall& progress) override {
    X400_TRY(files, maintained());
    return files->renew_index(true, progress);
  }

  std::unique_ptr<Subscription> subscribe(std::function<void(const Event&)> sink) override {
    return std::make_unique<EventSubscription>(
        engine_->backend().subscribe([sink = std::move(sink)](const backend::Event& e) {
          // What leaves the archive was gone for everybody long before.
          if (e.base != backend::EntryBase::archive) sink(to_event(e));
        }));
  }
  std::unique_ptr<Subscription> subscribe_notices(std::function<void(const Notice&)> sink) override {
    auto subscription = engine_->notices.add(std::move(sink));
    for (const MailboxPtr& mailbox : engine_->all()) check_quotas(*engine_, mailbox);
    return subscription;
  }
  std::unique_ptr<Subscription> subscribe_alerts(std::function<void(const Alert&)> sink) override {
    return engine_->subscribe_alerts(std::move(sink));
  }
  void alert_told(MailboxNumber mailbox, std::uint32_t registration, SequenceNumber number) override {
    Octets key = items::key32(number);
    items::put32(key, registration);
    if (const MailboxPtr state = engine_->find(mailbox)) engine_->alerts_told(state, {std::move(key)});
  }

  Status writable() const override { return engine_->backend().writable(); }
  std::vector<std::string> findings() const override {
    std::vector<std::string> out;
    for (const backend::Finding& f : engine_->backend().findings()) out.push_back(f.text);
    return out;
  }

 private:
  Result<backend::Maintenance*> maintained() const {
    if (backend::Maintenance* files = engine_->backend().maintenance()) return files;
    return Error(ErrorKind::unsupported, "a store without files");
  }
  Result<MailboxPtr> known(MailboxNumber number) const {
    MailboxPtr state = engine_->find(number);
    if (!state) return Error(ErrorKind::not_found, "no mailbox " + std::to_string(number));
    return state;
  }

  std::shared_ptr<Engine> engine_;
  Ageing ageing_;
  std::unique_ptr<backend::Subscription> watching_;
};

Status StoreOver::set_credentials(MailboxNumber number, std::optional<std::string> secret) {
  X400_TRY(state, known(number));
  return wait_for<Status>([&](std::function<void(Status)> completion) {
    state->changes.post([&, completion](Sequencer::Done done) {
      Registrations next = *state->registrations();
      next.secret = secret;
      backend::ChangeSet set;
      set.mailbox = number;
      backend::ItemChange change;
      change.kind = items::registrations;
      change.value = next.encode();
      set.items.push_back(std::move(change));
      set.events.push_back(AuditLine(AuditKind::credentials_changed).flag("set", secret.has_value()).event());
      engine_->backend().commit(
          std::move(set), [state, next, completion, done](backend::CommitResult committed) {
            if (committed.ok()) state->set(next);
            Status status = committed.ok() ? Status(Ok{}) : Status(committed.error().error);
            done();
            completion(std::move(status));
          });
    });
  });
}

}  // namespace

Result<std::unique_ptr<Store>> open_over(std::unique_ptr<backend::Backend> backend, const Options& options,
                                         Submitter* submitter, Env& env, std::chrono::milliseconds pause) {
  X400_CHECK(check(options.policy));
  auto engine = std::make_shared<Engine>(std::move(backend), options, submitter, env);
  X400_CHECK(engine->load());
  X400_CHECK(load_clock(*engine));
  engine->backend().trust([raw = engine.get()] { return raw->clock.now(); });
  X400_CHECK(recover_submissions(*engine));
  return std::unique_ptr<Store>(std::make_unique<StoreOver>(std::move(engine), pause));
}

}  // namespace service

Result<CheckReport> Store::check(const ProgressCall&) { return Error(ErrorKind::unsupported, "no check"); }
Result<IndexReport> Store::synchronise(const ProgressCall&) {
  return Error(ErrorKind::unsupported, "no index");
}
Result<IndexReport> Store::rebuild_index(const ProgressCall&) {
  return Error(ErrorKind::unsupported, "no index");
}

}  // namespace x400::mstore
