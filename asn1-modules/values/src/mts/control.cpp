#include "x400/asn1/mts/control.hpp"

#include "MtsControls.h"
#include "MtsWaiting.h"
#include "codec.hpp"
#include "mts/convert.hpp"
#include "mts/writing.hpp"

namespace x400::asn1::mts {
namespace {

using ber::context;

Operations to_operations(const BIT_STRING_t* bits) { return {convert::bit(bits, 0), convert::bit(bits, 1)}; }

ber::Bits bits_of(const Operations& o) { return writing::bits({o.probe_or_report, o.message}); }

Result<std::vector<ContentType>> to_content_types(const MtsContentTypes_t* from) {
  std::vector<ContentType> to;
  if (from == nullptr) return to;
  for (const auto* item : codec::items(*from)) {
    X400_TRY(type, convert::content_type(*item));
    to.push_back(std::move(type));
  }
  return to;
}

void write_content_types(ber::Writer& w, const std::vector<ContentType>& types, ber::Tag tag) {
  if (types.empty()) return;
  w.constructed(tag, [&] {
    for (const ContentType& type : types) writing::content_type(w, type);
  });
}

Result<Octets> to_permissible_eits(const MtsPermissibleEits_t* from) {
  if (from == nullptr) return Octets();
  if (from->present == MtsPermissibleEits_PR_of_1988)
    return convert::with_tag(ber::application(5), from->choice.of_1988);
  return convert::with_tag(ber::tags::sequence, from->choice.of_1994);
}

}  // namespace

Octets Controls::encode() const {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    if (!restrict) w.boolean(context(0), false);
    if (permissible_operations) w.bits(context(1), bits_of(*permissible_operations));
    writing::optional_number(w, permissible_maximum_content_length, context(2));
    if (permissible_lowest_priority) writing::priority(w, *permissible_lowest_priority);
    write_content_types(w, permissible_content_types, context(4));
    w.raw(permissible_eits);
    writing::values(w, permissible_security_context, context(5));
    extensions.write(w, context(6));
  });
  return std::move(w).take();
}

Result<Controls> Controls::decode(View octets) {
  X400_TRY(from, codec::decode_type<MtsControls_t>(asn_DEF_MtsControls, octets, "controls"));
  Controls to;
  X400_TRY(types, to_content_types(from->permissible_content_types));
  X400_TRY(eits, to_permissible_eits(from->permissible_eits));
  X400_TRY(extensions, convert::extensions(from->extensions));
  to.restrict = from->restricted == nullptr || *from->restricted != 0;
  if (from->permissible_operations != nullptr)
    to.permissible_operations = to_operations(from->permissible_operations);
  to.permissible_maximum_content_length = convert::number(from->permissible_maximum_content_length);
  if (from->permissible_lowest_priority != nullptr)
    to.permissible_lowest_priority = convert::priority(from->permissible_lowest_priority);
  to.permissible_content_types = std::move(types);
  to.permissible_eits = std::move(eits);
  to.permissible_security_context = convert::values(from->permissible_security_context);
  to.extensions = std::move(extensions);
  return to;
}

Octets Waiting::encode() const {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    if (waiting_operations != Operations()) w.bits(context(0), bits_of(waiting_operations));
    if (long_content || low_priority || other_security_labels)
      w.bits(context(1), writing::bits({long_content, low_priority, other_security_labels}));
    write_content_types(w, waiting_content_types, context(2));
    writing::optional_eits(w, waiting_eits);
    extensions.write(w, context(6));
  });
  return std::move(w).take();
}

Result<Waiting> Waiting::decode(View octets) {
  X400_TRY(from, codec::decode_type<MtsWaiting_t>(asn_DEF_MtsWaiting, octets, "control result"));
  Waiting to;
  X400_TRY(types, to_content_types(from->content_types));
  X400_TRY(eits, convert::eits(from->eits));
  X400_TRY(extensions, convert::extensions(from->extensions));
  to.waiting_operations = to_operations(from->operations);
  to.long_content = convert::bit(from->messages, 0);
  to.low_priority = convert::bit(from->messages, 1);
  to.other_security_labels = convert::bit(from->messages, 2);
  to.waiting_content_types = std::move(types);
  to.waiting_eits = std::move(eits);
  to.extensions = std::move(extensions);
  return to;
}

}  // namespace x400::asn1::mts
