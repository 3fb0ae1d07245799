// Rules on O/R names and on what contains them: descriptors, recipient specifiers, IPM identifiers,
// histories.
#include <utility>

#include "service/match_groups.hpp"
#include "service/name_sketch.hpp"
#include "service/run.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/asn1/text.hpp"
#include "x400/content/heading.hpp"

namespace x400::mstore::service {

namespace {

using asn1::MatchingRule;
using asn1::ORAddress;
using asn1::ORName;
using asn1::text::fold;

// ---- directory names: RDNs as type and folded value

using NameParts = std::vector<std::pair<std::string, std::string>>;

void add_directory_parts(View directory_name, NameParts& parts) {
  auto name = ber::read_one(directory_name);
  if (!name.ok()) return;
  ber::Reader rdns(name->content);
  while (!rdns.at_end()) {
    auto rdn = rdns.next();
    if (!rdn.ok()) return;
    ber::Reader atvs(rdn->content);
    while (!atvs.at_end()) {
      auto atv = atvs.next();
      if (!atv.ok()) return;
      ber::Reader in(atv->content);
      auto type = in.next();
      auto value = type.ok() ? in.next() : Result<ber::Element>(type.error());
      if (!value.ok()) return;
      const auto text = folded_text(*value);
      parts.emplace_back("dn." + std::string(chars(type->content)),
                         text ? *text : std::string(chars(value->whole)));
    }
  }
}

// ---- addresses: every attribute with its folded value

void add(NameParts& parts, const char* label, const std::string& value) {
  if (!value.empty()) parts.emplace_back(label, fold(value));
}
void add(NameParts& parts, const char* label, const asn1::ORText& value) {
  if (!value.empty()) parts.emplace_back(label, fold(value.utf8()));
}

NameParts address_parts(const ORAddress& a) {
  NameParts parts;
  add(parts, "c", a.country);
  if (a.admd) parts.emplace_back("admd", fold(*a.admd));
  add(parts, "prmd", a.prmd);
  add(parts, "x121", a.x121_address);
  add(parts, "terminal", a.terminal_id);
  add(parts, "numeric", a.numeric_user_id);
  add(parts, "o", a.organization);
  for (std::size_t i = 0; i < a.organizational_units.size(); ++i)
    add(parts, ("ou" + std::to_string(i)).c_str(), a.organizational_units[i]);
  add(parts, "surname", a.personal_name.surname);
  add(parts, "given", a.personal_name.given);
  add(parts, "initials", a.personal_name.initials);
  add(parts, "generation", a.personal_name.generation);
  add(parts, "cn", a.common_name);
  for (const auto& d : a.domain_defined) add(parts, ("dda." + fold(d.type.utf8())).c_str(), d.value);
  add(parts, "pds", a.postal.pds_name);
  add(parts, "pd-c", a.postal.country);
  add(parts, "pd-code", a.postal.postal_code);
  for (const auto& [which, value] : a.postal.parameters)
    add(parts, ("pd" + std::to_string(static_cast<int>(which))).c_str(), value);
  add(parts, "e164", a.network.e164_number);
  return parts;
}

NameParts name_parts(const ORName& name) {
  NameParts parts = address_parts(name.address);
  if (!name.directory_name.empty()) add_directory_parts(name.directory_name, parts);
  return parts;
}

bool same_name(const ORName& a, const ORName& b) {
  if (!a.directory_name.empty() && !b.directory_name.empty()) {
    NameParts x, y;
    add_directory_parts(a.directory_name, x);
    add_directory_parts(b.directory_name, y);
    if (!x.empty() && x == y) return true;
  }
  return !a.address.empty() && !b.address.empty() && asn1::same_address(a.address, b.address);
}

// ---- what is compared: an O/R name, and for descriptors what stands in for one

struct Named {
  std::optional<ORName> name;
  std::string free_form, telephone;  // folded
};

enum class Shape { or_name, or_address, descriptor, specifier, history, circulation };

std::optional<ORName> decode_name(const ber::Element& e) {
  // A bare address (SEQUENCE) is a name too.
  if (e.tag == ber::tags::sequence) {
    auto address = ORAddress::decode(e.whole);
    return address.ok() ? std::optional(ORName{std::move(*address), {}}) : std::nullopt;
  }
  auto name = ORName::decode(e.whole, e.tag);
  return name.ok() ? std::optional(std::move(*name)) : std::nullopt;
}

std::optional<Named> named_of(const content::OrDescriptor& d) {
  Named n;
  if (d.formal_name) {
    n.name = decode_name(d.formal_name->element());
    if (!n.name) return std::nullopt;
  }
  if (d.free_form_name) n.free_form = folded_text(d.free_form_name->element()).value_or("");
  if (d.telephone_number) n.telephone = folded_text(d.telephone_number->element()).value_or("");
  return n;
}

std::optional<Named> named_in_history(const ber::Element& e) {
  if (auto name = decode_name(e); name && e.tag == ORName::tag) return Named{std::move(name), "", ""};
  // SEQUENCE { name or SEQUENCE { name, time }, ... }
  ber::Reader r(e.content);
  auto first = r.next();
  if (!first.ok()) return std::nullopt;
  for (const View candidate : {first->whole, first->content}) {
    auto inner = ber::read_one(candidate);
    if (!inner.ok()) continue;
    auto name = decode_name(*inner);
    if (name && !name->address.empty()) return Named{std::move(name), "", ""};
  }
  return std::nullopt;
}

std::optional<Named> read_named(Shape shape, const ber::Element& e) {
  switch (shape) {
    case Shape::or_name:
    case Shape::or_address: {
      auto name = decode_name(e);
      return name ? std::optional(Named{std::move(name), "", ""}) : std::nullopt;
    }
    case Shape::descriptor: {
      auto d = content::read_or_descriptor(content::Field(e));
      return d.ok() ? named_of(*d) : std::nullopt;
    }
    case Shape::specifier: {
      auto s = content::read_recipient_specifier(content::Field(e));
      return s.ok() ? named_of(s->recipient) : std::nullopt;
    }
    case Shape::circulation: {
      ber::Reader r(e.content);
      auto recipient = r.expect(ber::context(0));
      if (!recipient.ok()) return std::nullopt;
      auto s = content::read_recipient_specifier(content::Field(*recipient, ber::tags::set));
      return s.ok() ? named_of(s->recipient) : std::nullopt;
    }
    case Shape::history: return named_in_history(e);
  }
  return std::nullopt;
}

bool same_named(const Named& a, const Named& b) {
  if (a.name && b.name) return same_name(*a.name, *b.name);
  if (!a.free_form.empty() && !b.free_form.empty()) return a.free_form == b.free_form;
  return !a.telephone.empty() && a.telephone == b.telephone;
}

// The O/R name in a value, as far as it is found without decoding.
std::optional<ber::Element> bare_name(Shape shape, const ber::Element& e) {
  if (shape == Shape::or_name || shape == Shape::or_address) return e;
  if (shape != Shape::descriptor) return std::nullopt;
  const auto member = first_value(e.content);
  return member && member->tag == ORName::tag ? member : std::nullopt;
}

class NameMatch final : public Matcher {
 public:
  NameMatch(Shape shape, Named wanted) : shape_(shape), wanted_(std::move(wanted)) {
    if (wanted_.name) sketch_.emplace(*wanted_.name);
  }
  bool matches(View value) const override {
    const auto e = only_value(value);
    if (!e) return false;
    if (sketch_)
      if (const auto bare = bare_name(shape_, *e); bare && !sketch_->may_equal(*bare)) return false;
    const auto have = read_named(shape_, *e);
    return have && same_named(wanted_, *have);
  }

