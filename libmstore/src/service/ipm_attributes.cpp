#include "service/ipm_attributes.hpp"

#include <algorithm>
#include <unordered_map>

#include "service/envelope.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/content/military.hpp"

namespace x400::mstore::service {

namespace {

namespace a = asn1::oids::attribute;
namespace ipm_a = asn1::oids::ipm_attribute;
namespace mil_a = asn1::oids::military_attribute;
namespace x = asn1::oids::ipm_extension;
namespace mx = asn1::oids::military;
using content::Field;
using content::HeadingField;

struct HeadingRow {
  HeadingField field;
  const ber::Oid* attribute;
  bool members = false;
};
constexpr HeadingRow heading_rows[] = {
    {HeadingField::this_ipm, &ipm_a::this_ipm},
    {HeadingField::originator, &ipm_a::originator},
    {HeadingField::authorizing_users, &ipm_a::authorizing_users, true},
    {HeadingField::primary_recipients, &ipm_a::primary_recipients, true},
    {HeadingField::copy_recipients, &ipm_a::copy_recipients, true},
    {HeadingField::blind_copy_recipients, &ipm_a::blind_copy_recipients, true},
    {HeadingField::replied_to_ipm, &ipm_a::replied_to_ipm},
    {HeadingField::obsoleted_ipms, &ipm_a::obsoleted_ipms, true},
    {HeadingField::related_ipms, &ipm_a::related_ipms, true},
    {HeadingField::subject, &ipm_a::subject},
    {HeadingField::expiry_time, &ipm_a::expiry_time},
    {HeadingField::reply_time, &ipm_a::reply_time},
    {HeadingField::reply_recipients, &ipm_a::reply_recipients, true},
    {HeadingField::importance, &ipm_a::importance},
    {HeadingField::sensitivity, &ipm_a::sensitivity},
    {HeadingField::auto_forwarded, &ipm_a::auto_forwarded},
};

struct ExtensionRow {
  const ber::Oid* extension;
  const ber::Oid* attribute;
  bool members = false;
};
constexpr ExtensionRow heading_extensions[] = {
    {&x::incomplete_copy, &ipm_a::incomplete_copy},
    {&x::languages, &ipm_a::languages, true},
    {&x::auto_submitted, &ipm_a::auto_submitted},
    {&x::body_part_signatures, &ipm_a::body_part_signatures},
    {&x::ipm_security_label, &ipm_a::ipm_security_label},
    {&x::authorization_time, &ipm_a::authorization_time},
    {&x::circulation_list_recipients, &ipm_a::circulation_list_recipients, true},
    {&x::distribution_codes, &ipm_a::distribution_codes, true},
    {&x::extended_subject, &ipm_a::extended_subject},
    {&x::information_category, &ipm_a::information_category, true},
    {&x::manual_handling_instructions, &ipm_a::manual_handling_instructions, true},
    {&x::originators_reference, &ipm_a::originators_reference},
    {&x::precedence_policy_identifier, &ipm_a::precedence_policy_identifier},
    {&mx::primary_precedence, &mil_a::primary_precedence},
    {&mx::copy_precedence, &mil_a::copy_precedence},
    {&mx::message_type, &mil_a::message_type},
    {&mx::address_list_indicator, &mil_a::address_list_indicator, true},
    {&mx::exempted_address, &mil_a::exempted_address, true},
    {&mx::extended_authorisation_info, &mil_a::extended_authorisation_info},
    {&mx::distribution_codes, &mil_a::distribution_codes},
    {&mx::handling_instructions, &mil_a::handling_instructions, true},
    {&mx::message_instructions, &mil_a::message_instructions, true},
    {&mx::codress_message, &mil_a::codress_message},
    {&mx::originator_reference, &mil_a::originator_reference},
    {&mx::other_recipients_indicator, &mil_a::other_recipients_indicator, true},
    {&mx::pilot_forwarding_info, &mil_a::pilot_forwarding_info, true},
    {&mx::acp127_message_identifier, &mil_a::acp127_message_identifier},
    {&mx::originator_plad, &mil_a::originator_plad},
    {&mx::information_labels, &mil_a::security_information_labels},
};

Octets enumerated(std::int64_t value) {
  ber::Writer w;
  w.integer(ber::tags::enumerated, value);
  return std::move(w).take();
}

Status add_members(const Field& list, const ber::Oid& type, AttributeList& to) {
  X400_TRY(members, list.members());
  for (const Field& m : members) to.add(type, m.encoded());
  return Ok{};
}

Status derive_extensions(const content::Extensions& extensions, AttributeList& to) {
  for (const ExtensionRow& row : heading_extensions) {
    const content::Extension* e = extensions.find(*row.extension);
    if (!e) continue;
    if (!e->value) {
      // NULL is a value only where the type is NULL.
      if (row.attribute == &ipm_a::incomplete_copy) to.add(*row.attribute, {0x05, 0x00});
    } else if (row.members) {
      X400_CHECK(add_members(*e->value, *row.attribute, to));
    } else {
      to.add(*row.attribute, e->value->encoded());
    }
  }
  const std::optional<Field> codes = extensions.value(mx::distribution_codes);
  if (codes) {
    X400_TRY(sics, content::sic_fields(*codes));
    for (const Field& sic : sics) to.add(mil_a::sic_codes, sic.encoded());
    X400_TRY(members, codes->members());
    for (const Field& m : members)
      if (m.type() == ber::context(1)) X400_CHECK(add_members(m, mil_a::distribution_extensions, to));
  }
  const std::optional<Field> labels = extensions.value(mx::information_labels);
  if (labels) {
    X400_TRY(members, labels->members());
    for (const Field& m : members)
      if (m.type() == ber::context(2)) X400_CHECK(add_members(m, mil_a::body_part_information_label, to));
  }
  return Ok{};
}

Status derive_requestors(const content::Heading& heading, AttributeList& to) {
  const std::pair<content::Request, const ber::Oid*> rows[] = {
      {content::Request::rn, &ipm_a::rn_requestors},
      {content::Request::nrn, &ipm_a::nrn_requestors},
      {content::Request::reply, &ipm_a::reply_requestors},
  };
  for (const auto& [request, type] : rows) {
    X400_TRY(fields, content::requestors(heading, request));
    for (const Field& f : fields) to.add(*type, f.encoded());
  }
  return Ok{};
}

// Names inside a redirection or DL expansion element: the first thing in it that reads as an O/R name.
std::optional<asn1::ORAddress> name_in_history(View value) {
  auto outer = ber::read_one(value);
  if (!outer.ok()) return std::nullopt;
  ber::Reader r(outer->content);
  auto first = r.next();
  if (!first.ok()) return std::nullopt;
  for (const View candidate : {first->whole, first->content}) {
    auto element = ber::read_one(candidate);
    if (!element.ok()) continue;
    auto name = asn1::ORName::decode(element->whole, element->tag);
    if (name.ok() && !name->address.empty()) return name->address;
  }
  return std::nullopt;
}

// Under which names this copy was delivered, best first: this-recipient, originally-intended, redirection and
// DL history.
std::vector<asn1::ORAddress> recipient_names(const AttributeList& envelope) {
  std::vector<asn1::ORAddress> names;
  for (const ber::Oid* type : {&a::this_recipient_name, &a::originally_intended_recipient_name}) {
    const Attribute* found = envelope.find(*type);
    if (!found) continue;
    auto name = asn1::ORName::decode(found->values.front());
    if (name.ok()) names.push_back(name->address);
  }
  for (const ber::Oid* type : {&a::redirection_history, &a::dl_expansion_history}) {
    const Attribute* found = envelope.find(*type);
    if (!found) continue;
    for (const Octets& value : found->values)
      if (auto name = name_in_history(value)) names.push_back(std::move(*name));
  }
  return names;
}

std::vector<content::RecipientSpecifier> specifiers_of(const content::Heading& heading) {
  std::vector<content::RecipientSpecifier> all;
  for (const HeadingField list : {HeadingField::primary_recipients, HeadingField::copy_recipients,
                                  HeadingField::blind_copy_recipients}) {
    auto read = heading.recipients(list);
    if (!read.ok()) continue;
    std::move(read->begin(), read->end(), std::back_inserter(all));
  }
  return all;
}

// The first of the names that the heading has tells what was asked of this recipient. Compared by canonical
// keys: both lists can be as long as a hostile sender likes. Most headings ask nothing of anybody: their
// names are not even read.
std::optional<content::RecipientSpecifier> this_recipient(const content::Heading& heading,
                                                          const AttributeList& envelope) {
  auto specifiers = specifiers_of(heading);
  if (std::all_of(specifiers.begin(), specifiers.end(),
                  [](const auto& s) { return s.extensions.all().empty(); }))
    return std::nullopt;
  std::unordered_map<std::string, content::RecipientSpecifier> by_key;
  for (content::RecipientSpecifier& s : specifiers) {
    if (!s.recipient.formal_name) continue;
    auto name = asn1::ORName::decode(s.recipient.formal_name->encoded());
    if (name.ok()) by_key.try_emplace(asn1::canonical_key(name->address), std::move(s));
  }
  for (const asn1::ORAddress& name : recipient_names(envelope))
    if (const auto at = by_key.find(asn1::canonical_key(name)); at != by_key.end())
      return std::move(at->second);
  return std::nullopt;
}

Status derive_this_recipient(const content::Heading& heading, content::Format format,
                             const AttributeList& envelope, AttributeList& to) {
  const auto recipient = this_recipient(heading, envelope);
  if (!recipient) return Ok{};
  if (const auto request = recipient->extensions.value(mx::acp127_notification_request))
    to.add(mil_a::acp127_notification_request, request->encoded());
  // P772 has precedences of its own; see precedence_of().
  if (format == content::Format::p772) return Ok{};
  if (const auto precedence = recipient->extensions.value(x::precedence))
    to.add(ipm_a::precedence, precedence->encoded());
  return Ok{};
}

void derive_body_types(const std::vector<content::BodyPart>& body, AttributeList& to) {
  std::vector<ber::Oid> seen;
  for (const content::BodyPart& part : body) {
    if (!part.extended || !part.type || std::find(seen.begin(), seen.end(), *part.type) != seen.end())
      continue;
    seen.push_back(*part.type);
    to.add_oid(ipm_a::extended_body_part_types, *part.type);
  }
}

std::optional<std::int64_t> number_in(const AttributeList& list, const ber::Oid& type) {
  const Attribute* found = list.find(type);
  if (!found) return std::nullopt;
  auto e = ber::read_one(found->values.front());
  if (!e.ok()) return std::nullopt;
  auto n = ber::read_integer(*e);
  return n.ok() ? std::optional(*n) : std::nullopt;
}

}  // namespace

Status derive_ipm(const content::Ipm& ipm, content::Format format, AttributeList& to) {
  X400_CHECK(ipm.heading.check());
  AttributeList own;
  own.add(ipm_a::ipm_entry_type, enumerated(0));
  for (const HeadingRow& row : heading_rows) {
    const std::optional<Field>& field = ipm.heading.field(row.field);
    if (!field) continue;
    if (row.members) {
      X400_CHECK(add_members(*field, *row.attribute, own));
    } else {
      own.add(*row.attribute, field->encoded());
    }
  }
  // Fields with a DEFAULT are attributes all the same.
  if (!own.find(ipm_a::importance)) own.add(ipm_a::importance, enumerated(1));
  if (!own.find(ipm_a::auto_forwarded)) own.add_boolean(ipm_a::auto_forwarded, false);
  X400_CHECK(derive_extensions(ipm.heading.extensions(), own));
  X400_CHECK(derive_requestors(ipm.heading, own));
  X400_CHECK(derive_this_recipient(ipm.heading, format, to, own));
  derive_body_types(ipm.body, own);
  for (const Attribute& attribute : own.all())
    for (const Octets& value : attribute.values) to.add(attribute.type, value);
  return Ok{};
}

Status derive_ipn(const content::Ipn& ipn, AttributeList& to) {
  X400_CHECK(ipn.check());
  const auto put = [&to](const ber::Oid& type, const std::optional<Field>& field) {
    if (field) to.add(type, field->encoded());
  };
  const auto put_members = [&to](const ber::Oid& type, const std::optional<Field>& field) -> Status {
    return field ? add_members(*field, type, to) : Status(Ok{});
  };
  using Kind = content::Ipn::Kind;
  to.add(ipm_a::ipm_entry_type, enumerated(ipn.kind() == Kind::receipt       ? 1
                                           : ipn.kind() == Kind::non_receipt ? 2
                                                                             : 3));
  put(ipm_a::subject_ipm, ipn.subject_ipm());
  put(ipm_a::ipn_originator, ipn.originator());
  put(ipm_a::ipm_intended_recipient, ipn.intended_recipient());
  if (ipn.conversion_eits())
    X400_CHECK(derive_eits(ipn.conversion_eits()->element(), ipm_a::conversion_eits, to));
  X400_CHECK(put_members(ipm_a::notification_extensions, ipn.extensions()));
  if (ipn.kind() == Kind::non_receipt) {
    put(ipm_a::non_receipt_reason, ipn.kind_field(0, ber::tags::enumerated));
    put(ipm_a::discard_reason, ipn.kind_field(1, ber::tags::enumerated));
    put(ipm_a::auto_forward_comment, ipn.auto_forward_comment());
    X400_CHECK(put_members(ipm_a::nrn_extensions, ipn.kind_extensions()));
  } else if (ipn.kind() == Kind::receipt) {
    put(ipm_a::receipt_time, ipn.receipt_time());
    X400_TRY(mode, ipn.acknowledgment_mode());
    to.add(ipm_a::acknowledgment_mode, enumerated(mode.value_or(0)));
    put(ipm_a::suppl_receipt_info, ipn.supplementary_info());
    X400_CHECK(put_members(ipm_a::rn_extensions, ipn.kind_extensions()));
  } else {
    X400_CHECK(put_members(ipm_a::other_notification_type_fields, ipn.kind_extensions()));
  }
  return Ok{};
}

std::optional<std::int32_t> precedence_of(const AttributeList& list) {
  for (const ber::Oid* type : {&mil_a::primary_precedence, &mil_a::copy_precedence, &ipm_a::precedence})
    if (const auto n = number_in(list, *type); n && *n >= 0 && *n <= 1'000'000)
      return static_cast<std::int32_t>(*n);
  return std::nullopt;
}

}  // namespace x400::mstore::service
