#include "x400/content/heading.hpp"

#include <string_view>

#include "take_extension.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/asn1/text.hpp"
#include "x400/content/ipm_extensions.hpp"
#include "x400/content/military.hpp"

namespace x400::content {
namespace {

using ber::Tag;
namespace tags = ber::tags;

struct Shape {
  std::string_view name;
  Tag type;
  bool constructed;
};

// By HeadingField.
constexpr std::array<Shape, heading_fields> shapes{{
    {"originator", tags::set, true},
    {"authorizing-users", tags::sequence, true},
    {"primary-recipients", tags::sequence, true},
    {"copy-recipients", tags::sequence, true},
    {"blind-copy-recipients", tags::sequence, true},
    {"replied-to-IPM", ber::application(11), true},
    {"obsoleted-IPMs", tags::sequence, true},
    {"related-IPMs", tags::sequence, true},
    {"subject", tags::teletex_string, true},  // the tag is explicit, so its outside is constructed
    {"expiry-time", tags::utc_time, false},
    {"reply-time", tags::utc_time, false},
    {"reply-recipients", tags::sequence, true},
    {"importance", tags::enumerated, false},
    {"sensitivity", tags::enumerated, false},
    {"auto-forwarded", tags::boolean, false},
    {"extensions", tags::set, true},
    {"this-IPM", ber::application(11), true},
}};

std::size_t index(HeadingField f) { return static_cast<std::size_t>(f); }

std::optional<HeadingField> field_of(Tag tag) {
  if (tag == ber::application(11)) return HeadingField::this_ipm;
  if (tag.cls == ber::Class::context && tag.number < index(HeadingField::this_ipm))
    return static_cast<HeadingField>(tag.number);
  return std::nullopt;
}

// Times may be constructed strings, so only what must be constructed is looked at.
Result<Field> take(HeadingField f, const ber::Element& e) {
  const Shape& shape = shapes[index(f)];
  if (shape.constructed && !e.constructed)
    return Error(ErrorKind::malformed, std::string(shape.name) + " is primitive");
  if (f != HeadingField::subject) return Field(e, shape.type);
  auto inner = ber::read_one(e.content);
  if (!inner.ok()) return inner.error().in("subject");
  return Field(*inner);
}

Error in_field(const Error& e, HeadingField f) { return e.in(shapes[index(f)].name); }

template <class T>
Status status_of(const Result<T>& r, HeadingField f) {
  if (r.ok()) return Ok{};
  return in_field(r.error(), f);
}

Status check_name(const std::optional<Field>& or_name, HeadingField f) {
  if (!or_name) return Ok{};
  return status_of(asn1::ORName::decode(or_name->received()), f);
}

// All elements of a list, each by `read`.
template <class T>
Result<std::vector<T>> read_list(const Heading& h, HeadingField list, Result<T> (*read)(const Field&)) {
  X400_TRY(members, h.members(list));
  std::vector<T> out;
  out.reserve(members.size());
  for (const Field& f : members) {
    auto one = read(f);
    if (!one.ok()) return in_field(one.error(), list);
    out.push_back(std::move(one).value());
  }
  return out;
}

Status want(const Field& f, Tag type, const char* what) {
  if (f.type() == type && f.constructed()) return Ok{};
  return Error(ErrorKind::malformed, std::string(what) + " is " + to_string(f.type()));
}

NotificationRequests requests_of(const ber::Bits& b) {
  return {b.test(0), b.test(1), b.test(2), b.test(3), b.test(4)};
}

}  // namespace

Result<IpmIdentifier> read_ipm_identifier(const Field& f) {
  X400_CHECK(want(f, ber::application(11), "IPM identifier"));
  IpmIdentifier id;
  bool local = false;
  ber::Reader r(f.contents());
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == ber::application(0) && !id.user) {
      id.user = Field(e);
    } else if (e.tag == tags::printable_string && !local) {
      X400_TRY(text, ber::read_chars(e));
      id.local = std::move(text);
      local = true;
    } else {
      return Error(ErrorKind::malformed, to_string(e.tag) + " in an IPM identifier");
    }
  }
  if (!local) return Error(ErrorKind::malformed, "IPM identifier without its user-relative part");
  return id;
}

