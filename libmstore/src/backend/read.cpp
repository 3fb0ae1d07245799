// Reading: rows with their status as of now, records and contents.
#include <algorithm>

#include "backend/local.hpp"
#include "log/crc32c.hpp"

namespace x400::mstore::backend {
namespace {

constexpr std::uint64_t read_with_record = content_block;  // contents up to this size come with their record
constexpr std::size_t most_overlays = 256;  // ranges merged by hand; beyond, the index is waited for

Error no_entry(MailboxNumber mailbox, SequenceNumber number) {
  return Error(ErrorKind::not_found,
               "mailbox " + std::to_string(mailbox) + " has no entry " + std::to_string(number));
}

struct LoadedRecord {
  RecordHeader header;
  Octets octets;  // from the header on
  std::string name;
  CheckedOctets content;  // none: size 0

  View body() const { return View(octets).subspan(header.header_size(), header.body_size); }
};

Result<LoadedRecord> load_record(Segments& segments, LargeContents& contents, MailboxNumber mailbox,
                                 SequenceNumber number, const EntryPlace& place) {
  LoadedRecord out;
  out.name = "mailbox " + std::to_string(mailbox) + ", entry " + std::to_string(number) + ", segment " +
             segment_name(place.segment, place.generation) + " at " + std::to_string(place.offset);
  const auto in = [&](const Error& e) { return e.in(out.name); };
  auto opened = segments.open(place.segment, place.generation);
  if (!opened.ok()) return in(opened.error());
  const bool with_content = place.inline_size <= read_with_record;
  out.octets.resize(place.head + (with_content ? place.inline_size : 0));
  auto got = opened->file->read(place.offset, out.octets);
  if (!got.ok()) return in(got.error());
  auto header = decode_record_header(View(out.octets).first(std::min(*got, out.octets.size())), opened->salt);
  if (!header || header->mailbox != mailbox || header->number != number ||
      header->type != RecordType::entry || header->header_size() + header->body_size != place.head ||
      header->inline_content() != place.inline_size)
    return Error(ErrorKind::corrupt, out.name + ": header damaged");
  out.header = std::move(*header);
  CheckedOctets& c = out.content;
  c.size = out.header.content_size;
  c.crcs = out.header.block_crcs;
  c.name = out.name;
  if (c.size == 0) return out;
  if (out.header.content_file != 0) {
    auto file = contents.open(out.header.content_file);
    if (!file.ok()) return in(file.error());
    c.file = std::move(*file);
    c.name += ", file " + LargeContents::file_name(out.header.content_file);
  } else {
    c.file = opened->file;
    c.base = place.offset + place.head;
    if (with_content && *got == out.octets.size())
      c.loaded.assign(out.octets.begin() + static_cast<std::ptrdiff_t>(place.head), out.octets.end());
  }
  return out;
}

bool before(Order order, SequenceNumber a, SequenceNumber b) {
  return order == Order::ascending ? a < b : a > b;
}

}  // namespace

Result<Index::Lease> LocalBackend::reader(const Box& box) {
  X400_CHECK(index_->wait_applied(box.acked.load()));
  return index_->read();
}

StatusOverlay LocalBackend::pending_status(Box& box, EntryBase base) const {
  const Lsn applied = index_->applied();
  const std::lock_guard lock(box.mutex);
  return box.overlay.empty() ? StatusOverlay() : box.overlay.of(base, applied);
}

Result<Row> LocalBackend::row(MailboxNumber mailbox, EntryBase base, SequenceNumber number) {
  X400_TRY(box, this->box(mailbox));
  X400_CHECK(index_->wait_applied(box->acked.load()));
  // The overlay before the index: what is applied in between shows in the index.
  const StatusOverlay overlay = pending_status(*box, base);
  X400_TRY(lease, index_->read());
  X400_TRY(found, checked(lease->entry(mailbox, base, number)));
  if (!found) return no_entry(mailbox, number);
  found->row.status = overlay.over(number, found->row.status);
  return std::move(found->row);
}

Result<Stored> LocalBackend::read(MailboxNumber mailbox, EntryBase base, SequenceNumber number) {
  X400_TRY(box, this->box(mailbox));
  X400_CHECK(index_->wait_applied(box->acked.load()));
  const RetrievalStatus raised = pending_status(*box, base).over(number, RetrievalStatus::new_entry);
  X400_TRY(lease, index_->read());
  X400_TRY(found, checked(lease->entry(mailbox, base, number)));
  if (!found) return no_entry(mailbox, number);
  found->row.status = std::max(found->row.status, raised);
  auto loaded = load(mailbox, base, *found, lease);
  if (loaded.ok() && loaded->attributes.ok()) return loaded;
  const Error& error = loaded.ok() ? loaded->attributes.error() : loaded.error();
  // not_found: the file of a large content is gone.
  if (error.kind() != ErrorKind::corrupt && error.kind() != ErrorKind::not_found) return loaded;
  // Its octets may have gone with it, meanwhile.
  X400_TRY(still, checked(lease->entry(mailbox, base, number)));
  if (!still) return no_entry(mailbox, number);
  find(Finding::Kind::damage, error.text());
  if (error.kind() == ErrorKind::not_found) return Error(ErrorKind::corrupt, error.text());
  return loaded;
}

Result<Stored> LocalBackend::load(MailboxNumber mailbox, EntryBase base, const PlacedRow& placed,
                                  Index::Lease& lease) {
  Stored out;
  out.row = placed.row;
  X400_TRY(record, load_record(log_->segments(), *contents_, mailbox, placed.row.number, placed.place));
  record.content.damaged = [findings = findings_](const Error& e) {
    findings->add(Finding::Kind::damage, e.text());
  };
  const View octets = record.body();
  std::optional<ContentSlice> slice;
  SequenceNumber main = 0;
  const auto body = crc32c(octets) == record.header.body_crc
                        ? decode_entry(octets)
                        : Result<EntryBody>(Error(ErrorKind::corrupt, record.name + ": attributes damaged"));
  if (body.ok()) {
    out.attributes = to_octets(body->attributes);
    slice = body->slice;
    main = placed.row.number - body->main_distance;
  } else {
    out.attributes = body.error().in("reading attributes");
  }
  if (!slice) {
    if (record.content.size != 0) out.content = std::make_shared<EntryContent>(std::move(record.content));
    return out;
  }
  X400_TRY(owner, checked(lease->entry(mailbox, base, main)));
  if (!owner) return Error(ErrorKind::corrupt, record.name + ": its main entry is missing");
  X400_TRY(whole, load_record(log_->segments(), *contents_, mailbox, main, owner->place));
  if (slice->offset > whole.content.size || slice->size > whole.content.size - slice->offset)
    return Error(ErrorKind::corrupt, record.name + ": outside its main entry's content");
  whole.content.damaged = std::move(record.content.damaged);
  out.content = std::make_shared<EntryContent>(std::move(whole.content), *slice);
  return out;
}

Result<Page> LocalBackend::select(const Query& query) {
  X400_TRY(box, this->box(query.mailbox));
  X400_TRY(base, base_of_query(query));
  X400_CHECK(index_->wait_applied(box->acked.load()));
  StatusOverlay overlay = pending_status(*box, base);
  if (query.status && overlay.raised().size() > most_overlays) {
    X400_CHECK(apply_all());
    overlay = {};
  }
  X400_TRY(lease, index_->read());
  if (query.status && !overlay.empty()) return select_by_status(query, overlay, lease);
  X400_TRY(page, checked(lease->select(query)));
  if (!overlay.empty())
    for (Row& row : page.rows) row.status = overlay.over(row.number, row.status);
  return page;
}

// Rows that the index still has at a lower status, and without those that it should not have any more.
Result<Page> LocalBackend::select_by_status(Query query, const StatusOverlay& overlay, Index::Lease& lease) {
  // An entry that is applied between two looks would be at its old status for none of them.
  X400_TRY(moment, storage::Snapshot::of(*lease));
  while (true) {
    std::vector<Row> rows;
    std::optional<SequenceNumber> edge;  // behind it not all is known
    const auto take = [&](Page page) {
      if (page.more && (!edge || before(query.order, page.rows.back().number, *edge)))
        edge = page.rows.back().number;
      for (Row& row : page.rows) {
        row.status = overlay.over(row.number, row.status);
        if (row.status == *query.status) rows.push_back(std::move(row));
      }
    };
    X400_TRY(indexed, checked(lease->select(query)));
    take(std::move(indexed));
    for (int lower = 0; lower < static_cast<int>(*query.status); ++lower)
      for (const StatusOverlay::Raised& raised : overlay.raised()) {
        if (raised.status != *query.status) continue;
        Query part = query;
        part.status = static_cast<RetrievalStatus>(lower);
        part.numbers.from = std::max(query.numbers.from, raised.range.from);
        part.numbers.to = std::min(query.numbers.to, raised.range.to);
        if (part.numbers.from > part.numbers.to) continue;
        X400_TRY(page, checked(lease->select(part)));
        take(std::move(page));
      }
    std::sort(rows.begin(), rows.end(),
              [&](const Row& a, const Row& b) { return before(query.order, a.number, b.number); });
    rows.erase(std::unique(rows.begin(), rows.end(),
                           [](const Row& a, const Row& b) { return a.number == b.number; }),
               rows.end());
    if (edge) std::erase_if(rows, [&](const Row& row) { return before(query.order, *edge, row.number); });
    if (rows.empty() && edge) {
      query.after = *edge;
      continue;
    }
    Page out;
    out.more = edge.has_value() || rows.size() > query.limit;
    if (rows.size() > query.limit) rows.resize(query.limit);
    out.rows = std::move(rows);
    return out;
  }
}

// Status changes are counted only when the index has them.
Status LocalBackend::apply_all() {
  log_->flush();
  return index_->wait_applied(log_->end().lsn);
}

Result<std::vector<Counter>> LocalBackend::counters(MailboxNumber mailbox, EntryBase base) {
  X400_TRY(box, this->box(mailbox));
  bool pending = false;
  {
    const std::lock_guard lock(box->mutex);
    pending = !box->overlay.empty();
  }
  if (pending) X400_CHECK(apply_all());
  X400_TRY(lease, reader(*box));
  return checked(lease->counters(mailbox, base));
}

Result<std::optional<SequenceNumber>> LocalBackend::find_duplicate(MailboxNumber mailbox, View key) {
  X400_TRY(box, this->box(mailbox));
  X400_TRY(lease, reader(*box));
  return checked(lease->duplicate(store_, mailbox, key, horizon()));
}

Result<std::optional<Item>> LocalBackend::item(MailboxNumber mailbox, std::uint16_t kind, View key) {
  X400_TRY(box, this->box(mailbox));
  X400_TRY(lease, reader(*box));
  return checked(lease->item(mailbox, kind, key));
}

Result<std::vector<Item>> LocalBackend::items(MailboxNumber mailbox, std::uint16_t kind, View prefix) {
  X400_TRY(box, this->box(mailbox));
  X400_TRY(lease, reader(*box));
  return checked(lease->items(mailbox, kind, prefix));
}

Result<std::vector<Item>> LocalBackend::due(Time until, std::uint32_t limit) {
  X400_CHECK(index_->wait_applied(log_->end().lsn));
  X400_TRY(lease, index_->read());
  return checked(lease->due(until, limit));
}

}  // namespace x400::mstore::backend
