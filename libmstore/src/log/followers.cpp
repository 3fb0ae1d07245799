#include "log/followers.hpp"

#include <algorithm>

#include "log/recovery.hpp"

namespace x400::mstore::storage {
namespace {

bool good_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

Status Followers::load() {
  X400_TRY(there, env_.exists(folder_));
  if (!there) return Ok{};
  X400_TRY(names, env_.list(folder_));
  const std::lock_guard lock(mutex_);
  for (const std::string& name : names)
    if (good_name(name)) positions_[name] = read_position(env_, folder_ / name);
  return Ok{};
}

Status Followers::write(const std::string& name, const LogPosition& position) {
  X400_CHECK(write_position(env_, folder_ / name, position));
  positions_[name] = position;
  return Ok{};
}

Result<LogPosition> Followers::follow(const std::string& name, const LogPosition& from) {
  if (!good_name(name)) return Error(ErrorKind::invalid, "no name for a follower of the log: " + name);
  const std::lock_guard lock(mutex_);
  if (const auto it = positions_.find(name); it != positions_.end()) return it->second;
  X400_CHECK(env_.make_folder(folder_));
  X400_CHECK(env_.sync_folder(folder_.parent_path()));
  X400_CHECK(write(name, from));
  return from;
}

Status Followers::advance(const std::string& name, const LogPosition& to) {
  const std::lock_guard lock(mutex_);
  if (!positions_.contains(name)) return Error(ErrorKind::not_found, "no follower of the log: " + name);
  return write(name, to);
}

Status Followers::leave(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (!positions_.contains(name)) return Error(ErrorKind::not_found, "no follower of the log: " + name);
  X400_CHECK(env_.remove(folder_ / name));
  X400_CHECK(env_.sync_folder(folder_));
  positions_.erase(name);
  return Ok{};
}

std::vector<LogPosition> Followers::positions() const {
  const std::lock_guard lock(mutex_);
  std::vector<LogPosition> out;
  for (const auto& [name, position] : positions_) out.push_back(position);
  return out;
}

std::optional<LogPosition> Followers::slowest(const Segments& segments, std::uint64_t bound) const {
  std::optional<LogPosition> slowest;
  const auto all_positions = positions();
  if (all_positions.empty()) return slowest;
  const auto all = segments.all();
  for (const LogPosition& position : all_positions) {
    std::uint64_t behind = 0;
    for (const Segment& s : all)
      if (s.header.segment == position.segment)
        behind += s.end > position.offset ? s.end - position.offset : 0;
      else if (s.header.segment > position.segment)
        behind += s.end;
    if (behind <= bound && (!slowest || position.lsn < slowest->lsn)) slowest = position;
  }
  return slowest;
}

}  // namespace x400::mstore::storage
