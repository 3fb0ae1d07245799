// Runs of Attributes: `Attribute ::= SEQUENCE { type, values SEQUENCE OF }`, one after the other, as the
// store keeps them and as results carry them.
#pragma once

#include <optional>
#include <vector>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"
#include "x400/ber/oid.hpp"
#include "x400/ber/reader.hpp"

namespace x400::mstore::service {

/// One attribute being made.
struct Attribute {
  ber::Oid type;
  std::vector<Octets> values;  ///< each a whole TLV, in their order
};

/// The attributes of an entry being made, each type once.
class AttributeList {
 public:
  /// Appends one value.
  void add(const ber::Oid& type, Octets value);
  void add_integer(const ber::Oid& type, std::int64_t value);
  void add_boolean(const ber::Oid& type, bool value);
  void add_oid(const ber::Oid& type, const ber::Oid& value);
  const Attribute* find(const ber::Oid& type) const;
  const std::vector<Attribute>& all() const { return all_; }

 private:
  std::vector<Attribute> all_;
};

/// The value at the start of some octets; nothing: there is none that can be read. Quick where identifier and
/// length are short, as in nearly every value of a run: a search looks at some of each entry.
std::optional<ber::Element> first_value(View octets);
/// The one value that they are.
inline std::optional<ber::Element> only_value(View octets) {
  auto e = first_value(octets);
  if (e && e->whole.size() != octets.size()) e.reset();
  return e;
}

/// The whole Attribute of that type in the run, or nothing. A run that is no run has nothing.
View find_in_run(View run, const ber::Oid& type);
/// Values of one Attribute, each a whole TLV.
std::vector<View> values_of(View attribute);
/// Of each in turn, as long as `f` says true.
template <class F>
void for_each_value(View attribute, F&& f) {
  const auto whole = only_value(attribute);
  if (!whole) return;
  const auto type = first_value(whole->content);
  if (!type) return;
  const auto list = first_value(whole->content.subspan(type->whole.size()));
  if (!list) return;
  for (View rest = list->content; !rest.empty();) {
    const auto value = first_value(rest);
    if (!value || !f(value->whole)) return;
    rest = rest.subspan(value->whole.size());
  }
}

Octets encode_attribute(const ber::Oid& type, const std::vector<Octets>& values);
Octets integer_value(std::int64_t value);
Octets utc_time_value(std::string_view text);

}  // namespace x400::mstore::service
