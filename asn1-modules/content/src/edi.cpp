#include "x400/content/edi.hpp"

#include "compose_util.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/text.hpp"

namespace x400::content {
namespace {

namespace tags = ber::tags;
using ber::context;
using ber::Tag;
using ber::Writer;

constexpr std::size_t ub_local_reference = 64;
using asn1::oids::edi_body_part::edifact_iso646;

// EDIFACT's characters are those of ISO 646, which T.61 has.
void text(Writer& w, std::uint32_t tag, std::string_view value) {
  if (!value.empty()) w.primitive(context(tag), value);
}

// SEQUENCE { identification [0], qualifier [1] OPTIONAL }.
void party(Writer& w, std::uint32_t tag, std::string_view id, std::string_view qualifier) {
  w.constructed(context(tag), [&] {
    text(w, 0, id);
    text(w, 1, qualifier);
  });
}

void write_recipient(Writer& w, const asn1::EncodedORName& name, const Interchange& i) {
  w.constructed(tags::sequence, [&] {
    name.write(w, context(1));
    party(w, 5, i.recipient, i.recipient_qualifier);
    text(w, 7, i.control_reference);
    if (i.acknowledgement_requested) w.boolean(context(9), true);
    if (i.test) w.boolean(context(11), true);
  });
}

void write_heading(Writer& w, const NewEdim& m, const Interchange& i) {
  w.constructed(tags::sequence, [&] {
    w.constructed(context(1), [&] {
      m.originator.write(w, context(0));
      w.primitive(context(1), m.local_identifier);
    });
    m.originator.write(w, context(2));
    w.constructed(context(3), [&] {
      for (const asn1::EncodedORName& name : m.recipients) write_recipient(w, name, i);
    });
    if (!i.message_types.empty()) {
      w.constructed(context(13), [&] {
        for (const std::string& t : i.message_types) w.primitive(tags::teletex_string, t);
      });
    }
    w.constructed(context(15), [&] {
      w.primitive(tags::teletex_string, i.syntax_identifier);
      w.primitive(tags::printable_string, i.syntax_version);
    });
    party(w, 16, i.sender, i.sender_qualifier);
    w.primitive(context(17), i.date + i.time + "Z");
    text(w, 18, i.application_reference);
  });
}

Status take_identifier(const ber::Element& e, Edim& m) {
  ber::Reader r(e.content);
  while (!r.at_end()) {
    X400_TRY(part, r.next());
    if (part.tag == context(0)) m.user = Field(part, asn1::ORName::tag);
    if (part.tag != context(1)) continue;
    X400_TRY(local, ber::read_chars(part));
    m.local_identifier = std::move(local);
  }
  return Ok{};
}

Status take_recipients(const ber::Element& e, Edim& m) {
  X400_TRY(members, Field(e).members());
  for (const Field& f : members) {
    ber::Reader r(f.contents());
    X400_TRY(name, r.expect(context(1)));
    m.recipients.emplace_back(name, asn1::ORName::tag);
  }
  return Ok{};
}

Status take_types(const ber::Element& e, Edim& m) {
  X400_TRY(members, Field(e).members());
  for (const Field& f : members) {
    X400_TRY(octets, ber::read_octets(f.element()));
    m.message_types.push_back(asn1::text::from_t61(octets));
  }
  return Ok{};
}

Status take_heading(const ber::Element& heading, Edim& m) {
  ber::Reader r(heading.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == context(1)) X400_CHECK(take_identifier(e, m));
    if (e.tag == context(2)) m.originator = Field(e, asn1::ORName::tag);
    if (e.tag == context(3)) X400_CHECK(take_recipients(e, m));
    if (e.tag == context(13)) X400_CHECK(take_types(e, m));
    if (e.tag != context(6)) continue;
    X400_TRY(type, ber::Oid::from_contents(e.content));
    m.body_type = std::move(type);
  }
  return Ok{};
}

Status take_body(const ber::Element& body, Edim& m) {
  ber::Reader r(body.content);
  X400_TRY(primary, r.next());
  if (primary.tag == context(1)) return Error(ErrorKind::unsupported, "EDIM that forwards another one");
  if (primary.tag != context(0))
    return Error(ErrorKind::malformed, to_string(primary.tag) + " for the primary body part");
  if (!primary.constructed) {
    m.body = primary.content;
    return Ok{};
  }
  X400_TRY(octets, ber::read_octets(primary));
  m.joined = std::make_shared<const Octets>(std::move(octets));
  m.body = *m.joined;
  return Ok{};
}

}  // namespace

Result<Octets> compose_edim(const NewEdim& m) {
  X400_CHECK(check_printable(m.local_identifier, ub_local_reference, "EDIM identifier"));
  if (!asn1::text::is_ia5(m.interchange))
    return Error(ErrorKind::invalid, "interchange has other than ISO 646 characters");
  X400_TRY(i, read_interchange(m.interchange));
  Writer w(m.interchange.size() + 1024);
  w.constructed(context(0), [&] {
    write_heading(w, m, i);
    w.constructed(tags::sequence, [&] { w.primitive(context(0), m.interchange); });
  });
  return std::move(w).take();
}

Result<Edim> read_edim(View content) {
  X400_TRY(e, ber::read_one(content));
  if (e.tag == context(1)) return Error(ErrorKind::unsupported, "EDI notification");
  if (e.tag != context(0)) return Error(ErrorKind::malformed, to_string(e.tag) + " is no EDI message");
  Edim m;
  m.body_type = edifact_iso646;
  ber::Reader r(e.content);
  X400_TRY(heading, r.expect(tags::sequence));
  X400_CHECK(take_heading(heading, m));
  X400_TRY(body, r.expect(tags::sequence));
  X400_CHECK(take_body(body, m));
  X400_CHECK(r.finish());
  return m;
}

}  // namespace x400::content
