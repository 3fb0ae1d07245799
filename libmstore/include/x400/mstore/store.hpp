// Store: a Message Store on a folder of the local disk, the whole engine behind one object.
//
// For servers, and for programs that carry the engine inside themselves:
//
//   auto store = Store::open({.folder = "/var/lib/mstore"});
//   auto alice = (*store)->create_mailbox({.id = "alice", .or_addresses = {address}});
//   (*store)->deliver({*alice, envelope, Content::own(content)});          // on disk when it returns
//   auto session = (*store)->open_retrieval({.mailbox = *alice, .edition = Edition::e1994});
//   auto new_ones = (*session)->list(argument);
//
// What is promised: what was acknowledged is there after a crash, octet for octet; what was not is there
// whole or not at all; a delivery makes one entry; a sequence number is never used twice; retrieval status
// only goes forward; an operation is done as a whole or not.
//
// Threads: every function may be called from any thread at any time, except that close() and the destructor
// want that no other call runs. Readers never wait for a writer's sync. Completions run on the thread that
// made the change durable (possibly inside the call itself); events, alerts and notices on a thread of the
// store, each in order, one at a time: they must not block and must not call the blocking forms. Changes of
// one mailbox take effect in the order of the calls that began them; of those that overlap, in any.
// Retrievals and subscriptions must be destroyed before their store.
//
// Errors of functions that are no operations of the service: invalid, not_found, exists, limit, io, corrupt,
// unavailable (disk full, or another process has the folder open), closed, unsupported.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "x400/ber/oid.hpp"
#include "x400/mstore/archive.hpp"
#include "x400/mstore/content.hpp"
#include "x400/mstore/delivery.hpp"
#include "x400/mstore/mailbox.hpp"
#include "x400/mstore/maintenance.hpp"
#include "x400/mstore/notice.hpp"
#include "x400/mstore/policy.hpp"
#include "x400/mstore/retrieval.hpp"
#include "x400/mstore/submission.hpp"
#include "x400/mstore/types.hpp"

namespace x400::mstore {

/// Whether list and fetch wait until the status they set is on disk. relaxed: a crash may lose the last few
/// milliseconds of status, always towards less processed.
enum class StatusSync : std::uint8_t { relaxed, strict };

/// Choices where the text of X.413 leaves one or could not be read; the defaults suit known clients.
struct Rules {
  /// Fetch without requested attributes and without registered defaults gives envelope and content (true) or
  /// only the sequence number.
  bool default_fetch_set = true;
  /// In 1988 contexts, matching rules that only 1994 has (greater-or-equal of priority, for instance) are
  /// allowed.
  bool lenient_matching_88 = true;
  /// Entries that a search selects with unread entries among them: Delete by selector fails (false) or leaves
  /// the new ones out (true).
  bool delete_selector_skips_new = false;
};

struct Options {
  std::filesystem::path folder;            ///< made if it is not there (its parent must be)
  bool create = true;                      ///< false: not_found when there is no store in `folder`
  std::uint64_t segment_size = 64u << 20;  ///< octets of a log file; at least 1 MiB, less than 4 GiB
  std::uint64_t large_content = 4u << 20;  ///< contents of this size and more become files of their own
  /// Octets of the disk that new entries leave alone, so that users can still read and delete: with less left
  /// deliveries and submissions are refused (writable() says so) until there is room again. 0: taken until a
  /// write fails.
  std::uint64_t keep_free = 64u << 20;
  /// Octets held in a file of the store, against others who fill the disk: given up slice by slice so that
  /// deleting, reading and opening go on. None: a quarter of keep_free. 0: nothing is held.
  std::optional<std::uint64_t> reserve;
  std::uint64_t held_octets() const { return reserve.value_or(keep_free / 4); }
  StatusSync status_sync = StatusSync::relaxed;
  std::uint32_t duplicate_days = 30;         ///< how long repeats of a delivery are recognised
  std::uint32_t report_days = 30;            ///< how long reports find who submitted their subject
  std::uint32_t forwarding_depth = 16;       ///< nested messages that become child entries
  std::uint32_t entries_per_list = 100'000;  ///< then `next`
  // Room: deleted messages lie in the log until a thread of the store cleans it, segment by segment.
  std::uint32_t clean_dead_percent = 30;  ///< share of dead octets in the log that is borne
  std::uint64_t clean_rate = 16u << 20;   ///< octets a second that cleaning reads and writes; 0: no bound
  std::uint32_t retired_minutes =
      24 * 60;                   ///< how long replaced segments stay, for plain copies of the folder
  std::uint32_t audit_days = 0;  ///< how long audit lines stay in the log (audit.hpp); 0: for ever
  /// Private extensions that may be critical for delivery; others that are critical are refused with
  /// unsupported-critical-function. Those of X.411 are all known.
  std::vector<ber::Oid> known_extensions;
  Rules rules;
  Policy policy;  ///< of mailboxes that have none of their own
  /// Retention and archive are looked after by a thread of the store. false: only by age().
  bool ageing = true;
};

/// What a look at retention and archive has done.
struct Aged {
  std::uint64_t removed = 0;   ///< entries older than their retention
  std::uint64_t archived = 0;  ///< of them: into the archive
  std::uint64_t purged = 0;    ///< out of the archive, for good
};

class Store {
 public:
  /// Recovers as needed: findings(). `submitter`: the way to the MTA; null: submit() answers
  /// remote-bind-error. It outlives the store.
  static Result<std::unique_ptr<Store>> open(const Options& options, Submitter* submitter = nullptr);
  virtual ~Store() = default;

