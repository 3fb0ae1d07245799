#include "register_parts.hpp"

#include "convert.hpp"
#include "writing.hpp"

namespace x400::asn1::ms {

using namespace ber;

namespace {

constexpr std::array<bool RegistrationTypes::*, 6> bits = {
    &RegistrationTypes::auto_actions,        &RegistrationTypes::list_defaults,
    &RegistrationTypes::fetch_defaults,      &RegistrationTypes::ua_registrations,
    &RegistrationTypes::submission_defaults, &RegistrationTypes::message_groups};

// A named bit list: trailing zero bits are not sent.
std::optional<Bits> to_bits(const RegistrationTypes& types) {
  unsigned octet = 0, last = 0;
  for (unsigned i = 0; i < bits.size(); ++i)
    if (types.*bits[i]) {
      octet |= 0x80U >> i;
      last = i;
    }
  if (octet == 0) return std::nullopt;
  return Bits{{static_cast<std::uint8_t>(octet)}, 7 - last};
}

Result<MessageGroupsRestriction> restriction(const MsGroupsRestriction_t& value) {
  MessageGroupsRestriction r;
  if (value.parent_group != nullptr) {
    X400_TRY(name, convert::group_name(*value.parent_group));
    r.parent = std::move(name);
  }
  r.immediate_descendants_only =
      value.immediate_descendants_only == nullptr || *value.immediate_descendants_only != 0;
  r.omit_descriptors = value.omit_descriptors == nullptr || *value.omit_descriptors != 0;
  return r;
}

}  // namespace

void write(Writer& w, const RegistrationTypes& types) {
  w.constructed(tags::set, [&] {
    if (const auto set = to_bits(types)) tagged(w, 0, [&] { w.bits(tags::bit_string, *set); });
    if (!types.extended.empty()) write_oids(w, 1, tags::set, types.extended);
    if (!types.restrict_message_groups) return;
    const auto& r = *types.restrict_message_groups;
    tagged(w, 2, [&] {
      w.constructed(tags::set, [&] {
        if (r.parent) tagged(w, 0, [&] { write(w, *r.parent); });
        if (!r.immediate_descendants_only) tagged(w, 1, [&] { w.boolean(tags::boolean, false); });
        if (!r.omit_descriptors) tagged(w, 2, [&] { w.boolean(tags::boolean, false); });
      });
    });
  });
}

Result<RegistrationTypes> registration_types(const MsRegistrationTypes_t& value) {
  RegistrationTypes types;
  if (value.registrations != nullptr && value.registrations->size > 0)
    for (unsigned i = 0; i < bits.size(); ++i)
      types.*bits[i] = (value.registrations->buf[0] & (0x80U >> i)) != 0;
  X400_TRY(extended, convert::oids_if(value.extended));
  types.extended = std::move(extended);
  if (value.restrict_message_groups != nullptr) {
    X400_TRY(r, restriction(*value.restrict_message_groups));
    types.restrict_message_groups = std::move(r);
  }
  return types;
}

Result<RegistrationTypes> read_registration_types(const Element& e) {
  X400_TRY(raw, codec::decode_type<MsRegistrationTypes_t>(asn_DEF_MsRegistrationTypes, e.whole,
                                                          "RegistrationTypes"));
  return registration_types(*raw);
}

}  // namespace x400::asn1::ms
