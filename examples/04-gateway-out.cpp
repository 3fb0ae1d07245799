// A gateway behind the store: what users submit goes to a Submitter of your own in place of an MTA, and what
// becomes of it is delivered as a report.
//
// The store writes the intent down before it hands a job over, and answers the user with what the Submitter
// says. It never repeats a job by itself.
#include <cstdio>
#include <filesystem>
#include <future>

#include "message.hpp"
#include "x400/asn1/mts/submission.hpp"

using namespace x400;
namespace mts = asn1::mts;

namespace {

/// Must not block: a real one would queue the job, and call `done` when the other side has answered.
class Gateway final : public mstore::Submitter {
 public:
  void submit(std::shared_ptr<const mstore::SubmissionJob> job,
              std::function<void(mstore::MtsOutcome)> done) override {
    const auto envelope = mts::MessageSubmissionEnvelope::decode(job->envelope);
    if (!envelope.ok()) return done(mstore::NotSent{envelope.error().text()});
    mts::SubmissionResult result;
    result.identifier = mts::MTSIdentifier({"XX", "TEST", "DEMO"}, "gateway." + std::to_string(++sent_));
    result.time = mts::UtcTime::of(asn1::now());
    std::printf("gateway: %zu octets for %zu recipient(s)\n", job->content.size(),
                envelope->recipients.size());
    done(mstore::MtsResult{result.encode()});
  }

 private:
  int sent_ = 0;
};

Result<mstore::Submission> submission(mstore::MailboxNumber mailbox, const std::string& subject) {
  X400_TRY(from, example::person(example::alice));
  X400_TRY(to, example::person(example::bob));
  X400_TRY(content, example::content(example::alice, example::bob, subject));
  mts::MessageSubmissionEnvelope envelope;
  envelope.originator_name = from;
  envelope.content_type.value = mts::ContentType::p22;
  mts::SubmittedRecipient recipient;
  recipient.name = to;
  envelope.recipients.push_back(recipient);
  mstore::Submission s;
  s.mailbox = mailbox;
  s.edition = asn1::Edition::e1994;
  s.envelope = envelope.encode();
  s.content = mstore::Content::own(std::move(content));
  return s;
}

Status run(const std::filesystem::path& folder) {
  Gateway gateway;  // outlives the store
  mstore::Options options;
  options.folder = folder;
  X400_TRY(store, mstore::Store::open(options, &gateway));
  X400_TRY(mailbox, example::mailbox(*store, "alice", example::alice));
  X400_TRY(message, submission(mailbox, "Flight plan"));
  std::promise<bool> taken;
  store->submit(std::move(message),
                [&](const mstore::Outcome<mstore::Submitted>& outcome) { taken.set_value(outcome.ok()); });
  X400_CHECK(example::must(taken.get_future().get(), "the user's answer is the gateway's"));
  X400_TRY(outbox, store->submissions(mailbox));
  X400_CHECK(example::must(outbox.size() == 1, "the Out Box holds the submission"));
  X400_CHECK(example::must(outbox.front().state == mstore::SubmissionState::submitted, "it was submitted"));
  std::printf("out box: entry %u %s\n", outbox.front().number,
              std::string(mstore::name(outbox.front().state)).c_str());
  return store->close();
}

}  // namespace

int main() {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("x400-gateway-out-" + std::to_string(asn1::now().time_since_epoch().count()));
  const Status status = run(folder);
  std::filesystem::remove_all(folder);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.error().text().c_str());
  return status.ok() ? 0 : 1;
}
