// Composing contents: body parts, whole messages, notifications.
//
//   std::vector<Octets> parts;
//   X400_TRY(text, ia5_text_part("Hello"));
//   parts.push_back(std::move(text));
//   X400_TRY(content, compose_ipm(heading, parts));       // octets of the content, ready for an envelope
//
// The result is what an envelope of content type content_format() carries. A part is one encoded
// BodyPart; parts of a received message go in as BodyPart::whole.received().
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "x400/content/compose_heading.hpp"
#include "x400/content/content_type.hpp"
#include "x400/content/information_object.hpp"

namespace x400::content {

// Body parts. Errors: invalid (characters the repertoire has not).

/// ia5-text [0]. Line ends should be CR LF.
Result<Octets> ia5_text_part(std::string_view text);
/// teletex [5]: one page a string, UTF-8 that T.61 has.
Result<Octets> teletex_part(const std::vector<std::string>& pages);
/// general-text with registrations {1, 6} for ASCII and {1, 6, 100} if Latin-1 is needed.
Result<Octets> general_text_part(std::string_view utf8);
/// bilaterally-defined [14].
Octets bilateral_part(View octets);

struct NewFile {
  std::string name;  ///< without folders, Latin-1 characters; empty: absent
  std::optional<asn1::Time> modified;
  std::optional<ber::Oid> application;  ///< default: 2.16.840.1.113694.2.2.1.1, EMA "unknown attachment"
  std::string description;              ///< user-visible-string; empty: absent
};
/// file-transfer, one octet-aligned EXTERNAL, as Doc 9880 wants it. The octets are copied once.
Result<Octets> file_transfer_part(const NewFile& file, View octets);

/// What accompanies a forwarded message; both absent for one that was never delivered.
struct ForwardedDelivery {
  std::optional<asn1::Time> delivery_time;
  View envelope;  ///< OtherMessageDeliveryFields, a SET under any tag; empty: absent
};
/// message [9]: `content` is that of the forwarded message, P2 or P22. Its octets stay as they are.
/// Errors: malformed (no IPM).
Result<Octets> message_part(const ForwardedDelivery& delivery, View content);
/// content [15] 2.6.1.4.17.<content type>: a forwarded content of any type, octet for octet.
Octets content_part(const ForwardedDelivery& delivery, const ber::Oid& content_type, View content);
/// mm-message [15]: a forwarded military message. Errors: malformed (no IPM).
Result<Octets> mm_message_part(const ForwardedDelivery& delivery, View content);

// Messages.

/// Errors: invalid (heading).
Result<Octets> compose_ipm(const NewHeading& heading, const std::vector<Octets>& parts);

/// P2 if nothing in the message is newer than 1984 (no extensions, no extended body part), else P22.
/// Errors: those of reading.
Result<Format> content_format(View content);

/// The encoded information types an envelope of this content names, as attribute values: of all parts,
/// those of forwarded messages included; each once, in the order met.
std::vector<ber::Oid> encoded_information_types(const Ipm& ipm);

// Notifications (X.420 clause 8).

struct NewNotification {
  View subject_ipm;                         ///< IPMIdentifier as received
  std::optional<NewDescriptor> originator;  ///< who notifies
  View intended_recipient;                  ///< ORDescriptor as received; empty: absent
  std::string supplementary_info;           ///< receipts only
};
/// A receipt notification. Errors: invalid.
Result<Octets> compose_receipt(const NewNotification& n, asn1::Time receipt_time, bool automatic);

enum class DiscardReason : std::uint8_t {
  expired = 0,
  obsoleted = 1,
  subscription_terminated = 2,
  deleted = 3
};
/// A non-receipt notification of a discarded message. `returned` is the content sent back, empty if none.
/// Errors: invalid, malformed (returned content is no IPM).
Result<Octets> compose_discarded(const NewNotification& n, DiscardReason reason, View returned = {});
/// A non-receipt notification of an auto-forwarded message.
Result<Octets> compose_auto_forwarded(const NewNotification& n, std::string_view comment, View returned = {});

}  // namespace x400::content
