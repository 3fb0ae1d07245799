// Typed values of standard extensions: the simple ones.
//
//   X400_TRY(history, redirection_history(envelope.extensions));
//   extensions.set(content_correlator(to_octets("order 17")));
//
// A getter looks the extension up. Absent gives nothing, false or an empty list; a value that is not what
// X.411 says is malformed.
//
// Threads: pure functions.
#pragma once

#include "x400/asn1/mts/extension.hpp"
#include "x400/asn1/mts/fields.hpp"
#include "x400/asn1/mts/identifier.hpp"
#include "x400/asn1/mts/security_label.hpp"
#include "x400/asn1/or_name.hpp"

namespace x400::asn1::mts {

/// Extensions 1, 3, 4, 7, 8, 21 and 22: allowed or prohibited, requested or not. Absent: false.
Result<bool> flag(const Extensions& e, std::int64_t number);
ExtensionField flag_extension(std::int64_t number, bool value);

/// INTEGER and ENUMERATED values: 10 registered-mail-type, 14 physical-delivery-report-request, 36
/// forwarding-request.
Result<std::optional<std::int64_t>> number(const Extensions& e, std::int64_t extension_number);
ExtensionField number_extension(std::int64_t extension_number, std::int64_t value);

/// O/R names: 2 originator-requested-alternate-recipient, 27 physical-forwarding-address, 31
/// reporting-DL-name.
Result<std::optional<EncodedORName>> or_name(const Extensions& e, std::int64_t number);
ExtensionField or_name_extension(std::int64_t number, const EncodedORName& name);

/// 5.
Result<std::optional<UtcTime>> latest_delivery_time(const Extensions& e);
ExtensionField latest_delivery_time(const UtcTime& time);

/// 6: preferred first; 0 any, 1 MHS, 2 physical, ... 9 telephone.
Result<std::vector<std::int64_t>> requested_delivery_method(const Extensions& e);
ExtensionField requested_delivery_method(const std::vector<std::int64_t>& methods);

/// 13.
Result<std::optional<ORAddress>> originator_return_address(const Extensions& e);
ExtensionField originator_return_address(const ORAddress& address);

/// 20.
Result<std::optional<SecurityLabel>> message_security_label(const Extensions& e);
ExtensionField message_security_label(const SecurityLabel& label);

/// 23: IA5String or OCTET STRING, up to 512 octets; compare the octets.
Result<std::optional<Octets>> content_correlator(const Extensions& e);
ExtensionField content_correlator(View octets);

enum class RedirectionReason : std::int32_t {
  recipient_assigned = 0,
  originator_requested = 1,
  recipient_md_assigned = 2,
  directory_look_up = 3,
  alias = 4
};
struct Redirection {
  EncodedORName intended_recipient;
  UtcTime time;
  RedirectionReason reason = RedirectionReason::recipient_assigned;
};
/// 25, oldest first.
Result<std::vector<Redirection>> redirection_history(const Extensions& e);
ExtensionField redirection_history(const std::vector<Redirection>& history);

/// A distribution list or, in 30, first the originator.
struct Expansion {
  EncodedORName name;
  UtcTime time;
};
/// 26 dl-expansion-history or 30 originator-and-DL-expansion-history, oldest first.
Result<std::vector<Expansion>> expansion_history(const Extensions& e, std::int64_t number);
ExtensionField expansion_history(std::int64_t number, const std::vector<Expansion>& history);

struct ReportingMta {
  GlobalDomain domain;
  std::string name;
  Octets directory_name;  ///< a Name TLV; empty: absent
};
/// 39.
Result<std::optional<ReportingMta>> reporting_mta_name(const Extensions& e);
ExtensionField reporting_mta_name(const ReportingMta& mta);

/// 42.
Result<std::vector<EncodedORName>> dl_exempted_recipients(const Extensions& e);
ExtensionField dl_exempted_recipients(const std::vector<EncodedORName>& names);

}  // namespace x400::asn1::mts
