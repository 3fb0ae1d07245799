#include "service/registrations.hpp"

#include "service/selection.hpp"
#include "x400/asn1/oids.hpp"

namespace x400::mstore::service {

namespace {

bool empty(const ms::RegisteredInformation& i) {
  return i.registrations.empty() && i.list_attribute_defaults.empty() && i.fetch_attribute_defaults.empty() &&
         i.ua_registrations.empty() && !i.submission_defaults && i.message_groups.empty() &&
         i.extensions.empty();
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
    } else if (e.tag != ber::context(1) && e.tag != ber::context(3)) {
      // Destinations outside the association are kept and not served.
      return Error(ErrorKind::malformed, "auto-alert parameter: " + to_string(e.tag));
    }
  }
  return rule;
}

}  // namespace x400::mstore::service
