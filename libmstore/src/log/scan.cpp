#include "log/scan.hpp"

#include <algorithm>

#include "log/crc32c.hpp"

namespace x400::mstore::storage {
namespace {

class Scanner {
 public:
  Scanner(View data, const SegmentHeader& header, const ScanRange& range, const BatchVisitor& visit)
      : data_(data), header_(header), range_(range), visit_(visit) {
    scan_.end = range.from;
    name_ = segment_name(header.segment, header.generation);
  }

  Result<Scan> run() {
    std::uint64_t at = range_.from.offset;
    while (at < range_.to) {
      const auto batch = header_at(at);
      if (batch && at + batch->length <= range_.to) {
        if ((batch->flags & batch_catalogue) != 0) {
          at += batch->length;
          continue;
        }
        const bool good = whole(*batch);
        if (!good && !was_synced(at, at + batch->length)) return torn(at);
        X400_CHECK(deliver(*batch, good));
        at += batch->length;
        continue;
      }
      if (blank(at)) {
        if (at < range_.covered) note(at, range_.covered, "octets are missing");
        break;
      }
      if (!was_synced(at, at + 8)) return torn(at);
      const std::uint64_t next = std::min(find_batch(at + 8).value_or(range_.covered), range_.to);
      X400_CHECK(salvage(at, next));
      at = next;
    }
    return std::move(scan_);
  }

 private:
  View from(std::uint64_t offset) const {
    const std::uint64_t begin = offset - range_.from.offset;
    return begin < data_.size() ? data_.subspan(begin) : View{};
  }

  std::optional<BatchHeader> header_at(std::uint64_t at) const {
    auto h = decode_batch_header(from(at), header_.salt, header_.segment, at);
    if (h && (h->flags & batch_catalogue) == 0 && h->first_lsn <= scan_.end.lsn) return std::nullopt;
    return h;
  }

  bool blank(std::uint64_t at) const {
    const View rest = from(at);
    return std::all_of(rest.begin(), rest.end(), [](std::uint8_t o) { return o == 0; });
  }

  std::optional<std::uint64_t> find_batch(std::uint64_t at) const {
    for (at = round_up8(at); at + batch_header_size <= range_.to; at += 8)
      if (header_at(at)) return at;
    return std::nullopt;
  }

  // `next`: where to look for later batches.
  bool was_synced(std::uint64_t at, std::uint64_t next) const {
    return at < range_.covered || find_batch(next).has_value();
  }

  void note(std::uint64_t begin, std::uint64_t end, const std::string& what) {
    scan_.damage.push_back("segment " + name_ + " at " + std::to_string(begin) + " to " +
                           std::to_string(end) + ": " + what + ", behind record " + lsn_text(scan_.end.lsn));
  }

  static std::string named(const RecordHeader& h) {
    return "mailbox " + std::to_string(h.mailbox) +
           (h.number != 0 ? ", entry " + std::to_string(h.number) : std::string()) + ", record " +
           lsn_text(h.lsn);
  }

  std::optional<ScannedRecord> record_at(std::uint64_t at, std::uint64_t limit, Lsn low, Lsn high) const {
    const View octets = from(at).first(std::min<std::uint64_t>(limit - at, from(at).size()));
    auto h = decode_record_header(octets, header_.salt);
    if (!h || h->lsn < low || h->lsn > high || h->record_size() > octets.size()) return std::nullopt;
    ScannedRecord r;
    r.body = octets.subspan(h->header_size(), h->body_size);
    r.body_good = crc32c(r.body) == h->body_crc;
    r.offset = at;
    r.header = std::move(*h);
    return r;
  }

  // The first bad block of an inline content.
  std::optional<std::uint64_t> bad_block(const ScannedRecord& r) const {
    if (r.header.content_file != 0) return std::nullopt;
    const View content =
        from(r.offset + r.header.header_size() + r.header.body_size).first(r.header.content_size);
    for (std::size_t i = 0; i < r.header.block_crcs.size(); ++i) {
      const std::size_t begin = i * content_block;
      const View block = content.subspan(begin, std::min<std::size_t>(content_block, content.size() - begin));
      if (crc32c(block) != r.header.block_crcs[i]) return begin;
    }
    return std::nullopt;
  }

  bool whole(const BatchHeader& batch) const {
    const std::uint64_t limit = batch.offset + batch.length;
    std::uint64_t at = batch.offset + batch_header_size;
    std::uint32_t crc = 0;
    const bool sparse = (batch.flags & batch_sparse) != 0;
    Lsn low = batch.first_lsn;
    for (std::uint32_t i = 0; i < batch.count; ++i) {
      const auto r = record_at(at, limit, low, sparse ? batch.last_lsn() : low);
      if (!r || !r->body_good || bad_block(*r)) return false;
      low = r->header.lsn + 1;
      crc = crc32c(from(at).first(r->header.header_size()), crc);
      at += r->header.record_size();
    }
    return at == limit && crc == batch.records_crc;
  }

