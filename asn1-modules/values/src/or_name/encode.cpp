#include <algorithm>

#include "or_name/extension_numbers.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/asn1/text.hpp"

namespace x400::asn1 {
namespace {

using ber::context;
using ber::Tag;
using ber::Writer;
namespace tags = ber::tags;

bool all_digits(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void write_digits_or_printable(Writer& w, std::string_view s) {
  w.primitive(all_digits(s) ? tags::numeric_string : tags::printable_string, s);
}

void write_if(Writer& w, Tag tag, std::string_view s) {
  if (!s.empty()) w.primitive(tag, s);
}

void write_universal(Writer& w, Tag tag, std::string_view utf8) {
  w.constructed(tag, [&] {
    const std::u32string points = text::code_points(utf8);
    Octets octets;
    const bool wide = std::any_of(points.begin(), points.end(), [](char32_t c) { return c > 0xffff; });
    for (const char32_t c : points)
      for (int shift = wide ? 24 : 8; shift >= 0; shift -= 8)
        octets.push_back(static_cast<std::uint8_t>(c >> shift));
    w.primitive(wide ? tags::universal_string : tags::bmp_string, octets);
  });
}

// The forms of a list or a set of values: a form is written for all of them or for none. Whatever is
// printable is also teletex and universal.
std::string teletex_of(const ORText& t) { return t.teletex.empty() ? t.printable : t.teletex; }
std::string universal_of(const ORText& t) { return t.universal.empty() ? t.utf8() : t.universal; }

struct Forms {
  bool printable = true;
  bool teletex = false;
  bool universal = false;

  void add(const ORText& t) {
    printable = printable && !t.printable.empty();
    teletex = teletex || !t.teletex.empty();
    universal = universal || !t.universal.empty();
  }
  // A teletex list is only possible if every value has that form, its own or its printable one.
  void settle(bool teletex_possible) { teletex = teletex && teletex_possible; }
};

bool has_teletex(const ORText& t) { return !t.teletex.empty() || !t.printable.empty(); }

Forms forms_of(const std::vector<ORText>& values) {
  Forms forms;
  bool possible = true;
  for (const ORText& t : values) {
    forms.add(t);
    possible = possible && has_teletex(t);
  }
  if (!possible) forms.universal = true;
  forms.settle(possible);
  return forms;
}

std::vector<ORText> texts_of(const PersonalName& name) {
  std::vector<ORText> texts;
  for (const ORText* t : {&name.surname, &name.given, &name.initials, &name.generation})
    if (!t->empty()) texts.push_back(*t);
  return texts;
}

std::vector<ORText> texts_of(const std::vector<DomainDefinedAttribute>& attributes) {
  std::vector<ORText> texts;
  for (const auto& a : attributes) {
    texts.push_back(a.type);
    texts.push_back(a.value);
  }
  return texts;
}

template <class Put>
void write_personal_name(const PersonalName& name, Put put) {
  const ORText* parts[] = {&name.surname, &name.given, &name.initials, &name.generation};
  for (std::uint32_t i = 0; i < 4; ++i)
    if (i == 0 || !parts[i]->empty()) put(context(i), *parts[i]);
}

bool personal_name_printable(const PersonalName& name) {
  return !name.empty() && forms_of(texts_of(name)).printable;
}

void write_standard(Writer& w, const ORAddress& a) {
  w.constructed(tags::sequence, [&] {
    if (!a.country.empty())
      w.constructed(ber::application(1), [&] { write_digits_or_printable(w, a.country); });
    if (a.admd) w.constructed(ber::application(2), [&] { write_digits_or_printable(w, *a.admd); });
    write_if(w, context(0), a.x121_address);
    write_if(w, context(1), a.terminal_id);
    if (!a.prmd.empty()) w.constructed(context(2), [&] { write_digits_or_printable(w, a.prmd); });
    write_if(w, context(3), a.organization.printable);
    write_if(w, context(4), a.numeric_user_id);
    if (personal_name_printable(a.personal_name))
      w.constructed(context(5), [&] {
        write_personal_name(a.personal_name,
                            [&](Tag tag, const ORText& t) { w.primitive(tag, t.printable); });
      });
    if (!a.organizational_units.empty() && forms_of(a.organizational_units).printable)
      w.constructed(context(6), [&] {
        for (const ORText& unit : a.organizational_units) w.primitive(tags::printable_string, unit.printable);
      });
  });
}

void write_domain_defined(Writer& w, const ORAddress& a) {
  if (a.domain_defined.empty() || !forms_of(texts_of(a.domain_defined)).printable) return;
  w.constructed(tags::sequence, [&] {
    for (const auto& dda : a.domain_defined)
      w.constructed(tags::sequence, [&] {
        w.primitive(tags::printable_string, dda.type.printable);
        w.primitive(tags::printable_string, dda.value.printable);
      });
  });
}

// The extension attributes, in ascending order of their numbers.
class Extensions {
 public:
  explicit Extensions(const ORAddress& address) : a_(address) { collect(); }

  bool empty() const { return values_.empty(); }
  void write(Writer& w) {
    std::stable_sort(values_.begin(), values_.end(),
                     [](const auto& x, const auto& y) { return x.first < y.first; });
    w.constructed(tags::set, [&] {
      for (const auto& [number, value] : values_)
        w.constructed(tags::sequence, [&, n = number] {
          w.integer(context(0), n);
          w.constructed(context(1), [&] { w.raw(value); });
        });
    });
  }

 private:
  template <class F>
  void add(std::int64_t number, F&& value) {
    Writer w;
    value(w);
    values_.emplace_back(number, std::move(w).take());
  }
  void add_string(std::int64_t number, Tag tag, std::string_view s) {
    if (!s.empty()) add(number, [&](Writer& w) { w.primitive(tag, s); });
  }
  void add_universal(std::int64_t number, std::string_view utf8) {
    if (!utf8.empty()) add(number, [&](Writer& w) { write_universal(w, tags::set, utf8); });
  }

  void collect() {
    add_string(ext::common_name, tags::printable_string, a_.common_name.printable);
    add_string(ext::teletex_common_name, tags::teletex_string, a_.common_name.teletex);
    add_universal(ext::universal_common_name, a_.common_name.universal);
    add_string(ext::teletex_organization, tags::teletex_string, a_.organization.teletex);
    add_universal(ext::universal_organization, a_.organization.universal);
    personal_name();
    units();
    domain_defined();
    postal();
    network();
    for (const auto& [number, value] : a_.other_extensions) values_.emplace_back(number, value);
  }

  void personal_name() {
    const PersonalName& name = a_.personal_name;
    const Forms forms = forms_of(texts_of(name));
    if (forms.teletex)
      add(ext::teletex_personal_name, [&](Writer& w) {
        w.constructed(tags::set, [&] {
          write_personal_name(name, [&](Tag tag, const ORText& t) { w.primitive(tag, teletex_of(t)); });
        });
      });
    if (forms.universal)
      add(ext::universal_personal_name, [&](Writer& w) {
        w.constructed(tags::set, [&] {
          write_personal_name(name,
                              [&](Tag tag, const ORText& t) { write_universal(w, tag, universal_of(t)); });
        });
      });
  }

  void units() {
    const auto& units = a_.organizational_units;
    const Forms forms = forms_of(units);
    if (forms.teletex)
      add(ext::teletex_units, [&](Writer& w) {
        w.constructed(tags::sequence, [&] {
          for (const ORText& unit : units) w.primitive(tags::teletex_string, teletex_of(unit));
        });
      });
    if (forms.universal)
      add(ext::universal_units, [&](Writer& w) {
        w.constructed(tags::sequence, [&] {
          for (const ORText& unit : units) write_universal(w, tags::set, universal_of(unit));
        });
      });
  }

  void domain_defined() {
    const auto& list = a_.domain_defined;
    const Forms forms = forms_of(texts_of(list));
    const auto pairs = [&](Writer& w, auto put) {
      w.constructed(tags::sequence, [&] {
        for (const auto& dda : list)
          w.constructed(tags::sequence, [&] {
            put(dda.type);
            put(dda.value);
          });
      });
    };
    if (forms.teletex)
      add(ext::teletex_domain_defined, [&](Writer& w) {
        pairs(w, [&](const ORText& t) { w.primitive(tags::teletex_string, teletex_of(t)); });
      });
    if (forms.universal)
      add(ext::universal_domain_defined, [&](Writer& w) {
        pairs(w, [&](const ORText& t) { write_universal(w, tags::set, universal_of(t)); });
      });
  }

  void postal() {
    const PostalAddress& p = a_.postal;
    add_string(ext::pds_name, tags::printable_string, p.pds_name);
    if (!p.country.empty())
      add(ext::postal_country, [&](Writer& w) { write_digits_or_printable(w, p.country); });
    if (!p.postal_code.empty())
      add(ext::postal_code, [&](Writer& w) { write_digits_or_printable(w, p.postal_code); });
    for (const auto& [attribute, t] : p.parameters) postal_parameter(static_cast<std::int64_t>(attribute), t);
    if (!p.unformatted_lines.empty() || !p.unformatted_teletex.empty())
      add(ext::unformatted, [&](Writer& w) { unformatted(w); });
    add_universal(ext::universal_unformatted, p.unformatted_universal);
  }

  void postal_parameter(std::int64_t number, const ORText& t) {
    if (!t.printable.empty() || !t.teletex.empty())
      add(number, [&](Writer& w) {
        w.constructed(tags::set, [&] {
          write_if(w, tags::printable_string, t.printable);
          write_if(w, tags::teletex_string, t.teletex);
        });
      });
    add_universal(number + ext::universal_distance, t.universal);
  }

  void unformatted(Writer& w) const {
    w.constructed(tags::set, [&] {
      if (!a_.postal.unformatted_lines.empty())
        w.constructed(tags::sequence, [&] {
          for (const std::string& line : a_.postal.unformatted_lines)
            w.primitive(tags::printable_string, line);
        });
      write_if(w, tags::teletex_string, a_.postal.unformatted_teletex);
    });
  }

  void network() {
    const NetworkAddress& n = a_.network;
    if (!n.e164_number.empty())
      add(ext::network_address, [&](Writer& w) {
        w.constructed(tags::sequence, [&] {
          w.primitive(context(0), n.e164_number);
          write_if(w, context(1), n.e164_subaddress);
        });
      });
    else if (!n.presentation_address.empty())
      add(ext::network_address, [&](Writer& w) {
        w.header(context(0), true, n.presentation_address.size());
        w.raw(n.presentation_address);
      });
    if (a_.terminal_type)
      add(ext::terminal_type,
          [&](Writer& w) { w.integer(tags::integer, static_cast<std::int64_t>(*a_.terminal_type)); });
  }

  const ORAddress& a_;
  std::vector<std::pair<std::int64_t, Octets>> values_;
};

void write_members(Writer& w, const ORAddress& address) {
  write_standard(w, address);
  write_domain_defined(w, address);
  Extensions extensions(address);
  if (!extensions.empty()) extensions.write(w);
}

}  // namespace

void ORAddress::write(Writer& w, Tag tag) const {
  w.constructed(tag, [&] { write_members(w, *this); });
}

Octets ORAddress::encode() const {
  Writer w;
  write(w);
  return std::move(w).take();
}

void ORName::write(Writer& w, Tag as) const {
  w.constructed(as, [&] {
    write_members(w, address);
    if (!directory_name.empty()) w.constructed(context(0), [&] { w.raw(directory_name); });
  });
}

Octets ORName::encode() const {
  Writer w;
  write(w);
  return std::move(w).take();
}

void EncodedORName::write(Writer& w, Tag as) const {
  auto e = ber::read_one(octets_);
  if (!e.ok()) return;
  w.header(as, true, e->content.size());
  w.raw(e->content);
}

}  // namespace x400::asn1