Result<OrDescriptor> read_or_descriptor(const Field& f) {
  X400_CHECK(want(f, tags::set, "O/R descriptor"));
  OrDescriptor d;
  ber::Reader r(f.contents());
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == ber::application(0) && !d.formal_name)
      d.formal_name = Field(e);
    else if (e.tag == ber::context(0) && !d.free_form_name)
      d.free_form_name = Field(e, tags::teletex_string);
    else if (e.tag == ber::context(1) && !d.telephone_number)
      d.telephone_number = Field(e, tags::printable_string);
    else
      return Error(ErrorKind::malformed, to_string(e.tag) + " in an O/R descriptor");
  }
  return d;
}

Result<RecipientSpecifier> read_recipient_specifier(const Field& f) {
  X400_CHECK(want(f, tags::set, "recipient specifier"));
  RecipientSpecifier out;
  bool found = false;
  ber::Reader r(f.contents());
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == ber::context(0) && !found) {
      found = true;
      out.descriptor = Field(e, tags::set);
      X400_TRY(d, read_or_descriptor(out.descriptor));
      out.recipient = d;
    } else if (e.tag == ber::context(1)) {
      X400_TRY(bits, ber::read_bits(e));
      out.notify = requests_of(bits);
    } else if (e.tag == ber::context(2)) {
      X400_TRY(flag, ber::read_boolean(e));
      out.reply_requested = flag;
    } else if (e.tag == ber::context(3)) {
      X400_TRY(x, Extensions::read(Field(e, tags::set)));
      out.extensions = std::move(x);
    } else {
      return Error(ErrorKind::malformed, to_string(e.tag) + " in a recipient specifier");
    }
  }
  if (!found) return Error(ErrorKind::malformed, "recipient specifier without a recipient");
  return out;
}

Result<std::optional<std::int64_t>> RecipientSpecifier::precedence() const {
  const auto value = extensions.value(asn1::oids::ipm_extension::precedence);
  if (!value) return std::optional<std::int64_t>();
  X400_TRY(n, read_number(*value));
  return std::optional<std::int64_t>(n);
}

Result<Heading> Heading::read(const Field& set) {
  X400_CHECK(want(set, tags::set, "heading"));
  Heading h;
  h.whole_ = set;
  ber::Reader r(set.contents());
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    const auto f = field_of(e.tag);
    if (!f) continue;
    auto& slot = h.fields_[index(*f)];
    if (slot) return Error(ErrorKind::malformed, std::string(shapes[index(*f)].name) + " twice in a heading");
    X400_TRY(value, take(*f, e));
    slot = value;
  }
  if (const auto& x = h.field(HeadingField::extensions)) {
    auto read = Extensions::read(*x);
    if (!read.ok()) return in_field(read.error(), HeadingField::extensions);
    h.extensions_ = std::move(read).value();
  }
  return h;
}

Result<std::vector<Field>> Heading::members(HeadingField f) const {
  const auto& list = field(f);
  if (!list) return std::vector<Field>();
  auto out = list->members();
  if (!out.ok()) return in_field(out.error(), f);
  return out;
}

Result<std::optional<IpmIdentifier>> Heading::identifier(HeadingField f) const {
  if (!field(f)) return std::optional<IpmIdentifier>();
  auto id = read_ipm_identifier(*field(f));
  if (!id.ok()) return in_field(id.error(), f);
  return std::optional<IpmIdentifier>(std::move(id).value());
}

Result<std::optional<OrDescriptor>> Heading::originator() const {
  const auto& f = field(HeadingField::originator);
  if (!f) return std::optional<OrDescriptor>();
  auto d = read_or_descriptor(*f);
  if (!d.ok()) return in_field(d.error(), HeadingField::originator);
  return std::optional<OrDescriptor>(*d);
}

Result<std::vector<RecipientSpecifier>> Heading::recipients(HeadingField list) const {
  return read_list(*this, list, read_recipient_specifier);
}

Result<std::vector<OrDescriptor>> Heading::descriptors(HeadingField list) const {
  return read_list(*this, list, read_or_descriptor);
}

