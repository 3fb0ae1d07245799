#include "log/removed.hpp"

#include <algorithm>

#include "log/crc32c.hpp"
#include "log/fields.hpp"

namespace x400::mstore::storage {
namespace {
constexpr std::uint32_t removed_magic = 0x564d5234;  // "4RMV"
constexpr std::size_t run_size = 28;
constexpr std::uint64_t most_octets = 1u << 30;
}  // namespace

RemovedSegments RemovedSegments::read(Env& env, const Path& path) {
  RemovedSegments out;
  const auto octets = read_file(env, path, most_octets);
  if (!octets.ok() || octets->size() < 12) return out;
  const View all = *octets;
  if (crc32c(all.first(all.size() - 4)) != get_field<std::uint32_t>(all.data() + all.size() - 4)) return out;
  FieldReader r(all.first(all.size() - 4));
  if (r.u32() != removed_magic) return out;
  const std::uint32_t count = r.u32();
  for (std::uint32_t i = 0; i < count && r.left() >= run_size; ++i) {
    Run run;
    run.first = r.u32();
    run.last = r.u32();
    run.before.segment = r.u32();
    run.before.offset = r.u64();
    run.before.lsn = r.u64();
    out.runs_.push_back(run);
  }
  return out;
}

Status RemovedSegments::write(Env& env, const Path& path) const {
  Octets out;
  FieldWriter w(out);
  w.u32(removed_magic);
  w.u32(static_cast<std::uint32_t>(runs_.size()));
  for (const Run& run : runs_) {
    w.u32(run.first);
    w.u32(run.last);
    w.u32(run.before.segment);
    w.u64(run.before.offset);
    w.u64(run.before.lsn);
  }
  w.u32(crc32c(out));
  return replace_file(env, path, out);
}

bool RemovedSegments::has(std::uint32_t segment) const {
  return std::any_of(runs_.begin(), runs_.end(),
                     [=](const Run& r) { return segment >= r.first && segment <= r.last; });
}

void RemovedSegments::add(const SegmentHeader& segment) {
  if (has(segment.segment)) return;
  Run added{segment.segment, segment.segment, segment.previous};
  auto at = std::find_if(runs_.begin(), runs_.end(), [&](const Run& r) { return r.first > added.last; });
  if (at != runs_.end() && at->first == added.last + 1) {
    added.last = at->last;
    at = runs_.erase(at);
  }
  if (at != runs_.begin() && std::prev(at)->last + 1 == added.first)
    std::prev(at)->last = added.last;
  else
    runs_.insert(at, added);
}

std::optional<std::uint64_t> RemovedSegments::end_of(std::uint32_t segment) const {
  for (const Run& run : runs_)
    if (run.first == segment + 1 && run.before.segment == segment) return run.before.offset;
  return std::nullopt;
}

}  // namespace x400::mstore::storage
