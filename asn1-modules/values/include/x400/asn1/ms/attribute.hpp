// Attributes as they travel: `Attribute ::= SEQUENCE { type, values SEQUENCE OF }`, and the entries that
// carry them.
//
// Attributes stay encoded. The store keeps whole Attribute TLVs and hands them to a result encoder; a client
// reads views.
//
//   Octets priority = encode_attribute(oids::attribute::priority, {value_tlv});
//   EntryInformation e{.sequence_number = 7, .attributes = {priority}};      // views: priority must live on
//
// A large content needs no copy: give its Attribute in two pieces, the head from
// octet_string_attribute_head() and the content's own octets.
//
// Lifetime: views borrow from the octets they were made from. Threads: values.
#pragma once

#include <optional>
#include <vector>

#include "x400/asn1/gather.hpp"
#include "x400/asn1/ms/types.hpp"

namespace x400::asn1::ms {

/// One attribute read: views into its encoding.
struct AttributeView {
  ber::Oid type;
  View encoded;              ///< the whole Attribute
  std::vector<View> values;  ///< each a whole TLV, in their order
};

/// `encoded` must be exactly one Attribute. Errors: truncated, malformed (also no value, trailing octets).
Result<AttributeView> read_attribute(View encoded);
Result<AttributeView> read_attribute(Octets&&) = delete;
/// A run of zero or more Attributes. Errors as above.
Result<std::vector<AttributeView>> read_attributes(View run);
Result<std::vector<AttributeView>> read_attributes(Octets&&) = delete;

/// `values`: at least one, each a whole TLV.
Octets encode_attribute(const ber::Oid& type, const std::vector<View>& values);
/// All of an Attribute with the one value OCTET STRING of `size` octets, except those octets.
Octets octet_string_attribute_head(const ber::Oid& type, std::size_t size);

/// How many values an attribute has that was cut by `count` (1994).
struct AttributeValueCount {
  ber::Oid type;
  std::uint32_t total = 0;
  friend bool operator==(const AttributeValueCount&, const AttributeValueCount&) = default;
};

/// What a List, Fetch or Alert says about one entry.
struct EntryInformation {
  SequenceNumber sequence_number = 0;
  /// To encode: pieces that joined are zero or more whole Attributes; each is sent from where it lies.
  /// Decoded: one view an Attribute, each checked, to be given to read_attribute().
  std::vector<View> attributes;
  /// Left out in 1988 contexts.
  std::vector<AttributeValueCount> value_count_exceeded;

  /// The attribute of that type. Of a decoded value only. Nothing: not there.
  std::optional<AttributeView> find(const ber::Oid& type) const;
};

/// Size and octets of an EntryInformation; encode() of the results use them.
std::size_t encoded_size(const EntryInformation& entry, Edition edition);
void append(Gather& out, const EntryInformation& entry, Edition edition);
/// Errors: truncated, malformed.
Result<EntryInformation> read_entry_information(View encoded);
Result<EntryInformation> read_entry_information(Octets&&) = delete;

}  // namespace x400::asn1::ms
