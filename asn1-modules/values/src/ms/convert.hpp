// From the generated types to values. Numbers are checked here: the codec checks none.
#pragma once

#include "MsErrorIndication.h"
#include "MsExtensions.h"
#include "MsGroupName.h"
#include "MsOids.h"
#include "MsSelection.h"
#include "MsSelector.h"
#include "MsSubmissionOptions.h"
#include "codec.hpp"
#include "reading.hpp"
#include "x400/asn1/ms/selector.hpp"
#include "x400/asn1/ms/submission.hpp"

namespace x400::asn1::ms::convert {

Result<std::int64_t> number(long value, std::int64_t lowest, std::int64_t highest, std::string_view what);
Result<SequenceNumber> sequence_number(long value);
Result<EntryClass> entry_class(const long* value);  ///< null: delivery
Result<ber::Oid> oid(const OBJECT_IDENTIFIER_t& value);
/// The one value that an ANY under an explicit tag must be.
Result<Octets> tlv(const ANY_t& value);
Result<Extensions> extensions(const MsExtensions_t* value);
Result<MessageGroupName> group_name(const MsGroupName_t& value);
Result<Selector> selector(const MsSelector_t& value, Edition edition, const FilterLimits& limits);
Result<EntryInformationSelection> selection(const MsSelection_t& value);
Result<AutoActionErrorIndication> indication(const MsErrorIndication_t& value);
Result<SubmissionOptions> options(const MsSubmissionOptions_t& value);

template <class List>
Result<std::vector<ber::Oid>> oids(const List& list) {
  std::vector<ber::Oid> out;
  for (const auto* member : codec::items(list)) {
    X400_TRY(read, oid(*member));
    out.push_back(std::move(read));
  }
  return out;
}
template <class List>
Result<std::vector<ber::Oid>> oids_if(const List* list) {
  if (list == nullptr) return std::vector<ber::Oid>{};
  return oids(*list);
}
template <class List>
Result<std::optional<std::vector<ber::Oid>>> optional_oids(const List* list) {
  if (list == nullptr) return std::optional<std::vector<ber::Oid>>{};
  X400_TRY(read, oids(*list));
  return std::optional(std::move(read));
}

}  // namespace x400::asn1::ms::convert
