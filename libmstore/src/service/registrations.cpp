#include "service/registrations.hpp"

#include "service/selection.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/content/external.hpp"

namespace x400::mstore::service {

namespace {

bool empty(const ms::RegisteredInformation& i) {
  return i.registrations.empty() && i.list_attribute_defaults.empty() && i.fetch_attribute_defaults.empty() &&
         i.ua_registrations.empty() && !i.submission_defaults && i.message_groups.empty() &&
         i.extensions.empty();
}

constexpr ber::Tag destinations_tag = ber::context(1), suppress_tag = ber::context(3);
constexpr std::size_t most_destinations = 16;  // ub-alert-addresses

// AlertDestination ::= SEQUENCE { alert-address EXTERNAL, alert-qualifier OCTET STRING OPTIONAL }
Status check_destination(const ber::Element& destination) {
  ber::Reader r(destination.content);
  X400_TRY(address, r.expect(ber::tags::external));
  X400_CHECK(content::read_external(content::Field(address)));
  X400_TRY(qualifier, r.next_if(ber::tags::octet_string));
  if (qualifier) X400_CHECK(ber::read_octets(*qualifier));
  return r.finish();
}

Status check_destinations(View contents) {
  X400_TRY(list, ber::read_one(contents));
  if (list.tag != ber::tags::sequence) return Error(ErrorKind::malformed, "alert-destinations: no SEQUENCE");
  ber::Reader r(list.content);
  std::size_t count = 0;
  for (; !r.at_end(); ++count) {
    X400_TRY(destination, r.expect(ber::tags::sequence));
    X400_CHECK(check_destination(destination));
  }
  if (count == 0 || count > most_destinations)
    return Error(ErrorKind::malformed, std::to_string(count) + " alert-destinations");
  return Ok{};
}

}  // namespace

Octets Registrations::encode() const {
  ber::Writer w;
  w.constructed(ber::tags::sequence, [&] {
    if (!empty(information)) {
      ms::RegisterMsResult whole;
      whole.information = information;
      w.primitive(ber::context(0), View(whole.encode(Edition::e1994)));
    }
    if (secret) w.primitive(ber::context(1), std::string_view(*secret));
  });
  return std::move(w).take();
}

Result<Registrations> Registrations::decode(View octets, const Rules& rules) {
  Registrations r;
  X400_TRY(whole, ber::read_one(octets));
  ber::Reader in(whole.content);
  X400_TRY(information, in.next_if(ber::context(0)));
  if (information) {
    X400_TRY(result, ms::RegisterMsResult::decode(information->content));
    if (result.information) r.information = std::move(*result.information);
  }
  X400_TRY(secret, in.next_if(ber::context(1)));
  if (secret) r.secret = std::string(chars(secret->content));
  for (const ms::AutoActionRegistration& a : r.information.registrations) {
    if (a.type != asn1::oids::auto_action::auto_alert) continue;
    Problems problems;
    X400_TRY(rule, read_alert_rule(a, Edition::e1994, rules, problems));
    if (problems.none()) r.alerts.push_back(std::move(rule));
  }
  return r;
}

const ms::UaRegistration* Registrations::ua(const std::optional<std::string>& identifier) const {
  if (!identifier) return nullptr;
  for (const ms::UaRegistration& u : information.ua_registrations)
    if (u.identifier == *identifier) return &u;
  return nullptr;
}

Status check_alert_destinations(const ms::AutoActionRegistration& registration, Edition edition) {
  if (!registration.parameter) return Ok{};
  X400_TRY(set, ber::read_one(*registration.parameter));
  ber::Reader r(set.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == destinations_tag) {
      X400_CHECK(check_destinations(e.content));
    } else if (e.tag == suppress_tag) {
      if (edition == Edition::e1988)
        return Error(ErrorKind::malformed, "suppress-alert-destinations is of 1994");
      X400_TRY(value, ber::read_one(e.content));
      if (value.tag != ber::tags::boolean)
        return Error(ErrorKind::malformed, "suppress-alert-destinations: no BOOLEAN");
      X400_CHECK(ber::read_boolean(value));
    }
  }
  return Ok{};
}

Result<AlertRule> read_alert_rule(const ms::AutoActionRegistration& registration, Edition edition,
                                  const Rules& rules, Problems& problems) {
  AlertRule rule;
  rule.identifier = registration.identifier;
  if (!registration.parameter) return rule;
  X400_TRY(set, ber::read_one(*registration.parameter));
  if (set.tag != ber::tags::set) return Error(ErrorKind::malformed, "auto-alert parameter: no SET");
  ber::Reader r(set.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == ber::context(0)) {
      X400_TRY(filter, ms::read_filter(e.content, edition));
      rule.filter = compile(filter, edition, rules, problems);
    } else if (e.tag == ber::context(2)) {
      X400_TRY(selection, ms::read_selection(e.content));
      check_selection(selection, Purpose::list, edition, problems);
      rule.requested = std::move(selection);
    } else if (e.tag != destinations_tag && e.tag != suppress_tag) {
      return Error(ErrorKind::malformed, "auto-alert parameter: " + to_string(e.tag));
    }
  }
  return rule;
}

}  // namespace x400::mstore::service
