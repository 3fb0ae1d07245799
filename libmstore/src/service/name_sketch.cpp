#include "service/name_sketch.hpp"

#include <algorithm>
#include <optional>

#include "service/run.hpp"
#include "x400/asn1/text.hpp"

namespace x400::mstore::service {

namespace {

using asn1::text::fold;

constexpr std::size_t most_octets = 256;

// Numbers of extension attributes (X.411 figure 2) that are other spellings of what is looked at.
bool other_spelling(std::uint8_t number) {
  return (number >= 2 && number <= 5) || (number >= 24 && number <= 27);
}

std::optional<std::string_view> folded(View octets, std::span<char> room) {
  return asn1::text::fold_ascii(octets, room);
}

}  // namespace

NameSketch::Wanted NameSketch::wanted_of(const std::string& value) { return {true, {fold(value)}}; }

NameSketch::Wanted NameSketch::wanted_of(const asn1::ORText& value) {
  if (!value.printable.empty()) return {true, {fold(value.printable)}};
  Wanted w;
  if (!value.teletex.empty()) w.texts.push_back(fold(asn1::text::from_t61(view(value.teletex))));
  if (!value.universal.empty()) w.texts.push_back(fold(value.universal));
  return w;
}

NameSketch::NameSketch(const asn1::ORName& wanted)
    : units_(wanted.address.organizational_units.size()),
      address_(!wanted.address.empty()),
      directory_name_(!wanted.directory_name.empty()) {
  const asn1::ORAddress& a = wanted.address;
  wanted_[country] = wanted_of(a.country);
  wanted_[admd] = wanted_of(a.admd.value_or(""));
  wanted_[prmd] = wanted_of(a.prmd);
  wanted_[x121] = wanted_of(a.x121_address);
  wanted_[terminal] = wanted_of(a.terminal_id);
  wanted_[numeric] = wanted_of(a.numeric_user_id);
  wanted_[organization] = wanted_of(a.organization);
  wanted_[surname] = wanted_of(a.personal_name.surname);
  wanted_[given] = wanted_of(a.personal_name.given);
  wanted_[initials] = wanted_of(a.personal_name.initials);
  wanted_[generation] = wanted_of(a.personal_name.generation);
  wanted_[common_name] = wanted_of(a.common_name);
  for (std::size_t i = 0; i < std::min(units_, most_units); ++i)
    wanted_[first_unit + i] = wanted_of(a.organizational_units[i]);
}

bool NameSketch::may_equal(const ber::Element& value) const {
  Read r;
  if (!address_ || !read(value, r)) return true;
  if (directory_name_ && r.directory_name) return true;
  if (!r.other_spellings && r.units != units_) return false;
  for (std::size_t slot = 0; slot < slots; ++slot)
    if (!may_be_same(slot, r)) return false;
  return true;
}

// As same_address() compares one attribute, where what was read can tell.
bool NameSketch::may_be_same(std::size_t slot, const Read& read) const {
  const View value = read.values[slot];
  const Wanted& wanted = wanted_[slot];
  const bool one_spelling = slot < first_text || (wanted.printable && !value.empty());
  if (!one_spelling && read.other_spellings) return true;
  if (slot >= first_text && value.empty() != wanted.texts.empty()) return false;
  if (slot >= first_text && value.empty()) return true;
  std::array<char, most_octets> room;
  const auto text = folded(value, room);
  return !text || std::find(wanted.texts.begin(), wanted.texts.end(), *text) != wanted.texts.end();
}

// ---- reading; false: something unusual, which only decoding understands

bool NameSketch::put(Read& to, std::size_t slot, const ber::Element& value) {
  if (value.constructed || !to.values[slot].empty()) return false;
  if (value.content.empty()) return slot < first_text;  // there the same as none
  to.values[slot] = value.content;
  return true;
}

bool NameSketch::read(const ber::Element& value, Read& to) {
  const auto standard = first_value(value.content);
  if (!standard || standard->tag != ber::tags::sequence || !read_standard(standard->content, to))
    return false;
  for (View rest = value.content.subspan(standard->whole.size()); !rest.empty();) {
    const auto part = first_value(rest);
    if (!part) return false;
    if (part->tag == ber::tags::set && !read_extensions(part->content, to)) return false;
    if (part->tag == ber::context(0)) to.directory_name = true;
    rest = rest.subspan(part->whole.size());
  }
  return true;
}

bool NameSketch::read_standard(View standard, Read& to) {
  while (!standard.empty()) {
    const auto e = first_value(standard);
    if (!e) return false;
    standard = standard.subspan(e->whole.size());
    const std::uint32_t number = e->tag.number;
    if (e->tag == ber::application(1) || e->tag == ber::application(2) || e->tag == ber::context(2)) {
      // A choice under a tag of its own.
      const auto inner = only_value(e->content);
      const std::size_t slot = e->tag.cls == ber::Class::context ? prmd : number == 1 ? country : admd;
      if (!inner || !e->constructed || !put(to, slot, *inner)) return false;
      continue;
    }
    if (e->tag.cls != ber::Class::context || number > 6) return false;
    if (number == 5 || number == 6) {
      if (!(number == 5 ? read_parts(e->content, surname, 4, to) : read_units(e->content, to))) return false;
      continue;
    }
    constexpr std::size_t of_number[] = {x121, terminal, prmd, organization, numeric};
    if (!put(to, of_number[number], *e)) return false;
  }
  return true;
}

bool NameSketch::read_parts(View parts, std::size_t first, std::size_t count, Read& to) {
  while (!parts.empty()) {
    const auto e = first_value(parts);
    if (!e || e->tag.cls != ber::Class::context || e->tag.number >= count) return false;
    if (!put(to, first + e->tag.number, *e)) return false;
    parts = parts.subspan(e->whole.size());
  }
  return true;
}

bool NameSketch::read_units(View units, Read& to) {
  for (; !units.empty(); ++to.units) {
    const auto e = first_value(units);
    if (!e || to.units == most_units || !put(to, first_unit + to.units, *e)) return false;
    units = units.subspan(e->whole.size());
  }
  return true;
}

bool NameSketch::read_extensions(View extensions, Read& to) {
  while (!extensions.empty()) {
    const auto attribute = first_value(extensions);
    if (!attribute) return false;
    extensions = extensions.subspan(attribute->whole.size());
    const auto type = first_value(attribute->content);
    if (!type || type->tag != ber::context(0) || type->content.size() != 1) return false;
    const std::uint8_t number = type->content[0];
    if (other_spelling(number)) to.other_spellings = true;
    if (number != 1) continue;
    const auto value = only_value(attribute->content.subspan(type->whole.size()));
    const auto inner = value ? only_value(value->content) : std::nullopt;
    if (!inner || inner->tag != ber::tags::printable_string || !put(to, common_name, *inner)) return false;
  }
  return true;
}

}  // namespace x400::mstore::service
