// Types that every operation of the Message Store abstract service uses (X.413 clause 8.1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "x400/asn1/edition.hpp"
#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"
#include "x400/ber/oid.hpp"

namespace x400::asn1::ms {

/// Number of an entry in its mailbox: 0..max_sequence_number. Stores of this project never assign 0.
using SequenceNumber = std::uint32_t;
inline constexpr SequenceNumber max_sequence_number = 2'147'483'647;

/// Entry class (1994); the information base type of 1988 has the numbers 0 stored-messages, 1 inlog, 2
/// outlog. Values are kept as received: 0..128 by the standard, unknown ones are for the store to refuse.
enum class EntryClass : std::int32_t {
  delivery = 0,
  submission = 1,
  draft = 2,
  stored_message = 3,
  delivery_log = 4,
  submission_log = 5,
  message_log = 6,
  auto_action_log = 7
};

enum class EntryType : std::int32_t {
  delivered_message = 0,
  delivered_report = 1,
  returned_content = 2,
  submitted_message = 3,
  submitted_probe = 4,
  draft_message = 5,
  auto_action_event = 6
};

enum class RetrievalStatus : std::int32_t { new_ = 0, listed = 1, processed = 2 };

/// MTS priority (X.411). The order of the numbers is not that of urgency.
enum class Priority : std::int32_t { normal = 0, non_urgent = 1, urgent = 2 };

std::string_view name(EntryClass c);       ///< "delivery", ...; "unknown"
std::string_view name(EntryType t);        ///< "delivered-message", ...; "unknown"
std::string_view name(RetrievalStatus s);  ///< "new", "listed", "processed"; "unknown"
std::string_view name(Priority p);         ///< "normal", "non-urgent", "urgent"; "unknown"

/// MSExtensionItem (1994): a type and one encoded value.
struct Extension {
  ber::Oid type;
  Octets value;  ///< the TLV inside
  friend bool operator==(const Extension&, const Extension&) = default;
};
using Extensions = std::vector<Extension>;

/// A path of 1..64 parts (1994), each 1..128 characters of GeneralString, kept unconverted.
using MessageGroupName = std::vector<std::string>;

}  // namespace x400::asn1::ms
