#include "service/correlation.hpp"

#include <map>

#include "service/items.hpp"
#include "service/match_groups.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/or_name.hpp"

namespace x400::mstore::service {

namespace {

namespace a = asn1::oids::attribute;

std::optional<std::string> identifier_key(View identifier) {
  auto e = ber::read_one(identifier);
  return e.ok() ? mts_identifier_key(*e) : std::nullopt;
}

// Same correlator, or where neither has one the same content-identifier.
bool same_content(Entry& submitted, const AttributeList& report) {
  for (const ber::Oid* type : {&a::content_correlator, &a::content_identifier}) {
    auto ours = submitted.values(*type);
    const Attribute* theirs = report.find(*type);
    const bool we_have = ours.ok() && !ours->empty();
    if (!we_have && !theirs) continue;
    return we_have && theirs && equal(ours->front(), theirs->values.front());
  }
  return false;
}

// An outcome that nobody knew: the report proves that the MTA had taken the message.
std::optional<SequenceNumber> resolve_unknown(Engine& engine, const MailboxState& mailbox,
                                              const AttributeList& report, const Octets& identifier,
                                              backend::ChangeSet& set) {
  auto open = engine.backend().items(mailbox.number, items::submission);
  if (!open.ok()) return std::nullopt;
  for (const backend::Item& item : *open) {
    auto entry = submission_entry(engine, mailbox, items::get32(item.key));
    if (!entry.ok() || !entry->variable().submission) continue;
    if (entry->variable().submission->state != SubmissionState::unknown || !same_content(*entry, report))
      continue;
    Variable variable = entry->variable();
    variable.submission->state = SubmissionState::submitted;
    variable.submission->identifier = identifier;
    append(variable.run, encode_attribute(a::message_identifier, {identifier}));
    set.modify.push_back({backend::EntryBase::stored, entry->row().number, variable.encode(), std::nullopt});
    backend::ItemChange closed;
    closed.kind = items::submission;
    closed.key = item.key;
    set.items.push_back(std::move(closed));
    note_subject(engine, identifier, set);
    if (const auto key = identifier_key(identifier)) {
      backend::ItemChange known;
      known.kind = items::submitted;
      known.key = to_octets(view(*key));
      known.value = items::key32(entry->row().number);
      set.items.push_back(std::move(known));
    }
    return entry->row().number;
  }
  return std::nullopt;
}

// One PerRecipientReportDeliveryFields.
struct RecipientReport {
  std::optional<asn1::ORAddress> actual, intended;
  RecipientState state;
};

Status read_report_type(const ber::Element& choice, RecipientState& state) {
  X400_TRY(type, ber::read_one(choice.content));
  const bool delivered = type.tag == ber::context(0);
  state.kind = delivered ? RecipientState::Kind::delivered : RecipientState::Kind::not_delivered;
  ber::Reader r(type.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (delivered && e.tag == ber::context(0)) {
      X400_TRY(time, ber::read_chars(e));
      state.delivery_time = std::move(time);
    } else if (!delivered && (e.tag == ber::context(0) || e.tag == ber::context(1))) {
      X400_TRY(n, ber::read_integer({ber::tags::integer, e.constructed, e.whole, e.content}));
      (e.tag == ber::context(0) ? state.reason : state.diagnostic) = n;
    }
  }
  return Ok{};
}

Result<RecipientReport> read_recipient(const ber::Element& set) {
  RecipientReport report;
  ber::Reader r(set.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == ber::context(0) || e.tag == ber::context(2)) {
      X400_TRY(name, asn1::ORName::decode(e.whole, e.tag));
      (e.tag == ber::context(0) ? report.actual : report.intended) = std::move(name.address);
    } else if (e.tag == ber::context(1)) {
      X400_CHECK(read_report_type(e, report.state));
    }
  }
  return report;
}

// Redirection changes the actual recipient, so the intended one is looked at first.
void apply(const RecipientReport& report, SequenceNumber number, std::vector<RecipientState>& recipients) {
  const auto& address = report.intended ? report.intended : report.actual;
  if (!address) return;
  for (RecipientState& r : recipients) {
    auto name = asn1::ORName::decode(r.name);
    if (!name.ok() || !asn1::same_address(name->address, *address)) continue;
    const Octets kept = std::move(r.name);
    r = report.state;
    r.name = kept;
    r.report = number;
    return;
  }
}

void apply_reports(const std::vector<const backend::Item*>& reports, SubmissionInfo& info) {
  for (const backend::Item* item : reports) {
    ber::Reader r(item->value);
    while (!r.at_end()) {
      auto e = r.next();
      if (!e.ok()) break;
      if (auto report = read_recipient(*e); report.ok())
        apply(*report, items::get32(item->key), info.recipients);
    }
  }
}

SubmissionInfo info_of(Entry& entry) {
  SubmissionInfo info;
  info.number = entry.row().number;
  info.probe = entry_type(entry.row()) == EntryType::submitted_probe;
  if (const auto& s = entry.variable().submission) {
    info.state = s->state;
    info.identifier = s->identifier;
    info.time = s->time;
  }
  if (auto names = entry.values(a::recipient_names); names.ok())
    for (const View name : *names) {
      info.recipients.emplace_back();
      info.recipients.back().name = to_octets(name);
    }
  return info;
}

}  // namespace

