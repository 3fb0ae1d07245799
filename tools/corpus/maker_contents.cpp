// The contents of each kind of message.
#include "files.hpp"
#include "generate.hpp"
#include "maker.hpp"
#include "x400/asn1/mts/delivery.hpp"
#include "x400/content/compose_ats.hpp"
#include "x400/content/compose_military.hpp"
#include "x400/content/edi.hpp"
#include "x400/content/information_object.hpp"

namespace x400::corpus {
namespace {

using content::NewDescriptor;
using content::NewHeading;
using content::NewIdentifier;
using content::NewRecipient;

std::string with_crlf(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

NewIdentifier identifier(const Made& made) {
  return {asn1::EncodedORName(made.envelope.originator), made.envelope.identifier};
}

// Recipients of the envelope in their heading lists.
NewHeading heading(const Description& d, const Made& made) {
  NewHeading h;
  h.this_ipm = identifier(made);
  h.originator = NewDescriptor(asn1::EncodedORName(made.envelope.originator));
  h.subject = d.subject;
  if (d.importance == "high") h.importance = content::Importance::high;
  if (d.importance == "low") h.importance = content::Importance::low;
  for (std::size_t i = 0; i < made.envelope.recipients.size(); ++i) {
    NewRecipient r;
    r.who = NewDescriptor(asn1::EncodedORName(made.envelope.recipients[i]));
    r.notify.rn = d.receipt_asked;
    const bool is_copy = i >= d.to.size() && i < d.to.size() + d.copy.size();
    (is_copy ? h.copy : h.primary).push_back(std::move(r));
  }
  return h;
}

Result<std::optional<content::Precedence>> precedence(const std::string& name) {
  if (name.empty()) return std::optional<content::Precedence>();
  const auto* p = content::precedence_named(name);
  if (p == nullptr) return Error(ErrorKind::malformed, "unknown precedence '" + name + "'");
  return std::optional<content::Precedence>(p->precedence);
}

Result<content::NewMilitary> military(const Description& d) {
  content::NewMilitary m;
  X400_TRY(primary, precedence(d.military.precedence));
  X400_TRY(copy, precedence(d.military.copy_precedence));
  m.primary_precedence = primary;
  m.copy_precedence = copy;
  if (d.military.message_type)
    m.message_type = content::MilitaryMessageType{*d.military.message_type, d.military.identifier};
  m.extended_authorisation_info = d.time;
  m.sics = d.military.sics;
  m.handling_instructions = d.military.handling;
  m.message_instructions = d.military.instructions;
  m.originator_plad = d.military.plad;
  m.originator_reference = d.military.reference;
  return m;
}

Result<asn1::mts::ContentType> content_type_of(const std::string& text) {
  if (text.find('.') == std::string::npos) return asn1::mts::ContentType{std::int64_t{std::stoi(text)}};
  X400_TRY(oid, ber::Oid::parse(text));
  return asn1::mts::ContentType::of(oid);
}

// other-fields of the envelope in which the forwarded message was delivered: the envelope's third member.
Result<Octets> delivery_fields(const Envelope& e) {
  namespace mts = asn1::mts;
  mts::MessageDeliveryEnvelope d;
  X400_TRY(type, content_type_of(e.content_type));
  d.content_type = std::move(type);
  d.originator_name = asn1::EncodedORName(e.originator);
  d.original_eits = mts::EncodedInformationTypes::of(e.eits);
  d.priority = e.priority;
  d.this_recipient = asn1::EncodedORName(e.recipients.front());
  d.submission_time = mts::UtcTime::of(e.submitted);
  const Octets whole = d.encode();
  X400_TRY(sequence, ber::read_one(whole));
  X400_TRY(members, content::Field(sequence).members());
  return to_octets(members.at(2).received());
}

}  // namespace

Result<std::vector<Octets>> Maker::parts(const Description& d, Made& made) {
  std::vector<Octets> out;
  for (const PartDescription& p : d.parts) {
    X400_TRY(one, part(p, made));
    out.push_back(std::move(one));
  }
  return out;
}

Result<Octets> Maker::part(const PartDescription& p, Made& made) {
  if (p.type == "ia5") return content::ia5_text_part(with_crlf(p.text));
  if (p.type == "general") return content::general_text_part(with_crlf(p.text));
  if (p.type == "bilateral") return content::bilateral_part(view(p.text));
  if (p.type == "file") return file_part(p, made);
  if (p.type == "message") return forwarded_part(p, made);
  if (p.type != "teletex") return Error(ErrorKind::malformed, "unknown part type '" + p.type + "'");
  std::vector<std::string> pages;
  for (const std::string& page : p.pages) pages.push_back(with_crlf(page));
  return content::teletex_part(pages);
}

Result<Octets> Maker::file_part(const PartDescription& p, Made& made) {
  content::NewFile file;
  file.name = p.name;
  file.description = p.about;
  file.modified = made.envelope.submitted;
  if (p.generate > 0) return content::file_transfer_part(file, generated_octets(p.generate));
  auto octets = read_file(p.path);
  if (!octets.ok())
    return Error(octets.error().kind(), octets.error().text() + " (Debian package " + p.package + ")");
  made.envelope.from_package = p.package + " " + p.path;
  return content::file_transfer_part(file, *octets);
}

Result<Octets> Maker::forwarded_part(const PartDescription& p, Made& made) {
  X400_TRY(inner, make(p.message));
  if (!inner->envelope.from_package.empty()) made.envelope.from_package = inner->envelope.from_package;
  X400_TRY(fields, delivery_fields(inner->envelope));
  return content::message_part({inner->envelope.delivered, fields}, inner->content);
}

Result<Octets> Maker::ipm(const Description& d, Made& made) {
  X400_TRY(all, parts(d, made));
  return content::compose_ipm(heading(d, made), all);
}

Result<Octets> Maker::ats(const Description& d, Made& made) {
  const auto* priority = content::ats_priority(d.ats.priority);
  if (priority == nullptr)
    return Error(ErrorKind::malformed, "unknown ATS priority '" + d.ats.priority + "'");
  made.envelope.priority = priority->mts_priority;
  content::NewAtsMessage m;
  m.header = {priority->priority, content::filing_time(d.time), d.ats.ohi};
  m.text = with_crlf(d.ats.text);
  m.this_ipm = identifier(made);
  m.originator = NewDescriptor(asn1::EncodedORName(made.envelope.originator));
  for (const auto& r : made.envelope.recipients) m.primary.emplace_back(asn1::EncodedORName(r));
  m.subject = d.subject;
  m.extended_service = d.ats.extended;
  m.filed = d.time;
  return content::compose_ats(m);
}

Result<Octets> Maker::p772(const Description& d, Made& made) {
  X400_TRY(all, parts(d, made));
  X400_TRY(m, military(d));
  NewHeading h = heading(d, made);
  h.this_ipm.local = content::military_identifier(static_cast<std::uint64_t>(d.military.serial), d.time);
  if (const auto* p = content::governing_precedence(m)) {
    made.envelope.priority = p->priority;
    made.envelope.qualifier_high = p->qualifier_high;
  }
  return content::compose_p772(std::move(h), m, all);
}

Result<Octets> Maker::edim(const Description& d) {
  X400_TRY(originator, user(d.from));
  X400_TRY(to, recipients(d));
  const std::string interchange = with_crlf(d.interchange);
  content::NewEdim m{asn1::EncodedORName(std::move(originator)), "corpus-" + d.name, {}, interchange};
  for (auto& r : to) m.recipients.emplace_back(asn1::EncodedORName(std::move(r)));
  return content::compose_edim(m);
}

// From the first recipient of the message answered, to its originator.
Result<Octets> Maker::receipt(const Description& d) {
  X400_TRY(subject, make(d.answers));
  X400_TRY(object, content::InformationObject::read(subject->content));
  if (object.ipm() == nullptr) return Error(ErrorKind::invalid, d.answers + " is no message");
  const auto& id = object.ipm()->heading.field(content::HeadingField::this_ipm);
  X400_TRY(from, user(d.from));
  content::NewNotification n{id->received(), NewDescriptor(asn1::EncodedORName(std::move(from))), {}, ""};
  return content::compose_receipt(n, d.time, false);
}

}  // namespace x400::corpus
