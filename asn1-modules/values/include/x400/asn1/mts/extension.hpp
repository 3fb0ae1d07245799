// Extension fields of envelopes (X.411 9.2, figure 2 part 9 on).
//
// A field is kept as the octets received; type and criticality are read from it. Typed access to simple
// values is in extension_values.hpp.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"
#include "x400/ber/oid.hpp"
#include "x400/ber/writer.hpp"

namespace x400::asn1::mts {

/// Standard extensions by their numbers.
namespace extension {
inline constexpr std::int64_t recipient_reassignment_prohibited = 1,
                              originator_requested_alternate_recipient = 2, dl_expansion_prohibited = 3,
                              conversion_with_loss_prohibited = 4, latest_delivery_time = 5,
                              requested_delivery_method = 6, physical_forwarding_prohibited = 7,
                              physical_forwarding_address_request = 8, physical_delivery_modes = 9,
                              registered_mail_type = 10, recipient_number_for_advice = 11,
                              physical_rendition_attributes = 12, originator_return_address = 13,
                              physical_delivery_report_request = 14, originator_certificate = 15,
                              message_token = 16, content_confidentiality_algorithm_identifier = 17,
                              content_integrity_check = 18, message_origin_authentication_check = 19,
                              message_security_label = 20, proof_of_submission_request = 21,
                              proof_of_delivery_request = 22, content_correlator = 23,
                              probe_origin_authentication_check = 24, redirection_history = 25,
                              dl_expansion_history = 26, physical_forwarding_address = 27,
                              recipient_certificate = 28, proof_of_delivery = 29,
                              originator_and_dl_expansion_history = 30, reporting_dl_name = 31,
                              reporting_mta_certificate = 32, report_origin_authentication_check = 33,
                              originating_mta_certificate = 34, proof_of_submission = 35,
                              forwarding_request = 36, trace_information = 37,
                              internal_trace_information = 38, reporting_mta_name = 39,
                              multiple_originator_certificates = 40, blind_copy_recipients = 41,
                              dl_exempted_recipients = 42, body_part_encryption_token = 43,
                              forwarded_content_token = 44, certificate_selectors = 45,
                              certificate_selectors_override = 46;
}  // namespace extension

/// "dl-expansion-history", ...; empty for a number that X.411 does not name.
std::string_view extension_name(std::int64_t number);

using ExtensionType = std::variant<std::int64_t, ber::Oid>;

/// Who must understand the extension or refuse the message.
struct Criticality {
  bool for_submission = false, for_transfer = false, for_delivery = false;
  friend bool operator==(const Criticality&, const Criticality&) = default;
};
/// What X.411 recommends for a standard extension.
Criticality recommended_criticality(std::int64_t number);

class ExtensionField {
 public:
  /// `value`: one TLV; empty: absent, which stands for NULL.
  ExtensionField(ExtensionType type, Criticality criticality, View value);
  /// A standard extension with its recommended criticality.
  ExtensionField(std::int64_t number, View value);
  /// Errors: truncated, malformed, limit.
  static Result<ExtensionField> decode(View octets);

  const ExtensionType& type() const { return type_; }
  const Criticality& criticality() const { return criticality_; }
  View value() const { return View(octets_).subspan(value_at_, value_size_); }  ///< one TLV, or empty
  View octets() const { return octets_; }  ///< the whole ExtensionField, as received

  friend bool operator==(const ExtensionField& a, const ExtensionField& b) { return a.octets_ == b.octets_; }

 private:
  ExtensionField() = default;
  Status read();

  ExtensionType type_;
  Criticality criticality_;
  Octets octets_;
  std::size_t value_at_ = 0, value_size_ = 0;
};

/// A SET OF ExtensionField, in the order received.
class Extensions {
 public:
  bool empty() const { return fields_.empty(); }
  const std::vector<ExtensionField>& fields() const { return fields_; }
  /// The first of its type; none: null. Valid until the next change.
  const ExtensionField* find(const ExtensionType& type) const;
  const ExtensionField* find(std::int64_t number) const { return find(ExtensionType(number)); }
  /// A type stands at most once in a set (X.411 8.2.1.1.1): the second one of a type, or null.
  const ExtensionField* repeated() const;

  void add(ExtensionField field) { fields_.push_back(std::move(field)); }
  /// In place of all of its type.
  void set(ExtensionField field);
  /// Whether there was one.
  bool erase(const ExtensionType& type);

  /// Writes the set under `tag`; nothing if it is empty.
  void write(ber::Writer& w, ber::Tag tag) const;

  friend bool operator==(const Extensions&, const Extensions&) = default;

 private:
  std::vector<ExtensionField> fields_;
};

}  // namespace x400::asn1::mts
