#include "x400/ber/oid.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <limits>
#include <vector>

namespace x400::ber {
namespace {

constexpr std::size_t max_octets = 64;

Error bad(const char* why) { return Error(ErrorKind::malformed, std::string("OBJECT IDENTIFIER ") + why); }

Result<std::vector<std::uint64_t>> split(View contents) {
  std::vector<std::uint64_t> subs;
  std::uint64_t sub = 0;
  bool fresh = true;
  for (const std::uint8_t o : contents) {
    if (fresh && o == 0x80) return bad("with a padded arc");
    sub = sub << 7 | (o & 0x7f);
    // The first subidentifier carries two arcs, the second of which may reach 2^32-1.
    if (sub > std::numeric_limits<std::uint32_t>::max() + std::uint64_t{80})
      return bad("with an arc above 2^32-1");
    fresh = (o & 0x80) == 0;
    if (fresh) {
      subs.push_back(sub);
      sub = 0;
    }
  }
  if (!fresh || subs.empty()) return bad(subs.empty() ? "without contents" : "with an unfinished arc");
  return subs;
}

}  // namespace

Oid::Oid(std::initializer_list<std::uint32_t> arcs) {
  assert(arcs.size() >= 2);
  auto it = arcs.begin();
  const std::uint64_t first = *it++;
  const std::uint64_t second = *it++;
  assert(first <= 2 && (first == 2 || second < 40));
  add_arc(first * 40 + second);
  for (; it != arcs.end(); ++it) add_arc(*it);
}

void Oid::add_arc(std::uint64_t arc) {
  int groups = 1;
  for (std::uint64_t n = arc >> 7; n > 0; n >>= 7) ++groups;
  for (int i = groups - 1; i >= 0; --i) {
    const auto group = static_cast<unsigned char>(arc >> (7 * i) & 0x7f);
    enc_.push_back(static_cast<char>(i > 0 ? group | 0x80 : group));
  }
}

Result<Oid> Oid::from_contents(View contents) {
  if (contents.size() > max_octets) return Error(ErrorKind::limit, "OBJECT IDENTIFIER too long");
  X400_CHECK(split(contents));
  Oid oid;
  oid.enc_ = chars(contents);
  return oid;
}

Result<Oid> Oid::parse(std::string_view dotted) {
  std::vector<std::uint32_t> arcs;
  while (true) {
    std::uint32_t arc = 0;
    const auto [end, ec] = std::from_chars(dotted.data(), dotted.data() + dotted.size(), arc);
    if (ec != std::errc()) return bad("in text form: an arc is not a number");
    arcs.push_back(arc);
    dotted.remove_prefix(static_cast<std::size_t>(end - dotted.data()));
    if (dotted.empty()) break;
    if (dotted.front() != '.') return bad("in text form: arcs are separated by dots");
    dotted.remove_prefix(1);
  }
  if (arcs.size() < 2 || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] >= 40))
    return bad("with impossible first arcs");
  Oid oid;
  oid.add_arc(std::uint64_t{arcs[0]} * 40 + arcs[1]);
  for (std::size_t i = 2; i < arcs.size(); ++i) oid.add_arc(arcs[i]);
  if (oid.enc_.size() > max_octets) return Error(ErrorKind::limit, "OBJECT IDENTIFIER too long");
  return oid;
}

std::string Oid::to_string() const {
  auto subs = split(contents());
  if (!subs.ok()) return {};
  const std::uint64_t first = std::min<std::uint64_t>((*subs)[0] / 40, 2);
  std::string text = std::to_string(first) + "." + std::to_string((*subs)[0] - first * 40);
  for (std::size_t i = 1; i < subs->size(); ++i) text += "." + std::to_string((*subs)[i]);
  return text;
}

Oid Oid::child(std::uint32_t arc) const {
  Oid oid = *this;
  oid.add_arc(arc);
  return oid;
}

Result<Oid> read_oid(const Element& e) {
  if (e.constructed) return bad("in constructed form");
  return Oid::from_contents(e.content);
}

}  // namespace x400::ber
