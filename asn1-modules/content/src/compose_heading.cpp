#include "x400/content/compose_heading.hpp"

#include "compose_util.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/text.hpp"

namespace x400::content {
namespace {

namespace tags = ber::tags;
namespace ext = asn1::oids::ipm_extension;
using ber::context;
using ber::Tag;
using ber::Writer;

// Upper bounds of X.420 annex.
constexpr std::size_t ub_local_identifier = 64, ub_free_form_name = 64, ub_telephone = 32, ub_subject = 128,
                      ub_extended_subject = 256, ub_reference = 64;
constexpr int ub_precedence = 127;

Error invalid(std::string what) { return Error(ErrorKind::invalid, std::move(what)); }

Status write_teletex(Writer& w, Tag tag, std::string_view utf8, std::size_t most, const char* what) {
  if (asn1::text::code_points(utf8).size() > most) return invalid(std::string(what) + " too long");
  auto octets = asn1::text::to_t61(utf8);
  if (!octets.ok()) return octets.error().in(what);
  w.primitive(tag, View(*octets));
  return Ok{};
}

Status write_identifier(Writer& w, Tag tag, const NewIdentifier& id) {
  X400_CHECK(check_printable(id.local, ub_local_identifier, "IPM identifier"));
  w.constructed(tag, [&] {
    if (id.user) id.user->write(w);
    w.primitive(tags::printable_string, id.local);
  });
  return Ok{};
}

Status write_descriptor(Writer& w, Tag tag, const NewDescriptor& d) {
  X400_CHECK(check_printable(d.telephone_number, ub_telephone, "telephone number"));
  return write_constructed(w, tag, [&]() -> Status {
    if (d.formal_name) d.formal_name->write(w);
    if (!d.free_form_name.empty())
      X400_CHECK(write_teletex(w, context(0), d.free_form_name, ub_free_form_name, "free-form name"));
    if (!d.telephone_number.empty()) w.primitive(context(1), d.telephone_number);
    return Ok{};
  });
}

ber::Bits bits_of(const NotificationRequests& n) {
  const bool flags[] = {n.rn, n.nrn, n.ipm_return, n.an_supported, n.suppress_an};
  std::uint8_t octet = 0;
  unsigned used = 0;
  for (unsigned i = 0; i < 5; ++i) {
    if (!flags[i]) continue;
    octet = static_cast<std::uint8_t>(octet | 0x80U >> i);
    used = i + 1;
  }
  return {{octet}, 8 - used};
}

// X.420 7.1.3: an rn request is an nrn request too; a return needs an nrn request; who is asked must
// have a formal name.
Result<NotificationRequests> complete(const NewRecipient& r) {
  NotificationRequests n = r.notify;
  n.nrn = n.nrn || n.rn;
  if (n.ipm_return && !n.nrn) return invalid("return of the message asked without non-receipt notification");
  if ((n.nrn || r.reply_requested) && !r.who.formal_name)
    return invalid("notification or reply asked from a recipient without formal name");
  return n;
}

void write_extension(Writer& w, const NewExtension& x) {
  w.constructed(tags::sequence, [&] {
    w.oid(x.type);
    w.raw(x.value);
  });
}

Status write_recipient(Writer& w, const NewRecipient& r) {
  X400_TRY(notify, complete(r));
  if (r.precedence && (*r.precedence < 0 || *r.precedence > ub_precedence))
    return invalid("precedence " + std::to_string(*r.precedence));
  return write_constructed(w, tags::set, [&]() -> Status {
    X400_CHECK(write_descriptor(w, context(0), r.who));
    if (notify != NotificationRequests{}) w.bits(context(1), bits_of(notify));
    if (r.reply_requested) w.boolean(context(2), true);
    if (!r.precedence && r.extensions.empty()) return Ok{};
    w.constructed(context(3), [&] {
      if (r.precedence) write_extension(w, {ext::precedence, encoded_integer(*r.precedence)});
      for (const NewExtension& x : r.extensions) write_extension(w, x);
    });
    return Ok{};
  });
}

template <class T, class F>
Status write_list(Writer& w, Tag tag, const std::vector<T>& list, F&& one) {
  if (list.empty()) return Ok{};
  return write_constructed(w, tag, [&]() -> Status {
    for (const T& x : list) X400_CHECK(one(x));
    return Ok{};
  });
}

Status write_people(Writer& w, const NewHeading& h) {
  const auto descriptor = [&](const NewDescriptor& d) { return write_descriptor(w, tags::set, d); };
  const auto recipient = [&](const NewRecipient& r) { return write_recipient(w, r); };
  if (h.originator) X400_CHECK(write_descriptor(w, context(0), *h.originator));
  X400_CHECK(write_list(w, context(1), h.authorizing_users, descriptor));
  X400_CHECK(write_list(w, context(2), h.primary, recipient));
  X400_CHECK(write_list(w, context(3), h.copy, recipient));
  return write_list(w, context(4), h.blind_copy, recipient);
}

Status write_references(Writer& w, const NewHeading& h) {
  const auto one = [&](const NewIdentifier& id) { return write_identifier(w, ber::application(11), id); };
  if (h.replied_to) X400_CHECK(write_identifier(w, context(5), *h.replied_to));
  X400_CHECK(write_list(w, context(6), h.obsoleted, one));
  return write_list(w, context(7), h.related, one);
}

Status write_rest(Writer& w, const NewHeading& h) {
  if (!h.subject.empty()) {
    X400_CHECK(write_constructed(w, context(8), [&] {
      return write_teletex(w, tags::teletex_string, h.subject, ub_subject, "subject");
    }));
  }
  if (h.expiry_time) w.primitive(context(9), asn1::utc_time(*h.expiry_time));
  if (h.reply_time) w.primitive(context(10), asn1::utc_time(*h.reply_time));
  for (const NewDescriptor& d : h.reply_recipients)
    if (!d.formal_name) return invalid("reply recipient without formal name");
  X400_CHECK(write_list(w, context(11), h.reply_recipients,
                        [&](const NewDescriptor& d) { return write_descriptor(w, tags::set, d); }));
  if (h.importance != Importance::normal) w.integer(context(12), static_cast<int>(h.importance));
  if (h.sensitivity) w.integer(context(13), static_cast<int>(*h.sensitivity));
  if (h.auto_forwarded) w.boolean(context(14), true);
  if (!h.extensions.empty()) {
    w.constructed(context(15), [&] {
      for (const NewExtension& x : h.extensions) write_extension(w, x);
    });
  }
  return Ok{};
}

}  // namespace

Result<Octets> encode_descriptor(const NewDescriptor& d, Tag tag) {
  Writer w;
  X400_CHECK(write_descriptor(w, tag, d));
  return std::move(w).take();
}

Result<Octets> encode_identifier(const NewIdentifier& id, Tag tag) {
  Writer w;
  X400_CHECK(write_identifier(w, tag, id));
  return std::move(w).take();
}

Result<Octets> encode_heading(const NewHeading& h) {
  Writer w;
  Status status = write_constructed(w, tags::set, [&]() -> Status {
    X400_CHECK(write_identifier(w, ber::application(11), h.this_ipm));
    X400_CHECK(write_people(w, h));
    X400_CHECK(write_references(w, h));
    return write_rest(w, h);
  });
  return taken(std::move(w), std::move(status));
}

NewExtension authorization_time(asn1::Time time) {
  Writer w;
  w.primitive(tags::generalized_time, asn1::generalized_time(time));
  return {ext::authorization_time, std::move(w).take()};
}

NewExtension auto_submitted(int kind) {
  Writer w;
  w.integer(tags::enumerated, kind);
  return {ext::auto_submitted, std::move(w).take()};
}

NewExtension precedence_policy(const ber::Oid& policy) {
  Writer w;
  w.oid(policy);
  return {ext::precedence_policy_identifier, std::move(w).take()};
}

Result<NewExtension> extended_subject(std::string_view utf8) {
  X400_TRY(value, encoded_bmp_set(utf8, ub_extended_subject, "extended subject"));
  return NewExtension{ext::extended_subject, std::move(value)};
}

Result<NewExtension> originators_reference(std::string_view utf8) {
  X400_TRY(value, encoded_bmp_set(utf8, ub_reference, "originator's reference"));
  return NewExtension{ext::originators_reference, std::move(value)};
}

Result<NewExtension> languages(const std::vector<std::string>& codes) {
  Writer w;
  Status status = write_constructed(w, tags::set, [&]() -> Status {
    for (const std::string& c : codes) {
      X400_CHECK(check_printable(c, 5, "language"));
      if (c.size() != 2 && c.size() != 5) return invalid("language '" + c + "'");
      w.primitive(tags::printable_string, c);
    }
    return Ok{};
  });
  X400_TRY(value, taken(std::move(w), std::move(status)));
  return NewExtension{ext::languages, std::move(value)};
}

}  // namespace x400::content
