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
  std::shared_ptr<const Octets> octets;  // from the header on
  CheckedOctets content;                 // none: size 0

  View body() const { return View(*octets).subspan(header.header_size(), header.body_size); }
  std::string name() const { return content.name.text(); }
};

enum class From : std::uint8_t { disk, memory };

// Nothing: it is not all in memory, which was asked for.
Result<std::optional<Octets>> read_octets(const File& file, const EntryPlace& place, From from) {
  const bool with_content = place.inline_size <= read_with_record;
  if (from == From::memory && !with_content) return std::optional<Octets>();
  Octets octets(place.head + (with_content ? place.inline_size : 0));
  if (from == From::memory) {
    X400_TRY(got, file.read_cached(place.offset, octets));
    if (!got || *got < octets.size()) return std::optional<Octets>();
    return std::optional(std::move(octets));
  }
  X400_TRY(got, file.read(place.offset, octets));
  octets.resize(got);
  return std::optional(std::move(octets));
}

Status open_content(LoadedRecord& out, std::shared_ptr<const File> segment, LargeContents& contents,
                    const EntryPlace& place, From from) {
  CheckedOctets& c = out.content;
  c.size = out.header.content_size;
  c.crcs = out.header.block_crcs;
  c.name.content_file = out.header.content_file;
  if (c.size == 0) return Ok{};
  if (out.header.content_file != 0) {
    if (from == From::memory) return Error(ErrorKind::unavailable, "a file of its own");
    auto file = contents.open(out.header.content_file);
    if (!file.ok()) return file.error().in(out.name());
    c.file = std::move(*file);
    return Ok{};
  }
  c.file = std::move(segment);
  c.base = place.offset + place.head;
  const View behind = View(*out.octets).subspan(place.head);
  if (behind.size() == place.inline_size) c.loaded = {behind, out.octets};
  return Ok{};
}

// Nothing: not all of it is in memory, which was asked for.
Result<std::optional<LoadedRecord>> load_record(Segments& segments, LargeContents& contents,
                                                MailboxNumber mailbox, SequenceNumber number,
                                                const EntryPlace& place, From from) {
  using Nothing = std::optional<LoadedRecord>;
  LoadedRecord out;
  out.content.name = {mailbox, number, place.segment, place.generation, place.offset, 0, {}};
  const auto in = [&](const Error& e) { return e.in(out.name()); };
  auto opened = segments.open(place.segment, place.generation);
  if (!opened.ok()) return in(opened.error());
  auto got = read_octets(*opened->file, place, from);
  if (!got.ok()) return in(got.error());
  if (!*got) return Nothing();
  out.octets = std::make_shared<const Octets>(std::move(**got));
  auto header = decode_record_header(View(*out.octets), opened->salt);
  if (!header || header->mailbox != mailbox || header->number != number ||
      header->type != RecordType::entry || header->header_size() + header->body_size != place.head ||
      header->inline_content() != place.inline_size || out.octets->size() < place.head)
    return Error(ErrorKind::corrupt, out.name() + ": header damaged");
  out.header = std::move(*header);
  const Status content = open_content(out, opened->file, contents, place, from);
  if (!content.ok() && from == From::memory) return Nothing();
  if (!content.ok()) return content.error();
  return std::optional(std::move(out));
}

Result<LoadedRecord> load_record(Segments& segments, LargeContents& contents, MailboxNumber mailbox,
                                 SequenceNumber number, const EntryPlace& place) {
  X400_TRY(record, load_record(segments, contents, mailbox, number, place, From::disk));
  return std::move(*record);
}