  /// Finishes what was begun and takes no more changes. Submissions still at the Submitter are waited for by
  /// nobody: they are `unknown` when the store is opened again.
  virtual Status close() = 0;

  // ---- mailboxes
  /// Durable on return. exists: the id or an address is taken. invalid: an address cannot be read.
  virtual Result<MailboxNumber> create_mailbox(const MailboxSettings& settings) = 0;
  /// Replaces all settings but the id, which must be that of the mailbox.
  virtual Status configure_mailbox(MailboxNumber mailbox, const MailboxSettings& settings) = 0;
  virtual Result<Mailbox> mailbox(MailboxNumber mailbox) const = 0;
  virtual Result<MailboxNumber> find_mailbox(std::string_view id) const = 0;
  /// By an ORName or ORAddress TLV, compared as X.402 18.4 says; a directory name in it is not looked at.
  virtual Result<MailboxNumber> find_by_address(View or_name) const = 0;
  virtual std::vector<Mailbox> mailboxes() const = 0;
  virtual Result<Usage> usage(MailboxNumber mailbox) const = 0;
  /// The secret that the user has set by Register-MS; nothing: the administrator's holds.
  virtual Result<std::optional<std::string>> credentials(MailboxNumber mailbox) const = 0;
  /// Sets or (nothing) forgets it, for the administrator and for change-credentials of the administration
  /// port.
  virtual Status set_credentials(MailboxNumber mailbox, std::optional<std::string> secret) = 0;

  // ---- delivery
  virtual void deliver(MessageDelivery delivery, DeliveryCompletion completion) = 0;
  virtual DeliveryOutcome deliver(MessageDelivery delivery) = 0;
  virtual void deliver_report(ReportDelivery delivery, DeliveryCompletion completion) = 0;
  virtual DeliveryOutcome deliver_report(ReportDelivery delivery) = 0;
  virtual Result<std::unique_ptr<ContentWriter>> new_content() = 0;

  // ---- submission
  /// Checks (originator, entry class, forwarding-request), writes the intent, hands the job to the Submitter
  /// and completes with the MTA's answer. The error values are those of the submission port.
  virtual void submit(Submission submission, SubmissionCompletion completion) = 0;
  /// The MTA has cancelled the deferred delivery of `identifier` (MTSIdentifier TLV). not_found: no such
  /// entry.
  virtual Status record_cancellation(MailboxNumber mailbox, View identifier) = 0;
  /// The mailbox that submitted what the MTS calls so (MTSIdentifier TLV), for Options::report_days after the
  /// MTA has taken it and as long as its entry is kept; also of mailboxes that keep no submissions. Reports
  /// name no one else. Nothing: nobody here.
  virtual Result<std::optional<MailboxNumber>> submitter_of(View identifier) const = 0;
  /// Submitted messages and probes, oldest first.
  virtual Result<std::vector<SubmissionInfo>> submissions(MailboxNumber mailbox) const = 0;

  // ---- retrieval
  virtual Result<std::unique_ptr<Retrieval>> open_retrieval(RetrievalOptions options) = 0;

  // ---- retention and archive
  /// Removes what is due now and returns when it is done; the thread of the store does the same every minute.
  virtual Result<Aged> age() = 0;
  /// Main entries behind `after`, by number.
  virtual Result<std::vector<ArchivedEntry>> archive(MailboxNumber mailbox, SequenceNumber after = 0,
                                                     std::uint32_t limit = 1000) const = 0;
  /// One of them, or a child, with the attributes wanted (as of Fetch).
  virtual Result<ArchivedMessage> read_archived(MailboxNumber mailbox, SequenceNumber number,
                                                const ms::EntryInformationSelection& wanted) const = 0;
  /// Octets of its content as it was delivered or submitted, from `offset` on, at most `count`; only the
  /// blocks of 64 KiB that hold them are read. not_found: no such entry in the archive, or it has no content;
  /// invalid: `offset` lies behind its end.
  virtual Result<ArchivedContent> archived_content(MailboxNumber mailbox, SequenceNumber number,
                                                   std::uint64_t offset, std::uint64_t count) const = 0;

  // ---- maintenance, while the store runs (maintenance.hpp has the same for a closed one). One at a time;
  // reading and writing go on, but stand still while indices are compared or exchanged: about a second a
  // million entries.
  virtual Result<CheckReport> check(const ProgressCall& progress = nullptr);
  /// Makes the index be what the log says, and says how it differed. unavailable: the index is broken;
  /// opening the store anew makes it anew.
  virtual Result<IndexReport> synchronise(const ProgressCall& progress = nullptr);
  /// The same, but it is replaced in any case.
  virtual Result<IndexReport> rebuild_index(const ProgressCall& progress = nullptr);

  // ---- watching
  virtual std::unique_ptr<Subscription> subscribe(std::function<void(const Event&)> sink) = 0;
  virtual std::unique_ptr<Subscription> subscribe_alerts(std::function<void(const Alert&)> sink) = 0;
  /// What stands when it begins (a soft quota passed while nobody listened) is told at once, inside the call.
  virtual std::unique_ptr<Subscription> subscribe_notices(std::function<void(const Notice&)> sink) = 0;
  /// The user was told of this alert.
  virtual void alert_told(MailboxNumber mailbox, std::uint32_t registration, SequenceNumber number) = 0;

  /// Ok while changes can be acknowledged; else why not.
  virtual Status writable() const = 0;
  /// What was found wrong or put right when the store was opened or read, for the operator.
  virtual std::vector<std::string> findings() const = 0;
};

}  // namespace x400::mstore
