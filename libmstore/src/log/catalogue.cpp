#include "log/catalogue.hpp"

#include <algorithm>
#include <limits>

#include "log/bodies.hpp"
#include "log/crc32c.hpp"
#include "log/fields.hpp"

namespace x400::mstore::storage {
namespace {

constexpr std::uint32_t catalogue_version = 1;
constexpr std::uint32_t item_head = 72;  // octets in front of a body
constexpr std::uint32_t mailbox_item = 16;

void note(CatalogueMailboxes& mailboxes, MailboxNumber mailbox, SequenceNumber next, Time last) {
  CatalogueMailbox& m = mailboxes[mailbox];
  m.next = std::max(m.next, next);
  m.last_time = std::max(m.last_time, last);
}

Status count(CatalogueMailboxes& mailboxes, const RecordHeader& header, View body) {
  if (header.type == RecordType::entry) note(mailboxes, header.mailbox, header.number + 1, header.time);
  if (header.type != RecordType::counter) return Ok{};
  X400_TRY(counter, decode_counter(body));
  note(mailboxes, header.mailbox, counter.next, counter.last_time);
  return Ok{};
}

void put_item(Octets& to, const RecordHeader& h, View body, std::uint64_t offset) {
  FieldWriter w(to);
  w.u32(item_head + static_cast<std::uint32_t>(body.size()));
  w.u8(static_cast<std::uint8_t>(h.type));
  w.u8(h.version);
  w.u16(h.flags);
  w.u64(h.lsn);
  w.i64(h.time);
  w.u32(h.mailbox);
  w.u32(h.number);
  w.u16(h.attribute_set);
  w.u16(0);
  w.u32(h.body_size);
  w.u64(h.content_size);
  w.u64(h.content_file);
  w.u64(offset);
  w.u64(0);
  append(to, body);
}

std::optional<CatalogueRecord> take_item(FieldReader& from) {
  const std::uint32_t size = from.u32();
  if (size < item_head || size - 4 > from.left()) return std::nullopt;
  FieldReader r(from.take(size - 4));
  CatalogueRecord item;
  RecordHeader& h = item.header;
  h.type = static_cast<RecordType>(r.u8());
  h.version = r.u8();
  h.flags = r.u16();
  h.lsn = r.u64();
  h.time = r.i64();
  h.mailbox = r.u32();
  h.number = r.u32();
  h.attribute_set = r.u16();
  r.u16();
  h.body_size = r.u32();
  h.content_size = r.u64();
  h.content_file = r.u64();
  item.offset = r.u64();
  r.u64();
  if (block_count(h.content_size) > std::numeric_limits<std::uint32_t>::max() / 4) return std::nullopt;
  h.block_crcs.resize(block_count(h.content_size));
  item.body = r.take(r.left());
  return item;
}

struct Found {
  BatchHeader header;
  std::uint64_t size = 0;  // of the file
};

Result<std::optional<Found>> find(const File& file, const SegmentHeader& segment, std::uint64_t at) {
  Octets octets(batch_header_size);
  X400_TRY(got, file.read(at, octets));
  octets.resize(got);
  const auto header = decode_batch_header(octets, segment.salt, segment.segment, at);
  if (!header || (header->flags & batch_catalogue) == 0) return std::optional<Found>();
  X400_TRY(size, file.size());
  if (at + header->length > size) return std::optional<Found>();
  return std::optional(Found{*header, size});
}

std::optional<Catalogue> decode(Octets octets, std::uint64_t at, const BatchHeader& header) {
  Catalogue out;
  out.octets = std::move(octets);
  const View all = out.octets;
  if (crc32c(all.subspan(batch_header_size)) != header.records_crc) return std::nullopt;
  FieldReader r(all.subspan(batch_header_size));
  if (r.u32() != catalogue_version) return std::nullopt;
  const std::uint32_t mailboxes = r.u32();
  for (std::uint32_t i = 0; i < mailboxes && r.ok(); ++i) {
    const MailboxNumber number = r.u32();
    CatalogueMailbox& m = out.mailboxes[number];
    m.next = r.u32();
    m.last_time = r.i64();
  }
  out.records.reserve(std::min<std::size_t>(header.count, r.left() / item_head));
  for (std::uint32_t i = 0; i < header.count; ++i) {
    auto item = take_item(r);
    if (!item) return std::nullopt;
    item->body_at = at + static_cast<std::uint64_t>(item->body.data() - all.data());
    out.records.push_back(std::move(*item));
  }
  if (!r.ok()) return std::nullopt;
  return out;
}

// A record as the catalogue has it.
Result<Octets> short_body(const RecordHeader& header, View body) {
  if (header.type == RecordType::event) return Octets{};
  if (header.type != RecordType::entry) return to_octets(body);
  X400_TRY(entry, decode_entry(body));
  entry.attributes = {};
  return encode(entry);
}

Result<Scan> scan_all(const File& file, const Segment& segment, const BatchVisitor& visit) {
  ScanRange range;
  range.from = {segment.header.segment, segment_header_size, segment.header.previous.lsn};
  range.to = range.covered = segment.end;
  return scan_segment(file, segment.header, range, visit);
}

}  // namespace

Status CatalogueBuilder::add(const RecordHeader& header, View body, std::uint64_t offset) {
  X400_CHECK(count(mailboxes_, header, body));
  X400_TRY(kept, short_body(header, body));
  put_item(records_, header, kept, offset);
  ++count_;
  return Ok{};
}

Result<Octets> CatalogueBuilder::finish(const SegmentHeader& segment, std::uint64_t at, Lsn last, Time now) {
  const std::uint64_t size =
      round_up8(batch_header_size + 8 + mailboxes_.size() * mailbox_item + records_.size());
  if (size > std::numeric_limits<std::uint32_t>::max())
    return Error(ErrorKind::limit, "catalogue of segment " + segment_name(segment.segment, 0) + " too large");
  Octets out(batch_header_size);
  out.reserve(size);
  FieldWriter w(out);
  w.u32(catalogue_version);
  w.u32(static_cast<std::uint32_t>(mailboxes_.size()));
  for (const auto& [number, m] : mailboxes_) {
    w.u32(number);
    w.u32(m.next);
    w.i64(m.last_time);
  }
  append(out, records_);
  out.resize(size);
  BatchHeader header;
  header.flags = batch_catalogue;
  header.count = count_;
  header.length = static_cast<std::uint32_t>(size);
  header.records_crc = crc32c(View(out).subspan(batch_header_size));
  header.first_lsn = last;
  header.offset = at;
  header.segment = segment.segment;
  header.time = now;
  encode(header, segment.salt, out.data());
  return out;
}

Result<bool> has_catalogue(const File& file, const SegmentHeader& segment, std::uint64_t at) {
  X400_TRY(found, find(file, segment, at));
  return found.has_value();
}

Result<std::optional<Catalogue>> read_catalogue(const File& file, const SegmentHeader& segment,
                                                std::uint64_t at) {
  X400_TRY(found, find(file, segment, at));
  if (!found) return std::optional<Catalogue>();
  Octets octets(found->header.length);
  X400_TRY(got, file.read(at, octets));
  octets.resize(got);
  if (got < found->header.length) return std::optional<Catalogue>();
  return decode(std::move(octets), at, found->header);
}

Result<std::optional<Octets>> make_catalogue(const File& file, const Segment& segment, Time now) {
  CatalogueBuilder builder;
  X400_TRY(scan, scan_all(file, segment, [&](const ScannedBatch& batch) -> Status {
             for (const ScannedRecord& r : batch.records)
               if (r.body_good) X400_CHECK(builder.add(r.header, r.body, r.offset));
             return Ok{};
           }));
  if (!scan.damage.empty() || scan.torn_to) return std::optional<Octets>();
  X400_TRY(octets, builder.finish(segment.header, segment.end, scan.end.lsn, now));
  return std::optional(std::move(octets));
}

Result<SegmentContents> read_contents(const File& file, const Segment& segment) {
  SegmentContents out;
  out.end = {segment.header.segment, segment.end, segment.header.last_lsn};
  X400_TRY(catalogue, read_catalogue(file, segment.header, segment.end));
  if (catalogue) {
    out.catalogue = std::move(*catalogue);
    return out;
  }
  out.scanned = true;
  // The bodies are gathered first: views into them hold only when the buffer grows no more.
  std::vector<std::size_t> begins;
  Octets& octets = out.catalogue.octets;
  X400_TRY(scan, scan_all(file, segment, [&](const ScannedBatch& batch) -> Status {
             for (const ScannedRecord& r : batch.records) {
               if (r.body_good) X400_CHECK(count(out.catalogue.mailboxes, r.header, r.body));
               begins.push_back(octets.size());
               append(octets, r.body);
               out.catalogue.records.push_back(
                   {r.header, r.offset, {}, r.offset + r.header.header_size(), r.body_good});
             }
             return Ok{};
           }));
  for (std::size_t i = 0; i < begins.size(); ++i) {
    CatalogueRecord& r = out.catalogue.records[i];
    r.body = View(octets).subspan(begins[i], r.header.body_size);
  }
  out.lost_records = scan.lost_records;
  out.damage = std::move(scan.damage);
  out.end.lsn = std::max(out.end.lsn, scan.end.lsn);
  return out;
}

}  // namespace x400::mstore::storage
