// Ageing of the archive: what has been kept long enough goes for good.
#include "service/ageing.hpp"
#include "service/audit.hpp"
#include "service/items.hpp"
#include "service/removal.hpp"

namespace x400::mstore::service {

using backend::Time;

Status Ageing::purge(Time now, Aged& sum) {
  while (!stopping_) {
    X400_TRY(due, engine_.backend().due(now, step_size));
    std::map<MailboxNumber, std::vector<backend::Item>> by_mailbox;
    for (backend::Item& item : due)
      if (item.kind == items::archived || item.kind == items::subject)
        by_mailbox[item.mailbox].push_back(std::move(item));
    if (by_mailbox.empty()) return Ok{};
    for (const auto& [number, list] : by_mailbox)
      if (const MailboxPtr mailbox = engine_.find(number)) X400_CHECK(purge(mailbox, list, now, sum));
  }
  return Ok{};
}

Status Ageing::purge(const MailboxPtr& mailbox, const std::vector<backend::Item>& due, Time now, Aged& sum) {
  const Policy policy = engine_.policy(*mailbox);
  backend::ChangeSet set;
  set.mailbox = mailbox->number;
  backend::Deletion gone;
  gone.base = backend::EntryBase::archive;
  for (const backend::Item& item : due) {
    backend::ItemChange change;
    change.kind = item.kind;
    change.key = item.key;
    if (item.kind == items::subject) {
      set.items.push_back(std::move(change));
      continue;
    }
    const SequenceNumber number = items::get32(item.key);
    auto row = engine_.backend().row(mailbox->number, backend::EntryBase::archive, number);
    if (!row.ok() && row.error().kind() != ErrorKind::not_found) return row.error();
    const auto note = ArchiveNote::decode(item.value);
    // The policy of now: a hold that was lengthened holds what lies here too.
    const Time end = row.ok() && note.ok() ? archive_end(policy, row->created, note->archived) : now;
    if (end > now) {
      change.value = item.value;
      change.due = end;
    } else if (row.ok()) {
      gone.numbers.push_back(number);
    }
    set.items.push_back(std::move(change));
  }
  const std::size_t count = gone.numbers.size();
  if (count > 0) {
    set.events.push_back(AuditLine(AuditKind::archive_purged).numbers("numbers", gone.numbers).event());
    set.remove.push_back(std::move(gone));
  }
  auto done = commit(std::move(set));
  if (!done.ok()) return done.error().error;
  sum.purged += count;
  if (count == 0) return Ok{};
  Notice notice;
  notice.kind = Notice::Kind::purged;
  notice.mailbox = mailbox->number;
  notice.entries = count;
  engine_.notices.tell(notice);
  return Ok{};
}

}  // namespace x400::mstore::service
