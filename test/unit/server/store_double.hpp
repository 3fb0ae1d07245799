// A store without an engine: what the adapters give it is kept for the test, what it answers the test says.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "x400/mstore/store.hpp"
#include "x400_peers.hpp"

namespace x400::test {

namespace ms = asn1::ms;

class RetrievalDouble;

/// What all parts of one double share; hooks are set by the test before they are used.
struct StoreScript {
  mstore::Submitter* submitter = nullptr;

  std::function<mstore::Outcome<mstore::Listed>(const ms::ListArgument&)> list;
  std::function<mstore::Outcome<mstore::Fetched>(const ms::FetchArgument&)> fetch;
  std::function<std::optional<mstore::Outcome<mstore::Fetched>>(const ms::FetchArgument&)> fetch_hot;
  Inbox<mstore::Retrieval::RemoveCompletion> removals;
  std::function<void(mstore::RetrievalOptions)> opened;

  std::function<void(mstore::DeliveryCompletion)> deliver;  ///< instead of `deliveries`
  Inbox<std::pair<mstore::MessageDelivery, mstore::DeliveryCompletion>> deliveries;
  Inbox<std::pair<mstore::ReportDelivery, mstore::DeliveryCompletion>> reports;
  Inbox<std::pair<mstore::MailboxNumber, Octets>> cancellations;
  Inbox<std::pair<std::uint32_t, mstore::SequenceNumber>> told;
  std::function<void(const mstore::Alert&)> alert_sink;
  std::function<void(const mstore::Notice&)> notice_sink;

  /// What the store answers when it is asked whether it can write. The service asks on a thread of its own.
  void writable(std::optional<Error> why_not) {
    const std::lock_guard lock(mutex);
    not_writable = std::move(why_not);
  }

  std::mutex mutex;
  std::vector<mstore::Mailbox> mailboxes;
  std::map<mstore::MailboxNumber, std::string> secrets;
  std::map<mstore::MailboxNumber, std::vector<mstore::SubmissionInfo>> submissions;
  std::optional<Error> not_writable;
  std::vector<std::string> findings;
  bool closed = false;
};

class RetrievalDouble final : public mstore::Retrieval {
 public:
  RetrievalDouble(std::shared_ptr<StoreScript> script, mstore::RetrievalOptions options)
      : script_(std::move(script)), options_(std::move(options)) {}

  void describe(bool configuration, ms::MsBindResult& result) override {
    result.alert_indication = true;
    if (configuration) result.available_attribute_types = {*ber::Oid::parse("2.6.4.3.1")};
  }
  mstore::Outcome<ms::SummarizeResult> summarize(const ms::SummarizeArgument&) override {
    ms::SummarizeResult result;
    result.count = 42;
    return result;
  }
  mstore::Outcome<mstore::Listed> list(const ms::ListArgument& argument) override {
    if (script_->list) return script_->list(argument);
    return mstore::Listed{};
  }
  mstore::Outcome<mstore::Fetched> fetch(const ms::FetchArgument& argument) override {
    if (script_->fetch) return script_->fetch(argument);
    return mstore::Fetched{};
  }
  std::optional<mstore::Outcome<mstore::Fetched>> fetch_hot(const ms::FetchArgument& argument) override {
    if (script_->fetch_hot) return script_->fetch_hot(argument);
    return std::nullopt;
  }
  void remove(const ms::DeleteArgument&, RemoveCompletion completion) override {
    script_->removals.put(std::move(completion));
  }
  mstore::Outcome<ms::DeleteResult> remove(const ms::DeleteArgument&) override { return ms::DeleteResult{}; }
  void register_ms(const ms::RegisterMsArgument& argument, std::optional<mstore::CredentialChange> change,
                   RegisterCompletion completion) override {
    completion(register_ms(argument, std::move(change)));
  }
  mstore::Outcome<ms::RegisterMsResult> register_ms(const ms::RegisterMsArgument& argument,
                                                    std::optional<mstore::CredentialChange> change) override {
    if (argument.change_credentials) {
      if (!change || !change->old_is_right)
        return mstore::Failure{ms::OldCredentialsIncorrectlySpecified{}, "old password wrong"};
      if (!change->new_secret) return mstore::Failure{ms::NewCredentialsUnacceptable{}, "new password bad"};
      const std::lock_guard lock(script_->mutex);
      if (script_->not_writable)
        return mstore::Failure{ms::ServiceErrorParameter{ms::ServiceProblem::unavailable, {}},
                               script_->not_writable->text()};
      script_->secrets[options_.mailbox] = *change->new_secret;
    }
    return ms::RegisterMsResult{};
  }

 private:
  std::shared_ptr<StoreScript> script_;
  mstore::RetrievalOptions options_;
};

class StoreDouble final : public mstore::Store {
 public:
  explicit StoreDouble(std::shared_ptr<StoreScript> script) : script_(std::move(script)) {}

