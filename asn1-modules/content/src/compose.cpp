#include "x400/content/compose.hpp"

#include <algorithm>

#include "compose_util.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/content/forwarded.hpp"
#include "x400/content/text_parts.hpp"

namespace x400::content {
namespace {

namespace tags = ber::tags;
namespace eit = asn1::oids::eit;
using ber::context;
using ber::Writer;

// X.420 upper bounds: auto-forward-comment and supplementary information.
constexpr std::size_t ub_comment = 256, ub_supplementary = 256;

void add(std::vector<ber::Oid>& to, const ber::Oid& one) {
  if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
}

const ber::Oid* simple_eit(PartKind kind) {
  switch (kind) {
    case PartKind::ia5_text: return &eit::ia5_text;
    case PartKind::g3_facsimile: return &eit::g3_facsimile;
    case PartKind::g4_class1: return &eit::g4_class_1;
    case PartKind::teletex: return &eit::teletex;
    case PartKind::videotex: return &eit::videotex;
    case PartKind::mixed_mode: return &eit::mixed_mode;
    case PartKind::file_transfer: return &eit::ipm_file_transfer;
    case PartKind::voice: return &eit::ipm_voice;
    default: return nullptr;
  }
}

bool carries_message(PartKind kind) {
  return kind == PartKind::message || kind == PartKind::mm_message || kind == PartKind::forwarded_content ||
         kind == PartKind::notification || kind == PartKind::report;
}

void collect_eits(const Ipm& ipm, std::vector<ber::Oid>& out) {
  for (const BodyPart& part : ipm.body) {
    if (part.kind == PartKind::general_text) {
      const auto sets = character_sets(part);
      if (!sets.ok()) continue;
      for (const std::int64_t n : *sets) add(out, eit::character_set.child(static_cast<std::uint32_t>(n)));
    } else if (const ber::Oid* simple = simple_eit(part.kind)) {
      add(out, *simple);
    } else if (!carries_message(part.kind)) {
      add(out, eit::unknown);
    }
  }
}

bool is_new_since_1984(const Ipm& ipm) {
  if (ipm.heading.field(HeadingField::extensions)) return true;
  for (const HeadingField f : {HeadingField::primary_recipients, HeadingField::copy_recipients,
                               HeadingField::blind_copy_recipients}) {
    const auto recipients = ipm.heading.recipients(f);
    if (!recipients.ok()) return true;
    for (const RecipientSpecifier& r : *recipients)
      if (!r.extensions.all().empty()) return true;
  }
  return std::any_of(ipm.body.begin(), ipm.body.end(), [](const BodyPart& p) { return p.extended; });
}

Status write_common(Writer& w, const NewNotification& n) {
  X400_TRY(id, ber::read_one(n.subject_ipm));
  w.raw(Field(id, ber::application(11)).encoded());
  return Ok{};
}

// The common fields behind the choice, which comes first in the order of tags.
Status write_people(Writer& w, const NewNotification& n) {
  if (n.originator) {
    X400_TRY(d, encode_descriptor(*n.originator, context(1)));
    w.raw(d);
  }
  if (n.intended_recipient.empty()) return Ok{};
  X400_TRY(d, ber::read_one(n.intended_recipient));
  w.raw(Field(d, context(2)).encoded());
  return Ok{};
}

// choice [0] EXPLICIT around `kind`, whose members `fields` writes.
template <class F>
Result<Octets> compose_notification(const NewNotification& n, std::uint32_t kind, F&& fields) {
  Writer w;
  Status status = write_constructed(w, context(1), [&]() -> Status {
    X400_CHECK(write_common(w, n));
    Status choice = write_constructed(
        w, context(0), [&] { return write_constructed(w, context(kind), [&] { return fields(w); }); });
    X400_CHECK(choice);
    return write_people(w, n);
  });
  return taken(std::move(w), std::move(status));
}

Status write_returned(Writer& w, View returned) {
  if (returned.empty()) return Ok{};
  X400_TRY(e, ber::read_one(returned));
  if (e.tag != context(0)) return Error(ErrorKind::malformed, "returned content is no message");
  w.raw(Field(e, context(3)).encoded());
  return Ok{};
}

}  // namespace

Result<Octets> compose_ipm(const NewHeading& heading, const std::vector<Octets>& parts) {
  X400_TRY(head, encode_heading(heading));
  std::size_t body = 0;
  for (const Octets& p : parts) body += p.size();
  const std::size_t inside = head.size() + ber::value_size(tags::sequence, body);
  Writer w(ber::value_size(context(0), inside));
  w.header(context(0), true, inside);
  w.raw(head);
  w.header(tags::sequence, true, body);
  for (const Octets& p : parts) w.raw(p);
  return std::move(w).take();
}

Result<Format> content_format(View content) {
  X400_TRY(object, InformationObject::read(content));
  if (object.ipn() != nullptr) return object.ipn()->kind() == Ipn::Kind::other ? Format::p22 : Format::p2;
  if (is_new_since_1984(*object.ipm())) return Format::p22;
  for (const Forwarded& f : forwarded_messages(*object.ipm()))
    if (f.ipm && is_new_since_1984(*f.ipm)) return Format::p22;
  return Format::p2;
}

std::vector<ber::Oid> encoded_information_types(const Ipm& ipm) {
  std::vector<ber::Oid> out;
  collect_eits(ipm, out);
  for (const Forwarded& f : forwarded_messages(ipm))
    if (f.ipm) collect_eits(*f.ipm, out);
  return out;
}

Result<Octets> compose_receipt(const NewNotification& n, asn1::Time receipt_time, bool automatic) {
  X400_CHECK(check_printable(n.supplementary_info, ub_supplementary, "supplementary information"));
  return compose_notification(n, 1, [&](Writer& w) -> Status {
    w.primitive(context(0), asn1::utc_time(receipt_time));
    if (automatic) w.integer(context(1), 1);
    if (!n.supplementary_info.empty()) w.primitive(context(2), n.supplementary_info);
    return Ok{};
  });
}

Result<Octets> compose_discarded(const NewNotification& n, DiscardReason reason, View returned) {
  return compose_notification(n, 0, [&](Writer& w) -> Status {
    w.integer(context(0), 0);
    w.integer(context(1), static_cast<int>(reason));
    return write_returned(w, returned);
  });
}

Result<Octets> compose_auto_forwarded(const NewNotification& n, std::string_view comment, View returned) {
  X400_CHECK(check_printable(comment, ub_comment, "auto-forward comment"));
  return compose_notification(n, 0, [&](Writer& w) -> Status {
    w.integer(context(0), 1);
    if (!comment.empty()) w.primitive(context(2), comment);
    return write_returned(w, returned);
  });
}

}  // namespace x400::content
