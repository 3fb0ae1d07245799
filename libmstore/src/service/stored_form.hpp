// What the service writes into the parts of an entry that are opaque to the backend.
//
//   list_attributes   a head of 5 octets and the run of attributes that lists ask for
//   attributes        the run of all other attributes that are kept
//   variable          Variable: what changes in the life of an entry
//
// Attributes that the row of the index makes (number, status, type, priority, length, creation time, parent,
// children) and those that are slices of the content (content, heading, body, body parts) are not kept.
#pragma once

#include <optional>
#include <string>

#include "service/run.hpp"
#include "x400/base/octets.hpp"
#include "x400/mstore/submission.hpp"

namespace x400::mstore::service {

/// Raised when the derivation gives more than before; entries of a lower set are derived again at rebuild.
inline constexpr std::uint8_t attribute_set = 1;

struct RowHead {
  std::uint8_t set = attribute_set;
  bool complete = true;       ///< false: attributes of the row that found no room are in the record
  bool has_priority = false;  ///< the entry has the attribute priority; its value is the row's
  bool message_part = false;  ///< a child that stands for a message body part (not a content or notification)
  bool spared = false;        ///< content could not be read as what its type says
  std::uint16_t part = 0;     ///< of a child: position of its body part in the parent's body, from 1
  /// Not 0: the content is the slice with its first octet replaced by this one: a nested IPM is a SEQUENCE,
  /// as a content of its own it is [0].
  std::uint8_t first_octet = 0;
};

Octets write_row(const RowHead& head, View run);
struct RowForm {
  RowHead head;
  View run;
};
/// Of octets that are no row (none were asked for): an incomplete head and no attributes.
RowForm read_row(View list_attributes);

/// Row and record of the attributes: those that belong into the row and fit there, and the others.
struct SplitRuns {
  Octets row, record;
  bool complete = true;
};
SplitRuns split(const AttributeList& list);

/// What an entry of class submission knows about its fate.
struct SubmissionRecord {
  SubmissionState state = SubmissionState::intended;
  Octets identifier;  ///< MTSIdentifier
  std::string time;   ///< UTCTime
};

struct Variable {
  Octets processed_parts;  ///< bit n-1 (lowest bit first): body part n was fetched
  std::optional<SubmissionRecord> submission;
  Octets run;  ///< attributes that came later

  bool processed(std::size_t part) const;  ///< from 1
  void set_processed(std::size_t part);
  Octets encode() const;
  static Result<Variable> decode(View octets);  ///< none: nothing changed yet
};

}  // namespace x400::mstore::service
