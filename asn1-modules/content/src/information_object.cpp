#include "x400/content/information_object.hpp"

#include "x400/asn1/or_name.hpp"

namespace x400::content {
namespace {

namespace tags = ber::tags;

Status set_once(std::optional<Field>& slot, Field value, const char* what) {
  if (slot) return Error(ErrorKind::malformed, std::string(what) + " twice in a notification");
  slot = value;
  return Ok{};
}

Status check_name(const std::optional<Field>& or_name) {
  if (or_name) X400_CHECK(asn1::ORName::decode(or_name->received()));
  return Ok{};
}

}  // namespace

Result<Ipm> Ipm::read(const Field& whole) {
  if (!whole.constructed()) return Error(ErrorKind::malformed, "IPM: primitive");
  ber::Reader r(whole.contents());
  X400_TRY(heading, r.next());
  X400_TRY(body, r.expect(tags::sequence));
  X400_CHECK(r.finish());
  Ipm out;
  out.whole = Field(whole.element(), tags::sequence);
  X400_TRY(h, Heading::read(Field(heading)));
  out.heading = std::move(h);
  out.body_field = Field(body);
  X400_TRY(parts, read_body(out.body_field));
  out.body = std::move(parts);
  return out;
}

Status Ipn::take(const ber::Element& e) {
  if (e.tag == ber::application(11)) return set_once(subject_, Field(e), "subject-ipm");
  if (e.tag == ber::application(5)) return set_once(eits_, Field(e), "conversion-eits");
  if (e.tag == ber::context(0)) return take_choice(e);
  if (e.tag == ber::context(1)) return set_once(originator_, Field(e, tags::set), "ipn-originator");
  if (e.tag == ber::context(2)) return set_once(intended_, Field(e, tags::set), "ipm-intended-recipient");
  if (e.tag == ber::context(3)) return set_once(extensions_, Field(e, tags::set), "notification-extensions");
  return Ok{};  // a later edition's field
}

Status Ipn::take_choice(const ber::Element& e) {
  if (!e.constructed) return Error(ErrorKind::malformed, "notification: its choice is primitive");
  X400_TRY(inner, ber::read_one(e.content));
  if (inner.tag.cls != ber::Class::context || inner.tag.number > 2 || !inner.constructed)
    return Error(ErrorKind::malformed, "notification: " + to_string(inner.tag) + " for its kind");
  X400_CHECK(set_once(choice_, Field(inner, tags::set), "choice"));
  kind_ = static_cast<Kind>(inner.tag.number);
  ber::Reader r(inner.content);
  while (!r.at_end()) {
    X400_TRY(field, r.next());
    kind_fields_.push_back(field);
  }
  return Ok{};
}

Result<Ipn> Ipn::read(const Field& whole) {
  if (!whole.constructed()) return Error(ErrorKind::malformed, "IPN: primitive");
  Ipn out;
  out.whole_ = Field(whole.element(), tags::set);
  ber::Reader r(whole.contents());
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    X400_CHECK(out.take(e));
  }
  if (!out.choice_) return Error(ErrorKind::malformed, "notification of no kind");
  return out;
}

std::optional<Field> Ipn::kind_field(std::uint32_t tag, ber::Tag type) const {
  for (const ber::Element& e : kind_fields_)
    if (e.tag == ber::context(tag)) return Field(e, type);
  return std::nullopt;
}

Result<std::optional<std::int64_t>> Ipn::number(Kind kind, std::uint32_t tag, ber::Tag type) const {
  if (kind_ != kind) return std::optional<std::int64_t>();
  const auto f = kind_field(tag, type);
  if (!f) return std::optional<std::int64_t>();
  X400_TRY(n, ber::read_integer(f->element()));
  return std::optional<std::int64_t>(n);
}

Result<std::optional<std::int64_t>> Ipn::non_receipt_reason() const {
  return number(Kind::non_receipt, 0, tags::enumerated);
}

Result<std::optional<std::int64_t>> Ipn::discard_reason() const {
  return number(Kind::non_receipt, 1, tags::enumerated);
}

std::optional<Field> Ipn::auto_forward_comment() const {
  return kind_ == Kind::non_receipt ? kind_field(2, tags::printable_string) : std::nullopt;
}

std::optional<Field> Ipn::returned_ipm() const {
  return kind_ == Kind::non_receipt ? kind_field(3, tags::sequence) : std::nullopt;
}

std::optional<Field> Ipn::receipt_time() const {
  return kind_ == Kind::receipt ? kind_field(0, tags::utc_time) : std::nullopt;
}

Result<std::optional<std::int64_t>> Ipn::acknowledgment_mode() const {
  X400_TRY(mode, number(Kind::receipt, 1, tags::enumerated));
  if (kind_ == Kind::receipt && !mode) return std::optional<std::int64_t>(0);
  return mode;
}

std::optional<Field> Ipn::supplementary_info() const {
  return kind_ == Kind::receipt ? kind_field(2, tags::printable_string) : std::nullopt;
}

std::optional<Field> Ipn::kind_extensions() const {
  if (kind_ == Kind::other) return choice_;
  return kind_field(kind_ == Kind::non_receipt ? 4 : 3, tags::set);
}

Status Ipn::check_kind() const {
  X400_TRY(reason, non_receipt_reason());
  if (kind_ == Kind::non_receipt && !reason)
    return Error(ErrorKind::malformed, "non-receipt without its reason");
  X400_CHECK(discard_reason());
  X400_CHECK(acknowledgment_mode());
  if (kind_ == Kind::receipt) {
    if (!receipt_time()) return Error(ErrorKind::malformed, "receipt without its time");
    X400_CHECK(ber::read_chars(receipt_time()->element()));
  }
  for (const auto& text : {auto_forward_comment(), supplementary_info()})
    if (text) X400_CHECK(ber::read_chars(text->element()));
  if (const auto x = kind_extensions()) X400_CHECK(Extensions::read(*x));
  return Ok{};
}

Status Ipn::check() const {
  if (!subject_) return Error(ErrorKind::malformed, "notification without subject-ipm");
  X400_TRY(id, read_ipm_identifier(*subject_));
  X400_CHECK(check_name(id.user));
  for (const auto& f : {originator_, intended_}) {
    if (!f) continue;
    X400_TRY(d, read_or_descriptor(*f));
    X400_CHECK(check_name(d.formal_name));
  }
  if (extensions_) X400_CHECK(Extensions::read(*extensions_));
  return check_kind();
}

Result<InformationObject> InformationObject::read(View content) {
  X400_TRY(e, ber::read_one(content));
  if (e.tag == ber::context(0)) {
    X400_TRY(ipm, Ipm::read(Field(e, tags::sequence)));
    return InformationObject(std::move(ipm));
  }
  if (e.tag == ber::context(1)) {
    X400_TRY(ipn, Ipn::read(Field(e, tags::set)));
    return InformationObject(std::move(ipn));
  }
  return Error(ErrorKind::malformed, to_string(e.tag) + " is no interpersonal message");
}

int InformationObject::entry_type() const {
  const Ipn* n = ipn();
  if (n == nullptr) return 0;
  switch (n->kind()) {
    case Ipn::Kind::receipt: return 1;
    case Ipn::Kind::non_receipt: return 2;
    case Ipn::Kind::other: return 3;
  }
  return 3;
}

Status InformationObject::check() const {
  if (const Ipm* m = ipm()) return m->heading.check();
  return ipn()->check();
}

}  // namespace x400::content
