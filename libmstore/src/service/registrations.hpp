// Registrations: what the user of a mailbox has set by Register-MS, as kept in one item of the mailbox.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/filter.hpp"
#include "x400/asn1/ms/register.hpp"
#include "x400/asn1/ms/selector.hpp"

namespace x400::mstore::service {

/// An auto-alert registration ready to be evaluated.
struct AlertRule {
  std::uint32_t identifier = 1;
  std::shared_ptr<const FilterNode> filter;  ///< null: every entry
  ms::EntryInformationSelection requested;
};

struct Registrations {
  ms::RegisteredInformation information;
  std::optional<std::string> secret;
  std::vector<AlertRule> alerts;  ///< made from information

  Octets encode() const;
  /// Errors: corrupt.
  static Result<Registrations> decode(View octets, const Rules& rules);
  const ms::UaRegistration* ua(const std::optional<std::string>& identifier) const;
};

/// Whether what an AutoAlertRegistrationParameter says of destinations can be read. They are kept and not
/// served, so only registering asks: what an older store took goes on to be evaluated.
Status check_alert_destinations(const ms::AutoActionRegistration& registration, Edition edition);

/// AutoAlertRegistrationParameter. `problems` says what is wrong with its filter and selection; an error: it
/// does not follow its syntax.
Result<AlertRule> read_alert_rule(const ms::AutoActionRegistration& registration, Edition edition,
                                  const Rules& rules, Problems& problems);

}  // namespace x400::mstore::service
