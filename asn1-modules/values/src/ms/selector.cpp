#include "x400/asn1/ms/selector.hpp"

#include "convert.hpp"
#include "writing.hpp"
#include "x400/asn1/time.hpp"

namespace x400::asn1::ms {

using namespace ber;

namespace {

void write_time(Writer& w, std::uint32_t n, std::chrono::sys_seconds time) {
  write_string(w, n, tags::utc_time, utc_time(time));
}

void write(Writer& w, const Range& range) {
  if (const auto* numbers = std::get_if<NumberRange>(&range)) {
    tagged(w, 0, [&] {
      w.constructed(tags::sequence, [&] {
        if (numbers->from) write_integer(w, 0, *numbers->from);
        if (numbers->to) write_integer(w, 1, *numbers->to);
      });
    });
    return;
  }
  const auto& times = std::get<TimeRange>(range);
  tagged(w, 1, [&] {
    w.constructed(tags::sequence, [&] {
      if (times.from) write_time(w, 0, *times.from);
      if (times.to) write_time(w, 1, *times.to);
    });
  });
}

bool any(const Override& o) { return o.content_types || o.eits || o.length; }

Bits bits(const Override& o) {
  const auto octet =
      static_cast<std::uint8_t>((o.content_types ? 0x80 : 0) | (o.eits ? 0x40 : 0) | (o.length ? 0x20 : 0));
  // A named bit list: trailing zero bits are not sent.
  return Bits{{octet}, o.length ? 5U : o.eits ? 6U : 7U};
}

}  // namespace

void write(Writer& w, const Selector& selector) {
  w.constructed(tags::set, [&] {
    if (selector.child_entries) tagged(w, 0, [&] { w.boolean(tags::boolean, true); });
    if (selector.range) tagged(w, 1, [&] { write(w, *selector.range); });
    if (selector.filter) tagged(w, 2, [&] { write(w, *selector.filter); });
    if (selector.limit) write_integer(w, 3, *selector.limit);
    if (any(selector.override_)) tagged(w, 4, [&] { w.bits(tags::bit_string, bits(selector.override_)); });
  });
}

Result<Selector> read_selector(View encoded, Edition edition, const FilterLimits& limits) {
  X400_TRY(raw, codec::decode_type<MsSelector_t>(asn_DEF_MsSelector, encoded, "Selector"));
  auto selector = convert::selector(*raw, edition, limits);
  if (!selector.ok()) return settled(selector.error(), "Selector");
  return selector;
}

void write(Writer& w, const EntryInformationSelection& selection) {
  w.constructed(tags::set, [&] {
    for (const AttributeSelection& a : selection)
      w.constructed(tags::set, [&] {
        w.oid(a.type);
        if (a.from) write_integer(w, 0, *a.from);
        if (a.count) write_integer(w, 1, *a.count);
      });
  });
}

Result<EntryInformationSelection> read_selection(View encoded) {
  X400_TRY(raw, codec::decode_type<MsSelection_t>(asn_DEF_MsSelection, encoded, "EntryInformationSelection"));
  auto selection = convert::selection(*raw);
  if (!selection.ok()) return settled(selection.error(), "EntryInformationSelection");
  return selection;
}

}  // namespace x400::asn1::ms
