#include "x400/p7client/entry.hpp"

#include "x400/asn1/oids.hpp"
#include "x400/asn1/text.hpp"
#include "x400/ber/reader.hpp"

namespace x400::p7client {
namespace {

namespace attribute_type = asn1::oids::attribute;
namespace ipm = asn1::oids::ipm_attribute;
namespace military = asn1::oids::military_attribute;

template <class T>
std::optional<T> some(Result<T> r) {
  if (!r.ok()) return std::nullopt;
  return std::move(*r);
}

asn1::ms::EntryInformationSelection selection_of(std::initializer_list<ber::Oid> types) {
  asn1::ms::EntryInformationSelection s;
  for (const ber::Oid& type : types) s.push_back({type, std::nullopt, std::nullopt});
  return s;
}

}  // namespace

const asn1::ms::EntryInformationSelection& list_selection() {
  static const auto s = selection_of(
      {attribute_type::entry_type, attribute_type::retrieval_status, attribute_type::priority,
       attribute_type::content_length, attribute_type::creation_time, attribute_type::message_delivery_time,
       attribute_type::message_submission_time, attribute_type::content_type, attribute_type::originator_name,
       attribute_type::parent_sequence_number, attribute_type::child_sequence_numbers, ipm::subject,
       military::primary_precedence, military::copy_precedence});
  return s;
}

const asn1::ms::EntryInformationSelection& fetch_selection() {
  static const auto s = [] {
    auto all = list_selection();
    for (const auto& more :
         selection_of({attribute_type::message_delivery_envelope, attribute_type::report_delivery_envelope,
                       attribute_type::message_identifier, attribute_type::subject_submission_identifier,
                       attribute_type::this_recipient_name, attribute_type::content}))
      all.push_back(more);
    return all;
  }();
  return s;
}

std::optional<asn1::ms::AttributeView> Entry::attribute(const ber::Oid& type) const {
  return information_.find(type);
}

std::vector<asn1::ms::AttributeView> Entry::attributes() const {
  std::vector<asn1::ms::AttributeView> all;
  for (const View encoded : information_.attributes) {
    auto read = asn1::ms::read_attribute(encoded);
    if (read.ok()) all.push_back(std::move(*read));
  }
  return all;
}

std::optional<View> Entry::first(const ber::Oid& type) const {
  const auto found = attribute(type);
  if (!found || found->values.empty()) return std::nullopt;
  return found->values[0];
}

std::optional<std::int64_t> Entry::integer(const ber::Oid& type) const {
  const auto value = first(type);
  if (!value) return std::nullopt;
  const auto e = ber::read_one(*value);
  if (!e.ok()) return std::nullopt;
  return some(ber::read_integer(*e));
}

std::optional<asn1::Time> Entry::time(const ber::Oid& type) const {
  const auto value = first(type);
  if (!value) return std::nullopt;
  const auto e = ber::read_one(*value);
  if (!e.ok()) return std::nullopt;
  const auto text = ber::read_chars(*e);
  if (!text.ok()) return std::nullopt;
  return some(asn1::parse_utc_time(*text));
}

std::optional<EntryType> Entry::type() const {
  const auto n = integer(attribute_type::entry_type);
  if (!n) return std::nullopt;
  return static_cast<EntryType>(*n);
}

std::optional<RetrievalStatus> Entry::status() const {
  const auto n = integer(attribute_type::retrieval_status);
  if (!n) return std::nullopt;
  return static_cast<RetrievalStatus>(*n);
}

Priority Entry::priority() const {
  return static_cast<Priority>(integer(attribute_type::priority).value_or(0));
}

std::optional<std::int64_t> Entry::content_length() const { return integer(attribute_type::content_length); }
std::optional<asn1::Time> Entry::creation_time() const { return time(attribute_type::creation_time); }
std::optional<asn1::Time> Entry::delivery_time() const { return time(attribute_type::message_delivery_time); }
std::optional<asn1::Time> Entry::submission_time() const {
  return time(attribute_type::message_submission_time);
}

std::optional<ber::Oid> Entry::content_type() const {
  const auto value = first(attribute_type::content_type);
  if (!value) return std::nullopt;
  const auto e = ber::read_one(*value);
  if (!e.ok()) return std::nullopt;
  return some(ber::read_oid(*e));
}

std::optional<asn1::ORName> Entry::originator() const {
  const auto value = first(attribute_type::originator_name);
  if (!value) return std::nullopt;
  return some(asn1::ORName::decode(*value));
}

std::optional<std::string> Entry::subject() const {
  const auto value = first(ipm::subject);
  if (!value) return std::nullopt;
  const auto e = ber::read_one(*value);
  if (!e.ok()) return std::nullopt;
  const auto octets = ber::read_octets(*e);
  if (!octets.ok()) return std::nullopt;
  return asn1::text::from_t61(*octets);
}

std::optional<std::int64_t> Entry::precedence() const {
  if (const auto primary = integer(military::primary_precedence)) return primary;
  return integer(military::copy_precedence);
}

std::optional<SequenceNumber> Entry::parent() const {
  const auto n = integer(attribute_type::parent_sequence_number);
  if (!n) return std::nullopt;
  return static_cast<SequenceNumber>(*n);
}

std::vector<SequenceNumber> Entry::children() const {
  std::vector<SequenceNumber> numbers;
  const auto found = attribute(attribute_type::child_sequence_numbers);
  if (!found) return numbers;
  for (const View value : found->values) {
    const auto e = ber::read_one(value);
    if (!e.ok()) continue;
    if (const auto n = some(ber::read_integer(*e))) numbers.push_back(static_cast<SequenceNumber>(*n));
  }
  return numbers;
}

std::optional<osi::Slice> Entry::content() const {
  const auto value = first(attribute_type::content);
  if (!value) return std::nullopt;
  const auto e = ber::read_one(*value);
  if (!e.ok()) return std::nullopt;
  if (!e->constructed) return answer_.part(e->content);
  auto joined = ber::read_octets(*e);
  if (!joined.ok()) return std::nullopt;
  return osi::Slice(std::move(*joined));
}

}  // namespace x400::p7client
