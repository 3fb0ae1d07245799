// Rules whose values have a key: equal values, equal keys.
#include <algorithm>

#include "service/match_groups.hpp"
#include "x400/asn1/mts/identifier.hpp"
#include "x400/asn1/time.hpp"
#include "x400/ber/walk.hpp"

namespace x400::mstore::service {

namespace {

using asn1::MatchingRule;
using Key = std::optional<std::string>;

std::optional<std::int64_t> integer_of(const ber::Element& e) {
  // Priority has a tag of its own; clients send plain enumerations for it too.
  if (e.tag != ber::tags::integer && e.tag != ber::tags::enumerated && e.tag != ber::application(7))
    return std::nullopt;
  auto n = ber::read_integer(e);
  return n.ok() ? std::optional(*n) : std::nullopt;
}

Key integer_key(const ber::Element& e) {
  const auto n = integer_of(e);
  return n ? Key(std::to_string(*n)) : std::nullopt;
}

Key boolean_key(const ber::Element& e) {
  if (e.tag != ber::tags::boolean) return std::nullopt;
  auto b = ber::read_boolean(e);
  return b.ok() ? Key(*b ? "1" : "0") : std::nullopt;
}

Key oid_key(const ber::Element& e) {
  if (e.tag != ber::tags::oid) return std::nullopt;
  auto o = ber::read_oid(e);
  return o.ok() ? Key(std::string(chars(o->contents()))) : std::nullopt;
}

Key bits_key(const ber::Element& e) {
  if (e.tag != ber::tags::bit_string && e.tag != ber::application(8)) return std::nullopt;
  auto bits = ber::read_bits(e);
  if (!bits.ok()) return std::nullopt;
  std::string key;
  for (std::size_t i = 0; i < bits->size(); ++i) key += bits->test(i) ? '1' : '0';
  key.erase(key.find_last_not_of('0') + 1);  // of named bits those at the end that are 0 do not count
  return key;
}

Key octets_key(const ber::Element& e) {
  auto octets = ber::read_octets(e);
  return octets.ok() ? Key(std::string(chars(*octets))) : std::nullopt;
}

Key instant_key(const ber::Element& e, bool generalized) {
  if (e.tag != (generalized ? ber::tags::generalized_time : ber::tags::utc_time)) return std::nullopt;
  auto text = ber::read_chars(e);
  if (!text.ok()) return std::nullopt;
  auto time = generalized ? asn1::parse_generalized_time(*text) : asn1::parse_utc_time(*text);
  return time.ok() ? Key(std::to_string(time->time_since_epoch().count())) : std::nullopt;
}
Key utc_key(const ber::Element& e) { return instant_key(e, false); }
Key generalized_key(const ber::Element& e) { return instant_key(e, true); }

Key correlator_key(const ber::Element& e) {
  // IA5String or OCTET STRING; exact.
  if (e.tag != ber::tags::ia5_string && e.tag != ber::tags::octet_string) return std::nullopt;
  return octets_key(e);
}

Key content_identifier_key(const ber::Element& e) {
  if (e.tag != ber::application(10) && e.tag != ber::tags::printable_string) return std::nullopt;
  Key key = octets_key(e);
  if (!key) return key;
  const auto first = key->find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return key->substr(first, key->find_last_not_of(' ') - first + 1);
}

Key whole_key(const ber::Element& e) {
  auto definite = ber::to_definite(e.whole);
  return definite.ok() ? Key(std::string(chars(*definite))) : std::nullopt;
}

Key reason_of_redirection(const ber::Element& e) {
  if (e.tag == ber::tags::enumerated) return integer_key(e);  // the assertion
  Key found;
  ber::Reader r(e.content);
  while (!r.at_end()) {
    auto field = r.next();
    if (!field.ok()) return std::nullopt;
    if (field->tag == ber::tags::enumerated) found = integer_key(*field);
  }
  return found;
}

}  // namespace

Key mts_identifier_key(const ber::Element& e) {
  if (e.tag != asn1::mts::MTSIdentifier::tag) return std::nullopt;
  auto id = asn1::mts::MTSIdentifier::decode(e.whole);
  return id.ok() ? Key(id->key()) : std::nullopt;
}

KeyFunction simple_key(MatchingRule rule) {
  switch (rule) {
    case MatchingRule::boolean: return boolean_key;
    case MatchingRule::integer: return integer_key;
    case MatchingRule::bit_string: return bits_key;
    case MatchingRule::octet_string: return octets_key;
    case MatchingRule::object_identifier: return oid_key;
    case MatchingRule::utc_time: return utc_key;
    case MatchingRule::generalized_time: return generalized_key;
    case MatchingRule::content_correlator: return correlator_key;
    case MatchingRule::content_identifier: return content_identifier_key;
    case MatchingRule::mts_identifier: return mts_identifier_key;
    case MatchingRule::redirection_reason: return reason_of_redirection;
    case MatchingRule::ipm_location:
    case MatchingRule::distribution_code:
    case MatchingRule::information_category: return whole_key;
    default: return nullptr;
  }
}

std::optional<std::int64_t> ordinal(MatchingRule rule, const ber::Element& value) {
  Key key;
  if (rule == MatchingRule::integer_ordering) return integer_of(value);
  if (rule == MatchingRule::utc_time_ordering) key = utc_key(value);
  if (rule == MatchingRule::generalized_time_ordering) key = generalized_key(value);
  return key ? std::optional<std::int64_t>(std::stoll(*key)) : std::nullopt;
}

}  // namespace x400::mstore::service
