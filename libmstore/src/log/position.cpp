// Reading a log from a position on, and positions in files of their own.
#include "log/crc32c.hpp"
#include "log/fields.hpp"
#include "log/recovery.hpp"

namespace x400::mstore::storage {
namespace {
constexpr std::uint32_t position_magic = 0x534f5034;  // "4POS"
constexpr std::size_t position_size = 28;
}  // namespace

Result<std::uint64_t> replay_log(Segments& segments, LogPosition from, const LogPosition& end,
                                 const BatchVisitor& visit, std::vector<std::string>& damage) {
  std::uint64_t lost = 0;
  LogPosition last = from;
  for (const Segment& segment : segments.all()) {
    if (segment.header.segment < from.segment || segment.header.segment > end.segment) continue;
    const std::uint64_t until = segment.header.segment == end.segment ? end.offset : segment.end;
    ScanRange range;
    range.from = segment.header.segment == from.segment
                     ? from
                     : LogPosition{segment.header.segment, segment_header_size, last.lsn};
    range.to = range.covered = until;
    X400_TRY(opened, segments.open(segment.header.segment, segment.header.generation));
    X400_TRY(scan, scan_segment(*opened.file, segment.header, range, visit));
    damage.insert(damage.end(), scan.damage.begin(), scan.damage.end());
    lost += scan.lost_records;
    last = scan.end;
  }
  return lost;
}

Status write_position(Env& env, const Path& path, const LogPosition& position) {
  Octets out;
  FieldWriter w(out);
  w.u32(position_magic);
  w.u32(position.segment);
  w.u64(position.offset);
  w.u64(position.lsn);
  w.u32(crc32c(out));
  return replace_file(env, path, out);
}

LogPosition read_position(Env& env, const Path& path) {
  const auto octets = read_file(env, path, position_size);
  if (!octets.ok() || octets->size() != position_size) return {};
  FieldReader r(*octets);
  if (r.u32() != position_magic) return {};
  LogPosition p;
  p.segment = r.u32();
  p.offset = r.u64();
  p.lsn = r.u64();
  if (r.u32() != crc32c(View(*octets).first(position_size - 4))) return {};
  return p;
}

}  // namespace x400::mstore::storage
