#include "service/envelope.hpp"

#include <span>

#include "service/envelope_tables.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/ber/writer.hpp"
#include "x400/content/content_type.hpp"

namespace x400::mstore::service {

namespace {

namespace a = asn1::oids::attribute;

Status take_content_type(const ber::Element& e, const ber::Oid& type, AttributeList& to) {
  if (e.tag == ber::tags::oid) {
    X400_TRY(oid, ber::read_oid(e));
    to.add_oid(type, oid);
    return Ok{};
  }
  X400_TRY(number, ber::read_integer(e));
  // A built-in number without an object identifier (external, or unknown) leaves only "unidentified" to say.
  to.add_oid(
      type,
      content::content_type_oid(content::format_of(number)).value_or(asn1::oids::content_type::unidentified));
  return Ok{};
}

Status take_members(const ber::Element& e, const ber::Oid& type, ber::Tag member, AttributeList& to) {
  ber::Reader r(e.content);
  while (!r.at_end()) {
    X400_TRY(m, r.next());
    // universal 0 stands for "its own tag".
    to.add(type, content::Field(m, member == ber::Tag{} ? m.tag : member).encoded());
  }
  return Ok{};
}

Status take(const EnvelopeField& f, const ber::Element& e, AttributeList& to) {
  switch (f.take) {
    case Take::value:
      if (to.find(*f.attribute)) return Ok{};
      [[fallthrough]];
    case Take::each:
      to.add(*f.attribute, content::Field(e, f.as == ber::Tag{} ? e.tag : f.as).encoded());
      return Ok{};
    case Take::members: return take_members(e, *f.attribute, f.as, to);
    case Take::eits: return derive_eits(e, *f.attribute, to);
    case Take::content_type: return take_content_type(e, *f.attribute, to);
    case Take::extensions: break;
  }
  return Ok{};
}

void take_classification(const ber::Element& label, AttributeList& to) {
  ber::Reader r(label.content);
  while (!r.at_end()) {
    auto e = r.next();
    if (!e.ok()) return;
    if (e->tag == ber::tags::integer) to.add(a::security_classification, to_octets(e->whole));
  }
}

Status take_extensions(const ber::Element& set, std::span<const ExtensionRow> rows, AttributeList& to) {
  X400_TRY(extensions, read_extensions(set.content));
  for (const EnvelopeExtension& x : extensions) {
    if (!x.standard || !x.value) continue;
    for (const ExtensionRow& row : rows) {
      if (row.number != *x.standard) continue;
      if (row.members) {
        X400_CHECK(take_members(*x.value, *row.attribute, {}, to));
      } else if (!to.find(*row.attribute)) {
        to.add(*row.attribute, to_octets(x.value->whole));
      }
      if (*row.attribute == a::message_security_label) take_classification(*x.value, to);
    }
  }
  return Ok{};
}

Status derive_set(View contents, std::span<const EnvelopeField> fields,
                  std::span<const ExtensionRow> extensions, AttributeList& to) {
  ber::Reader r(contents);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    for (const EnvelopeField& f : fields) {
      if (f.tag != e.tag) continue;
      if (f.take == Take::extensions) {
        X400_CHECK(take_extensions(e, extensions, to));
      } else {
        X400_CHECK(take(f, e, to));
      }
    }
  }
  return Ok{};
}

// Fields with a DEFAULT are attributes all the same (X.413: present in every message).
void add_default_priority(AttributeList& to) {
  if (to.find(a::priority)) return;
  ber::Writer w;
  w.integer(ber::application(7), 0);
  to.add(a::priority, std::move(w).take());
}

void add_default_indicators(AttributeList& to) {
  if (to.find(a::per_message_indicators)) return;
  ber::Writer w;
  w.bits(ber::application(8), {});
  to.add(a::per_message_indicators, std::move(w).take());
}

}  // namespace

// Bit n of the built-in types is 2.6.3.4.n; external ones are named by themselves.
Status derive_eits(const ber::Element& types, const ber::Oid& attribute, AttributeList& to) {
  static const ber::Oid built_in{2, 6, 3, 4};
  ber::Reader r(types.content);
  while (!r.at_end()) {
    X400_TRY(field, r.next());
    if (field.tag == ber::context(0)) {
      X400_TRY(bits, ber::read_bits({ber::tags::bit_string, field.constructed, field.whole, field.content}));
      for (std::uint32_t n = 0; n < bits.size(); ++n)
        if (bits.test(n)) to.add_oid(attribute, built_in.child(n));
    } else if (field.tag == ber::context(4)) {
      ber::Reader oids(field.content);
      while (!oids.at_end()) {
        X400_TRY(external, oids.next());
        X400_TRY(oid, ber::read_oid(external));
        to.add_oid(attribute, oid);
      }
    }
  }
  return Ok{};
}

Status derive_other_fields(const ber::Element& set, AttributeList& to) {
  X400_CHECK(derive_set(set.content, delivery_fields(), delivery_extension_rows(), to));
  add_default_priority(to);
  const Attribute* eits = to.find(a::converted_eits);
  if (!eits) eits = to.find(a::original_eits);
  if (eits) {
    const std::vector<Octets> values = eits->values;  // a copy: adding moves the list
    for (const Octets& v : values) to.add(a::delivered_eits, v);
  }
  return Ok{};
}

