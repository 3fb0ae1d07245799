// Submission: what goes to the MTS for a user (X.411 8.2.1, X.413 8.3).
//
// The store keeps no queue: the user's result is the MTA's result. Before anything is sent, a durable intent
// with the whole argument is written as an entry of class submission, so that whatever the MTA has taken is
// shown in the Out Box, at worst with the state `unknown`. Nothing is ever sent twice unasked.
//
//   intended   the intent is on disk, the MTA has not answered
//   submitted  the MTA has taken it; identifier and time are attributes
//   unknown    the connection or this store went down before the answer came. A report with the same
//              identifier, content-correlator or content-identifier makes it submitted
//   cancelled  deferred delivery was cancelled
// What the MTA or a check refused leaves no entry. If the mailbox keeps no submitted messages, the entry goes
// when the MTA has answered.
//
// Threads: values; Submitter: see there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "x400/asn1/ms/submission.hpp"
#include "x400/mstore/content.hpp"
#include "x400/mstore/types.hpp"

namespace x400::mstore {

struct Submission {
  MailboxNumber mailbox = 0;
  Edition edition = Edition::e1988;
  bool probe = false;
  /// MessageSubmissionEnvelope or ProbeSubmissionEnvelope: a SET, whole.
  Octets envelope;
  Content content;                               ///< not of a probe
  std::optional<ms::SubmissionOptions> options;  ///< 1994
  /// As given at bind (1994): whose submission defaults apply where `options` has none.
  std::optional<std::string> ua_registration;
};

struct Submitted {
  /// The MTA's result, the whole SET; empty if a draft was stored and nothing submitted.
  Octets mts_result;
  /// The entry kept for it, for the results of 1994.
  std::optional<SequenceNumber> created_entry;
};
using SubmissionCompletion = std::function<void(Outcome<Submitted>)>;

/// What is to be invoked at the MTA.
struct SubmissionJob {
  MailboxNumber mailbox = 0;
  bool probe = false;
  ms::Priority priority = ms::Priority::normal;
  Octets envelope;  ///< as the MTA gets it: forwarding-request removed
  View content;     ///< octets of the content, alive as long as the job
  std::shared_ptr<const void> owner;
};

/// What became of a job.
struct MtsResult {
  Octets result;  ///< the whole SET
};
struct MtsRefusal {
  ms::MtsError error;  ///< passed to the user unchanged
  std::string log;
};
struct NotSent {
  std::string
      log;  ///< no octet of the invocation left: no connection, bind refused. User sees remote-bind-error
};
struct OutcomeUnknown {
  std::string log;  ///< the association ended before the answer. User sees remote-bind-error, entry stays
};
using MtsOutcome = std::variant<MtsResult, MtsRefusal, NotSent, OutcomeUnknown>;

/// The way to the MTA; implemented by a server, a gateway or a test. Outlives the store.
class Submitter {
 public:
  virtual ~Submitter() = default;
  /// Called when the intent is durable, on any thread, possibly from inside Store::submit(); must not block.
  /// Call `done` exactly once, on any thread. Never repeat a job whose invocation may have left.
  virtual void submit(std::shared_ptr<const SubmissionJob> job, std::function<void(MtsOutcome)> done) = 0;
};

enum class SubmissionState : std::uint8_t { intended = 0, submitted = 1, unknown = 2, cancelled = 3 };
std::string_view name(SubmissionState state);

/// What is known of one recipient, from the reports that came.
struct RecipientState {
  Octets name;  ///< ORName as submitted
  enum class Kind : std::uint8_t {
    outstanding = 0,
    delivered = 1,
    not_delivered = 2
  } kind = Kind::outstanding;
  std::string delivery_time;               ///< UTCTime as reported; delivered
  std::optional<std::int64_t> reason;      ///< not_delivered
  std::optional<std::int64_t> diagnostic;  ///< not_delivered; any number may come
  SequenceNumber report = 0;               ///< entry of the report; 0: none
};

/// One entry of the Out Box, as the operator and the console want it.
struct SubmissionInfo {
  SequenceNumber number = 0;
  SubmissionState state = SubmissionState::intended;
  bool probe = false;
  Octets identifier;  ///< MTSIdentifier TLV; empty while not submitted
  std::string time;   ///< UTCTime; empty while not submitted
  std::vector<RecipientState> recipients;
};

}  // namespace x400::mstore
