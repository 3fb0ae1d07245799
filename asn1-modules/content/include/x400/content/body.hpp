// Body: the body parts of an interpersonal message (X.420 7.3), as views.
//
// A basic body part (`[0] ia5-text`) and its extended twin (`[15]` with OID 2.6.1.4.0) are one kind with
// one type OID; what was received is kept and both forms are told apart by `extended`. Kinds of 1984 that
// are gone, and tags nobody knows, are `unknown`: shown, never refused.
//
// A part whose inside is broken stays in the list with `broken` saying why, so that one bad part does
// not hide the others. Only a body that is no list of values is an error.
//
// Borrows the content's octets; copies only what a sender segmented (EXTERNAL octets).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "x400/content/external.hpp"
#include "x400/content/field.hpp"

namespace x400::content {

enum class PartKind : std::uint8_t {
  ia5_text,
  g3_facsimile,
  g4_class1,
  teletex,
  videotex,
  nationally_defined,
  encrypted,
  message,
  mixed_mode,
  bilaterally_defined,
  general_text,
  file_transfer,
  report,
  notification,
  voice,
  forwarded_content,  ///< 2.6.1.4.17.<content type>
  pkcs7,
  adatp3,  ///< military from here on
  corrections,
  forwarded_encrypted,
  mm_message,
  acp127_data,
  other_extended,  ///< extended, of a type not listed here
  unknown,         ///< a basic form with an unassigned tag
};

/// "ia5-text", "file-transfer", ...: the standard's names.
std::string_view name(PartKind kind);

struct BodyPart {
  PartKind kind = PartKind::unknown;
  bool extended = false;
  /// The whole part. Its type tag is that of the part's own type (SEQUENCE for ia5-text, OCTET STRING for
  /// bilaterally-defined, ...), so encoded() is a value of the attribute ia5-text-body-parts and the like.
  Field whole;
  /// The data OID: as received if extended, the twin's if basic; absent for unknown.
  std::optional<ber::Oid> type;
  std::optional<ber::Oid> parameters_type;  ///< absent if the kind has no parameters or none came
  std::optional<Field> parameters;
  /// The data as one encoded value; absent if broken, or if octets are carried that are no value.
  std::optional<Field> data;
  std::string broken;  ///< why parameters or data could not be read; empty if they could
  /// Own the octets behind parameters and data where those had to be joined.
  std::shared_ptr<const Octets> joined_parameters, joined_data;

  /// Octets of the encoded part as received: the size that synopsis attributes give.
  std::size_t size() const { return whole.received().size(); }
};

/// Never fails: see `broken`.
BodyPart read_body_part(const ber::Element& e);

/// The parts of a Body (SEQUENCE OF), in order. Errors: malformed, truncated.
Result<std::vector<BodyPart>> read_body(const Field& body);

}  // namespace x400::content
