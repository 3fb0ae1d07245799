#include "readable_heading.hpp"

#include "x400/asn1/oids.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/asn1/text.hpp"
#include "x400/asn1/time.hpp"
#include "x400/content/ats.hpp"
#include "x400/content/ipm_extensions.hpp"
#include "x400/content/military.hpp"
#include "x400/content/readable.hpp"

namespace x400::content {
namespace {

using asn1::text::from_t61;

constexpr std::size_t name_width = 12;

std::string unreadable(const Error& e) { return "? (" + e.text() + ")"; }

std::string characters(const Field& f) {
  auto text = ber::read_chars(f.element());
  return text.ok() ? *text : unreadable(text.error());
}

std::string utc(const std::string& text) {
  const auto time = asn1::parse_utc_time(text);
  return time.ok() ? asn1::iso_time(*time) : text;
}

std::string generalized(const std::string& text) {
  const auto time = asn1::parse_generalized_time(text);
  return time.ok() ? asn1::iso_time(*time) : text;
}

std::string descriptor_text(const OrDescriptor& d) {
  std::string out;
  const auto add = [&](const std::string& s) { out += (out.empty() ? "" : ", ") + s; };
  if (d.free_form_name) {
    Octets joined;
    const auto octets = ber::read_octets(d.free_form_name->element(), joined);
    if (octets.ok()) add('"' + from_t61(*octets) + '"');
  }
  if (d.formal_name) add(readable_or_name(*d.formal_name));
  if (d.telephone_number) add("tel " + characters(*d.telephone_number));
  return out.empty() ? "(nobody)" : out;
}

std::string identifier_text(const IpmIdentifier& id) {
  return id.user ? id.local + " of " + readable_or_name(*id.user) : id.local;
}

std::string identifier_text(const Field& f) {
  const auto id = read_ipm_identifier(f);
  return id.ok() ? identifier_text(*id) : unreadable(id.error());
}

std::string precedence_text(std::int64_t code) {
  const PrecedenceInfo* p = precedence_info(code);
  return std::to_string(code) + (p != nullptr ? " (" + std::string(p->name) + ")" : "");
}

std::string recipient_text(const RecipientSpecifier& r) {
  std::string out = descriptor_text(r.recipient);
  std::string asked;
  const auto add = [&](const std::string& s) { asked += (asked.empty() ? "" : ", ") + s; };
  if (r.notify.rn) add("receipt asked");
  if (r.notify.nrn && !r.notify.rn) add("non-receipt asked");
  if (r.reply_requested) add("reply asked");
  if (const auto p = r.precedence(); p.ok() && *p) {
    const AtsPriorityInfo* ats = ats_priority_of_precedence(**p);
    add("precedence " + std::to_string(**p) + (ats != nullptr ? " " + std::string(ats->letters) : ""));
  }
  return asked.empty() ? out : out + " [" + asked + "]";
}

void recipients(std::string& out, const Heading& h, HeadingField list, std::string_view name) {
  const auto all = h.recipients(list);
  if (!all.ok()) {
    out += readable_line(name, unreadable(all.error()));
    return;
  }
  for (const RecipientSpecifier& r : *all) out += readable_line(name, recipient_text(r));
}

void descriptors(std::string& out, const Heading& h, HeadingField list, std::string_view name) {
  const auto all = h.descriptors(list);
  if (!all.ok()) return;
  for (const OrDescriptor& d : *all) out += readable_line(name, descriptor_text(d));
}

void identifiers(std::string& out, const Heading& h, HeadingField list, std::string_view name) {
  const auto all = h.members(list);
  if (!all.ok()) return;
  for (const Field& f : *all) out += readable_line(name, identifier_text(f));
}

void people(std::string& out, const Heading& h) {
  using F = HeadingField;
  if (const auto& f = h.field(F::this_ipm)) out += readable_line("Message", identifier_text(*f));
  if (const auto& f = h.field(F::originator)) out += readable_line("From", readable_descriptor(*f));
  descriptors(out, h, F::authorizing_users, "Authorized");
  recipients(out, h, F::primary_recipients, "To");
  recipients(out, h, F::copy_recipients, "Cc");
  recipients(out, h, F::blind_copy_recipients, "Bcc");
  descriptors(out, h, F::reply_recipients, "Reply to");
}

void times(std::string& out, const Heading& h) {
  for (const auto& [field, name] :
       {std::pair{HeadingField::expiry_time, "Expires"}, std::pair{HeadingField::reply_time, "Reply by"}}) {
    const auto time = h.time(field);
    if (time.ok() && *time) out += readable_line(name, utc(**time));
  }
}

void marks(std::string& out, const Heading& h) {
  const auto importance = h.importance();
  if (importance.ok() && *importance != 1)
    out += readable_line("Importance", *importance == 0 ? "low" : "high");
  const auto sensitivity = h.sensitivity();
  constexpr const char* words[] = {"", "personal", "private", "company confidential"};
  if (sensitivity.ok() && *sensitivity && **sensitivity >= 1 && **sensitivity <= 3)
    out += readable_line("Sensitivity", words[**sensitivity]);
  const auto forwarded = h.auto_forwarded();
  if (forwarded.ok() && *forwarded) out += readable_line("Forwarded", "automatically");
}

void ipm_extensions(std::string& out, const Extensions& all) {
  const auto x = read_ipm_extensions(all);
  if (!x.ok()) {
    out += readable_line("Extensions", unreadable(x.error()));
    return;
  }
  if (x->extended_subject) out += readable_line("Subject", *x->extended_subject);
  if (x->authorization_time) out += readable_line("Authorized", generalized(*x->authorization_time));
  if (x->originators_reference) out += readable_line("Reference", *x->originators_reference);
  if (x->auto_submitted && *x->auto_submitted != 0) out += readable_line("Submitted", "automatically");
  for (const std::string& l : x->languages) out += readable_line("Language", l);
  for (const std::string& i : x->manual_handling_instructions) out += readable_line("Handling", i);
  if (x->incomplete_copy) out += readable_line("Note", "incomplete copy");
}

void military_extensions(std::string& out, const Extensions& all) {
  const auto m = read_military_heading(all);
  if (!m.ok()) {
    out += readable_line("Extensions", unreadable(m.error()));
    return;
  }
  constexpr const char* types[] = {"EXERCISE", "OPERATION", "PROJECT", "DRILL"};
  if (m->primary_precedence) out += readable_line("Precedence", precedence_text(*m->primary_precedence));
  if (m->copy_precedence) out += readable_line("Copies", precedence_text(*m->copy_precedence));
  if (m->message_type) {
    const auto n = m->message_type->type;
    out += readable_line("Type", (n >= 0 && n < 4 ? types[n] : "type " + std::to_string(n)) +
                                     std::string(" ") + m->message_type->identifier);
  }
  if (m->extended_authorisation_info) out += readable_line("DTG", utc(*m->extended_authorisation_info));
  for (const std::string& s : m->sics) out += readable_line("SIC", s);
  for (const std::string& s : m->handling_instructions) out += readable_line("Handling", s);
  for (const std::string& s : m->message_instructions) out += readable_line("Instruction", s);
  if (m->originator_reference) out += readable_line("Reference", *m->originator_reference);
  if (m->originator_plad) out += readable_line("PLAD", *m->originator_plad);
  if (m->acp127_identifier) out += readable_line("ACP 127", *m->acp127_identifier);
}

}  // namespace

std::string readable_line(std::string_view name, std::string_view value) {
  std::string out(name);
  out += ':';
  out.append(out.size() < name_width ? name_width - out.size() : 1, ' ');
  // One line whatever the value holds.
  for (const char c : printable_text(value)) out += c == '\n' ? ' ' : c;
  return out + '\n';
}

std::string readable_or_name(const Field& f) {
  const Octets encoded = f.encoded();
  const auto name = asn1::ORName::decode(encoded);
  if (!name.ok()) return unreadable(name.error());
  if (name->address.empty()) return "(directory name only)";
  return printable_text(asn1::print_f401(name->address));
}

std::string readable_descriptor(const Field& f) {
  const auto d = read_or_descriptor(f);
  return d.ok() ? descriptor_text(*d) : unreadable(d.error());
}

std::string readable_heading(const Heading& h) {
  std::string out;
  people(out, h);
  const auto subject = h.subject();
  if (subject.ok() && *subject) out += readable_line("Subject", **subject);
  if (const auto& f = h.field(HeadingField::replied_to_ipm))
    out += readable_line("Answers", identifier_text(*f));
  identifiers(out, h, HeadingField::obsoleted_ipms, "Obsoletes");
  identifiers(out, h, HeadingField::related_ipms, "Related");
  times(out, h);
  marks(out, h);
  ipm_extensions(out, h.extensions());
  military_extensions(out, h.extensions());
  return out;
}

std::string readable_notification(const Ipn& n) {
  constexpr const char* kinds[] = {"non-receipt notification", "receipt notification", "other notification"};
  constexpr const char* discarded[] = {"expired", "obsoleted", "user's subscription ended", "deleted unread"};
  std::string out = readable_line("Notice", kinds[static_cast<std::size_t>(n.kind())]);
  if (n.subject_ipm()) out += readable_line("Message", identifier_text(*n.subject_ipm()));
  if (n.originator()) out += readable_line("From", readable_descriptor(*n.originator()));
  if (n.intended_recipient()) out += readable_line("Intended", readable_descriptor(*n.intended_recipient()));
  if (const auto f = n.receipt_time()) out += readable_line("Received", utc(characters(*f)));
  if (const auto mode = n.acknowledgment_mode(); mode.ok() && *mode && **mode == 1)
    out += readable_line("Mode", "automatic");
  if (const auto f = n.supplementary_info()) out += readable_line("Comment", characters(*f));
  const auto reason = n.non_receipt_reason();
  if (reason.ok() && *reason) out += readable_line("Reason", **reason == 0 ? "discarded" : "auto-forwarded");
  const auto discard = n.discard_reason();
  if (discard.ok() && *discard && **discard >= 0 && **discard < 4)
    out += readable_line("Because", discarded[**discard]);
  if (const auto f = n.auto_forward_comment()) out += readable_line("Comment", characters(*f));
  return out;
}

}  // namespace x400::content
