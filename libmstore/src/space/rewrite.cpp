#include "space/rewrite.hpp"

#include <algorithm>
#include <cstring>

#include "log/bodies.hpp"
#include "log/crc32c.hpp"

namespace x400::mstore::space {
namespace {

constexpr std::size_t batch_octets = 1u << 20;

struct Record {
  RecordHeader header;
  Octets octets;  // as it lay in the old file
  View body() const { return View(octets).subspan(header.header_size(), header.body_size); }
  View content() const {
    return View(octets).subspan(header.header_size() + header.body_size, header.inline_content());
  }
};

// Writes batches of records, in order of their LSNs.
class SegmentWriter {
 public:
  SegmentWriter(File& file, const SegmentHeader& header, Throttle& throttle, Time now)
      : file_(file), header_(header), throttle_(throttle), now_(now) {
    buffer_.resize(batch_header_size);
  }

  /// Where it will lie.
  Result<std::uint64_t> add(RecordHeader h, View body, View content) {
    if (buffer_.size() > batch_header_size && buffer_.size() + h.record_size() > batch_octets)
      X400_CHECK(flush());
    h.body_size = static_cast<std::uint32_t>(body.size());
    h.body_crc = crc32c(body);
    const std::uint64_t offset = end_ + buffer_.size();
    const std::size_t begin = buffer_.size();
    buffer_.resize(begin + h.header_size());
    encode(h, header_.salt, buffer_.data() + begin);
    batch_.records_crc = crc32c(View(buffer_).subspan(begin), batch_.records_crc);
    append(buffer_, body);
    append(buffer_, content);
    buffer_.resize(begin + h.record_size());
    if (batch_.count++ == 0) batch_.first_lsn = h.lsn;
    batch_.span = static_cast<std::uint32_t>(h.lsn - batch_.first_lsn);
    return offset;
  }

  Status flush() {
    if (batch_.count == 0) return Ok{};
    batch_.flags = batch_sparse;
    batch_.length = static_cast<std::uint32_t>(buffer_.size());
    batch_.offset = end_;
    batch_.segment = header_.segment;
    batch_.time = now_;
    encode(batch_, header_.salt, buffer_.data());
    X400_CHECK(put(buffer_));
    batch_ = {};
    buffer_.assign(batch_header_size, 0);
    return Ok{};
  }

  Status put(View octets) {
    X400_CHECK(file_.write(end_, octets));
    end_ += octets.size();
    if (!throttle_.spend(octets.size())) return Error(ErrorKind::closed, "cleaning was told to stop");
    return Ok{};
  }

  std::uint64_t end() const { return end_; }

 private:
  File& file_;
  const SegmentHeader& header_;
  Throttle& throttle_;
  const Time now_;
  std::uint64_t end_ = segment_header_size;
  BatchHeader batch_;
  Octets buffer_;
};

class Rewriting {
 public:
  Rewriting(Segments& segments, const Segment& old, const Catalogue& catalogue, const Survey& survey,
            Throttle& throttle)
      : segments_(segments), old_(old), catalogue_(catalogue), survey_(survey), throttle_(throttle) {}

  Result<Rewritten> run() {
    X400_CHECK(make_header());
    const Path path = unfinished_path(segments_, header_);
    X400_CHECK(segments_.env().remove(path));
    const Status written = write(path);
    if (!written.ok()) {
      (void)segments_.env().remove(path).ok();  // what stays is removed at the next open
      return written.error();
    }
    X400_CHECK(segments_.env().rename(path, segments_.path(header_)));
    X400_CHECK(segments_.env().sync_folder(segments_.folder()));
    return std::move(out_);
  }

 private:
  Status make_header() {
    header_ = old_.header;
    ++header_.generation;
    header_.flags |= segment_cleaned;
    header_.as_of = survey_.as_of;
    if (!catalogue_.records.empty())
      header_.last_lsn = std::max(header_.last_lsn, catalogue_.records.back().header.lsn);
    header_.created = segments_.env().now();
    std::array<std::uint8_t, 8> random;
    X400_CHECK(segments_.env().random(random));
    std::memcpy(&header_.salt, random.data(), random.size());
    return Ok{};
  }

