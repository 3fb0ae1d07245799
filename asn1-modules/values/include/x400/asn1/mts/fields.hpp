// Fields that the envelopes of the MTS share (X.411 8.2.1.1.1, 8.5).
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "x400/asn1/ms/types.hpp"
#include "x400/asn1/time.hpp"
#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"
#include "x400/ber/oid.hpp"
#include "x400/ber/reader.hpp"
#include "x400/ber/writer.hpp"

namespace x400::asn1::mts {

using ms::Priority;

/// Order by meaning, most urgent first: 0 urgent, 1 normal, 2 non-urgent. The codes themselves do not sort.
/// An unknown code counts as normal.
int rank(Priority p);

/// A UTCTime as it stands in a field. The text is kept as received; a bad one is an error only for who asks.
struct UtcTime {
  std::string text;

  static UtcTime of(Time time) { return {utc_time(time)}; }
  Result<Time> time() const { return parse_utc_time(text); }
  friend bool operator==(const UtcTime&, const UtcTime&) = default;
};

/// Content type: a built-in number, or an object identifier.
struct ContentType {
  static constexpr std::int64_t unidentified = 0, external = 1, p2 = 2, p22 = 22, edi = 35, voice = 40;

  std::variant<std::int64_t, ber::Oid> value = unidentified;

  /// As the attribute mt-content-type has it: the identifier that stands for a built-in number. Empty where
  /// there is none (external, voice, unknown numbers).
  ber::Oid oid() const;
  /// The other way: the built-in number where there is one.
  static ContentType of(const ber::Oid& oid);
  std::string to_string() const;  ///< "22" or "1.3.26.0.4406.0.4.1"
  friend bool operator==(const ContentType&, const ContentType&) = default;
};

/// [APPLICATION 5]. Built-in types are bits, extended ones object identifiers.
struct EncodedInformationTypes {
  ber::Bits built_in;
  std::vector<ber::Oid> extended;
  /// The non-basic parameters [1] and [2], whole TLVs as received; empty if absent.
  Octets g3_parameters, teletex_parameters;

  static Result<EncodedInformationTypes> decode(View octets, ber::Tag as = ber::application(5));
  void write(ber::Writer& w, ber::Tag as = ber::application(5)) const;
  Octets encode() const;
  /// All as object identifiers: each built-in bit as 2.6.3.4.bit, then the extended ones; none twice.
  std::vector<ber::Oid> oids() const;
  /// The built-in bits where there are such, the rest extended.
  static EncodedInformationTypes of(const std::vector<ber::Oid>& types);
};

/// per-message-indicators [APPLICATION 8].
struct PerMessageIndicators {
  bool disclosure_of_other_recipients = false;
  bool implicit_conversion_prohibited = false;
  bool alternate_recipient_allowed = false;
  bool content_return_request = false;
  int notification_type = 0;  ///< 0 none, 1 to 3
  bool service_message = false;
  friend bool operator==(const PerMessageIndicators&, const PerMessageIndicators&) = default;
};

/// originator-report-request. Both bits set, which is not allowed, is read as report.
enum class ReportRequest { none, non_delivery_report, report };
std::string_view name(ReportRequest r);  ///< "no-report", "non-delivery-report", "report"

/// type-of-MTS-user of a delivery report.
enum class MtsUserType : std::int32_t {
  public_ = 0,
  private_ = 1,
  ms = 2,
  dl = 3,
  pdau = 4,
  physical_recipient = 5,
  other = 6
};

}  // namespace x400::asn1::mts
