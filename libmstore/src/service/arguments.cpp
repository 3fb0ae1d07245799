// What all retrieval operations have in common: entry class, selector, selection.
#include "service/session.hpp"
#include "x400/asn1/oids.hpp"

namespace x400::mstore::service {

namespace {

using backend::ClassSet;

// Information bases of 1988: only stored-messages is demanded. Clients ask for 1 to see the Out Box; where
// the mailbox has none, and for all others, the edition has no error of its own.
std::optional<ClassSet> classes_88(EntryClass c, const MailboxSettings& settings) {
  if (c == EntryClass::delivery) return ClassSet{backend::EntryClass::delivery};
  if (c == EntryClass::submission && settings.keep_submitted)
    return ClassSet{backend::EntryClass::submission};
  return std::nullopt;
}

struct Classes94 {
  ClassSet classes;
  bool unsupported = false, not_subscribed = false;
};
Classes94 classes_94(EntryClass c, const MailboxSettings& settings) {
  Classes94 r;
  switch (c) {
    case EntryClass::delivery: r.classes.add(backend::EntryClass::delivery); break;
    case EntryClass::submission:
      r.not_subscribed = !settings.keep_submitted;
      r.classes.add(backend::EntryClass::submission);
      break;
    case EntryClass::draft:
      r.not_subscribed = !settings.drafts;
      r.classes.add(backend::EntryClass::draft);
      break;
    case EntryClass::stored_message:
      r.classes.add(backend::EntryClass::delivery);
      if (settings.keep_submitted) r.classes.add(backend::EntryClass::submission);
      if (settings.drafts) r.classes.add(backend::EntryClass::draft);
      break;
    default: r.unsupported = true;
  }
  return r;
}

// Defaults may have been registered by an association of the other edition.
ms::EntryInformationSelection selection_from(const std::vector<ber::Oid>& types, Edition edition) {
  ms::EntryInformationSelection selection;
  for (const ber::Oid& type : types)
    if (in_edition(type, edition)) selection.push_back({type, {}, {}});
  return selection;
}

}  // namespace

std::string Session::where(std::string_view operation) const {
  return "mailbox " + mailbox_->settings()->id + ": " + std::string(operation);
}

Outcome<ClassSet> Session::classes(EntryClass entry_class, std::string_view operation) const {
  const auto settings = mailbox_->settings();
  if (!e94()) {
    const auto found = classes_88(entry_class, *settings);
    if (!found)
      return failure(ms::InvalidParametersError{}, where(operation),
                     "class " + std::to_string(static_cast<int>(entry_class)));
    return *found;
  }
  const Classes94 found = classes_94(entry_class, *settings);
  if (found.unsupported || found.not_subscribed)
    return failure(ms::EntryClassError{entry_class, found.unsupported, found.not_subscribed, false},
                   where(operation));
  return found.classes;
}

// Reversed ranges ask for descending order in 1994; in 1988 they are a range-error (here: refused).
Status Session::restrict(const ms::Selector& selector, Want& want) const {
  if (!selector.range) return Ok{};
  bool reversed = false;
  if (const auto* numbers = std::get_if<ms::NumberRange>(&*selector.range)) {
    SequenceNumber from = numbers->from.value_or(0), to = numbers->to.value_or(backend::max_sequence_number);
    reversed = from > to;
    if (reversed) std::swap(from, to);
    if (to == 0) want.box.empty = true;
    want.box.numbers = {std::max<SequenceNumber>(from, 1), std::max<SequenceNumber>(to, 1)};
    if (from > backend::max_sequence_number) want.box.empty = true;
  } else {
    const auto& times = std::get<ms::TimeRange>(*selector.range);
    auto from = times.from, to = times.to;
    reversed = from && to && *from > *to;
    if (reversed) std::swap(from, to);
    // Both ends are whole seconds and belong to the range.
    if (from) want.box.since = from->time_since_epoch().count() * 1000;
    if (to) want.box.until = to->time_since_epoch().count() * 1000 + 999;
  }
  if (!reversed) return Ok{};
  if (!e94()) return Error(ErrorKind::refused, "reversed range");
  want.order = backend::Order::descending;
  return Ok{};
}

Outcome<Want> Session::want(EntryClass entry_class, const ms::Selector& selector,
                            const ms::EntryInformationSelection* selection, Purpose purpose,
                            std::string_view operation) const {
  X400_TRY(set, classes(entry_class, operation));
  Want w;
  w.classes = set;
  w.with_children = selector.child_entries;
  w.limit = selector.limit;
  Problems problems;
  w.filter = compile(selector.filter, options_.edition, engine_->options.rules, problems);
  if (problems.invalid_parameters) return failure(problems, where(operation));
  if (!restrict(selector, w).ok()) return failure(ms::RangeError{}, where(operation));
  if (selection) check_selection(*selection, purpose, options_.edition, problems);
  if (!problems.none()) return failure(problems, where(operation));
  return w;
}

// With nothing asked for: the defaults of the UA registration, also where it names none of them, else those
// registered, else (nothing is written about it) for List nothing but the number, for Fetch envelope and
// content.
ms::EntryInformationSelection Session::default_selection(Purpose purpose) const {
  const auto registrations = mailbox_->registrations();
  const bool list = purpose == Purpose::list;
  if (const ms::UaRegistration* ua = registrations->ua(options_.ua_registration))
    if (const auto& own = list ? ua->list_attribute_defaults : ua->fetch_attribute_defaults)
      return selection_from(*own, options_.edition);
  const std::vector<ber::Oid>& general = list ? registrations->information.list_attribute_defaults
                                              : registrations->information.fetch_attribute_defaults;
  if (!general.empty() || list || !engine_->options.rules.default_fetch_set)
    return selection_from(general, options_.edition);
  namespace a = asn1::oids::attribute;
  ms::EntryInformationSelection selection;
  for (const ber::Oid* type : {&a::message_delivery_envelope, &a::report_delivery_envelope, &a::content})
    selection.push_back({*type, {}, {}});
  if (e94())
    for (const ber::Oid* type : {&a::message_submission_envelope, &a::probe_submission_envelope})
      selection.push_back({*type, {}, {}});
  return selection;
}

std::optional<Failure> Session::unknown_extension(const ms::Extensions& extensions, const ber::Oid* known,
                                                  std::string_view operation) const {
  for (const ms::Extension& x : extensions)
    if (!known || x.type != *known) return failure(ms::MsExtensionError{x.type}, where(operation));
  return std::nullopt;
}

}  // namespace x400::mstore::service
