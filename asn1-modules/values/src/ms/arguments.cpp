// Arguments of Summarize, List, Fetch and Delete.
#include "MsDeleteArgument.h"
#include "MsFetchArgument.h"
#include "MsListArgument.h"
#include "MsSummarizeArgument.h"
#include "convert.hpp"
#include "writing.hpp"
#include "x400/asn1/ms/retrieval.hpp"

namespace x400::asn1::ms {

using namespace ber;

namespace {

constexpr std::size_t max_summaries = 16;

/// What an argument may cost to decode: some 100 octets of memory an element.
constexpr Limits argument_limits() { return {64, 200'000}; }

Status allowed(const void* component_of_1994, Edition edition) {
  if (component_of_1994 != nullptr && edition == Edition::e1988) return malformed("component of 1994");
  return Ok{};
}

Result<std::optional<EntryInformationSelection>> selection_if(const MsSelection_t* value) {
  if (value == nullptr) return std::optional<EntryInformationSelection>{};
  X400_TRY(selection, convert::selection(*value));
  return std::optional(std::move(selection));
}

/// Decodes T by its generated type and reads it; what is missing in whole octets is malformed.
template <class Raw, class F>
auto decode_argument(asn_TYPE_descriptor_t& type, View octets, std::string_view what, F&& read)
    -> decltype(read(std::declval<const Raw&>())) {
  X400_TRY(raw, codec::decode_type<Raw>(type, octets, what, argument_limits()));
  auto value = read(*raw);
  if (!value.ok()) return settled(value.error(), what);
  return value;
}

Result<SummarizeArgument> read(const MsSummarizeArgument_t& raw, Edition edition,
                               const FilterLimits& limits) {
  SummarizeArgument a;
  X400_CHECK(allowed(raw.extensions, edition));
  X400_TRY(entry_class, convert::entry_class(raw.entry_class));
  a.entry_class = entry_class;
  X400_TRY(selector, convert::selector(raw.selector, edition, limits));
  a.selector = std::move(selector);
  if (raw.summary_requests != nullptr) {
    X400_TRY(requests, convert::oids(*raw.summary_requests));
    if (requests.empty() || requests.size() > max_summaries)
      return malformed(std::to_string(requests.size()) + " summary requests");
    a.summary_requests = std::move(requests);
  }
  X400_TRY(extensions, convert::extensions(raw.extensions));
  a.extensions = std::move(extensions);
  return a;
}

Result<ListArgument> read(const MsListArgument_t& raw, Edition edition, const FilterLimits& limits) {
  ListArgument a;
  X400_CHECK(allowed(raw.extensions, edition));
  X400_TRY(entry_class, convert::entry_class(raw.entry_class));
  a.entry_class = entry_class;
  X400_TRY(selector, convert::selector(raw.selector, edition, limits));
  a.selector = std::move(selector);
  X400_TRY(requested, selection_if(raw.requested_attributes));
  a.requested_attributes = std::move(requested);
  X400_TRY(extensions, convert::extensions(raw.extensions));
  a.extensions = std::move(extensions);
  return a;
}

Result<FetchArgument> read(const MsFetchArgument_t& raw, Edition edition, const FilterLimits& limits) {
  FetchArgument a;
  X400_CHECK(allowed(raw.extensions, edition));
  X400_TRY(entry_class, convert::entry_class(raw.entry_class));
  a.entry_class = entry_class;
  if (raw.item.present == MsFetchItem_PR_search) {
    X400_TRY(selector, convert::selector(raw.item.choice.search, edition, limits));
    a.item = std::move(selector);
  } else {
    X400_TRY(number, convert::sequence_number(raw.item.choice.precise));
    a.item = number;
  }
  X400_TRY(requested, selection_if(raw.requested_attributes));
  a.requested_attributes = std::move(requested);
  X400_TRY(extensions, convert::extensions(raw.extensions));
  a.extensions = std::move(extensions);
  return a;
}

Result<DeleteArgument> read(const MsDeleteArgument_t& raw, Edition edition, const FilterLimits& limits) {
  DeleteArgument a;
  X400_CHECK(allowed(raw.extensions, edition));
  X400_TRY(entry_class, convert::entry_class(raw.entry_class));
  a.entry_class = entry_class;
  if (raw.items.present == MsDeleteItems_PR_selector) {
    X400_TRY(selector, convert::selector(raw.items.choice.selector, edition, limits));
    a.items = std::move(selector);
  } else {
    std::vector<SequenceNumber> numbers;
    for (const long* member : codec::items(raw.items.choice.sequence_numbers)) {
      X400_TRY(number, convert::sequence_number(*member));
      numbers.push_back(number);
    }
    if (numbers.empty()) return malformed("no sequence numbers");
    a.items = std::move(numbers);
  }
  X400_TRY(extensions, convert::extensions(raw.extensions));
  a.extensions = std::move(extensions);
  return a;
}

void write_selection(Writer& w, const std::optional<EntryInformationSelection>& selection) {
  if (selection) tagged(w, 3, [&] { write(w, *selection); });
}

}  // namespace

Octets SummarizeArgument::encode(Edition edition) const {
  Writer w;
  w.constructed(tags::set, [&] {
    write_entry_class(w, entry_class);
    tagged(w, 1, [&] { write(w, selector); });
    if (!summary_requests.empty()) write_oids(w, 2, tags::sequence, summary_requests);
    write_extensions(w, 3, extensions, edition);
  });
  return std::move(w).take();
}

Result<SummarizeArgument> SummarizeArgument::decode(View octets, Edition edition,
                                                    const FilterLimits& limits) {
  return decode_argument<MsSummarizeArgument_t>(asn_DEF_MsSummarizeArgument, octets, "SummarizeArgument",
                                                [&](const auto& raw) { return read(raw, edition, limits); });
}

Octets ListArgument::encode(Edition edition) const {
  Writer w;
  w.constructed(tags::set, [&] {
    write_entry_class(w, entry_class);
    tagged(w, 1, [&] { write(w, selector); });
    write_selection(w, requested_attributes);
    write_extensions(w, 4, extensions, edition);
  });
  return std::move(w).take();
}

Result<ListArgument> ListArgument::decode(View octets, Edition edition, const FilterLimits& limits) {
  return decode_argument<MsListArgument_t>(asn_DEF_MsListArgument, octets, "ListArgument",
                                           [&](const auto& raw) { return read(raw, edition, limits); });
}

Octets FetchArgument::encode(Edition edition) const {
  Writer w;
  w.constructed(tags::set, [&] {
    write_entry_class(w, entry_class);
    if (const auto* search = std::get_if<Selector>(&item))
      tagged(w, 1, [&] { write(w, *search); });
    else
      write_integer(w, 2, std::get<SequenceNumber>(item));
    write_selection(w, requested_attributes);
    write_extensions(w, 4, extensions, edition);
  });
  return std::move(w).take();
}

Result<FetchArgument> FetchArgument::decode(View octets, Edition edition, const FilterLimits& limits) {
  return decode_argument<MsFetchArgument_t>(asn_DEF_MsFetchArgument, octets, "FetchArgument",
                                            [&](const auto& raw) { return read(raw, edition, limits); });
}

Octets DeleteArgument::encode(Edition edition) const {
  Writer w;
  w.constructed(tags::set, [&] {
    write_entry_class(w, entry_class);
    if (const auto* selector = std::get_if<Selector>(&items))
      tagged(w, 1, [&] { write(w, *selector); });
    else
      write_numbers(w, 2, tags::set, std::get<std::vector<SequenceNumber>>(items));
    write_extensions(w, 3, extensions, edition);
  });
  return std::move(w).take();
}

Result<DeleteArgument> DeleteArgument::decode(View octets, Edition edition, const FilterLimits& limits) {
  return decode_argument<MsDeleteArgument_t>(asn_DEF_MsDeleteArgument, octets, "DeleteArgument",
                                             [&](const auto& raw) { return read(raw, edition, limits); });
}

}  // namespace x400::asn1::ms
