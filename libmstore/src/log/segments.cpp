#include "log/segments.hpp"

namespace x400::mstore::storage {
namespace {
constexpr std::size_t most_open = 256;  // well below the usual 1,024 descriptors of a process
}

std::vector<Segment> Segments::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Segment> out;
  out.reserve(segments_.size());
  for (const auto& [number, segment] : segments_) out.push_back(segment);
  return out;
}

std::optional<Segment> Segments::find(std::uint32_t number) const {
  const std::lock_guard lock(mutex_);
  const auto it = segments_.find(number);
  if (it == segments_.end()) return std::nullopt;
  return it->second;
}

void Segments::keep(std::uint32_t number, Readable readable) {
  used_.push_front(number);
  open_[number] = Open{std::move(readable), used_.begin()};
  if (open_.size() > most_open) {
    open_.erase(used_.back());
    used_.pop_back();
  }
}

Result<Segments::Readable> Segments::open(std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  if (const auto it = open_.find(number); it != open_.end()) {
    used_.splice(used_.begin(), used_, it->second.used);
    return it->second.readable;
  }
  const auto it = segments_.find(number);
  if (it == segments_.end())
    return Error(ErrorKind::corrupt, "segment " + segment_name(number, 0) + " is missing");
  X400_TRY(file, env_.open(path(it->second.header), OpenMode::read));
  Readable readable{std::move(file), it->second.header.salt};
  keep(number, readable);
  return readable;
}

void Segments::add(const Segment& segment, std::shared_ptr<File> file) {
  const std::lock_guard lock(mutex_);
  segments_[segment.header.segment] = segment;
  if (file) keep(segment.header.segment, Readable{std::move(file), segment.header.salt});
}

void Segments::seal(std::uint32_t number, std::uint64_t end) {
  const std::lock_guard lock(mutex_);
  if (const auto it = segments_.find(number); it != segments_.end()) it->second.end = end;
}

}  // namespace x400::mstore::storage