Result<Entry> submission_entry(const Engine& engine, const MailboxState& mailbox, SequenceNumber number) {
  X400_TRY(row, engine.backend().row(mailbox.number, backend::EntryBase::stored, number));
  auto source = stored_source(engine.backend(), mailbox.number, row);
  return Entry(std::move(row), std::move(source));
}

Result<std::optional<SequenceNumber>> find_submission(const Engine& engine, const MailboxState& mailbox,
                                                      View identifier) {
  using None = std::optional<SequenceNumber>;
  const auto key = identifier_key(identifier);
  if (!key) return Error(ErrorKind::malformed, "no MTSIdentifier");
  X400_TRY(item, engine.backend().item(mailbox.number, items::submitted, view(*key)));
  return item ? None(items::get32(item->value)) : None{};
}

void note_subject(const Engine& engine, View identifier, backend::ChangeSet& set) {
  const auto key = identifier_key(identifier);
  if (!key) return;
  backend::ItemChange subject;
  subject.kind = items::subject;
  subject.key = to_octets(view(*key));
  subject.value = Octets{};
  subject.due = engine.env.now() + backend::Time{engine.options.report_days} * 24 * 3600 * 1000;
  set.items.push_back(std::move(subject));
}

Result<std::optional<MailboxNumber>> submitter_of(const Engine& engine, View identifier) {
  const auto key = identifier_key(identifier);
  if (!key) return Error(ErrorKind::malformed, "no MTSIdentifier");
  for (const MailboxPtr& mailbox : engine.all())
    for (const std::uint16_t kind : {items::subject, items::submitted}) {
      X400_TRY(item, engine.backend().item(mailbox->number, kind, view(*key)));
      if (item) return std::optional(mailbox->number);
    }
  return std::optional<MailboxNumber>();
}

void add_correlation(Engine& engine, const MailboxState& mailbox, const AttributeList& report,
                     backend::ChangeSet& set) {
  const Octets identifier = report.find(a::subject_submission_identifier)->values.front();
  auto found = find_submission(engine, mailbox, identifier);
  std::optional<SequenceNumber> number = found.ok() ? *found : std::nullopt;
  if (!number) number = resolve_unknown(engine, mailbox, report, identifier, set);
  if (!number) return;
  backend::ItemChange told;
  told.kind = items::report;
  told.key = items::key32(*number);
  told.entry = 0;
  told.value = Octets{};
  for (const Octets& fields : report.find(a::per_recipient_report_delivery_fields)->values)
    append(*told.value, fields);
  set.items.push_back(std::move(told));
}

Result<std::vector<SubmissionInfo>> submissions(const Engine& engine, const MailboxState& mailbox) {
  X400_TRY(reports, engine.backend().items(mailbox.number, items::report));
  std::map<SequenceNumber, std::vector<const backend::Item*>> by_submission;
  for (const backend::Item& item : reports) by_submission[items::get32(item.key, 4)].push_back(&item);

  std::vector<SubmissionInfo> out;
  backend::Query q;
  q.mailbox = mailbox.number;
  q.classes.add(backend::EntryClass::submission);
  for (bool more = true; more;) {
    X400_TRY(page, engine.backend().select(q));
    more = page.more && !page.rows.empty();
    if (more) q.after = page.rows.back().number;
    for (backend::Row& row : page.rows) {
      auto source = stored_source(engine.backend(), mailbox.number, row);
      Entry entry(std::move(row), std::move(source));
      SubmissionInfo info = info_of(entry);
      apply_reports(by_submission[info.number], info);
      out.push_back(std::move(info));
    }
  }
  return out;
}

}  // namespace x400::mstore::service
