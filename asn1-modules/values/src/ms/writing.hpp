// Writing members that many types have.
#pragma once

#include "x400/asn1/ms/attribute.hpp"
#include "x400/asn1/ms/bind.hpp"
#include "x400/ber/writer.hpp"

namespace x400::asn1::ms {

/// Octets of a whole INTEGER.
std::size_t integer_size(std::int64_t value);

/// [n] EXPLICIT around what `contents` writes.
template <class F>
void tagged(ber::Writer& w, std::uint32_t n, F&& contents) {
  w.constructed(ber::context(n), std::forward<F>(contents));
}

void write_integer(ber::Writer& w, std::uint32_t n, std::int64_t value);
void write_string(ber::Writer& w, std::uint32_t n, ber::Tag tag, std::string_view text);
void write_tlv(ber::Writer& w, std::uint32_t n, View tlv);
/// [n] { SET OF or SEQUENCE OF OBJECT IDENTIFIER }, also if empty.
void write_oids(ber::Writer& w, std::uint32_t n, ber::Tag tag, const std::vector<ber::Oid>& oids);
void write_numbers(ber::Writer& w, std::uint32_t n, ber::Tag tag, const std::vector<SequenceNumber>& numbers);
void write(ber::Writer& w, const Extension& extension);
/// [n] MSExtensions, if there is one and the edition has them.
void write_extensions(ber::Writer& w, std::uint32_t n, const Extensions& extensions, Edition edition);
void write(ber::Writer& w, const MessageGroupName& name);
void write(ber::Writer& w, const AutoActionErrorIndication& indication);
/// [0] EntryClass, unless it is the default.
void write_entry_class(ber::Writer& w, EntryClass entry_class);

/// The reader that goes with append(Gather&, EntryInformation): for values inside walked ones.
Result<EntryInformation> read_entry(const ber::Element& e);

}  // namespace x400::asn1::ms