  Status deliver(const BatchHeader& batch, bool good) {
    const std::uint64_t limit = batch.offset + batch.length;
    ScannedBatch out;
    out.offset = batch.offset;
    collect(batch.offset + batch_header_size, limit, batch.first_lsn, batch.last_lsn(), !good, out);
    if (out.records.size() < batch.count) {
      const auto lost = batch.count - out.records.size();
      scan_.lost_records += lost;
      note(batch.offset, limit,
           std::to_string(lost) + " of " + std::to_string(batch.count) + " records damaged");
    }
    scan_.last_batch = batch.offset;
    return finish(std::move(out), limit, batch.last_lsn());
  }

  // A stretch without a batch header: records are still known by their own.
  Status salvage(std::uint64_t begin, std::uint64_t end) {
    Lsn high = scan_.end.lsn | ((Lsn{1} << lsn_count_bits) - 1);
    if (lsn_epoch(scan_.end.lsn) != header_.epoch)
      high = make_lsn(header_.epoch, (Lsn{1} << lsn_count_bits) - 1);
    if (const auto next = header_at(end)) high = next->first_lsn - 1;
    ScannedBatch out;
    out.offset = begin;
    collect(begin, end, scan_.end.lsn + 1, high, true, out);
    note(begin, end, "batch damaged, " + std::to_string(out.records.size()) + " records saved");
    // How many are gone is only known where a later batch tells the next number; else one a record's least
    // size.
    const Lsn last = out.records.empty() ? scan_.end.lsn : out.records.back().header.lsn;
    const bool later = header_at(end).has_value();
    const std::uint64_t room = (end - begin) / record_header_size;
    const std::uint64_t missing =
        later && lsn_epoch(high) == lsn_epoch(scan_.end.lsn) ? std::min(high - scan_.end.lsn, room) : room;
    scan_.lost_records += missing > out.records.size() ? missing - out.records.size() : 0;
    return finish(std::move(out), end, later && high > last ? high : last);
  }

  void collect(std::uint64_t at, std::uint64_t limit, Lsn low, Lsn high, bool check, ScannedBatch& out) {
    while (at + record_header_size <= limit && low <= high) {
      auto r = record_at(at, limit, low, high);
      if (!r) {
        at += 8;
        continue;
      }
      low = r->header.lsn + 1;
      at += r->header.record_size();
      if (check) examine(*r);
      out.records.push_back(std::move(*r));
    }
  }

  void examine(const ScannedRecord& r) {
    if (!r.body_good)
      note(r.offset, r.offset + r.header.record_size(), named(r.header) + ": attributes damaged");
    if (const auto bad = bad_block(r))
      note(r.offset, r.offset + r.header.record_size(),
           named(r.header) + ": content damaged in the block at " + std::to_string(*bad));
  }

  Status finish(ScannedBatch batch, std::uint64_t end, Lsn lsn) {
    scan_.end = LogPosition{header_.segment, end, lsn};
    batch.end = scan_.end;
    batch.generation = header_.generation;
    return visit_(batch);
  }

  Result<Scan> torn(std::uint64_t at) {
    const View rest = from(at);
    std::size_t n = rest.size();
    while (n > 0 && rest[n - 1] == 0) --n;
    scan_.torn_to = at + n;
    return std::move(scan_);
  }

  View data_;
  const SegmentHeader& header_;
  const ScanRange& range_;
  const BatchVisitor& visit_;
  std::string name_;
  Scan scan_;
};

}  // namespace

Result<Scan> scan_segment(const File& file, const SegmentHeader& header, const ScanRange& range,
                          const BatchVisitor& visit) {
  ScanRange r = range;
  r.from.offset = std::max(r.from.offset, segment_header_size);
  r.from.segment = header.segment;
  r.to = std::max(r.to, r.from.offset);
  Octets data(r.to - r.from.offset);
  X400_TRY(got, file.read(r.from.offset, data));
  data.resize(got);
  // A file shorter than what was synced: the rest counts as blank, and is reported.
  if (got < r.to - r.from.offset) r.to = r.from.offset + got;
  const bool cut = r.to < range.covered;
  auto scan = Scanner(data, header, r, visit).run();
  if (scan.ok() && cut)
    scan->damage.push_back("segment " + segment_name(header.segment, header.generation) + " ends at " +
                           std::to_string(r.to) + " instead of " + std::to_string(range.covered));
  return scan;
}

std::vector<RecordHeader> records_in(View octets, std::uint64_t salt, Lsn after) {
  std::vector<RecordHeader> found;
  for (std::size_t at = 0; at + record_header_size <= octets.size();) {
    auto h = decode_record_header(octets.subspan(at), salt);
    if (!h || h->lsn <= after) {
      at += 8;
      continue;
    }
    at += std::min<std::uint64_t>(h->record_size(), octets.size() - at);
    at = round_up8(at);
    found.push_back(std::move(*h));
  }
  return found;
}

}  // namespace x400::mstore::storage
