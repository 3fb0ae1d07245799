#include "log/segments.hpp"

#include <charconv>

namespace x400::mstore::storage {
namespace {
constexpr std::size_t most_open = 256;  // well below the usual 1,024 descriptors of a process
constexpr std::size_t name_size = 13;
constexpr std::size_t time_digits = 16;
}  // namespace

std::string retired_name(std::uint32_t segment, std::uint32_t generation, Time when) {
  std::string name = segment_name(segment, generation) + "-";
  for (int shift = 60; shift >= 0; shift -= 4)
    name += "0123456789abcdef"[static_cast<std::uint64_t>(when) >> shift & 15];
  return name;
}

std::optional<Time> parse_retired_name(const std::string& name) {
  if (name.size() != name_size + 1 + time_digits || name[name_size] != '-' ||
      !parse_segment_name(name.substr(0, name_size)))
    return std::nullopt;
  std::uint64_t when = 0;
  const char* const last = name.data() + name.size();
  const auto [end, code] = std::from_chars(name.data() + name_size + 1, last, when, 16);
  if (code != std::errc{} || end != last) return std::nullopt;
  return static_cast<Time>(when);
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

void Segments::keep(std::uint64_t key, Readable readable) {
  if (const auto it = open_.find(key); it != open_.end()) {
    it->second.readable = std::move(readable);
    return;
  }
  used_.push_front(key);
  open_[key] = Open{std::move(readable), used_.begin()};
  if (open_.size() > most_open) {
    open_.erase(used_.back());
    used_.pop_back();
  }
}

// Of an earlier generation the header is read anew.
Result<Segments::Readable> Segments::open_file(std::uint32_t number, std::uint32_t generation) const {
  const std::string name = segment_name(number, generation);
  const auto retired = retired_paths_.find(file_key(number, generation));
  auto file = env_.open(retired != retired_paths_.end() ? retired->second : folder_ / name, OpenMode::read);
  if (!file.ok()) {
    if (file.error().kind() != ErrorKind::not_found) return file.error();
    return Error(ErrorKind::corrupt, "segment " + name + " is missing");
  }
  Readable readable{std::move(*file), 0};
  if (const auto it = segments_.find(number);
      it != segments_.end() && it->second.header.generation == generation) {
    readable.salt = it->second.header.salt;
    return readable;
  }
  Octets octets(segment_header_size);
  X400_TRY(got, readable.file->read(0, octets));
  X400_TRY(header, decode_segment_header(View(octets).first(got)));
  readable.salt = header.salt;
  return readable;
}

Result<Segments::Readable> Segments::open(std::uint32_t number, std::uint32_t generation) {
  const std::uint64_t key = file_key(number, generation);
  const std::lock_guard lock(mutex_);
  if (const auto it = open_.find(key); it != open_.end()) {
    used_.splice(used_.begin(), used_, it->second.used);
    return it->second.readable;
  }
  X400_TRY(readable, open_file(number, generation));
  keep(key, readable);
  return readable;
}

Status Segments::retire(std::uint32_t number, std::uint32_t generation) {
  const Path from = folder_ / segment_name(number, generation);
  const Path to = retired_ / retired_name(number, generation, env_.now());
  const std::lock_guard lock(mutex_);
  X400_CHECK(env_.rename(from, to));
  retired_paths_[file_key(number, generation)] = to;
  return Ok{};
}

Status Segments::forget_retired(const std::string& name) {
  const auto parsed = parse_segment_name(name.substr(0, name_size));
  const std::lock_guard lock(mutex_);
  X400_CHECK(env_.remove(retired_ / name));
  if (!parsed) return Ok{};
  const std::uint64_t key = file_key(parsed->first, parsed->second);
  retired_paths_.erase(key);
  if (const auto it = open_.find(key); it != open_.end()) {
    used_.erase(it->second.used);
    open_.erase(it);
  }
  return Ok{};
}

void Segments::add(const Segment& segment, std::shared_ptr<File> file) {
  const std::lock_guard lock(mutex_);
  segments_[segment.header.segment] = segment;
  if (file)
    keep(file_key(segment.header.segment, segment.header.generation),
         Readable{std::move(file), segment.header.salt});
}

void Segments::seal(std::uint32_t number, std::uint64_t end) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = segments_.find(number); it != segments_.end()) it->second.end = end;
  }
  const std::lock_guard lock(sealed_mutex_);
  if (sealed_) sealed_();
}

void Segments::on_seal(std::function<void()> call) {
  const std::lock_guard lock(sealed_mutex_);
  sealed_ = std::move(call);
}

void Segments::remove(std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  segments_.erase(number);
}

}  // namespace x400::mstore::storage
