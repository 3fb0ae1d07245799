// Summarize, List, Fetch, Delete: arguments and results (X.413 8.2); Alert.
//
// Arguments own what they hold. Results borrow: see EntryInformation; decoded ones borrow from the PDU.
//
// decode() wants the whole argument or result and nothing else. Errors: truncated and malformed (the caller
// answers mistyped-argument), limit (deeper or more than allowed: mistyped-argument or resource-limitation).
// Components that the module does not have are malformed in arguments, as its sets have no extension marker,
// and skipped in results; the 1994 extension components are malformed in e1988 arguments.
//
// Threads: values.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "x400/asn1/gather.hpp"
#include "x400/asn1/ms/attribute.hpp"
#include "x400/asn1/ms/selector.hpp"

namespace x400::asn1::ms {

struct SummarizeArgument {
  EntryClass entry_class = EntryClass::delivery;
  Selector selector;
  std::vector<ber::Oid> summary_requests;  ///< at most 16
  Extensions extensions;                   ///< 1994

  Octets encode(Edition edition) const;
  static Result<SummarizeArgument> decode(View octets, Edition edition, const FilterLimits& limits = {});
};

/// One answer to a summary request.
struct Summary {
  struct Present {
    ber::Oid type;
    Octets value;  ///< TLV
    SequenceNumber count = 0;
    friend bool operator==(const Present&, const Present&) = default;
  };
  SequenceNumber absent = 0;  ///< entries without the attribute; 0 is left out
  std::vector<Present> present;
  friend bool operator==(const Summary&, const Summary&) = default;
};

struct Span {
  SequenceNumber lowest = 0, highest = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

struct SummarizeResult {
  std::optional<SequenceNumber> next;
  SequenceNumber count = 0;
  std::optional<Span> span;  ///< absent if count is 0
  std::vector<Summary> summaries;
  Extensions extensions;  ///< 1994

  Octets encode(Edition edition) const;
  static Result<SummarizeResult> decode(View octets);
};

struct ListArgument {
  EntryClass entry_class = EntryClass::delivery;
  Selector selector;
  std::optional<EntryInformationSelection> requested_attributes;  ///< absent: the registered defaults
  Extensions extensions;                                          ///< 1994

  Octets encode(Edition edition) const;
  static Result<ListArgument> decode(View octets, Edition edition, const FilterLimits& limits = {});
};

struct ListResult {
  std::optional<SequenceNumber> next;
  std::vector<EntryInformation> requested;  ///< empty: left out
  Extensions extensions;                    ///< 1994

  Gather encode(Edition edition) const;
  static Result<ListResult> decode(View octets);
  static Result<ListResult> decode(Octets&&) = delete;  // it would be gone
};

struct FetchArgument {
  EntryClass entry_class = EntryClass::delivery;
  std::variant<Selector, SequenceNumber> item;  ///< search, or precise
  std::optional<EntryInformationSelection> requested_attributes;
  Extensions extensions;  ///< 1994

  Octets encode(Edition edition) const;
  static Result<FetchArgument> decode(View octets, Edition edition, const FilterLimits& limits = {});
};

struct FetchResult {
  std::optional<EntryInformation> entry_information;
  std::vector<SequenceNumber> list;  ///< empty: left out
  std::optional<SequenceNumber> next;
  Extensions extensions;  ///< 1994

  Gather encode(Edition edition) const;
  static Result<FetchResult> decode(View octets);
  static Result<FetchResult> decode(Octets&&) = delete;  // it would be gone
};

struct DeleteArgument {
  EntryClass entry_class = EntryClass::delivery;
  std::variant<Selector, std::vector<SequenceNumber>> items;  ///< numbers: at least one
  Extensions extensions;                                      ///< 1994

  Octets encode(Edition edition) const;
  static Result<DeleteArgument> decode(View octets, Edition edition, const FilterLimits& limits = {});
};

/// NULL in 1988 contexts; in 1994 ones too, if there is nothing to say.
struct DeleteResult {
  std::vector<SequenceNumber> entries_deleted;
  Extensions extensions;

  Octets encode(Edition edition) const;
  static Result<DeleteResult> decode(View octets);
};

/// Invoked by the store; its result is NULL (alert_result()).
struct AlertArgument {
  std::uint32_t registration_identifier = 1;  ///< 1..128
  std::optional<EntryInformation> new_entry;

  Gather encode(Edition edition) const;
  static Result<AlertArgument> decode(View octets);
  static Result<AlertArgument> decode(Octets&&) = delete;  // it would be gone
};

/// NULL, the result of Alert, of cancel-deferred-delivery and others.
Octets null_result();

}  // namespace x400::asn1::ms