Status derive_message_envelope(View envelope, AttributeList& to) {
  X400_TRY(whole, ber::read_one(envelope));
  if (whole.tag != ber::tags::sequence)
    return Error(ErrorKind::malformed, "message delivery envelope: no SEQUENCE but " + to_string(whole.tag));
  ber::Reader r(whole.content);
  X400_TRY(identifier, r.expect(ber::application(4)));
  X400_TRY(time, r.expect(ber::tags::utc_time));
  X400_TRY(other, r.expect(ber::tags::set));
  X400_CHECK(r.finish());
  to.add(a::message_delivery_envelope, to_octets(envelope));
  to.add(a::message_identifier, content::Field(identifier).encoded());
  to.add(a::message_delivery_time, content::Field(time).encoded());
  X400_CHECK(derive_other_fields(other, to));
  if (!to.find(a::content_type) || !to.find(a::originator_name) || !to.find(a::this_recipient_name))
    return Error(
        ErrorKind::malformed,
        "message delivery envelope: content-type, originator-name or this-recipient-name is missing");
  return Ok{};
}

Status derive_report_envelope(View envelope, AttributeList& to) {
  X400_TRY(whole, ber::read_one(envelope));
  if (whole.tag != ber::tags::set)
    return Error(ErrorKind::malformed, "report delivery envelope: no SET but " + to_string(whole.tag));
  to.add(a::report_delivery_envelope, to_octets(envelope));
  X400_CHECK(derive_set(whole.content, report_fields(), report_extension_rows(), to));
  if (!to.find(a::subject_submission_identifier) || !to.find(a::per_recipient_report_delivery_fields))
    return Error(
        ErrorKind::malformed,
        "report delivery envelope: subject-submission-identifier or per-recipient-fields are missing");
  return Ok{};
}

Status derive_submission_envelope(View envelope, bool probe, AttributeList& to) {
  X400_TRY(whole, ber::read_one(envelope));
  if (whole.tag != ber::tags::set)
    return Error(ErrorKind::malformed, "submission envelope: no SET but " + to_string(whole.tag));
  to.add(probe ? a::probe_submission_envelope : a::message_submission_envelope, to_octets(envelope));
  X400_CHECK(derive_set(whole.content, probe ? probe_fields() : submission_fields(),
                        submission_extension_rows(), to));
  const ber::Oid& fields =
      probe ? a::per_recipient_probe_submission_fields : a::per_recipient_message_submission_fields;
  if (!to.find(fields)) return Error(ErrorKind::malformed, "submission envelope: no per-recipient-fields");
  const std::vector<Octets> recipients = to.find(fields)->values;
  for (const Octets& recipient : recipients) {
    X400_TRY(set, ber::read_one(recipient));
    X400_CHECK(derive_set(set.content, recipient_fields(), {}, to));
  }
  if (!to.find(a::originator_name) || !to.find(a::recipient_names))
    return Error(ErrorKind::malformed, "submission envelope: originator-name or a recipient-name is missing");
  if (!probe) add_default_priority(to);
  add_default_indicators(to);
  return Ok{};
}

Result<std::vector<EnvelopeExtension>> read_extensions(View set_contents) {
  std::vector<EnvelopeExtension> found;
  ber::Reader r(set_contents);
  while (!r.at_end()) {
    X400_TRY(field, r.expect(ber::tags::sequence));
    EnvelopeExtension x;
    x.whole = field.whole;
    ber::Reader in(field.content);
    while (!in.at_end()) {
      X400_TRY(e, in.next());
      if (e.tag == ber::context(0)) {
        X400_TRY(number, ber::read_integer({ber::tags::integer, e.constructed, e.whole, e.content}));
        x.standard = number;
      } else if (e.tag == ber::context(3)) {
        X400_TRY(oid, ber::read_oid({ber::tags::oid, e.constructed, e.whole, e.content}));
        x.private_type = oid;
      } else if (e.tag == ber::context(1)) {
        X400_TRY(bits, ber::read_bits({ber::tags::bit_string, e.constructed, e.whole, e.content}));
        x.critical_for_delivery = bits.test(2);
      } else if (e.tag == ber::context(2)) {
        X400_TRY(value, ber::read_one(e.content));
        x.value = value;
      }
    }
    if (!x.standard && !x.private_type)
      return Error(ErrorKind::malformed, "envelope extension without a type");
    found.push_back(std::move(x));
  }
  return found;
}

Result<std::vector<EnvelopeExtension>> delivery_extensions(View envelope) {
  X400_TRY(whole, ber::read_one(envelope));
  const bool report = whole.tag == ber::tags::set;
  ber::Reader r(whole.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (report && e.tag == ber::context(1)) return read_extensions(e.content);
    if (!report && e.tag == ber::tags::set) {
      ber::Reader fields(e.content);
      while (!fields.at_end()) {
        X400_TRY(f, fields.next());
        if (f.tag == ber::context(9)) return read_extensions(f.content);
      }
    }
  }
  return std::vector<EnvelopeExtension>{};
}

}  // namespace x400::mstore::service
