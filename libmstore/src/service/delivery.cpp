#include "service/delivery.hpp"

#include <algorithm>
#include <iterator>

#include "service/audit.hpp"
#include "service/copied.hpp"
#include "service/correlation.hpp"
#include "service/duplicate_key.hpp"
#include "service/envelope.hpp"
#include "service/items.hpp"
#include "service/logs.hpp"
#include "service/new_entries.hpp"
#include "service/quotas.hpp"
#include "service/selection.hpp"
#include "service/spool.hpp"
#include "x400/asn1/ms/codes.hpp"
#include "x400/asn1/oids.hpp"

namespace x400::mstore::service {

namespace {

namespace a = asn1::oids::attribute;

DeliveryFailure refused(const MailboxState& mailbox, const Error& error) {
  return {std::nullopt, error.in("mailbox " + mailbox.settings()->id + ": delivery")};
}

// What cannot be read can be read no better when the MTA repeats it: it must not be told to repeat.
DeliveryFailure unreadable(const MailboxState& mailbox, const Error& error) {
  return refused(mailbox, Error(ErrorKind::malformed, error.text()));
}

bool known(const Engine& engine, const EnvelopeExtension& x) {
  if (x.standard) return *x.standard >= 1 && *x.standard <= extension::last_known;
  const auto& types = engine.options.known_extensions;
  return std::find(types.begin(), types.end(), *x.private_type) != types.end();
}

// The proof would be a signature of the recipient, for whom the store has no key.
bool wants_proof(const EnvelopeExtension& x) {
  if (x.standard != extension::proof_of_delivery_request || !x.value) return false;
  const auto value = ber::read_integer(*x.value);
  return value.ok() && *value == 1;
}

// The store judges what is critical for delivery in the user's place (X.411 9.2).
std::optional<DeliveryFailure> unsupported_critical(const Engine& engine,
                                                    const std::vector<EnvelopeExtension>& extensions,
                                                    const MailboxState& mailbox) {
  for (const EnvelopeExtension& x : extensions) {
    if (!x.critical_for_delivery || (known(engine, x) && !wants_proof(x))) continue;
    const std::string which = x.standard ? std::to_string(*x.standard) : x.private_type->to_string();
    DeliveryFailure failure = refused(
        mailbox,
        Error(ErrorKind::refused, "extension " + which + " is critical for delivery and cannot be done"));
    failure.error = ms::MtsError{ms::error_code::unsupported_critical_function, std::nullopt};
    return failure;
  }
  return std::nullopt;
}

// Entries that are not stored yet, for the filters of auto-actions.
class NewSource final : public EntrySource {
 public:
  NewSource(const NewEntries& entries, std::size_t index, View content, backend::Time now)
      : entries_(entries), index_(index), content_(content), now_(now) {}
  /// `now`: creation time, near enough.
  static backend::Row row(const NewEntries& entries, std::size_t index, backend::Time now) {
    const backend::NewEntry& e = entries[index];
    backend::Row r;
    r.number = static_cast<SequenceNumber>(index);  // 0 for the main entry: no number yet
    r.entry_class = e.entry_class;
    r.entry_type = e.entry_type;
    r.status = e.status;
    r.priority = e.priority;
    r.precedence = e.precedence;
    r.size = e.size;
    r.created = now;
    r.parent = 0;
    r.descendants = index == 0 ? static_cast<std::uint32_t>(entries.size() - 1) : 0;
    r.list_attributes = e.list_attributes;
    r.variable = e.variable;
    return r;
  }
  Result<View> record() override { return View(entries_[index_].attributes); }
  Result<backend::HeldOctets> content() override {
    auto kept = std::make_shared<const Octets>(to_octets(content_));
    return backend::HeldOctets{*kept, kept};
  }
  Result<std::vector<backend::Row>> children(const backend::Row&) override {
    std::vector<backend::Row> rows;
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (entries_[i].parent == index_) rows.push_back(row(entries_, i, now_));
    return rows;
  }
  std::shared_ptr<EntrySource> other(const backend::Row& row) const override {
    return std::make_shared<NewSource>(entries_, row.number, View{}, now_);
  }