  Status close() override {
    script_->closed = true;
    return Ok{};
  }
  Result<mstore::MailboxNumber> create_mailbox(const mstore::MailboxSettings& settings) override {
    const std::lock_guard lock(script_->mutex);
    const auto number = static_cast<mstore::MailboxNumber>(script_->mailboxes.size() + 1);
    script_->mailboxes.push_back({number, settings});
    return number;
  }
  Status configure_mailbox(mstore::MailboxNumber number, const mstore::MailboxSettings& settings) override {
    const std::lock_guard lock(script_->mutex);
    script_->mailboxes.at(number - 1).settings = settings;
    return Ok{};
  }
  Result<mstore::Mailbox> mailbox(mstore::MailboxNumber number) const override {
    const std::lock_guard lock(script_->mutex);
    return script_->mailboxes.at(number - 1);
  }
  Result<mstore::MailboxNumber> find_mailbox(std::string_view) const override { return none(); }
  Result<mstore::MailboxNumber> find_by_address(View) const override { return none(); }
  std::vector<mstore::Mailbox> mailboxes() const override {
    const std::lock_guard lock(script_->mutex);
    return script_->mailboxes;
  }
  Result<mstore::Usage> usage(mstore::MailboxNumber) const override { return mstore::Usage{}; }
  Result<std::optional<std::string>> credentials(mstore::MailboxNumber number) const override {
    const std::lock_guard lock(script_->mutex);
    const auto found = script_->secrets.find(number);
    if (found == script_->secrets.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }
  Status set_credentials(mstore::MailboxNumber, std::optional<std::string>) override { return Ok{}; }

  void deliver(mstore::MessageDelivery delivery, mstore::DeliveryCompletion completion) override {
    if (script_->deliver) return script_->deliver(std::move(completion));
    script_->deliveries.put({std::move(delivery), std::move(completion)});
  }
  mstore::DeliveryOutcome deliver(mstore::MessageDelivery) override {
    return mstore::DeliveryFailure{{}, none()};
  }
  void deliver_report(mstore::ReportDelivery delivery, mstore::DeliveryCompletion completion) override {
    script_->reports.put({std::move(delivery), std::move(completion)});
  }
  mstore::DeliveryOutcome deliver_report(mstore::ReportDelivery) override {
    return mstore::DeliveryFailure{{}, none()};
  }
  Result<std::unique_ptr<mstore::ContentWriter>> new_content() override { return none(); }

  /// As the engine does it, without the entry.
  void submit(mstore::Submission submission, mstore::SubmissionCompletion completion) override {
    auto job = std::make_shared<mstore::SubmissionJob>();
    job->mailbox = submission.mailbox;
    job->probe = submission.probe;
    job->envelope = std::move(submission.envelope);
    job->content = submission.content.octets;
    job->owner = submission.content.owner;
    script_->submitter->submit(std::move(job), [completion](const mstore::MtsOutcome& outcome) {
      if (const auto* result = std::get_if<mstore::MtsResult>(&outcome))
        return completion(mstore::Submitted{result->result, 7});
      if (const auto* refusal = std::get_if<mstore::MtsRefusal>(&outcome))
        return completion(mstore::Failure{refusal->error, refusal->log});
      const std::string log = std::holds_alternative<mstore::NotSent>(outcome) ? "not sent" : "unknown";
      completion(mstore::Failure{ms::MtsError{ms::error_code::remote_bind_error, {}}, log});
    });
  }
  Status record_cancellation(mstore::MailboxNumber number, View identifier) override {
    script_->cancellations.put({number, to_octets(identifier)});
    return Ok{};
  }
  Result<std::optional<mstore::MailboxNumber>> submitter_of(View identifier) const override {
    const std::lock_guard lock(script_->mutex);
    for (const auto& [mailbox, all] : script_->submissions)
      for (const mstore::SubmissionInfo& info : all)
        if (equal(info.identifier, identifier)) return std::optional(mailbox);
    return std::optional<mstore::MailboxNumber>();
  }
  Result<std::vector<mstore::SubmissionInfo>> submissions(mstore::MailboxNumber number) const override {
    const std::lock_guard lock(script_->mutex);
    return script_->submissions[number];
  }
  Result<std::unique_ptr<mstore::Retrieval>> open_retrieval(mstore::RetrievalOptions options) override {
    if (script_->opened) script_->opened(options);
    return std::unique_ptr<mstore::Retrieval>(std::make_unique<RetrievalDouble>(script_, std::move(options)));
  }
  Result<mstore::Aged> age() override { return mstore::Aged{}; }
  Result<std::vector<mstore::ArchivedEntry>> archive(mstore::MailboxNumber, mstore::SequenceNumber,
                                                     std::uint32_t) const override {
    return none();
  }
  Result<mstore::ArchivedMessage> read_archived(mstore::MailboxNumber, mstore::SequenceNumber,
                                                const ms::EntryInformationSelection&) const override {
    return none();
  }
  Result<mstore::ArchivedContent> archived_content(mstore::MailboxNumber, mstore::SequenceNumber,
                                                   std::uint64_t, std::uint64_t) const override {
    return none();
  }
  std::unique_ptr<mstore::Subscription> subscribe_notices(
      std::function<void(const mstore::Notice&)> sink) override {
    script_->notice_sink = std::move(sink);
    return nullptr;
  }
  std::unique_ptr<mstore::Subscription> subscribe(std::function<void(const mstore::Event&)>) override {
    return nullptr;
  }
  std::unique_ptr<mstore::Subscription> subscribe_alerts(
      std::function<void(const mstore::Alert&)> sink) override {
    script_->alert_sink = std::move(sink);
    return nullptr;
  }
  void alert_told(mstore::MailboxNumber, std::uint32_t registration, mstore::SequenceNumber number) override {
    script_->told.put({registration, number});
  }
  Status writable() const override {
    const std::lock_guard lock(script_->mutex);
    if (script_->not_writable) return *script_->not_writable;
    return Ok{};
  }
  std::vector<std::string> findings() const override {
    const std::lock_guard lock(script_->mutex);
    return script_->findings;
  }

 private:
  static Error none() { return Error(ErrorKind::not_found, "not in the double"); }
  std::shared_ptr<StoreScript> script_;
};

}  // namespace x400::test
