#include <algorithm>

#include "x400/asn1/or_name.hpp"
#include "x400/asn1/text.hpp"

namespace x400::asn1 {
namespace {

using text::fold;

bool same_text(const ORText& a, const ORText& b) {
  if (!a.printable.empty() && !b.printable.empty()) return fold(a.printable) == fold(b.printable);
  const auto teletex = [](const ORText& t) {
    return t.teletex.empty() ? std::string() : fold(text::from_t61(view(t.teletex)));
  };
  if (!a.teletex.empty() && !b.teletex.empty()) return teletex(a) == teletex(b);
  if (!a.universal.empty() && !b.universal.empty()) return fold(a.universal) == fold(b.universal);
  // No form in common: equal if some form here says what some form there says.
  for (const std::string& x : {fold(a.printable), teletex(a), fold(a.universal)})
    for (const std::string& y : {fold(b.printable), teletex(b), fold(b.universal)})
      if (!x.empty() && x == y) return true;
  return a.empty() && b.empty();
}

bool same(const std::string& a, const std::string& b) { return fold(a) == fold(b); }

bool same_units(const std::vector<ORText>& a, const std::vector<ORText>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_text);
}

bool same_personal_name(const PersonalName& a, const PersonalName& b) {
  return same_text(a.surname, b.surname) && same_text(a.given, b.given) &&
         same_text(a.initials, b.initials) && same_text(a.generation, b.generation);
}

std::vector<DomainDefinedAttribute> by_type(std::vector<DomainDefinedAttribute> list) {
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& x, const auto& y) { return fold(x.type.utf8()) < fold(y.type.utf8()); });
  return list;
}

bool same_domain_defined(const ORAddress& x, const ORAddress& y) {
  const auto a = by_type(x.domain_defined), b = by_type(y.domain_defined);
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& p, const auto& q) {
    return same_text(p.type, q.type) && same_text(p.value, q.value);
  });
}

auto sorted(auto list) {
  std::sort(list.begin(), list.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  return list;
}

std::string unformatted(const PostalAddress& p) {
  std::string lines;
  for (const std::string& line : p.unformatted_lines) lines += line + "\n";
  if (!lines.empty()) return fold(lines);
  return fold(p.unformatted_universal.empty() ? text::from_t61(view(p.unformatted_teletex))
                                              : p.unformatted_universal);
}

bool same_postal(const PostalAddress& a, const PostalAddress& b) {
  const auto x = sorted(a.parameters), y = sorted(b.parameters);
  return same(a.pds_name, b.pds_name) && same(a.country, b.country) && same(a.postal_code, b.postal_code) &&
         unformatted(a) == unformatted(b) &&
         std::equal(x.begin(), x.end(), y.begin(), y.end(), [](const auto& p, const auto& q) {
           return p.first == q.first && same_text(p.second, q.second);
         });
}

bool same_network(const NetworkAddress& a, const NetworkAddress& b) {
  return same(a.e164_number, b.e164_number) && same(a.e164_subaddress, b.e164_subaddress) &&
         a.presentation_address == b.presentation_address;
}

// The key: name=value, separated by ";". What is special in a value is quoted.
class Key {
 public:
  void add(std::string_view name, std::string_view value) {
    const std::string folded = fold(value);
    if (folded.empty()) return;
    if (!out_.empty()) out_.push_back(';');
    quoted(name);
    out_.push_back('=');
    quoted(folded);
  }
  void add(std::string_view name, const ORText& value) { add(name, value.utf8()); }
  std::string take() { return std::move(out_); }

 private:
  void quoted(std::string_view s) {
    for (const char c : s) {
      if (c == ';' || c == '=' || c == '\\') out_.push_back('\\');
      out_.push_back(c);
    }
  }
  std::string out_;
};

void add_postal(Key& key, const PostalAddress& p) {
  key.add("pd-sn", p.pds_name);
  key.add("pd-c", p.country);
  key.add("pd-pc", p.postal_code);
  for (const auto& [attribute, value] : sorted(p.parameters))
    key.add("pd-" + std::to_string(static_cast<int>(attribute)), value);
  key.add("pd-a", unformatted(p));
}

}  // namespace

bool same_address(const ORAddress& a, const ORAddress& b) {
  return same(a.country, b.country) && same(a.admd.value_or(""), b.admd.value_or("")) &&
         same(a.prmd, b.prmd) && same(a.x121_address, b.x121_address) && same(a.terminal_id, b.terminal_id) &&
         same(a.numeric_user_id, b.numeric_user_id) && same_text(a.organization, b.organization) &&
         same_units(a.organizational_units, b.organizational_units) &&
         same_personal_name(a.personal_name, b.personal_name) && same_text(a.common_name, b.common_name) &&
         same_domain_defined(a, b) && same_postal(a.postal, b.postal) && same_network(a.network, b.network) &&
         a.terminal_type == b.terminal_type && sorted(a.other_extensions) == sorted(b.other_extensions);
}

std::string canonical_key(const ORAddress& a) {
  Key key;
  key.add("c", a.country);
  key.add("a", a.admd.value_or(""));
  key.add("p", a.prmd);
  key.add("x121", a.x121_address);
  key.add("t-id", a.terminal_id);
  key.add("n-id", a.numeric_user_id);
  key.add("o", a.organization);
  for (const ORText& unit : a.organizational_units) key.add("ou", unit);
  key.add("s", a.personal_name.surname);
  key.add("g", a.personal_name.given);
  key.add("i", a.personal_name.initials);
  key.add("q", a.personal_name.generation);
  key.add("cn", a.common_name);
  for (const auto& dda : by_type(a.domain_defined)) key.add("dda:" + fold(dda.type.utf8()), dda.value);
  add_postal(key, a.postal);
  key.add("isdn", a.network.e164_number);
  key.add("isdn-sub", a.network.e164_subaddress);
  key.add("psap", to_hex(a.network.presentation_address));
  if (a.terminal_type) key.add("t-ty", std::to_string(static_cast<std::int64_t>(*a.terminal_type)));
  for (const auto& [number, value] : sorted(a.other_extensions))
    key.add("ext-" + std::to_string(number), to_hex(value));
  return key.take();
}

}  // namespace x400::asn1
