#include "service/run.hpp"

#include <algorithm>
#include <cstring>

#include "x400/ber/writer.hpp"

namespace x400::mstore::service {

namespace {

struct Extent {
  std::size_t header_size = 0, content_size = 0;
};

// Of a value whose contents lie inside `octets`; runs are our own, of definite length, under tags of one
// octet. Looked at for each attribute of each row of a search.
std::optional<Extent> inside(View octets) {
  if (octets.size() < 2 || (octets[0] & 0x1f) == 0x1f) return std::nullopt;
  Extent e{2, octets[1]};
  if (octets[1] >= 0x80) {
    const std::size_t count = octets[1] & 0x7f;
    if (count == 0 || count > 4 || octets.size() < 2 + count) return std::nullopt;
    e.header_size += count;
    e.content_size = 0;
    for (std::size_t i = 0; i < count; ++i) e.content_size = e.content_size << 8 | octets[2 + i];
  }
  if (e.content_size > octets.size() - e.header_size) return std::nullopt;
  return e;
}

// Names of attributes differ in their last arc, so most comparisons end at the first octet looked at.
bool same(const ber::Oid& a, const ber::Oid& b) {
  const View x = a.contents(), y = b.contents();
  if (x.size() != y.size()) return false;
  return x.empty() || (x.back() == y.back() && a == b);
}

}  // namespace

void AttributeList::add(const ber::Oid& type, Octets value) {
  const auto at =
      std::find_if(all_.begin(), all_.end(), [&](const Attribute& a) { return same(a.type, type); });
  if (at != all_.end()) {
    at->values.push_back(std::move(value));
    return;
  }
  all_.push_back({type, {}});
  all_.back().values.push_back(std::move(value));
}

void AttributeList::add_integer(const ber::Oid& type, std::int64_t value) { add(type, integer_value(value)); }

void AttributeList::add_boolean(const ber::Oid& type, bool value) {
  ber::Writer w;
  w.boolean(ber::tags::boolean, value);
  add(type, std::move(w).take());
}

void AttributeList::add_oid(const ber::Oid& type, const ber::Oid& value) {
  ber::Writer w;
  w.oid(value);
  add(type, std::move(w).take());
}

const Attribute* AttributeList::find(const ber::Oid& type) const {
  for (const Attribute& a : all_)
    if (same(a.type, type)) return &a;
  return nullptr;
}

std::optional<ber::Element> first_value(View octets) {
  const auto extent = inside(octets);
  if (!extent || octets[0] == 0) {
    auto e = ber::Reader(octets).next();
    return e.ok() ? std::optional(*e) : std::nullopt;
  }
  const View whole = octets.first(extent->header_size + extent->content_size);
  return ber::Element{{static_cast<ber::Class>(octets[0] >> 6), octets[0] & 0x1fu},
                      (octets[0] & 0x20) != 0,
                      whole,
                      whole.subspan(extent->header_size)};
}

namespace {

struct Named {
  std::size_t size = 0;  // of the whole Attribute
  View type;             // contents of its name
};

std::optional<Named> first_attribute(View run) {
  // As nearly all are: lengths of one octet.
  if (run.size() >= 4 && run[0] == 0x30 && run[1] < 0x80 && run[2] == 6 &&
      std::size_t{run[1]} + 2 <= run.size() && run[3] + 2 <= run[1])
    return Named{std::size_t{run[1]} + 2, run.subspan(4, run[3])};
  const auto attribute = inside(run);
  if (!attribute) return std::nullopt;
  const View content = run.subspan(attribute->header_size, attribute->content_size);
  const auto oid = inside(content);
  if (!oid) return std::nullopt;
  return Named{attribute->header_size + attribute->content_size,
               content.subspan(oid->header_size, oid->content_size)};
}

}  // namespace

View find_in_run(View run, const ber::Oid& type) {
  const View wanted = type.contents();
  if (wanted.empty()) return {};
  while (!run.empty()) {
    const auto attribute = first_attribute(run);
    if (!attribute) return {};
    const View have = attribute->type;
    // Names differ in their last arc.
    if (have.size() == wanted.size() && have.back() == wanted.back() &&
        std::memcmp(have.data(), wanted.data(), wanted.size()) == 0)
      return run.first(attribute->size);
    run = run.subspan(attribute->size);
  }
  return {};
}

std::vector<View> values_of(View attribute) {
  std::vector<View> values;
  for_each_value(attribute, [&](View value) {
    values.push_back(value);
    return true;
  });
  return values;
}

Octets encode_attribute(const ber::Oid& type, const std::vector<Octets>& values) {
  std::size_t contents = 0;
  for (const Octets& v : values) contents += v.size();
  const std::size_t oid = ber::value_size(ber::tags::oid, type.contents().size());
  const std::size_t body = oid + ber::value_size(ber::tags::sequence, contents);
  ber::Writer w(body + 8);
  w.header(ber::tags::sequence, true, body);
  w.oid(type);
  w.header(ber::tags::sequence, true, contents);
  for (const Octets& v : values) w.raw(v);
  return std::move(w).take();
}

Octets integer_value(std::int64_t value) {
  ber::Writer w;
  w.integer(ber::tags::integer, value);
  return std::move(w).take();
}

Octets utc_time_value(std::string_view text) {
  ber::Writer w;
  w.primitive(ber::tags::utc_time, text);
  return std::move(w).take();
}

}  // namespace x400::mstore::service