  Status write(const Path& path) {
    X400_TRY(old, segments_.open(old_.header.segment, old_.header.generation));
    from_ = old;
    X400_TRY(file, segments_.env().open(path, OpenMode::create_new));
    SegmentWriter writer(*file, header_, throttle_, header_.created);
    CatalogueBuilder builder(catalogue_.mailboxes);
    for (const Kept& kept : survey_.keep) X400_CHECK(copy(kept, writer, builder));
    X400_CHECK(writer.flush());
    header_.own_end = writer.end();
    X400_TRY(octets, builder.finish(header_, header_.own_end, header_.last_lsn, header_.created));
    X400_CHECK(writer.put(octets));
    X400_CHECK(file->write(0, encode(header_)));
    X400_CHECK(file->sync());
    out_.segment = {header_, header_.own_end};
    out_.written = writer.end();
    return Ok{};
  }

  Status copy(const Kept& kept, SegmentWriter& writer, CatalogueBuilder& builder) {
    X400_TRY(record, load(*kept.record));
    if (!throttle_.spend(record.octets.size())) return Error(ErrorKind::closed, "cleaning was told to stop");
    Octets changed;
    View body = record.body();
    if (kept.body) body = *kept.body;
    if (kept.state) {
      X400_TRY(entry, decode_entry(body));
      entry.status = kept.state->status;
      entry.list_complete = kept.state->list_complete;
      entry.list_attributes = kept.state->list_attributes;
      entry.variable = kept.state->variable;
      entry.archived = kept.archived;
      entry.state_lsn = survey_.as_of;
      changed = encode(entry);
      body = changed;
    }
    X400_TRY(offset, writer.add(record.header, body, record.content()));
    RecordHeader header = record.header;
    header.body_size = static_cast<std::uint32_t>(body.size());
    X400_CHECK(builder.add(header, body, offset));
    out_.octets += static_cast<std::int64_t>(header.record_size());
    if (!kept.state) return Ok{};
    X400_TRY(entry, decode_entry(body));
    const std::int64_t id =
        entry_id(box_key(header.mailbox, backend::base_of(entry.entry_class)), header.number);
    out_.moved.push_back({entry.archived ? archive_id(id) : id, offset, header.header_size() + body.size(),
                          header.inline_content()});
    return Ok{};
  }

  // The whole record, held against all its checksums.
  Result<Record> load(const CatalogueRecord& from) {
    Record r;
    r.octets.resize(from.header.record_size());
    X400_TRY(got, from_.file->read(from.offset, r.octets));
    const auto bad = [&](const char* what) {
      return Error(ErrorKind::corrupt,
                   "segment " + segment_name(old_.header.segment, old_.header.generation) + " at " +
                       std::to_string(from.offset) + ", mailbox " + std::to_string(from.header.mailbox) +
                       ", entry " + std::to_string(from.header.number) + ", record " +
                       lsn_text(from.header.lsn) + ": " + what + "; the segment is not cleaned");
    };
    auto header = decode_record_header(View(r.octets).first(got), from_.salt);
    if (!header || header->lsn != from.header.lsn || header->record_size() != got)
      return bad("header damaged");
    r.header = std::move(*header);
    if (crc32c(r.body()) != r.header.body_crc) return bad("attributes damaged");
    const View content = r.content();
    for (std::size_t at = 0; at < content.size(); at += content_block)
      if (crc32c(content.subspan(at, std::min<std::size_t>(content_block, content.size() - at))) !=
          r.header.block_crcs[at / content_block])
        return bad("content damaged");
    return r;
  }

  Segments& segments_;
  const Segment& old_;
  const Catalogue& catalogue_;
  const Survey& survey_;
  Throttle& throttle_;
  Segments::Readable from_;
  SegmentHeader header_;
  Rewritten out_;
};

}  // namespace

Path unfinished_path(const Segments& segments, const SegmentHeader& header) {
  Path path = segments.path(header);
  path += ".new";
  return path;
}

Result<Rewritten> rewrite(Segments& segments, const Segment& old, const Catalogue& catalogue,
                          const Survey& survey, Throttle& throttle) {
  return Rewriting(segments, old, catalogue, survey, throttle).run();
}

}  // namespace x400::mstore::space
