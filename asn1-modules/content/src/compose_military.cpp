#include "x400/content/compose_military.hpp"

#include "compose_util.hpp"
#include "x400/asn1/oids.hpp"

namespace x400::content {
namespace {

namespace tags = ber::tags;
namespace mil = asn1::oids::military;
using ber::context;
using ber::Writer;

// MMSUpperBounds.
constexpr std::size_t ub_string = 69, ub_sics = 8, lb_sic = 3, ub_sic = 8, lb_identifier = 15;

Error invalid(std::string what) { return Error(ErrorKind::invalid, std::move(what)); }

Octets printable(std::string_view text) {
  Writer w;
  w.primitive(tags::printable_string, text);
  return std::move(w).take();
}

Status add_string(std::vector<NewExtension>& to, const ber::Oid& type, const std::string& text,
                  const char* what) {
  if (text.empty()) return Ok{};
  X400_CHECK(check_printable(text, ub_string, what));
  to.push_back({type, printable(text)});
  return Ok{};
}

Status add_strings(std::vector<NewExtension>& to, const ber::Oid& type, const std::vector<std::string>& texts,
                   const char* what) {
  if (texts.empty()) return Ok{};
  for (const std::string& t : texts) {
    X400_CHECK(check_printable(t, ub_string, what));
    if (t.empty()) return invalid(std::string(what) + " is empty");
  }
  Writer w;
  w.constructed(tags::sequence, [&] {
    for (const std::string& t : texts) w.primitive(tags::printable_string, t);
  });
  to.push_back({type, std::move(w).take()});
  return Ok{};
}

// SET { sics [0] SEQUENCE OF PrintableString }.
Status add_sics(std::vector<NewExtension>& to, const std::vector<std::string>& sics) {
  if (sics.empty()) return Ok{};
  if (sics.size() > ub_sics) return invalid("more than 8 subject indicator codes");
  for (const std::string& s : sics) {
    X400_CHECK(check_printable(s, ub_sic, "subject indicator code"));
    if (s.size() < lb_sic) return invalid("subject indicator code '" + s + "' is too short");
  }
  Writer w;
  w.constructed(tags::set, [&] {
    w.constructed(context(0), [&] {
      for (const std::string& s : sics) w.primitive(tags::printable_string, s);
    });
  });
  to.push_back({mil::distribution_codes, std::move(w).take()});
  return Ok{};
}

Status add_message_type(std::vector<NewExtension>& to, const std::optional<MilitaryMessageType>& t) {
  if (!t) return Ok{};
  X400_CHECK(check_printable(t->identifier, ub_string, "message type identifier"));
  if (t->type < 0 || t->type > 255) return invalid("message type " + std::to_string(t->type));
  Writer w;
  w.constructed(tags::set, [&] {
    w.integer(context(0), t->type);
    if (!t->identifier.empty()) w.primitive(context(1), t->identifier);
  });
  to.push_back({mil::message_type, std::move(w).take()});
  return Ok{};
}

void add_precedence(std::vector<NewExtension>& to, const ber::Oid& type, std::optional<Precedence> p) {
  if (p) to.push_back({type, encoded_integer(static_cast<int>(*p))});
}

Status check_sender_rules(const NewHeading& h, const NewMilitary& m) {
  if (!h.this_ipm.user) return invalid("military this-IPM without user");
  if (h.this_ipm.local.size() < lb_identifier) return invalid("military this-IPM is too short");
  if (!h.primary.empty() && !m.primary_precedence)
    return invalid("primary recipients without primary precedence");
  if (!(h.copy.empty() && h.blind_copy.empty()) && !m.copy_precedence)
    return invalid("copy recipients without copy precedence");
  if (m.primary_precedence && m.copy_precedence && *m.copy_precedence > *m.primary_precedence)
    return invalid("copy precedence above primary precedence");
  return Ok{};
}

}  // namespace

std::string military_identifier(std::uint64_t serial, asn1::Time filed) {
  return std::to_string(serial) + " " + asn1::utc_time(filed);
}

Result<Octets> compose_p772(NewHeading heading, const NewMilitary& m, const std::vector<Octets>& parts) {
  X400_CHECK(check_sender_rules(heading, m));
  auto& x = heading.extensions;
  add_precedence(x, mil::primary_precedence, m.primary_precedence);
  add_precedence(x, mil::copy_precedence, m.copy_precedence);
  X400_CHECK(add_message_type(x, m.message_type));
  if (m.extended_authorisation_info) {
    Writer w;
    w.primitive(tags::utc_time, asn1::utc_time(*m.extended_authorisation_info));
    x.push_back({mil::extended_authorisation_info, std::move(w).take()});
  }
  X400_CHECK(add_sics(x, m.sics));
  X400_CHECK(add_strings(x, mil::handling_instructions, m.handling_instructions, "handling instruction"));
  X400_CHECK(add_strings(x, mil::message_instructions, m.message_instructions, "message instruction"));
  X400_CHECK(add_string(x, mil::originator_reference, m.originator_reference, "originator reference"));
  X400_CHECK(add_string(x, mil::originator_plad, m.originator_plad, "originator PLAD"));
  X400_CHECK(add_string(x, mil::acp127_message_identifier, m.acp127_identifier, "ACP 127 identifier"));
  return compose_ipm(heading, parts);
}

const PrecedenceInfo* governing_precedence(const NewMilitary& m) {
  const auto& p = m.primary_precedence ? m.primary_precedence : m.copy_precedence;
  return p ? precedence_info(static_cast<int>(*p)) : nullptr;
}

}  // namespace x400::content
