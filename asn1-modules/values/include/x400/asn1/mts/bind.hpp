// MTS-bind: argument, result and error (X.411 8.1.1). The octets are those inside [16], [17] and [18] of the
// bind APDUs of ROSE. MTS-unbind carries nothing.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "x400/asn1/credentials.hpp"
#include "x400/asn1/mts/extension.hpp"
#include "x400/asn1/or_name.hpp"

namespace x400::asn1::mts {

/// ObjectName: who binds, or answers. A store that opens for its user is a message_store with the user's
/// address; an MTA shows its name.
struct UserAgentName {
  EncodedORName name;
};
struct MtaName {
  std::string name;  ///< IA5String, 1..32
};
struct MessageStoreName {
  EncodedORName name;
};
using ObjectName = std::variant<UserAgentName, MtaName, MessageStoreName>;
/// For logs: "user C=...", "MTA name", "store C=...".
std::string to_string(const ObjectName& name);

/// What waits at the MTS for the user; only with a subscription to hold for delivery.
struct DeliveryQueue {
  std::int64_t messages = 0;
  std::optional<std::int64_t> octets;
  friend bool operator==(const DeliveryQueue&, const DeliveryQueue&) = default;
};
struct MessagesWaiting {
  DeliveryQueue urgent, normal, non_urgent;
  friend bool operator==(const MessagesWaiting&, const MessagesWaiting&) = default;
};

struct MtsBindArgument {
  ObjectName initiator_name;
  std::optional<MessagesWaiting> messages_waiting;
  Credentials initiator_credentials;
  std::vector<Octets> security_context;  ///< security labels, each a whole TLV; empty: no limit
  Extensions extensions;                 ///< 1994

  Octets encode() const;
  /// May come from anybody: walked with the limits for binds. Members of later editions are skipped.
  /// Errors: truncated, malformed, limit.
  static Result<MtsBindArgument> decode(View octets);
};

struct MtsBindResult {
  ObjectName responder_name;
  std::optional<MessagesWaiting> messages_waiting;
  Credentials responder_credentials;
  Extensions extensions;  ///< 1994

  Octets encode() const;
  static Result<MtsBindResult> decode(View octets);
};

/// 1 is not used. Other numbers are kept.
enum class MtsBindError : std::int64_t {
  busy = 0,
  authentication_error = 2,
  unacceptable_dialogue_mode = 3,
  unacceptable_security_context = 4,
  inadequate_association_confidentiality = 5
};
std::string_view name(MtsBindError e);  ///< "busy", ...; "unknown"
Octets encode(MtsBindError e);
Result<MtsBindError> decode_bind_error(View octets);
/// Whether binding again may succeed without a change of configuration (busy, dialogue mode, unknown ones).
bool transient(MtsBindError e);

}  // namespace x400::asn1::mts
