// The submission port.
#include "p3/gateway.hpp"
#include "p3/subject_index.hpp"
#include "p7/session.hpp"
#include "service/wire.hpp"
#include "x400/asn1/ms/retrieval.hpp"
#include "x400/asn1/ms/submission.hpp"
#include "x400/asn1/mts/identifier.hpp"
#include "x400/asn1/mts/submission.hpp"
#include "x400/ber/reader.hpp"

namespace x400::server {

namespace ms = asn1::ms;
namespace mts = asn1::mts;

namespace {

// SEQUENCE { envelope SET, content OCTET STRING } without its frame. The content is not copied unless it
// came in segments.
Status read_message(const osi::Slice& body, mstore::Submission& submission) {
  ber::Reader reader(body.view());
  X400_TRY(envelope, reader.expect(ber::tags::set));
  X400_TRY(content, reader.expect(ber::tags::octet_string));
  X400_CHECK(reader.finish());
  submission.envelope = to_octets(envelope.whole);
  Octets joined;
  X400_TRY(octets, ber::read_octets(content, joined));
  if (joined.empty())
    submission.content = mstore::Content::shared(octets, body.owner());
  else
    submission.content = mstore::Content::own(std::move(joined));
  return Ok{};
}

osi::Slice whole_body(std::vector<View> pieces, const osi::Slice& argument) {
  std::erase_if(pieces, [](View piece) { return piece.empty(); });
  if (pieces.size() == 1) return argument.part(pieces.front());
  // Only a peer that puts the options in front of the content gets here.
  Octets joined;
  for (const View piece : pieces) append(joined, piece);
  return osi::Slice(std::move(joined));
}

Status read_message_argument(const osi::Slice& argument, mstore::Submission& submission) {
  if (submission.edition == asn1::Edition::e1994) {
    X400_TRY(parts, ms::split_message_submission(argument.view()));
    submission.options = std::move(parts.options);
    return read_message(whole_body(std::move(parts.mts_body), argument), submission);
  }
  X400_TRY(sequence, ber::read_one(argument.view()));
  if (sequence.tag != ber::tags::sequence) return Error(ErrorKind::malformed, "not a SEQUENCE");
  return read_message(argument.part(sequence.content), submission);
}

Status read_probe_argument(const osi::Slice& argument, mstore::Submission& submission) {
  if (submission.edition == asn1::Edition::e1988) {
    submission.envelope = to_octets(argument.view());
    return Ok{};
  }
  X400_TRY(parts, ms::split_probe_submission(argument.view()));
  submission.options = std::move(parts.options);
  submission.envelope = std::move(parts.mts_head);
  for (const View piece : parts.mts_body) append(submission.envelope, piece);
  return Ok{};
}

// A type stands once in a set of extensions (X.411 8.2.1.1.1).
Status check_extensions(const mts::Extensions& extensions) {
  if (extensions.repeated()) return Error(ErrorKind::malformed, "an extension twice");
  return Ok{};
}

template <class Envelope>
Status check_envelope(View octets) {
  X400_TRY(envelope, Envelope::decode(octets));
  if (envelope.recipients.empty()) return Error(ErrorKind::malformed, "no recipients");
  X400_CHECK(check_extensions(envelope.extensions));
  for (const mts::SubmittedRecipient& recipient : envelope.recipients)
    X400_CHECK(check_extensions(recipient.extensions));
  return Ok{};
}

// Takes the argument apart. Its envelope stays as it came, for the MTA, but is one: the engine reads of it
// only what it keeps, and an MTA that rejects an argument says nothing that the user could be told.
Status read_argument(const osi::Slice& argument, mstore::Submission& submission) {
  if (submission.probe) {
    X400_CHECK(read_probe_argument(argument, submission));
    return check_envelope<mts::ProbeSubmissionEnvelope>(submission.envelope);
  }
  X400_CHECK(read_message_argument(argument, submission));
  return check_envelope<mts::MessageSubmissionEnvelope>(submission.envelope);
}

// The result of 1994 has the store's part put on where there is one.
Result<Octets> encode_result(const mstore::Submitted& submitted, asn1::Edition edition) {
  if (edition == asn1::Edition::e1988) return submitted.mts_result;
  ms::CommonSubmissionResults results;
  results.created_entry = submitted.created_entry;
  if (submitted.mts_result.empty()) return ms::encode_draft_result(results);
  if (!results.created_entry) return submitted.mts_result;
  return ms::add_submission_results(submitted.mts_result, results);
}

}  // namespace

void P7Session::submit(Call call, bool probe) {
  (void)parts_.engine.post([self = shared_from_this(), call = std::move(call), probe]() mutable {
    mstore::Submission submission;
    submission.mailbox = self->who_.mailbox;
    submission.edition = self->who_.edition;
    submission.probe = probe;
    submission.ua_registration = self->who_.ua_registration;
    const Status read = read_argument(call.invocation.argument, submission);
    if (!read.ok()) return self->malformed(call, read.error());
    auto shared = std::make_shared<Call>(std::move(call));
    self->parts_.store.submit(std::move(submission),
                              [self, shared](const auto& outcome) { self->submitted(*shared, outcome); });
  });
}

void P7Session::submitted(Call& call, const mstore::Outcome<mstore::Submitted>& outcome) {
  if (!outcome.ok()) return fail(call, outcome.error(), ms::Port::submission);
  auto result = encode_result(*outcome, who_.edition);
  if (!result.ok()) {
    // What the MTA answered cannot be read, but it has taken the message.
    return fail(call, {ms::MtsError{ms::error_code::remote_bind_error, {}}, result.error().text()},
                ms::Port::submission);
  }
  done(call, std::move(*result));
}

void P7Session::cancel(Call call) {
  auto identifier = mts::MTSIdentifier::decode(call.argument());
  if (!identifier.ok()) return malformed(call, identifier.error());
  (void)parts_.engine.post(
      [self = shared_from_this(), call = std::move(call), identifier = std::move(*identifier)]() mutable {
        if (self->may_cancel(identifier))
          return self->relay_cancellation(std::move(call), identifier.to_string());
        self->fail(call,
                   {ms::MtsError{ms::error_code::message_submission_identifier_invalid, {}},
                    identifier.to_string() + " is no submission of the mailbox"},
                   ms::Port::submission);
      });
}

// Where the MTA sees the store and not the user, it cannot tell whose submission is to be cancelled: there it
// must be known to be the user's. Elsewhere the MTA knows better than the store, which forgets in time.
bool P7Session::may_cancel(const mts::MTSIdentifier& identifier) const {
  const auto submitter = parts_.subjects.find(identifier);
  return submitter ? *submitter == who_.mailbox : !parts_.gateway.submits_as_store(*who_.user);
}

void P7Session::relay_cancellation(Call call, const std::string& identifier) {
  auto shared = std::make_shared<Call>(std::move(call));
  parts_.gateway.invoke(
      who_.user, access::operations::cancel_deferred_delivery, shared->invocation.argument, who_.edition,
      [self = shared_from_this(), shared, text = identifier](const MtaAnswer& answer) {
        if (answer.error) return self->fail(*shared, {*answer.error, answer.log}, ms::Port::submission);
        self->parts_.log.write(
            events::cancellation_done,
            {{"assoc", self->id_}, {"mailbox", self->who_.user->id}, {"identifier", text}});
        const bool posted = self->parts_.engine.post([self, shared] {
          // Not found: the mailbox keeps no submitted messages. The MTA has cancelled all the same.
          const Status noted = self->parts_.store.record_cancellation(self->who_.mailbox, shared->argument());
          (void)noted.ok();
          self->done(*shared, ms::null_result());
        });
        if (!posted) self->done(*shared, ms::null_result());
      });
}

}  // namespace x400::server
