// Encoding of the fields that several PDUs share. Sources of src/mts only.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "x400/asn1/mts/fields.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/ber/writer.hpp"

namespace x400::asn1::mts::writing {

/// Cuts trailing zero bits: BIT STRINGs with named bits are sent without them (X.690 11.2.2).
void trim(ber::Bits& bits);
/// A BIT STRING in which the flags are bits 0, 1, 2 ...
ber::Bits bits(std::initializer_list<bool> flags);

void content_type(ber::Writer& w, const ContentType& type, ber::Tag built_in = ber::application(6));
void priority(ber::Writer& w, Priority p, ber::Tag tag = ber::application(7));
void optional_eits(ber::Writer& w, const std::optional<EncodedInformationTypes>& eits,
                   ber::Tag tag = ber::application(5));
void optional_text(ber::Writer& w, const std::optional<std::string>& text, ber::Tag tag);
void optional_number(ber::Writer& w, const std::optional<std::int64_t>& number, ber::Tag tag);
/// A set of whole values; nothing if there are none.
void values(ber::Writer& w, const std::vector<Octets>& values, ber::Tag tag);

/// content-identifier outside deliveries.
inline constexpr ber::Tag content_identifier_tag = ber::application(10);

}  // namespace x400::asn1::mts::writing
