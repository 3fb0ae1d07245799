#include "x400/p7client/submission.hpp"

#include <random>

#include "x400/asn1/mts/content_split.hpp"
#include "x400/asn1/text.hpp"

namespace x400::p7client {
namespace {

namespace mts = asn1::mts;

std::string with_crlf(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
    out += text[i];
  }
  return out;
}

Result<Octets> text_part(const std::string& text) {
  const std::string lines = with_crlf(text);
  return asn1::text::is_ia5(lines) ? content::ia5_text_part(lines) : content::general_text_part(lines);
}

Result<std::vector<Octets>> parts_of(const NewMessage& m) {
  std::vector<Octets> parts;
  if (!m.text.empty() || m.attachments.empty()) {
    X400_TRY(part, text_part(m.text));
    parts.push_back(std::move(part));
  }
  for (const Attachment& a : m.attachments) {
    content::NewFile file;
    file.name = a.name;
    X400_TRY(part, content::file_transfer_part(file, a.octets));
    parts.push_back(std::move(part));
  }
  return parts;
}

std::vector<content::NewRecipient> heading_list(const std::vector<Recipient>& list) {
  std::vector<content::NewRecipient> out;
  for (const Recipient& r : list) {
    content::NewRecipient n;
    n.who = content::NewDescriptor(asn1::EncodedORName(r.name));
    n.notify = r.notify;
    n.precedence = r.precedence;
    out.push_back(std::move(n));
  }
  return out;
}

content::NewHeading heading_of(const NewMessage& m) {
  content::NewHeading h;
  h.this_ipm.user = asn1::EncodedORName(m.originator);
  h.this_ipm.local = m.identifier.empty() ? new_identifier() : m.identifier;
  h.originator = content::NewDescriptor(asn1::EncodedORName(m.originator));
  h.primary = heading_list(m.to);
  h.copy = heading_list(m.copy);
  // Blind copies stand in the envelope only: everybody gets the same content (X.420 7.2.7 leaves to the user
  // agent whether to send a second one that shows them).
  h.subject = m.subject;
  h.importance = m.importance;
  return h;
}

void add_recipients(mts::MessageSubmissionEnvelope& envelope, const std::vector<Recipient>& list) {
  for (const Recipient& r : list) {
    mts::SubmittedRecipient s;
    s.name = asn1::EncodedORName(r.name);
    s.report_request = r.report;
    envelope.recipients.push_back(std::move(s));
  }
}

// What the content of an interpersonal message says of itself: its type and the kinds of its body parts.
Status describe(mts::MessageSubmissionEnvelope& e, View octets) {
  X400_TRY(format, content::content_format(octets));
  const auto number = content::built_in(format);
  if (!number) return Error(ErrorKind::internal, "an interpersonal message without a content type");
  e.content_type.value = std::int64_t{*number};
  X400_TRY(object, content::InformationObject::read(octets));
  if (const content::Ipm* ipm = object.ipm())
    e.original_eits = mts::EncodedInformationTypes::of(content::encoded_information_types(*ipm));
  return Ok{};
}

}  // namespace

Result<mts::MessageSubmissionEnvelope> envelope_of(const NewMessage& m) {
  mts::MessageSubmissionEnvelope e;
  e.originator_name = asn1::EncodedORName(m.originator);
  e.priority = m.priority;
  e.indicators.disclosure_of_other_recipients = m.disclose_recipients && m.blind_copy.empty();
  if (m.deferred_until) e.deferred_delivery_time = mts::UtcTime::of(*m.deferred_until);
  add_recipients(e, m.to);
  add_recipients(e, m.copy);
  add_recipients(e, m.blind_copy);
  if (e.recipients.empty()) return Error(ErrorKind::invalid, "a message without recipients");
  return e;
}

Result<osi::Chain> compose(const NewMessage& m) {
  X400_TRY(envelope, envelope_of(m));
  X400_TRY(parts, parts_of(m));
  X400_TRY(octets, content::compose_ipm(heading_of(m), parts));
  X400_CHECK(describe(envelope, octets));
  return submission_argument(envelope, osi::Slice(std::move(octets)));
}

osi::Chain submission_argument(const mts::MessageSubmissionEnvelope& envelope, osi::Slice content) {
  osi::Chain chain(mts::message_submission_head(envelope.encode(), content.size()));
  chain.add(std::move(content));
  return chain;
}

std::string new_identifier() {
  static constexpr char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::random_device random;
  std::string text = asn1::utc_time(asn1::now()) + "-";
  for (int i = 0; i < 13; ++i) text += digits[random() % 36];
  return text;
}

}  // namespace x400::p7client
