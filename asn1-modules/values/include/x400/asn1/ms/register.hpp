// Register-MS: what the user wants the store to remember (X.413 8.2.5).
//
// Registration parameters of auto-actions stay encoded: whoever performs the action reads them, and they are
// given back as they came.
//
// Threads: values.
#pragma once

#include <optional>
#include <vector>

#include "x400/asn1/credentials.hpp"
#include "x400/asn1/ms/submission.hpp"
#include "x400/asn1/ms/types.hpp"

namespace x400::asn1::ms {

struct AutoActionRegistration {
  ber::Oid type;
  std::uint32_t identifier = 1;     ///< 1..32767, unique within the type
  std::optional<Octets> parameter;  ///< TLV
  friend bool operator==(const AutoActionRegistration&, const AutoActionRegistration&) = default;
};

struct AutoActionDeregistration {
  ber::Oid type;
  std::uint32_t identifier = 1;
  friend bool operator==(const AutoActionDeregistration&, const AutoActionDeregistration&) = default;
};

struct ChangeCredentials {
  Credentials old_credentials, new_credentials;
  friend bool operator==(const ChangeCredentials&, const ChangeCredentials&) = default;
};

/// Defaults of one kind of user agent (1994).
struct UaRegistration {
  std::string identifier;
  std::optional<std::vector<ber::Oid>> list_attribute_defaults, fetch_attribute_defaults;
  std::optional<SubmissionOptions> submission_defaults;
  Extensions content_specific_defaults;
  friend bool operator==(const UaRegistration&, const UaRegistration&) = default;
};

struct MessageGroup {
  MessageGroupName name;
  std::optional<std::string> descriptor;  ///< GeneralString, 1..256 characters
  friend bool operator==(const MessageGroup&, const MessageGroup&) = default;
};

struct MessageGroupRegistration {
  enum class Kind { register_group = 0, deregister_group = 1, change_descriptors = 2 };
  Kind kind = Kind::register_group;
  MessageGroup group;  ///< deregister_group: name only
  friend bool operator==(const MessageGroupRegistration&, const MessageGroupRegistration&) = default;
};

/// Which message groups a status request asks about: those below the parent, or all.
struct MessageGroupsRestriction {
  std::optional<MessageGroupName> parent;
  bool immediate_descendants_only = true, omit_descriptors = true;
  friend bool operator==(const MessageGroupsRestriction&, const MessageGroupsRestriction&) = default;
};

/// Which registrations are meant: asked for in a request, named in register-ms-error.
struct RegistrationTypes {
  bool auto_actions = false, list_defaults = false, fetch_defaults = false, ua_registrations = false,
       submission_defaults = false, message_groups = false;
  std::vector<ber::Oid> extended;
  std::optional<MessageGroupsRestriction> restrict_message_groups;
  friend bool operator==(const RegistrationTypes&, const RegistrationTypes&) = default;
};

/// Every component may be absent: no change. A default set that is present and empty clears the set.
struct RegisterMsArgument {
  std::vector<AutoActionRegistration> registrations;
  std::vector<AutoActionDeregistration> deregistrations;
  std::optional<std::vector<ber::Oid>> list_attribute_defaults, fetch_attribute_defaults;
  std::optional<ChangeCredentials> change_credentials;
  std::optional<std::vector<Octets>> user_security_labels;  ///< whole TLVs
  // 1994
  std::vector<UaRegistration> ua_registrations;
  std::optional<SubmissionOptions> submission_defaults;
  std::vector<MessageGroupRegistration> message_groups;
  std::optional<RegistrationTypes> status_request;
  Extensions extensions;

  Octets encode(Edition edition) const;
  static Result<RegisterMsArgument> decode(View octets, Edition edition);
};

/// Registered information (1994), asked for by status_request. Empty components are left out.
struct RegisteredInformation {
  std::vector<AutoActionRegistration> registrations;
  std::vector<ber::Oid> list_attribute_defaults, fetch_attribute_defaults;
  std::vector<UaRegistration> ua_registrations;
  std::optional<SubmissionOptions> submission_defaults;
  std::vector<MessageGroup> message_groups;
  Extensions extensions;
  friend bool operator==(const RegisteredInformation&, const RegisteredInformation&) = default;
};

struct RegisterMsResult {
  std::optional<RegisteredInformation> information;  ///< nothing: NULL, as always in e1988

  Octets encode(Edition edition) const;
  static Result<RegisterMsResult> decode(View octets);
};

/// The MASE operation change-credentials (8) of X.411, also part of register-MS: SET here, SEQUENCE there.
Octets encode_change_credentials(const ChangeCredentials& change);
Result<ChangeCredentials> decode_change_credentials(View octets);

}  // namespace x400::asn1::ms
