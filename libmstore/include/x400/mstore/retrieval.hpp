// Retrieval: the retrieval operations of the Message Store abstract service for one association (X.413 8.2).
//
//   auto session = store.open_retrieval({.mailbox = n, .edition = Edition::e1994});
//   auto listed = session->list(argument);
//   if (!listed) return reply_error(ms::encode(listed.error().error, edition, ms::Port::retrieval));
//   reply(listed->result.encode(edition));       // borrows: `listed` stays until the octets are sent
//
// Edition. The rules of the association's edition hold: reversed ranges, other-match, entry classes, delete
// problems, value counts. Errors fit the edition.
//
// Status. list() makes the new entries it returns `listed`; fetch() makes the entry `processed` when its
// content (or, over several fetches, each of its body parts) was given, else `listed`. The value of
// retrieval-status inside a result is the one before the operation. Summarize and delete change none.
// Nothing changes when an operation ends in an error.
//
// Visibility. What was acknowledged to anybody before the call is seen by it.
//
// Threads: one call at a time on one Retrieval; any number of Retrievals, also of one mailbox, at once. Calls
// may read from disk; they wait for a sync only with StatusSync::strict, and in the blocking forms of
// remove() and register_ms(). They never keep a lock or a read transaction after they return.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "x400/asn1/ms/bind.hpp"
#include "x400/asn1/ms/register.hpp"
#include "x400/asn1/ms/retrieval.hpp"
#include "x400/mstore/types.hpp"

namespace x400::mstore {

/// A result whose attributes borrow from `storage`.
struct Listed {
  ms::ListResult result;
  std::shared_ptr<const void> storage;
};
struct Fetched {
  ms::FetchResult result;
  std::shared_ptr<const void> storage;
};

/// Given with a register_ms() whose argument changes the credentials: the caller, who knows how passwords
/// are kept, has checked the old ones and made the new ones.
struct CredentialChange {
  bool old_is_right = false;              ///< false: old-credentials-incorrectly-specified
  std::optional<std::string> new_secret;  ///< as Store::credentials() gives it back; absent: unacceptable
};

struct RetrievalOptions {
  MailboxNumber mailbox = 0;
  Edition edition = Edition::e1988;
  std::optional<ms::FetchRestrictions> fetch_restrictions;
  std::optional<std::string> ua_registration;  ///< 1994
};

class Retrieval {
 public:
  virtual ~Retrieval() = default;

  /// Fills in what the bind result says of the mailbox: alert-indication (which is cleared by telling it)
  /// and, if `configuration`, what is supported; in 1994 also whether the UA registration is unknown.
  /// responder_credentials are the caller's.
  virtual void describe(bool configuration, ms::MsBindResult& result) = 0;

  virtual Outcome<ms::SummarizeResult> summarize(const ms::SummarizeArgument& argument) = 0;
  virtual Outcome<Listed> list(const ms::ListArgument& argument) = 0;
  virtual Outcome<Fetched> fetch(const ms::FetchArgument& argument) = 0;
  /// fetch() of one entry by its number, for threads that must not wait: given only if its record and content
  /// lie in memory and its status is all that changes. Nothing: call fetch(), which may wait for the disk,
  /// and tells what is wrong. At worst a page of the index is read. The default has nothing in memory.
  virtual std::optional<Outcome<Fetched>> fetch_hot(const ms::FetchArgument&) { return std::nullopt; }

  using RemoveCompletion = std::function<void(Outcome<ms::DeleteResult>)>;
  /// Delete. All or nothing; the completion runs when it is durable, or at once with the error.
  virtual void remove(const ms::DeleteArgument& argument, RemoveCompletion completion) = 0;
  virtual Outcome<ms::DeleteResult> remove(const ms::DeleteArgument& argument) = 0;

  using RegisterCompletion = std::function<void(Outcome<ms::RegisterMsResult>)>;
  /// Register-MS, all or nothing. Kept: attribute defaults, UA registrations, submission defaults, auto-alert
  /// registrations and the user's changed password. Other auto-actions: unavailable-auto-action-type; message
  /// groups: register-ms-error. An argument with change-credentials but no `credentials`: old ones wrong.
  virtual void register_ms(const ms::RegisterMsArgument& argument,
                           std::optional<CredentialChange> credentials, RegisterCompletion completion) = 0;
  virtual Outcome<ms::RegisterMsResult> register_ms(const ms::RegisterMsArgument& argument,
                                                    std::optional<CredentialChange> credentials = {}) = 0;
};

/// A new entry matched an auto-alert registration: the server invokes Alert on the associations of the user.
/// When one of them has accepted it, call Store::alert_told(); until then the next bind says so.
struct Alert {
  MailboxNumber mailbox = 0;
  std::uint32_t registration = 1;  ///< 1..128
  ms::EntryInformation entry;      ///< number and the attributes registered; borrows from storage
  ms::EntryInformation entry_88;   ///< what of it an association of 1988 may be given; likewise
  std::shared_ptr<const void> storage;
};

}  // namespace x400::mstore
