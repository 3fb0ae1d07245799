// MS-bind: argument, result and error (X.413 clause 7).
//
// The octets are those inside [16], [17] and [18] of the bind APDUs of ROSE.
//
// Components of 1994 in an e1988 argument are malformed; unknown components of a result are skipped, as a
// client must live with what stores send. Encoding never sends a 1994 component in e1988.
//
// Threads: values.
#pragma once

#include <optional>

#include "x400/asn1/credentials.hpp"
#include "x400/asn1/ms/types.hpp"

namespace x400::asn1::ms {

/// What a Fetch of this association may return. Absent: no restriction.
struct FetchRestrictions {
  std::optional<std::vector<ber::Oid>> content_types;
  std::optional<std::vector<ber::Oid>> eits;
  std::optional<std::int64_t> maximum_length;  ///< octets; 1988: of the content, 1994: of an attribute
  friend bool operator==(const FetchRestrictions&, const FetchRestrictions&) = default;
};

struct MsBindArgument {
  Octets initiator_name;  ///< ORAddressAndOrDirectoryName, the whole TLV
  Credentials initiator_credentials;
  std::vector<Octets> security_context;  ///< security labels, each a whole TLV; empty: absent
  std::optional<FetchRestrictions> fetch_restrictions;
  bool configuration_request = false;
  std::optional<std::string>
      ua_registration_identifier;  ///< 1994; 1..32 characters, longer ones are read too
  Extensions extensions;           ///< 1994

  Octets encode(Edition edition) const;
  /// Errors: truncated, malformed, limit. The octets may come from anybody: they are walked with the limits
  /// for binds first.
  static Result<MsBindArgument> decode(View octets, Edition edition);
};

/// Failed auto-actions since the user was last told (1994).
struct AutoActionErrorIndication {
  std::optional<SequenceNumber> log_entry;  ///< nothing: indication only
  friend bool operator==(const AutoActionErrorIndication&, const AutoActionErrorIndication&) = default;
};

/// Empty lists are left out.
struct MsBindResult {
  Credentials responder_credentials;
  std::vector<ber::Oid> available_auto_actions, available_attribute_types;
  bool alert_indication = false;
  std::vector<ber::Oid> content_types_supported;
  // 1994
  std::vector<EntryClass> entry_classes_supported;
  std::vector<ber::Oid> matching_rules_supported;
  Extensions extensions;
  std::optional<std::uint32_t> message_group_depth;
  std::optional<AutoActionErrorIndication> auto_action_error_indication;
  std::vector<ber::Oid> unsupported_extensions;
  bool ua_registration_id_unknown = false;
  std::optional<std::string> service_information;

  Octets encode(Edition edition) const;
  /// Components of both editions are read in both.
  static Result<MsBindResult> decode(View octets);
};

enum class BindProblem : std::int32_t {
  authentication_error = 0,
  unacceptable_security_context = 1,
  unable_to_establish_association = 2,
  bind_extension_problem = 3 /* 1994 */,
  inadequate_association_confidentiality = 4 /* 1994 */
};
std::string_view name(BindProblem p);  ///< "authentication-error", ...; "unknown"

struct MsBindError {
  BindProblem problem = BindProblem::unable_to_establish_association;
  std::optional<std::string> supplementary_information;  ///< 1994
  std::vector<ber::Oid> extension_errors;                ///< 1994

  /// e1988: the bare problem; 3 is sent as 2 and 4 as 1 there. e1994: bare too, if there is nothing else to
  /// say.
  Octets encode(Edition edition) const;
  /// Both forms are read in both editions.
  static Result<MsBindError> decode(View octets);
};

}  // namespace x400::asn1::ms
