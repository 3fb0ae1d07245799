// What an MTA needs to deliver a message of the corpus, or a report: one TOML file beside the content.
//
//   name = "ats-gg-metar"
//   kind = "message"                       # or "report"
//   content = "ats-gg-metar.content"       # octets of the content; a report has it if it returns one
//   content_type = "22"                    # built-in number or object identifier
//   ...
//
// The same file on every machine and run. mtasim and the end-to-end tests read it with read_envelope().
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "x400/asn1/ms/types.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/asn1/time.hpp"
#include "x400/base/octets.hpp"
#include "x400/ber/oid.hpp"

namespace x400::corpus {

struct Reported {
  asn1::ORAddress recipient;
  /// Delivery report: when it was delivered. Otherwise a non-delivery report.
  std::optional<asn1::Time> delivered;
  std::int64_t reason = 0;  ///< non-delivery-reason-code
  std::optional<std::int64_t> diagnostic;
  std::string supplementary;  ///< for people; empty: absent
};

struct Envelope {
  enum class Kind : std::uint8_t { message, report };

  std::string name;
  Kind kind = Kind::message;
  std::string about;  ///< one line for people
  /// Local part of the identifier; unique in the corpus. A second delivery under the same identifier is a
  /// duplicate to a store, so an MTA that plays the corpus again gives identifiers of its own.
  std::string identifier;
  std::string content_file;  ///< beside this file; empty: none (a report that returns nothing)
  std::size_t content_size = 0;
  std::string content_sha256;
  std::string content_type;    ///< "22", "35" or "1.3.26.0.4406.0.4.1"
  std::vector<ber::Oid> eits;  ///< original encoded information types, as attribute values
  asn1::ms::Priority priority = asn1::ms::Priority::normal;
  std::optional<bool> qualifier_high;  ///< priority-level-qualifier of military messages
  asn1::ORAddress originator;          ///< of the message; of a report's subject
  std::vector<asn1::ORAddress>
      recipients;  ///< whom to deliver to; for a report the originator of its subject
  asn1::Time submitted{}, delivered{};

  // Reports.
  std::string subject;  ///< identifier of the message reported on
  std::vector<Reported> reported;

  /// What the file depends on besides the corpus: package and path; empty if nothing. Such a content may
  /// differ where the package's version differs.
  std::string from_package;
};

/// TOML.
std::string write_envelope(const Envelope& e);
/// Errors: malformed (with its place), io.
Result<Envelope> read_envelope(const std::filesystem::path& file);
/// The content named by the envelope in `folder`; empty if it names none. Errors: io, corrupt (digest).
Result<Octets> read_content(const std::filesystem::path& folder, const Envelope& e);

}  // namespace x400::corpus
