// From members of the generated types to the values of the MTS. Sources of src/mts only.
#pragma once

#include <optional>
#include <string>

#include "ANY.h"
#include "BIT_STRING.h"
#include "MtsContentType.h"
#include "MtsExtensions.h"
#include "MtsTime.h"
#include "codec.hpp"
#include "x400/asn1/mts/extension.hpp"
#include "x400/asn1/mts/fields.hpp"
#include "x400/asn1/mts/identifier.hpp"
#include "x400/asn1/or_name.hpp"

namespace x400::asn1::mts::convert {

/// The TLV of which an ANY member under an explicit tag holds the contents. Error: malformed (the contents
/// are no run of whole values).
Result<Octets> with_tag(ber::Tag tag, const ANY_t& contents);

Result<EncodedORName> or_name(const ANY_t& contents);
Result<std::optional<EncodedORName>> or_name(const ANY_t* contents);
Result<MTSIdentifier> identifier(const ANY_t& contents);
Result<EncodedInformationTypes> eits(const ANY_t& contents);
Result<std::optional<EncodedInformationTypes>> eits(const ANY_t* contents);

Result<Extensions> extensions(const MtsExtensions_t* set);
std::vector<Octets> values(const auto* list) {
  std::vector<Octets> out;
  if (list != nullptr)
    for (const auto* item : codec::items(*list)) out.push_back(to_octets(codec::octets_of(*item)));
  return out;
}

/// ub-recipients of X.411 annex B. A value of an O/R name is many times its octets, so it holds on input.
inline constexpr int most_recipients = 32767;
/// Error: limit.
Status check_recipients(int count);

Result<ber::Oid> oid(const OBJECT_IDENTIFIER_t& value);
/// MtsContentType or MtsDeliveredContentType: same members, other tags.
template <class Choice>
Result<ContentType> content_type(const Choice& choice) {
  // The built-in alternative is the first of both.
  if (static_cast<int>(choice.present) == 1) return ContentType{std::int64_t{choice.choice.built_in}};
  X400_TRY(value, oid(choice.choice.extended));
  return ContentType{std::move(value)};
}

std::optional<std::string> text(const auto* string) {
  if (string == nullptr) return std::nullopt;
  return codec::text_of(*string);
}
UtcTime time(const MtsTime_t& value);
std::optional<std::int64_t> number(const long* value);
Priority priority(const long* value);
/// Whether a bit is set; unused bits are not counted, as senders err there.
bool bit(const BIT_STRING_t* bits, std::size_t n);

}  // namespace x400::asn1::mts::convert