 private:
  const NewEntries& entries_;
  std::size_t index_;
  View content_;
  backend::Time now_;
};

// Registrations that the new entry matches become items in the same change set: that the user was not told
// yet survives whatever comes.
void add_alerts(const Engine& engine, const MailboxState& mailbox, const NewEntries& entries, View content,
                backend::ChangeSet& set) {
  const auto registrations = mailbox.registrations();
  if (registrations->alerts.empty()) return;
  const backend::Time now = engine.env.now();
  Entry entry(NewSource::row(entries, 0, now), std::make_shared<NewSource>(entries, 0, content, now));
  for (const AlertRule& rule : registrations->alerts) {
    if (rule.filter && evaluate(*rule.filter, entry) != Truth::yes) continue;
    backend::ItemChange item;
    item.kind = items::alert;
    item.key = items::key32(rule.identifier);
    item.value = Octets{};
    item.entry = 0;
    set.items.push_back(std::move(item));
  }
}

AuditLine audit_of(std::string_view type, const Attribute* identifier) {
  AuditLine line(AuditKind::delivered);
  line.text("type", type);
  if (identifier) line.text("id", identifier_text(identifier->values.front()));
  return line;
}

// What came, its log and its audit line.
void create(NewEntries entries, NewEntries log, AuditLine line, backend::ChangeSet& set) {
  set.create = std::move(entries);
  line.number("size", set.create.front().size);
  if (const auto children = std::count_if(set.create.begin(), set.create.end(),
                                          [](const backend::NewEntry& e) { return e.parent.has_value(); }))
    line.number("children", static_cast<std::uint64_t>(children));
  set.events.push_back(line.about_new(0));
  std::move(log.begin(), log.end(), std::back_inserter(set.create));
}

DeliveryOutcome outcome_of(Engine& engine, const MailboxPtr& mailbox,
                           const std::vector<backend::Quota>& quotas, const backend::CommitResult& done) {
  if (!done.ok()) {
    DeliveryFailure failure = refused(*mailbox, done.error().error);
    failure.mailbox_full = done.error().over_quota.has_value();
    return failure;
  }
  watch_quotas(engine, mailbox, quotas, *done);
  Delivered d;
  d.number = done->numbers.empty() ? 0 : done->numbers.front();
  d.duplicate = done->duplicate;
  d.time = Time(std::chrono::milliseconds(done->time));
  return d;
}

// A delivery as what is to be committed.
struct Change {
  MailboxPtr mailbox;
  backend::ChangeSet set;
};
using ChangeOf = Result<Change, DeliveryFailure>;

ChangeOf change_of(Engine& engine, MessageDelivery delivery) {
  const MailboxPtr mailbox = engine.find(delivery.mailbox);
  if (!mailbox)
    return DeliveryFailure{std::nullopt, Error(ErrorKind::not_found, "delivery: no such mailbox")};
  AttributeList envelope;
  if (auto read = derive_message_envelope(delivery.envelope, envelope); !read.ok())
    return unreadable(*mailbox, read.error());
  auto extensions = delivery_extensions(delivery.envelope);
  if (!extensions.ok()) return unreadable(*mailbox, extensions.error());
  if (auto failure = unsupported_critical(engine, *extensions, *mailbox)) return std::move(*failure);
  auto content = octets_of(delivery.content);
  if (!content.ok()) return refused(*mailbox, content.error());
  auto key = message_key(envelope, content->octets);
  if (!key.ok()) return refused(*mailbox, key.error());

  AuditLine line = audit_of("message", envelope.find(a::message_identifier));
  NewEntries log = delivery_log(*mailbox, envelope, EntryType::delivered_message);
  NewEntries entries =
      delivered_message(std::move(envelope), content->octets, {engine.options.forwarding_depth});
  Change change{mailbox, {}};
  change.set.mailbox = mailbox->number;
  add_alerts(engine, *mailbox, entries, content->octets, change.set);
  entries.front().duplicate_key = std::move(*key);
  entries.front().content = to_backend(delivery.content);
  create(std::move(entries), std::move(log), std::move(line), change.set);
  return change;
}

ChangeOf change_of(Engine& engine, ReportDelivery delivery) {
  const MailboxPtr mailbox = engine.find(delivery.mailbox);
  if (!mailbox) return DeliveryFailure{std::nullopt, Error(ErrorKind::not_found, "report: no such mailbox")};
  AttributeList envelope;
  if (auto read = derive_report_envelope(delivery.envelope, envelope); !read.ok())
    return unreadable(*mailbox, read.error());
  auto extensions = delivery_extensions(delivery.envelope);
  if (!extensions.ok()) return unreadable(*mailbox, extensions.error());
  if (auto failure = unsupported_critical(engine, *extensions, *mailbox)) return std::move(*failure);
  std::optional<ContentOctets> content;
  if (delivery.returned_content) {
    auto octets = octets_of(*delivery.returned_content);
    if (!octets.ok()) return refused(*mailbox, octets.error());
    content = std::move(*octets);
  }
  const std::optional<View> returned = content ? std::optional(content->octets) : std::nullopt;
  auto key = report_key(envelope, *extensions, returned);
  if (!key.ok()) return refused(*mailbox, key.error());

  Change change{mailbox, {}};
  change.set.mailbox = mailbox->number;
  add_correlation(engine, *mailbox, envelope, change.set);
  AuditLine line = audit_of("report", envelope.find(a::subject_submission_identifier));
  NewEntries log = delivery_log(*mailbox, envelope, EntryType::delivered_report);
  NewEntries entries = delivered_report(std::move(envelope), returned, {engine.options.forwarding_depth});
  add_alerts(engine, *mailbox, entries, {}, change.set);
  entries.front().duplicate_key = std::move(*key);
  if (delivery.returned_content) entries.front().content = to_backend(*delivery.returned_content);
  create(std::move(entries), std::move(log), std::move(line), change.set);
  return change;
}

std::vector<backend::Quota> limit(Engine& engine, Change& change) {
  add_quota(engine.policy(*change.mailbox), backend::EntryClass::delivery, Hard::yes, change.set);
  return change.set.quotas;
}

void commit(Engine& engine, ChangeOf change, DeliveryCompletion completion) {
  if (!change.ok()) return completion(std::move(change).error());
  auto then = [&engine, mailbox = change->mailbox, quotas = limit(engine, *change),
               completion = std::move(completion)](const backend::CommitResult& done) {
    completion(outcome_of(engine, mailbox, quotas, done));
  };
  engine.backend().commit(std::move(change->set), std::move(then));
}

// The thread that waits does the sync itself, where nobody else does.
DeliveryOutcome commit(Engine& engine, ChangeOf change) {
  if (!change.ok()) return std::move(change).error();
  const auto quotas = limit(engine, *change);
  return outcome_of(engine, change->mailbox, quotas, engine.backend().commit(std::move(change->set)));
}

// What an association of 1988 may be given of what one of 1994 may have registered.
ms::EntryInformationSelection in_1988(ms::EntryInformationSelection selection) {
  std::erase_if(selection, [](const auto& wanted) { return !in_edition(wanted.type, Edition::e1988); });
  return selection;
}

}  // namespace

void deliver(Engine& engine, MessageDelivery delivery, DeliveryCompletion completion) {
  commit(engine, change_of(engine, std::move(delivery)), std::move(completion));
}
DeliveryOutcome deliver(Engine& engine, MessageDelivery delivery) {
  return commit(engine, change_of(engine, std::move(delivery)));
}
void deliver(Engine& engine, ReportDelivery delivery, DeliveryCompletion completion) {
  commit(engine, change_of(engine, std::move(delivery)), std::move(completion));
}
DeliveryOutcome deliver(Engine& engine, ReportDelivery delivery) {
  return commit(engine, change_of(engine, std::move(delivery)));
}

void tell_alerts(Engine& engine, MailboxNumber number, SequenceNumber entry_number) {
  const MailboxPtr mailbox = engine.find(number);
  if (!mailbox || !engine.alerts_wanted()) return;
  const auto registrations = mailbox->registrations();
  if (registrations->alerts.empty()) return;
  auto told = engine.backend().items(number, items::alert, items::key32(entry_number));
  if (!told.ok()) return;
  std::optional<Entry> entry;
  for (const backend::Item& item : *told) {
    const std::uint32_t identifier = items::get32(item.key, 4);
    const auto rule = std::find_if(registrations->alerts.begin(), registrations->alerts.end(),
                                   [&](const AlertRule& r) { return r.identifier == identifier; });
    if (rule == registrations->alerts.end()) continue;
    if (!entry) {
      auto row = engine.backend().row(number, backend::EntryBase::stored, entry_number);
      if (!row.ok()) return;
      auto source = stored_source(engine.backend(), number, *row);
      entry.emplace(std::move(*row), std::move(source));
    }
    auto info = information(*entry, rule->requested, Edition::e1994, false);
    auto info_88 = information(*entry, in_1988(rule->requested), Edition::e1988, false);
    if (!info.ok() || !info_88.ok()) continue;
    const auto storage = std::make_shared<Copied>(1024);
    for (auto* of : {&*info, &*info_88})
      for (View& attribute : of->attributes) attribute = storage->keep(attribute);
    engine.raise({number, identifier, std::move(*info), std::move(*info_88), storage});
  }
}

}  // namespace x400::mstore::service
