#include "service/removal.hpp"

#include <algorithm>

#include "service/audit.hpp"
#include "service/items.hpp"
#include "service/logs.hpp"
#include "service/match_groups.hpp"
#include "service/quotas.hpp"
#include "service/stored_form.hpp"
#include "x400/mstore/archive_export.hpp"

namespace x400::mstore::service {

namespace {

void erase(std::vector<backend::ItemChange>& changes, std::uint16_t kind, Octets key) {
  backend::ItemChange c;
  c.kind = kind;
  c.key = std::move(key);
  changes.push_back(std::move(c));
}

// Alerts nobody was told of yet.
void forget_alerts(const Engine& engine, MailboxNumber mailbox, const std::vector<backend::Row>& rows,
                   backend::ChangeSet& set) {
  std::vector<SequenceNumber> numbers;
  for (const backend::Row& row : rows) numbers.push_back(row.number);
  std::sort(numbers.begin(), numbers.end());
  auto alerts = engine.backend().items(mailbox, items::alert);
  if (!alerts.ok()) return;
  for (backend::Item& item : *alerts)
    if (std::binary_search(numbers.begin(), numbers.end(), items::get32(item.key)))
      erase(set.items, items::alert, std::move(item.key));
}

// What is known of the fate of a submission.
void forget_submission(const backend::Row& row, backend::ChangeSet& set) {
  erase(set.items, items::submission, items::key32(row.number));
  auto variable = Variable::decode(row.variable);
  if (!variable.ok() || !variable->submission || variable->submission->identifier.empty()) return;
  auto id = ber::read_one(variable->submission->identifier);
  if (!id.ok()) return;
  if (const auto key = mts_identifier_key(*id)) erase(set.items, items::submitted, to_octets(view(*key)));
}

void forget_report(const Engine& engine, MailboxNumber mailbox, const backend::Row& row,
                   backend::ChangeSet& set) {
  auto told = engine.backend().items(mailbox, items::report, items::key32(row.number));
  if (!told.ok()) return;
  for (backend::Item& item : *told) erase(set.items, items::report, std::move(item.key));
}

bool held(const backend::Row& row) {
  return row.entry_class == backend::EntryClass::delivery ||
         row.entry_class == backend::EntryClass::submission;
}

}  // namespace

backend::Time archive_end(const Policy& policy, backend::Time created, backend::Time archived) {
  using std::chrono::milliseconds;
  backend::Time end = created;
  if (policy.hold) end = std::max(end, created + milliseconds(*policy.hold).count());
  if (policy.archive && policy.archive->count() > 0)
    end = std::max(end, archived + milliseconds(*policy.archive).count());
  return end;
}

Octets ArchiveNote::encode() const {
  ber::Writer w;
  w.constructed(ber::tags::sequence, [&] {
    w.integer(ber::context(0), archived);
    w.integer(ber::context(1), static_cast<std::int64_t>(by));
  });
  return std::move(w).take();
}

Result<ArchiveNote> ArchiveNote::decode(View octets) {
  X400_TRY(whole, ber::read_one(octets));
  ber::Reader r(whole.content);
  X400_TRY(archived, r.expect(ber::context(0)));
  X400_TRY(by, r.expect(ber::context(1)));
  ArchiveNote note;
  X400_TRY(time, ber::read_integer(archived));
  X400_TRY(who, ber::read_integer(by));
  note.archived = time;
  note.by = static_cast<RemovedBy>(who);
  return note;
}

Removal removal(Engine& engine, const MailboxState& mailbox, const std::vector<backend::Row>& rows,
                RemovedBy by) {
  Removal out;
  backend::ChangeSet& set = out.set;
  set.mailbox = mailbox.number;
  forget_alerts(engine, mailbox.number, rows, set);
  const Policy policy = engine.policy(mailbox);
  const backend::Time now = engine.clock.now();
  note_deletion(engine, mailbox.number, rows, now, set);
  backend::Deletion gone, kept;
  kept.archive = true;
  for (const backend::Row& row : rows) {
    if (is_report(row)) forget_report(engine, mailbox.number, row, set);
    if (row.entry_class == backend::EntryClass::submission) forget_submission(row, set);
    add_quota(policy, row.entry_class, Hard::no, set);
    const backend::Time until = archive_end(policy, row.created, now);
    if (!held(row) || until <= now) {
      gone.numbers.push_back(row.number);
      continue;
    }
    kept.numbers.push_back(row.number);
    backend::ItemChange note;
    note.kind = items::archived;
    note.key = items::key32(row.number);
    note.value = ArchiveNote{now, by}.encode();
    note.due = until;
    set.items.push_back(std::move(note));
  }
  out.archived = kept.numbers.size();
  if (!rows.empty())
    set.events.push_back(AuditLine(AuditKind::deleted)
                             .text("by", name(by))
                             .numbers("gone", gone.numbers)
                             .numbers("archived", kept.numbers)
                             .event());
  if (!gone.numbers.empty()) set.remove.push_back(std::move(gone));
  if (!kept.numbers.empty()) set.remove.push_back(std::move(kept));
  return out;
}

}  // namespace x400::mstore::service
