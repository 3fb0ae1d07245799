// Fetch (X.413 8.2.4).
#include <algorithm>
#include <functional>

#include "service/copied.hpp"
#include "service/homes.hpp"
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

bool needs_record(const ms::EntryInformationSelection& selection) {
  return std::any_of(selection.begin(), selection.end(), [](const ms::AttributeSelection& s) {
    const Home home = home_of(s.type);
    return home == Home::record || home == Home::content;
  });
}

// Whether to give this waits for nothing more. Children are looked up in the index; body parts given one by
// one wait for others that are, and for a sync.
bool waits_for_nothing(const backend::Row& row, const ms::EntryInformationSelection& selection) {
  if (row.descendants != 0) return false;
  if (row.status == backend::RetrievalStatus::processed) return true;
  return has_content(row) &&
         std::any_of(selection.begin(), selection.end(),
                     [](const ms::AttributeSelection& s) { return s.type == a::content; });
}

struct FetchStorage {
  explicit FetchStorage(std::size_t octets) : copied(octets) {}
  Copied copied;
  std::shared_ptr<const void> content;
};

// The content as it was read, and copies of all else: not the entry.
void keep_what_is_given(Fetched& fetched, const backend::HeldOctets& content) {
  const auto of_content = [&](View v) {
    const std::less_equal<const std::uint8_t*> not_behind;
    return !v.empty() && not_behind(content.octets.data(), v.data()) &&
           not_behind(v.data() + v.size(), content.octets.data() + content.octets.size());
  };
  std::vector<View>& attributes = fetched.result.entry_information->attributes;
  std::size_t to_copy = 0;
  for (const View v : attributes) to_copy += of_content(v) ? 0 : v.size();
  const auto storage = std::make_shared<FetchStorage>(to_copy);
  for (View& v : attributes) {
    if (of_content(v))
      storage->content = content.owner;
    else
      v = storage->copied.keep(v);
  }
  fetched.storage = storage;
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
  const auto base = backend::EntryBase::stored;
  const auto unknown = [&] {
    return failure(ms::SequenceNumberError{{number}}, where("fetch"), "entry " + std::to_string(number));
  };
  Found found;
  if (number == 0 || number > backend::max_sequence_number) return unknown();
  const auto missing = [](const Error& e) { return e.kind() == ErrorKind::not_found; };
  if (needs_record(selection)) {
    auto stored = backend().read(mailbox_->number, base, number);
    if (!stored.ok()) return missing(stored.error()) ? unknown() : failure(stored.error(), where("fetch"));
    found.entry = stored_entry(backend(), mailbox_->number, std::move(*stored));
  } else {
    auto row = backend().row(mailbox_->number, base, number);
    if (!row.ok()) return missing(row.error()) ? unknown() : failure(row.error(), where("fetch"));
    auto source = stored_source(backend(), mailbox_->number, *row);
    found.entry = std::make_shared<Entry>(std::move(*row), std::move(source));
  }
  if (!want.classes.has(found.entry->row().entry_class)) return unknown();
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

ms::EntryInformationSelection Session::selection_of(const ms::FetchArgument& argument) const {
  return argument.requested_attributes ? merged(*argument.requested_attributes)
                                       : default_selection(Purpose::fetch);
}

Outcome<Fetched> Session::fetch(const ms::FetchArgument& argument) {
  // The store acknowledges nothing by itself: that it shall not is done.
  const ber::Oid* known = &asn1::oids::ms_extension::suspend_auto_acknowledgement;
  if (auto refused = unknown_extension(argument.extensions, known, "fetch")) return std::move(*refused);
  const ms::EntryInformationSelection selection = selection_of(argument);
  X400_TRY(found, std::holds_alternative<SequenceNumber>(argument.item) ? find_precise(argument, selection)
                                                                        : find_search(argument, selection));
  return give(std::move(found), selection);
}

std::optional<Outcome<Fetched>> Session::fetch_hot(const ms::FetchArgument& argument) {
  const SequenceNumber* number = std::get_if<SequenceNumber>(&argument.item);
  if (!number || *number == 0 || *number > backend::max_sequence_number || !argument.extensions.empty() ||
      engine_->options.status_sync == StatusSync::strict)
    return std::nullopt;
  const ms::EntryInformationSelection selection = selection_of(argument);
  const auto want = this->want(argument.entry_class, {}, &selection, Purpose::fetch, "fetch");
  if (!want.ok()) return std::nullopt;  // errors are for fetch() to tell
  auto stored = backend().read_hot(mailbox_->number, backend::EntryBase::stored, *number);
  if (!stored.ok() || !*stored || !want->classes.has((*stored)->row.entry_class) ||
      !waits_for_nothing((*stored)->row, selection))
    return std::nullopt;
  Found found;
  found.entry = stored_entry(backend(), mailbox_->number, std::move(**stored));
  return give(std::move(found), selection);
}

Outcome<Fetched> Session::give(Found found, const ms::EntryInformationSelection& selection) const {
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
  if (entry.row().status != backend::RetrievalStatus::processed) {
    auto gave = given(entry, selection);
    if (!gave.ok()) return failure(gave.error(), where("fetch"));
    if (auto status = record_fetch(*engine_, *mailbox_, entry, *gave); !status.ok())
      return failure(status.error(), where("fetch"));
  }
  fetched.result.entry_information = std::move(*info);
  fetched.result.list = std::move(found.further);
  fetched.result.next = found.next;
  keep_what_is_given(fetched, entry.read_content());
  return fetched;
}

}  // namespace x400::mstore::service