 private:
  Shape shape_;
  Named wanted_;
  std::optional<NameSketch> sketch_;
};

// Every attribute of the assertion is there, equal or (`contained`) as part of the value.
class ElementsMatch final : public Matcher {
 public:
  ElementsMatch(Shape shape, NameParts wanted, bool contained)
      : shape_(shape), wanted_(std::move(wanted)), contained_(contained) {}
  bool matches(View value) const override {
    const auto e = only_value(value);
    if (!e) return false;
    const auto have = read_named(shape_, *e);
    if (!have || !have->name) return false;
    const NameParts parts = name_parts(*have->name);
    for (const auto& [label, part] : wanted_) {
      bool found = false;
      for (const auto& [other, theirs] : parts)
        found = found ||
                (other == label && (contained_ ? theirs.find(part) != std::string::npos : theirs == part));
      if (!found) return false;
    }
    return true;
  }

 private:
  Shape shape_;
  NameParts wanted_;
  bool contained_;
};

class SingleElementMatch final : public Matcher {
 public:
  SingleElementMatch(Shape shape, std::string wanted) : shape_(shape), wanted_(std::move(wanted)) {}
  bool matches(View value) const override {
    const auto e = only_value(value);
    if (!e) return false;
    const auto have = read_named(shape_, *e);
    if (!have || !have->name) return false;
    for (const auto& [label, part] : name_parts(*have->name))
      if (part == wanted_) return true;
    return false;
  }

 private:
  Shape shape_;
  std::string wanted_;
};

// ---- IPM identifiers: users compared only where both have one

struct IpmId {
  std::optional<content::Field> user;
  std::string local;
};

std::optional<IpmId> read_ipm_id(const ber::Element& e) {
  auto id = content::read_ipm_identifier(content::Field(e));
  if (!id.ok()) return std::nullopt;
  IpmId out{id->user, {}};
  const auto first = id->local.find_first_not_of(' ');
  if (first != std::string::npos)
    out.local = id->local.substr(first, id->local.find_last_not_of(' ') - first + 1);
  return out;
}

class IpmIdMatch final : public Matcher {
 public:
  explicit IpmIdMatch(const IpmId& wanted) : local_(wanted.local) {
    if (wanted.user) user_ = decode_name(wanted.user->element());
  }
  bool matches(View value) const override {
    const auto e = only_value(value);
    if (!e) return false;
    const auto have = read_ipm_id(*e);
    if (!have || have->local != local_) return false;
    if (!have->user || !user_) return true;
    const auto user = decode_name(have->user->element());
    return !user || same_name(*user, *user_);
  }

