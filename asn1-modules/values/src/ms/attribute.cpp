#include "x400/asn1/ms/attribute.hpp"

#include <limits>

#include "reading.hpp"
#include "writing.hpp"

namespace x400::asn1::ms {

using namespace ber;

namespace {

Result<AttributeView> read_attribute(const Element& e) {
  X400_TRY(in, members(e, tags::sequence));
  AttributeView a;
  a.encoded = e.whole;
  X400_TRY(type, in.expect(tags::oid));
  X400_TRY(oid, read_oid(type));
  a.type = std::move(oid);
  X400_TRY(list, in.expect(tags::sequence));
  X400_CHECK(in.finish());
  X400_TRY(values, members(list, tags::sequence));
  while (!values.at_end()) {
    X400_TRY(value, values.next());
    a.values.push_back(value.whole);
  }
  if (a.values.empty()) return malformed("attribute " + a.type.to_string() + " without values");
  return a;
}

std::size_t joined_size(const std::vector<View>& pieces) {
  std::size_t size = 0;
  for (const View piece : pieces) size += piece.size();
  return size;
}

Octets encode_counts(const std::vector<AttributeValueCount>& counts, Edition edition) {
  if (counts.empty() || edition == Edition::e1988) return {};
  Writer w;
  w.constructed(context(0), [&] {
    w.constructed(tags::set, [&] {
      for (const auto& count : counts)
        w.constructed(tags::sequence, [&] {
          w.constructed(context(0), [&] { w.oid(count.type); });
          w.constructed(context(1), [&] { w.integer(tags::integer, count.total); });
        });
    });
  });
  return std::move(w).take();
}

Result<AttributeValueCount> read_count(const Element& e) {
  X400_TRY(c, Components::read(e, tags::sequence, Components::Unknown::skip));
  X400_TRY(type, c.need(0));
  X400_TRY(oid, read_tagged_oid(type));
  X400_TRY(total, c.need(1));
  X400_TRY(n, read_number(total, 0, std::numeric_limits<std::uint32_t>::max()));
  return AttributeValueCount{std::move(oid), static_cast<std::uint32_t>(n)};
}

Result<std::vector<AttributeValueCount>> read_counts(const Element& tagged) {
  X400_TRY(set, inside(tagged));
  X400_TRY(in, members(set, tags::set));
  std::vector<AttributeValueCount> out;
  while (!in.at_end()) {
    X400_TRY(member, in.next());
    X400_TRY(count, read_count(member));
    out.push_back(std::move(count));
  }
  return out;
}

// Sizes of the parts of an EntryInformation, innermost first.
struct Sizes {
  std::size_t attributes = 0, content = 0;
  Octets counts;
};

Sizes sizes(const EntryInformation& entry, Edition edition) {
  Sizes s;
  s.attributes = joined_size(entry.attributes);
  s.counts = encode_counts(entry.value_count_exceeded, edition);
  s.content = integer_size(entry.sequence_number) + s.counts.size() +
              (s.attributes > 0 ? value_size(tags::set, s.attributes) : 0);
  return s;
}

}  // namespace

Result<AttributeView> read_attribute(View encoded) {
  return read_whole(encoded, {}, "Attribute", [](const Element& e) { return read_attribute(e); });
}

Result<std::vector<AttributeView>> read_attributes(View run) {
  auto extent = walk_contents(run);
  if (!extent.ok()) return extent.error().in("Attributes");
  std::vector<AttributeView> out;
  Reader in(run);
  while (!in.at_end()) {
    X400_TRY(member, in.next());
    auto attribute = read_attribute(member);
    if (!attribute.ok()) return settled(attribute.error(), "Attributes");
    out.push_back(std::move(*attribute));
  }
  return out;
}

Octets encode_attribute(const Oid& type, const std::vector<View>& values) {
  const std::size_t size = joined_size(values);
  const std::size_t content =
      value_size(tags::oid, type.contents().size()) + value_size(tags::sequence, size);
  Writer w(value_size(tags::sequence, content));
  w.header(tags::sequence, true, content);
  w.oid(type);
  w.header(tags::sequence, true, size);
  for (const View value : values) w.raw(value);
  return std::move(w).take();
}

Octets octet_string_attribute_head(const Oid& type, std::size_t size) {
  const std::size_t value = value_size(tags::octet_string, size);
  Writer w;
  w.header(tags::sequence, true,
           value_size(tags::oid, type.contents().size()) + value_size(tags::sequence, value));
  w.oid(type);
  w.header(tags::sequence, true, value);
  w.header(tags::octet_string, false, size);
  return std::move(w).take();
}

std::optional<AttributeView> EntryInformation::find(const Oid& type) const {
  for (const View encoded : attributes) {
    auto attribute = read_attribute(encoded);
    if (attribute.ok() && attribute->type == type) return std::move(*attribute);
  }
  return std::nullopt;
}

std::size_t encoded_size(const EntryInformation& entry, Edition edition) {
  return value_size(tags::sequence, sizes(entry, edition).content);
}

void append(Gather& out, const EntryInformation& entry, Edition edition) {
  const Sizes s = sizes(entry, edition);
  Writer w(24);
  w.header(tags::sequence, true, s.content);
  w.integer(tags::integer, entry.sequence_number);
  if (s.attributes > 0) w.header(tags::set, true, s.attributes);
  out.append(w.octets());
  for (const View piece : entry.attributes) out.borrow(piece);
  out.append(s.counts);
}

Result<EntryInformation> read_entry(const Element& e) {
  X400_TRY(in, members(e, tags::sequence));
  EntryInformation entry;
  X400_TRY(first, in.next());
  X400_TRY(number, read_sequence_number(first));
  entry.sequence_number = number;
  X400_TRY(set, in.next_if(tags::set));
  if (set) {
    X400_TRY(list, members(*set, tags::set));
    while (!list.at_end()) {
      X400_TRY(member, list.next());
      X400_TRY(attribute, read_attribute(member));
      entry.attributes.push_back(attribute.encoded);
    }
  }
  X400_TRY(counts, in.next_if(context(0)));
  if (counts) {
    X400_TRY(read, read_counts(*counts));
    entry.value_count_exceeded = std::move(read);
  }
  return entry;  // what a later edition adds is skipped
}

Result<EntryInformation> read_entry_information(View encoded) {
  return read_whole(encoded, {}, "EntryInformation", [](const Element& e) { return read_entry(e); });
}

}  // namespace x400::asn1::ms