// What of the record goes to the reader; the content of a slice is still to be found.
struct Parts {
  std::optional<ContentSlice> slice;
  SequenceNumber main = 0;
};
Parts take_parts(LoadedRecord& record, Stored& out) {
  Parts parts;
  const View octets = record.body();
  const auto body =
      crc32c(octets) == record.header.body_crc
          ? decode_entry(octets)
          : Result<EntryBody>(Error(ErrorKind::corrupt, record.name() + ": attributes damaged"));
  if (body.ok()) {
    out.attributes = to_octets(body->attributes);
    parts.slice = body->slice;
    parts.main = out.row.number - body->main_distance;
  } else {
    out.attributes = body.error().in("reading attributes");
  }
  if (!parts.slice && record.content.size != 0)
    out.content = std::make_shared<EntryContent>(std::move(record.content));
  return parts;
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

Result<std::optional<PlacedRow>> LocalBackend::find_placed(Box& box, EntryBase base, SequenceNumber number,
                                                           Index::Lease& lease) {
  const RetrievalStatus raised = pending_status(box, base).over(number, RetrievalStatus::new_entry);
  X400_TRY(found, checked(lease->entry(box.info.number, base, number)));
  if (found) found->row.status = std::max(found->row.status, raised);
  return found;
}

Result<Stored> LocalBackend::read(MailboxNumber mailbox, EntryBase base, SequenceNumber number) {
  X400_TRY(box, this->box(mailbox));
  X400_CHECK(index_->wait_applied(box->acked.load()));
  X400_TRY(lease, index_->read());
  X400_TRY(found, find_placed(*box, base, number, lease));
  if (!found) return no_entry(mailbox, number);
  auto loaded = load(mailbox, base, std::move(*found), lease);
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

Result<Stored> LocalBackend::load(MailboxNumber mailbox, EntryBase base, PlacedRow placed,
                                  Index::Lease& lease) {
  Stored out;
  out.row = std::move(placed.row);
  X400_TRY(record, load_record(log_->segments(), *contents_, mailbox, out.row.number, placed.place));
  const auto damaged = [findings = findings_](const Error& e) {
    findings->add(Finding::Kind::damage, e.text());
  };
  record.content.damaged = damaged;
  const Parts parts = take_parts(record, out);
  if (!parts.slice) return out;
  X400_TRY(owner, checked(lease->entry(mailbox, base, parts.main)));
  if (!owner) return Error(ErrorKind::corrupt, record.name() + ": its main entry is missing");
  X400_TRY(whole, load_record(log_->segments(), *contents_, mailbox, parts.main, owner->place));
  const ContentSlice& slice = *parts.slice;
  if (slice.offset > whole.content.size || slice.size > whole.content.size - slice.offset)
    return Error(ErrorKind::corrupt, record.name() + ": outside its main entry's content");
  whole.content.damaged = damaged;
  out.content = std::make_shared<EntryContent>(std::move(whole.content), slice);
  return out;
}

Result<std::optional<Stored>> LocalBackend::read_hot(MailboxNumber mailbox, EntryBase base,
                                                     SequenceNumber number) {
  using Nothing = std::optional<Stored>;
  X400_TRY(box, this->box(mailbox));
  if (index_->applied() < box->acked.load()) return Nothing();
  X400_TRY(lease, index_->read());
  X400_TRY(found, find_placed(*box, base, number, lease));
  if (!found) return no_entry(mailbox, number);
  if (found->row.parent != 0) return Nothing();
  Stored out;
  out.row = std::move(found->row);
  auto record = load_record(log_->segments(), *contents_, mailbox, number, found->place, From::memory);
  // What is wrong with it, read() tells.
  if (!record.ok() || !*record) return Nothing();
  (*record)->content.damaged = [findings = findings_](const Error& e) {
    findings->add(Finding::Kind::damage, e.text());
  };
  if (take_parts(**record, out).slice || !out.attributes.ok()) return Nothing();
  return std::optional(std::move(out));
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
      if (page.more && (!edge || before(query.order, page.reached, *edge))) edge = page.reached;
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
    if (edge) out.reached = *edge;
    if (rows.size() > query.limit) {
      rows.resize(query.limit);
      out.reached = rows.back().number;
    }
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
