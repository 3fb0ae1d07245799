#include "x400/asn1/mts/security_label.hpp"

#include "MtsSecurityCategory.h"
#include "MtsSecurityLabel.h"
#include "codec.hpp"
#include "mts/convert.hpp"

namespace x400::asn1::mts {

Result<SecurityLabel> SecurityLabel::decode(View octets) {
  X400_TRY(from, codec::decode_type<MtsSecurityLabel_t>(asn_DEF_MtsSecurityLabel, octets, "security label"));
  SecurityLabel to;
  if (from->policy != nullptr) {
    X400_TRY(oid, convert::oid(*from->policy));
    to.policy = std::move(oid);
  }
  to.classification = convert::number(from->classification);
  to.privacy_mark = convert::text(from->privacy_mark).value_or("");
  if (from->categories == nullptr) return to;
  for (const auto* item : codec::items(*from->categories)) {
    X400_TRY(type, convert::oid(item->type));
    X400_TRY(value, codec::inside(ber::read_one(codec::octets_of(item->value))));
    to.categories.push_back({std::move(type), to_octets(value.whole)});
  }
  return to;
}

Octets SecurityLabel::encode() const {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    if (classification) w.integer(ber::tags::integer, *classification);
    if (policy) w.oid(*policy);
    if (!categories.empty())
      w.constructed(ber::tags::set, [&] {
        for (const Category& c : categories)
          w.constructed(ber::tags::sequence, [&] {
            w.oid(ber::context(0), c.type);
            w.constructed(ber::context(1), [&] { w.raw(c.value); });
          });
      });
    if (!privacy_mark.empty()) w.primitive(ber::tags::printable_string, privacy_mark);
  });
  return std::move(w).take();
}

}  // namespace x400::asn1::mts
