// Fetch (X.413 8.2.4).
#include <algorithm>

#include "service/session.hpp"
#include "x400/asn1/oids.hpp"

namespace x400::mstore::service {

namespace {

namespace a = asn1::oids::attribute;

std::vector<ber::Oid> oids_of(Entry& entry, const ber::Oid& type) {
  std::vector<ber::Oid> found;
  auto values = entry.values(type);
  if (!values.ok()) return found;
  for (const View v : *values) {
    auto e = ber::read_one(v);
    auto oid = e.ok() ? ber::read_oid(*e) : Result<ber::Oid>(e.error());
    if (oid.ok()) found.push_back(std::move(*oid));
  }
  return found;
}

bool contains(const std::vector<ber::Oid>& set, const ber::Oid& oid) {
  return std::find(set.begin(), set.end(), oid) != set.end();
}

// 1988: the content's length counts if content is given; 1994: that of the longest attribute value.
std::optional<std::int64_t> too_long(Entry& entry, const ms::EntryInformationSelection& selection,
                                     std::int64_t most, bool e94) {
  for (const ms::AttributeSelection& s : selection) {
    auto found = entry.attribute(s.type);
    if (!found.ok() || found->empty()) continue;
    if (!e94) {
      const auto size = static_cast<std::int64_t>(entry.row().size);
      if (s.type == a::content && size > most) return size;
      continue;
    }
    if (s.type == a::content) {
      const auto size = static_cast<std::int64_t>(found->second.size());
      if (size > most) return size;
      continue;
    }
    const std::vector<View> values = values_of(found->first);
    const Cut c = cut(s, values.size());
    for (std::size_t i = c.first; i < c.last; ++i)
      if (const auto size = static_cast<std::int64_t>(values[i].size()); size > most) return size;
  }
  return std::nullopt;
}

}  // namespace

struct Session::Found {
  std::shared_ptr<Entry> entry;  // null: nothing selected
  std::vector<SequenceNumber> further;
  std::optional<SequenceNumber> next;
  ms::Override override_;
};

Outcome<Session::Found> Session::find_precise(const ms::FetchArgument& argument,
                                              const ms::EntryInformationSelection& selection) const {
  const SequenceNumber number = std::get<SequenceNumber>(argument.item);
  X400_TRY(want, this->want(argument.entry_class, {}, &selection, Purpose::fetch, "fetch"));
  auto row = number == 0 || number > backend::max_sequence_number
                 ? Result<backend::Row>(Error(ErrorKind::not_found, "number out of range"))
                 : backend().row(mailbox_->number, backend::EntryBase::stored, number);
  if (!row.ok() && row.error().kind() != ErrorKind::not_found) return failure(row.error(), where("fetch"));
  if (!row.ok() || !want.classes.has(row->entry_class))
    return failure(ms::SequenceNumberError{{number}}, where("fetch"), "entry " + std::to_string(number));
  auto source = stored_source(backend(), mailbox_->number, *row);
  Found found;
  found.entry = std::make_shared<Entry>(std::move(*row), std::move(source));
  return found;
}

// The first selected entry is given, the numbers of the further ones are listed (without it: the text of
// X.413 is open on that); the limit counts both.
Outcome<Session::Found> Session::find_search(const ms::FetchArgument& argument,
                                             const ms::EntryInformationSelection& selection) const {
  const auto& selector = std::get<ms::Selector>(argument.item);
  X400_TRY(want, this->want(argument.entry_class, selector, &selection, Purpose::fetch, "fetch"));
  const std::size_t most = std::min<std::size_t>(want.limit.value_or(engine_->options.entries_per_list),
                                                 engine_->options.entries_per_list);
  want.limit = static_cast<std::uint32_t>(most);
  Found found;
  found.override_ = selector.override_;
  Selection entries(backend(), mailbox_->number, want, false);
  for (;;) {
    auto next = entries.next();
    if (!next.ok()) return failure(next.error(), where("fetch"));
    if (!*next) break;
    const backend::Row& row = (*next)->row();
    if (!found.entry) {
      // Read again, with all of the row.
      auto whole = backend().row(mailbox_->number, backend::EntryBase::stored, row.number);
      if (!whole.ok() && whole.error().kind() == ErrorKind::not_found) continue;  // deleted meanwhile
      if (!whole.ok()) return failure(whole.error(), where("fetch"));
      auto source = stored_source(backend(), mailbox_->number, *whole);
      found.entry = std::make_shared<Entry>(std::move(*whole), std::move(source));
    } else if (found.further.size() + 1 == most) {
      found.next = row.number;
      break;
    } else {
      found.further.push_back(row.number);
    }
  }
  return found;
}

std::optional<Failure> Session::restricted(Entry& entry, const ms::Override& override_) const {
  if (!options_.fetch_restrictions) return std::nullopt;
  const ms::FetchRestrictions& r = *options_.fetch_restrictions;
  ms::FetchRestrictionError error;
  if (r.content_types && !override_.content_types)
    for (const ber::Oid& type : oids_of(entry, a::content_type))
      if (!contains(*r.content_types, type))
        error.problems.push_back(ms::FetchRestrictionError::ContentType{type});
  if (r.eits && !override_.eits) {
    ms::FetchRestrictionError::Eits bad;
    std::vector<ber::Oid> eits = oids_of(entry, a::delivered_eits);
    if (eits.empty()) eits = oids_of(entry, a::original_eits);
    for (const ber::Oid& eit : eits)
      if (!contains(*r.eits, eit)) bad.eits.push_back(eit);
    if (!bad.eits.empty()) error.problems.push_back(std::move(bad));
  }
  if (error.problems.empty()) return std::nullopt;
  return failure(std::move(error), where("fetch"), "entry " + std::to_string(entry.row().number));
}

Outcome<Fetched> Session::fetch(const ms::FetchArgument& argument) {
  const ms::EntryInformationSelection selection = argument.requested_attributes
                                                      ? merged(*argument.requested_attributes)
                                                      : default_selection(Purpose::fetch);
  X400_TRY(found, std::holds_alternative<SequenceNumber>(argument.item) ? find_precise(argument, selection)
                                                                        : find_search(argument, selection));
  Fetched fetched;
  if (!found.entry) return fetched;
  Entry& entry = *found.entry;
  if (auto refused = restricted(entry, found.override_)) return std::move(*refused);
  if (options_.fetch_restrictions && options_.fetch_restrictions->maximum_length && !found.override_.length)
    if (const auto size = too_long(entry, selection, *options_.fetch_restrictions->maximum_length, e94()))
      return failure(ms::FetchRestrictionError{{ms::FetchRestrictionError::Length{*size}}}, where("fetch"),
                     "entry " + std::to_string(entry.row().number));
  auto info = information(entry, selection, options_.edition, true);
  if (!info.ok())
    return failure(info.error(), where("fetch") + ": entry " + std::to_string(entry.row().number));
  auto gave = given(entry, selection);
  if (!gave.ok()) return failure(gave.error(), where("fetch"));
  if (auto status = record_fetch(*engine_, *mailbox_, entry, *gave); !status.ok())
    return failure(status.error(), where("fetch"));
  fetched.result.entry_information = std::move(*info);
  fetched.result.list = std::move(found.further);
  fetched.result.next = found.next;
  fetched.storage = found.entry;
  return fetched;
}

}  // namespace x400::mstore::service