 private:
  std::optional<ORName> user_;
  std::string local_;
};

// Recipient and whether he is ticked off.
class CheckmarkMatch final : public Matcher {
 public:
  CheckmarkMatch(Named wanted, bool checked) : wanted_(std::move(wanted)), checked_(checked) {}
  static bool checked(const ber::Element& member) {
    ber::Reader r(member.content);
    while (!r.at_end()) {
      auto e = r.next();
      if (!e.ok()) return false;
      if (e->tag == ber::context(1)) return true;
    }
    return false;
  }
  bool matches(View value) const override {
    const auto e = only_value(value);
    if (!e) return false;
    const auto have = read_named(Shape::circulation, *e);
    return have && same_named(wanted_, *have) && checked(*e) == checked_;
  }

 private:
  Named wanted_;
  bool checked_;
};

enum class How { same, elements, substrings, single };
struct NameRule {
  MatchingRule rule;
  Shape shape;
  How how;
};
constexpr NameRule name_rules[] = {
    {MatchingRule::or_name, Shape::or_name, How::same},
    {MatchingRule::or_name_elements, Shape::or_name, How::elements},
    {MatchingRule::or_name_substring_elements, Shape::or_name, How::substrings},
    {MatchingRule::or_name_single_element, Shape::or_name, How::single},
    {MatchingRule::or_address, Shape::or_address, How::same},
    {MatchingRule::or_address_elements, Shape::or_address, How::elements},
    {MatchingRule::or_address_substring_elements, Shape::or_address, How::substrings},
    {MatchingRule::redirection_or_dl_expansion, Shape::history, How::same},
    {MatchingRule::redirection_or_dl_expansion_elements, Shape::history, How::elements},
    {MatchingRule::redirection_or_dl_expansion_substring_elements, Shape::history, How::substrings},
    {MatchingRule::redirection_or_dl_expansion_single_element, Shape::history, How::single},
    {MatchingRule::or_descriptor, Shape::descriptor, How::same},
    {MatchingRule::or_descriptor_elements, Shape::descriptor, How::elements},
    {MatchingRule::or_descriptor_substring_elements, Shape::descriptor, How::substrings},
    {MatchingRule::or_descriptor_single_element, Shape::descriptor, How::single},
    {MatchingRule::recipient_specifier, Shape::specifier, How::same},
    {MatchingRule::recipient_specifier_elements, Shape::specifier, How::elements},
    {MatchingRule::recipient_specifier_substring_elements, Shape::specifier, How::substrings},
    {MatchingRule::recipient_specifier_single_element, Shape::specifier, How::single},
    {MatchingRule::circulation_member, Shape::circulation, How::same},
    {MatchingRule::circulation_member_elements, Shape::circulation, How::elements},
    {MatchingRule::circulation_member_substring_elements, Shape::circulation, How::substrings},
    {MatchingRule::circulation_member_single_element, Shape::circulation, How::single},
};

Error unfit() { return Error(ErrorKind::malformed, "assertion value is no name of this syntax"); }

// Assertions of the history rules are names by themselves.
Shape assertion_shape(Shape shape) { return shape == Shape::history ? Shape::or_name : shape; }

Result<MatcherPtr> make(const NameRule& rule, const ber::Element& assertion) {
  if (rule.how == How::single) {
    auto text = folded_text(assertion);
    if (!text) return unfit();
    return MatcherPtr(std::make_unique<SingleElementMatch>(rule.shape, std::move(*text)));
  }
  auto wanted = read_named(assertion_shape(rule.shape), assertion);
  if (!wanted) return unfit();
  if (rule.how == How::same) return MatcherPtr(std::make_unique<NameMatch>(rule.shape, std::move(*wanted)));
  if (!wanted->name) return unfit();
  return MatcherPtr(
      std::make_unique<ElementsMatch>(rule.shape, name_parts(*wanted->name), rule.how == How::substrings));
}

}  // namespace

Result<MatcherPtr> make_name_match(MatchingRule rule, const ber::Element& assertion) {
  if (rule == MatchingRule::ipm_identifier) {
    auto wanted = read_ipm_id(assertion);
    if (!wanted) return unfit();
    return MatcherPtr(std::make_unique<IpmIdMatch>(*wanted));
  }
  if (rule == MatchingRule::circulation_member_checkmark) {
    auto wanted = read_named(Shape::circulation, assertion);
    if (!wanted) return unfit();
    return MatcherPtr(
        std::make_unique<CheckmarkMatch>(std::move(*wanted), CheckmarkMatch::checked(assertion)));
  }
  for (const NameRule& r : name_rules)
    if (r.rule == rule) return make(r, assertion);
  return MatcherPtr();
}

std::optional<std::string> name_key(const ber::Element& or_name) {
  auto name = decode_name(or_name);
  if (!name) return std::nullopt;
  if (!name->address.empty()) return asn1::canonical_key(name->address);
  NameParts parts;
  add_directory_parts(name->directory_name, parts);
  std::string key;
  for (const auto& [label, value] : parts) key += label + '=' + value + ';';
  return key;
}

}  // namespace x400::mstore::service