Result<std::vector<IpmIdentifier>> Heading::identifiers(HeadingField list) const {
  return read_list(*this, list, read_ipm_identifier);
}

Result<std::optional<std::int64_t>> Heading::number(HeadingField f) const {
  if (!field(f)) return std::optional<std::int64_t>();
  auto n = ber::read_integer(field(f)->element());
  if (!n.ok()) return in_field(n.error(), f);
  return std::optional<std::int64_t>(*n);
}

Result<std::int64_t> Heading::importance() const {
  X400_TRY(n, number(HeadingField::importance));
  return n.value_or(1);
}

Result<std::optional<std::int64_t>> Heading::sensitivity() const { return number(HeadingField::sensitivity); }

Result<bool> Heading::auto_forwarded() const {
  const auto& f = field(HeadingField::auto_forwarded);
  if (!f) return false;
  auto flag = ber::read_boolean(f->element());
  if (!flag.ok()) return in_field(flag.error(), HeadingField::auto_forwarded);
  return *flag;
}

Result<std::optional<std::string>> Heading::time(HeadingField f) const {
  if (!field(f)) return std::optional<std::string>();
  auto text = ber::read_chars(field(f)->element());
  if (!text.ok()) return in_field(text.error(), f);
  return std::optional<std::string>(std::move(text).value());
}

Result<std::optional<std::string>> Heading::subject() const {
  const auto& f = field(HeadingField::subject);
  if (!f) return std::optional<std::string>();
  Octets joined;
  auto octets = ber::read_octets(f->element(), joined);
  if (!octets.ok()) return in_field(octets.error(), HeadingField::subject);
  return std::optional<std::string>(asn1::text::from_t61(*octets));
}

Status Heading::check_lists() const {
  using F = HeadingField;
  for (const F f : {F::primary_recipients, F::copy_recipients, F::blind_copy_recipients}) {
    X400_TRY(all, recipients(f));
    for (const RecipientSpecifier& one : all) {
      X400_CHECK(check_name(one.recipient.formal_name, f));
      X400_CHECK(status_of(one.precedence(), f));
    }
  }
  for (const F f : {F::authorizing_users, F::reply_recipients}) {
    X400_TRY(all, descriptors(f));
    for (const OrDescriptor& one : all) X400_CHECK(check_name(one.formal_name, f));
  }
  for (const F f : {F::obsoleted_ipms, F::related_ipms}) {
    X400_TRY(all, identifiers(f));
    for (const IpmIdentifier& one : all) X400_CHECK(check_name(one.user, f));
  }
  return Ok{};
}

Status Heading::check_values() const {
  using F = HeadingField;
  X400_TRY(id, this_ipm());
  if (!id) return Error(ErrorKind::malformed, "heading without this-IPM");
  X400_CHECK(check_name(id->user, F::this_ipm));
  X400_TRY(answered, replied_to());
  if (answered) X400_CHECK(check_name(answered->user, F::replied_to_ipm));
  X400_TRY(from, originator());
  if (from) X400_CHECK(check_name(from->formal_name, F::originator));
  X400_CHECK(importance());
  X400_CHECK(sensitivity());
  X400_CHECK(auto_forwarded());
  for (const F f : {F::expiry_time, F::reply_time}) X400_CHECK(time(f));
  return Ok{};
}

Status Heading::check() const {
  X400_CHECK(check_values());
  X400_CHECK(subject());
  X400_CHECK(check_lists());
  X400_CHECK(read_ipm_extensions(extensions_));
  X400_CHECK(read_military_heading(extensions_));
  return Ok{};
}

Result<std::vector<Field>> requestors(const Heading& heading, Request request) {
  using F = HeadingField;
  std::vector<Field> out;
  for (const F list : {F::primary_recipients, F::copy_recipients, F::blind_copy_recipients}) {
    X400_TRY(all, heading.recipients(list));
    for (const RecipientSpecifier& r : all) {
      const bool asked = request == Request::rn    ? r.notify.rn
                         : request == Request::nrn ? r.notify.nrn
                                                   : r.reply_requested;
      if (asked) out.push_back(r.descriptor);
    }
  }
  return out;
}

}  // namespace x400::content
