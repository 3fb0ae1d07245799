#include <array>

#include "x400/asn1/mts/report.hpp"

namespace x400::asn1::mts {
namespace {

constexpr std::array<std::string_view, 9> reasons = {
    "transfer-failure",
    "unable-to-transfer",
    "conversion-not-performed",
    "physical-rendition-not-performed",
    "physical-delivery-not-performed",
    "restricted-delivery",
    "directory-operation-unsuccessful",
    "deferred-delivery-not-performed",
    "transfer-failure-for-security-reason",
};

constexpr std::array<std::string_view, 79> diagnostics = {
    "unrecognised-OR-name",
    "ambiguous-OR-name",
    "mts-congestion",
    "loop-detected",
    "recipient-unavailable",
    "maximum-time-expired",
    "encoded-information-types-unsupported",
    "content-too-long",
    "conversion-impractical",
    "implicit-conversion-prohibited",
    "implicit-conversion-not-subscribed",
    "invalid-arguments",
    "content-syntax-error",
    "size-constraint-violation",
    "protocol-violation",
    "content-type-not-supported",
    "too-many-recipients",
    "no-bilateral-agreement",
    "unsupported-critical-function",
    "conversion-with-loss-prohibited",
    "line-too-long",
    "page-split",
    "pictorial-symbol-loss",
    "punctuation-symbol-loss",
    "alphabetic-character-loss",
    "multiple-information-loss",
    "recipient-reassignment-prohibited",
    "redirection-loop-detected",
    "dl-expansion-prohibited",
    "no-dl-submit-permission",
    "dl-expansion-failure",
    "physical-rendition-attributes-not-supported",
    "undeliverable-mail-physical-delivery-address-incorrect",
    "undeliverable-mail-physical-delivery-office-incorrect-or-invalid",
    "undeliverable-mail-physical-delivery-address-incomplete",
    "undeliverable-mail-recipient-unknown",
    "undeliverable-mail-recipient-deceased",
    "undeliverable-mail-organization-expired",
    "undeliverable-mail-recipient-refused-to-accept",
    "undeliverable-mail-recipient-did-not-claim",
    "undeliverable-mail-recipient-changed-address-permanently",
    "undeliverable-mail-recipient-changed-address-temporarily",
    "undeliverable-mail-recipient-changed-temporary-address",
    "undeliverable-mail-new-address-unknown",
    "undeliverable-mail-recipient-did-not-want-forwarding",
    "undeliverable-mail-originator-prohibited-forwarding",
    "secure-messaging-error",
    "unable-to-downgrade",
    "unable-to-complete-transfer",
    "transfer-attempts-limit-reached",
    "incorrect-notification-type",
    "dl-expansion-prohibited-by-security-policy",
    "forbidden-alternate-recipient",
    "security-policy-violation",
    "security-services-refusal",
    "unauthorised-dl-member",
    "unauthorised-dl-name",
    "unauthorised-originally-intended-recipient-name",
    "unauthorised-originator-name",
    "unauthorised-recipient-name",
    "unreliable-system",
    "authentication-failure-on-subject-message",
    "decryption-failed",
    "decryption-key-unobtainable",
    "double-envelope-creation-failure",
    "double-enveloping-message-restoring-failure",
    "failure-of-proof-of-message",
    "integrity-failure-on-subject-message",
    "invalid-security-label",
    "key-failure",
    "mandatory-parameter-absence",
    "operation-security-failure",
    "repudiation-failure-of-message",
    "security-context-failure",
    "token-decryption-failed",
    "token-error",
    "unknown-security-label",
    "unsupported-algorithm-identifier",
    "unsupported-security-policy",
};

template <std::size_t N>
std::string_view look_up(const std::array<std::string_view, N>& names, std::int64_t n) {
  if (n < 0 || n >= static_cast<std::int64_t>(N)) return {};
  return names[static_cast<std::size_t>(n)];
}

}  // namespace

std::string_view reason_name(std::int64_t reason) { return look_up(reasons, reason); }
std::string_view diagnostic_name(std::int64_t diagnostic) { return look_up(diagnostics, diagnostic); }

}  // namespace x400::asn1::mts
