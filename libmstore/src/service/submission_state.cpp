// The state of a submission as its entry keeps it: after the MTA's answer, cancelled, left open by a crash.
#include "service/audit.hpp"
#include "service/correlation.hpp"
#include "service/envelope.hpp"
#include "service/items.hpp"
#include "service/submission.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/time.hpp"

namespace x400::mstore::service {

namespace a = asn1::oids::attribute;

Result<Variable> state_after(View result) {
  X400_TRY(set, ber::read_one(result));
  Variable variable;
  variable.submission = SubmissionRecord{SubmissionState::submitted, {}, {}};
  ber::Reader r(set.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == ber::application(4)) {
      variable.submission->identifier = to_octets(e.whole);
      append(variable.run, encode_attribute(a::message_identifier, {to_octets(e.whole)}));
    } else if (e.tag == ber::context(0)) {
      X400_TRY(time, ber::read_chars(e));
      append(variable.run, encode_attribute(a::message_submission_time, {utc_time_value(time)}));
      variable.submission->time = std::move(time);
    } else if (e.tag == ber::context(1)) {
      X400_TRY(extensions, read_extensions(e.content));
      for (const EnvelopeExtension& x : extensions) {
        if (!x.value) continue;
        if (x.standard == 34)
          append(variable.run, encode_attribute(a::originating_mta_certificate, {to_octets(x.value->whole)}));
        if (x.standard == 35)
          append(variable.run, encode_attribute(a::proof_of_submission, {to_octets(x.value->whole)}));
      }
    }
  }
  if (variable.submission->identifier.empty())
    return Error(ErrorKind::malformed, "MTS result without identifier");
  return variable;
}

Status record_cancellation(Engine& engine, MailboxState& mailbox, View identifier) {
  X400_TRY(number, find_submission(engine, mailbox, identifier));
  if (!number) return Error(ErrorKind::not_found, "no submission with this identifier");
  const std::lock_guard lock(mailbox.parts);
  X400_TRY(entry, submission_entry(engine, mailbox, *number));
  Variable variable = entry.variable();
  if (!variable.submission) return Error(ErrorKind::invalid, "entry is no submission");
  if (variable.submission->state == SubmissionState::cancelled) return Ok{};
  variable.submission->state = SubmissionState::cancelled;
  const Time instant{std::chrono::milliseconds(engine.env.now())};
  const auto now = std::chrono::floor<std::chrono::seconds>(instant);
  append(variable.run,
         encode_attribute(a::deferred_delivery_cancellation_time, {utc_time_value(asn1::utc_time(now))}));
  backend::ChangeSet set;
  set.mailbox = mailbox.number;
  set.modify.push_back({backend::EntryBase::stored, *number, variable.encode(), std::nullopt});
  set.events.push_back(AuditLine(AuditKind::submission_cancelled).about(*number));
  auto done = engine.backend().commit(std::move(set));
  if (!done.ok()) return done.error().error;
  return Ok{};
}

Status recover_submissions(Engine& engine) {
  for (const MailboxPtr& mailbox : engine.all()) {
    X400_TRY(open, engine.backend().items(mailbox->number, items::submission));
    backend::ChangeSet set;
    set.mailbox = mailbox->number;
    for (const backend::Item& item : open) {
      auto entry = submission_entry(engine, *mailbox, items::get32(item.key));
      if (!entry.ok() || !entry->variable().submission) continue;
      if (entry->variable().submission->state != SubmissionState::intended) continue;
      Variable variable = entry->variable();
      variable.submission->state = SubmissionState::unknown;
      set.modify.push_back(
          {backend::EntryBase::stored, entry->row().number, variable.encode(), std::nullopt});
      set.events.push_back(
          AuditLine(AuditKind::submission_unknown).text("at", "start").about(entry->row().number));
    }
    if (set.modify.empty()) continue;
    auto done = engine.backend().commit(std::move(set));
    if (!done.ok()) return done.error().error;
  }
  return Ok{};
}

}  // namespace x400::mstore::service

namespace x400::mstore {

std::string_view name(SubmissionState state) {
  switch (state) {
    case SubmissionState::intended: return "intended";
    case SubmissionState::submitted: return "submitted";
    case SubmissionState::unknown: return "unknown";
    case SubmissionState::cancelled: return "cancelled";
  }
  return "unknown";
}

}  // namespace x400::mstore
