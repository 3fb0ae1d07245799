// Entry: what the store said of one entry, in a List, a Fetch or an Alert.
//
// Attributes are read when asked for, each from its octets in the answer; an attribute the store did not send
// is simply not there. An entry keeps the answer's buffer alive, so entries may outlive the client.
//
// Threads: values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "x400/asn1/ms/attribute.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/asn1/time.hpp"
#include "x400/osi/slice.hpp"
#include "x400/p7client/query.hpp"

namespace x400::p7client {

class Entry {
 public:
  /// `information` borrows from `answer`.
  Entry(osi::Slice answer, asn1::ms::EntryInformation information)
      : answer_(std::move(answer)), information_(std::move(information)) {}

  SequenceNumber sequence_number() const { return information_.sequence_number; }

  std::optional<EntryType> type() const;
  std::optional<RetrievalStatus> status() const;  ///< as it was before the operation that gave this entry
  Priority priority() const;                      ///< normal if the store sent none
  std::optional<std::int64_t> content_length() const;  ///< octets
  std::optional<asn1::Time> creation_time() const;     ///< when it came into the store
  std::optional<asn1::Time> delivery_time() const;
  std::optional<asn1::Time> submission_time() const;
  std::optional<ber::Oid> content_type() const;
  std::optional<asn1::ORName> originator() const;  ///< of the envelope
  std::optional<std::string> subject() const;      ///< UTF-8
  std::optional<std::int64_t> precedence() const;  ///< military, of action addressees, else of information
  std::optional<SequenceNumber> parent() const;
  std::vector<SequenceNumber> children() const;

  /// The content, octet for octet; nothing if it was not asked for or there is none. No copy if the store
  /// sent it in one piece.
  std::optional<osi::Slice> content() const;

  /// Any attribute: its values as views, which live as long as this entry or a copy of it.
  std::optional<asn1::ms::AttributeView> attribute(const ber::Oid& type) const;
  std::vector<asn1::ms::AttributeView> attributes() const;

 private:
  std::optional<View> first(const ber::Oid& type) const;
  std::optional<std::int64_t> integer(const ber::Oid& type) const;
  std::optional<asn1::Time> time(const ber::Oid& type) const;

  osi::Slice answer_;
  asn1::ms::EntryInformation information_;
};

/// The attributes that list() asks for when nothing else is said: what a screen shows of a mailbox.
const asn1::ms::EntryInformationSelection& list_selection();
/// Those that fetch() asks for: the same, the envelope and the content.
const asn1::ms::EntryInformationSelection& fetch_selection();

}  // namespace x400::p7client
