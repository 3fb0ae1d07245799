#include "service/archive.hpp"

#include "service/entry.hpp"
#include "service/items.hpp"
#include "service/removal.hpp"
#include "service/selection.hpp"

namespace x400::mstore::service {

namespace {

Time time_of(backend::Time t) { return Time(std::chrono::milliseconds(t)); }

// `main`: the number of its main entry, under which the archive has noted it.
Result<ArchivedEntry> described(Engine& engine, const MailboxState& mailbox, const backend::Row& row,
                                SequenceNumber main) {
  ArchivedEntry e;
  e.number = row.number;
  e.entry_class = static_cast<EntryClass>(row.entry_class);
  e.entry_type = entry_type(row);
  e.status = static_cast<RetrievalStatus>(row.status);
  e.octets = row.size;
  e.children = row.descendants;
  e.created = time_of(row.created);
  X400_TRY(item, engine.backend().item(mailbox.number, items::archived, items::key32(main)));
  if (!item) return e;
  X400_TRY(note, ArchiveNote::decode(item->value));
  e.archived = time_of(note.archived);
  e.by = note.by;
  const backend::Time end = archive_end(engine.policy(mailbox), row.created, note.archived);
  e.until = time_of(std::max(end, item->due.value_or(end)));
  return e;
}

Result<SequenceNumber> main_of(Engine& engine, const MailboxState& mailbox, backend::Row row) {
  while (row.parent != 0) {
    X400_TRY(parent, engine.backend().row(mailbox.number, backend::EntryBase::archive, row.parent));
    row = std::move(parent);
  }
  return row.number;
}

}  // namespace

Result<std::vector<ArchivedEntry>> archived_entries(Engine& engine, const MailboxState& mailbox,
                                                    SequenceNumber after, std::uint32_t limit) {
  backend::Query q;
  q.mailbox = mailbox.number;
  q.classes = {backend::EntryClass::delivery, backend::EntryClass::submission, backend::EntryClass::draft};
  q.archived = true;
  q.after = after;
  q.limit = limit;
  q.attributes = false;
  X400_TRY(page, engine.backend().select(q));
  std::vector<ArchivedEntry> out;
  for (const backend::Row& row : page.rows) {
    X400_TRY(entry, described(engine, mailbox, row, row.number));
    out.push_back(entry);
  }
  return out;
}

Result<ArchivedMessage> read_archived(Engine& engine, const MailboxState& mailbox, SequenceNumber number,
                                      const ms::EntryInformationSelection& wanted) {
  X400_TRY(row, engine.backend().row(mailbox.number, backend::EntryBase::archive, number));
  X400_TRY(main, main_of(engine, mailbox, row));
  X400_TRY(described_entry, described(engine, mailbox, row, main));
  auto source = archived_source(engine.backend(), mailbox.number, row);
  auto entry = std::make_shared<Entry>(std::move(row), std::move(source));
  ArchivedMessage out;
  out.entry = described_entry;
  X400_TRY(info, information(*entry, merged(wanted), Edition::e1994, true));
  out.information = std::move(info);
  out.storage = std::move(entry);
  return out;
}

Result<ArchivedContent> archived_content(Engine& engine, const MailboxState& mailbox, SequenceNumber number,
                                         std::uint64_t offset, std::uint64_t count) {
  X400_TRY(stored, engine.backend().read(mailbox.number, backend::EntryBase::archive, number));
  if (!has_content(stored.row) || !stored.content)
    return Error(ErrorKind::not_found, "entry " + std::to_string(number) + " has no content");
  ArchivedContent out;
  out.size = stored.content->size();
  if (offset > out.size)
    return Error(ErrorKind::invalid, "the content has " + std::to_string(out.size) + " octets");
  X400_TRY(octets, stored.content->read(offset, count));
  out.octets = std::move(octets);
  const std::uint8_t first = read_row(stored.row.list_attributes).head.first_octet;
  if (first && offset == 0 && !out.octets.empty()) out.octets.front() = first;
  return out;
}

}  // namespace x400::mstore::service
