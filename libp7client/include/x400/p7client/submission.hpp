// Submission: a message to be sent, and the X.411 message-submission argument that sends it.
//
//   NewMessage m;
//   m.originator = alice;
//   m.to = {{bob}};
//   m.subject = "NOTAM A0123/26";
//   m.text = "...";
//   auto argument = compose(m);
//   auto sent = client->submit(std::move(*argument));
//   auto result = asn1::mts::SubmissionResult::decode(sent->view());
//
// For contents of other kinds (military, EDI, notifications) make the content with x400::content or any other
// means, take the envelope of envelope_of(), set its content type, and give both to submission_argument().
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "x400/asn1/mts/submission.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/asn1/time.hpp"
#include "x400/base/result.hpp"
#include "x400/content/compose.hpp"
#include "x400/osi/slice.hpp"

namespace x400::p7client {

struct Recipient {
  asn1::ORName name;
  asn1::mts::ReportRequest report = asn1::mts::ReportRequest::non_delivery_report;
  content::NotificationRequests notify;  ///< asked of the recipient: rn, nrn ...
  std::optional<int> precedence;         ///< of AMHS: 107 SS, 71 DD, 57 FF, 28 GG, 14 KK
};

struct Attachment {
  std::string name;  ///< without folders
  Octets octets;
};

struct NewMessage {
  asn1::ORName originator;
  std::vector<Recipient> to, copy, blind_copy;  ///< at least one in all
  std::string subject;                          ///< UTF-8, up to 128 characters of T.61
  /// UTF-8. ASCII goes out as ia5-text, Latin-1 as general-text, anything else is refused. Line ends become
  /// CR LF. Empty with attachments: no text part.
  std::string text;
  std::vector<Attachment> attachments;  ///< file-transfer body parts
  asn1::mts::Priority priority = asn1::mts::Priority::normal;
  content::Importance importance = content::Importance::normal;
  std::optional<asn1::Time> deferred_until;  ///< the MTA delivers it no earlier
  bool disclose_recipients = true;
  /// The local part of this-IPM, up to 64 printable characters; empty: made from the time and random octets.
  std::string identifier;
};

/// The whole argument. Errors: invalid (no recipient, characters that no text body part has, bounds).
Result<osi::Chain> compose(const NewMessage& message);

/// What the envelope has of a message: names, report requests, priority, indicators and deferral; the content
/// type is left to be set. Errors: invalid (no recipient).
Result<asn1::mts::MessageSubmissionEnvelope> envelope_of(const NewMessage& message);

/// Envelope and content as one argument; the content is not copied.
osi::Chain submission_argument(const asn1::mts::MessageSubmissionEnvelope& envelope, osi::Slice content);

/// A local part for this-IPM that no other message of this user will have: time and 64 random bits.
std::string new_identifier();

}  // namespace x400::p7client
