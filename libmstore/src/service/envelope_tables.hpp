// The tables of envelope.cpp: fields of X.411 and the attributes of X.413 made of them.
#pragma once

#include <span>

#include "x400/ber/oid.hpp"
#include "x400/ber/tag.hpp"

namespace x400::mstore::service {

enum class Take {
  value,         ///< the value, under the tag of the attribute's syntax; the first if it is there twice
  each,          ///< the same of a field that is read once for each recipient
  members,       ///< each element of the list is a value
  eits,          ///< EncodedInformationTypes: one OBJECT IDENTIFIER each
  content_type,  ///< INTEGER or OBJECT IDENTIFIER, as OBJECT IDENTIFIER
  extensions     ///< a SET OF ExtensionField: see ExtensionRow
};

struct EnvelopeField {
  ber::Tag tag;
  const ber::Oid* attribute;
  Take take;
  ber::Tag as{};  ///< tag of the value where the field has replaced it; universal 0: as it came
};

struct ExtensionRow {
  std::int64_t number;
  const ber::Oid* attribute;
  bool members = false;
};

std::span<const EnvelopeField> delivery_fields();
std::span<const EnvelopeField> report_fields();
std::span<const EnvelopeField> submission_fields();
std::span<const EnvelopeField> probe_fields();
std::span<const EnvelopeField> recipient_fields();  ///< of one recipient of a submission
std::span<const ExtensionRow> delivery_extension_rows();
std::span<const ExtensionRow> report_extension_rows();
std::span<const ExtensionRow> submission_extension_rows();

}  // namespace x400::mstore::service
