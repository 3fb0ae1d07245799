#include "x400/content/forwarded.hpp"

#include "x400/asn1/oids.hpp"

namespace x400::content {
namespace {

namespace tags = ber::tags;
namespace et = asn1::oids::body_part;

// MessageParameters, MMMessageParameters and ForwardedContentParameters agree in these tags.
Status take_parameters(const BodyPart& part, Forwarded& f) {
  if (!part.parameters) return Ok{};
  ber::Reader r(part.parameters->contents());
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == ber::context(0)) f.delivery_time = Field(e, tags::utc_time);
    if (e.tag == ber::context(1)) f.delivery_envelope = Field(e, tags::set);
    if (e.tag == ber::context(2)) f.delivery_identifier = Field(e, ber::application(4));
  }
  return Ok{};
}

Status take_ipm(const BodyPart& part, Format format, Forwarded& f) {
  f.format = format;
  f.content_type = *content_type_oid(format);
  f.content = Field(part.data->element(), ber::context(0));
  X400_TRY(ipm, Ipm::read(*part.data));
  f.ipm = std::move(ipm);
  return Ok{};
}

Status take_ipn(const BodyPart& part, Forwarded& f) {
  f.content_type = *content_type_oid(f.format);
  f.content = Field(part.data->element(), ber::context(1));
  X400_TRY(ipn, Ipn::read(*part.data));
  f.ipn = std::move(ipn);
  return Ok{};
}

Status read_nested(View octets, Forwarded& f) {
  X400_TRY(e, ber::read_one(octets));
  f.content = Field(e);
  X400_TRY(object, InformationObject::read(octets));
  if (const Ipm* m = object.ipm()) f.ipm = *m;
  if (const Ipn* n = object.ipn()) f.ipn = *n;
  return Ok{};
}

// The type's OID is et-content followed by the content type's own arcs. Its first two arcs are apart
// there, while a real OID has them in one octet (X.690 8.19.4).
Result<ber::Oid> nested_content_type(const ber::Oid& type) {
  const std::string prefix = et::et_content.to_string() + ".";
  const std::string text = type.to_string();
  if (text.compare(0, prefix.size(), prefix) != 0)
    return Error(ErrorKind::malformed, "content body part without a content type: " + text);
  return ber::Oid::parse(text.substr(prefix.size()));
}

Status take_content(const BodyPart& part, Forwarded& f) {
  X400_TRY(type, nested_content_type(*part.type));
  f.format = format_of(type);
  f.content_type = std::move(type);
  const ber::Element e = part.data->element();
  if (e.tag != tags::octet_string)
    return Error(ErrorKind::malformed, "content body part holds " + to_string(e.tag));
  f.opaque = e.content;
  f.joined = part.joined_data;
  if (e.constructed) {
    X400_TRY(octets, ber::read_octets(e));
    f.joined = std::make_shared<const Octets>(std::move(octets));
    f.opaque = *f.joined;
  }
  // Unreadable as what its type promises: kept opaque, as a main message would be.
  if (interpersonal(f.format) && !read_nested(f.opaque, f).ok()) f.content = Field();
  return Ok{};
}

class Collector {
 public:
  explicit Collector(std::size_t deepest) : deepest_(deepest) {}

  void collect(const Ipm& ipm, std::size_t parent, std::size_t level) {
    if (level > deepest_) return;
    for (std::size_t i = 0; i < ipm.body.size() && out_.size() < max_forwarded; ++i) {
      auto one = forwarded_message(ipm.body[i]);
      if (one.ok() && one->has_value()) take(std::move(**one), parent, i + 1, level);
    }
  }

  std::vector<Forwarded> take_all() && { return std::move(out_); }

 private:
  void take(Forwarded f, std::size_t parent, std::size_t position, std::size_t level) {
    parts_ += f.ipm ? f.ipm->body.size() : 0;
    if (parts_ > max_members) return;
    f.parent = parent;
    f.position = position;
    f.depth = level;
    const std::size_t at = out_.size();
    out_.push_back(std::move(f));
    if (!out_[at].ipm) return;
    const Ipm inner = *out_[at].ipm;  // a copy (of views), since the list moves as it grows
    collect(inner, at, level + 1);
  }

  std::size_t deepest_;
  std::size_t parts_ = 0;
  std::vector<Forwarded> out_;
};

}  // namespace

Result<std::optional<Forwarded>> forwarded_message(const BodyPart& part) {
  Forwarded f;
  f.part = part.kind;
  const bool carries = part.kind == PartKind::message || part.kind == PartKind::mm_message ||
                       part.kind == PartKind::forwarded_content || part.kind == PartKind::notification;
  if (!carries) return std::optional<Forwarded>();
  if (!part.data) return Error(ErrorKind::malformed, part.broken.empty() ? "no data" : part.broken);
  f.joined = part.joined_data;
  X400_CHECK(take_parameters(part, f));
  switch (part.kind) {
    case PartKind::message: X400_CHECK(take_ipm(part, Format::p22, f)); break;
    case PartKind::mm_message: X400_CHECK(take_ipm(part, Format::p772, f)); break;
    case PartKind::notification: X400_CHECK(take_ipn(part, f)); break;
    default: X400_CHECK(take_content(part, f)); break;
  }
  return std::optional<Forwarded>(std::move(f));
}

std::vector<Forwarded> forwarded_messages(const Ipm& ipm, std::size_t depth) {
  Collector c(depth);
  c.collect(ipm, Forwarded::no_parent, 1);
  return std::move(c).take_all();
}

}  // namespace x400::content
