#include "backend/room.hpp"

#include <algorithm>
#include <string>

namespace x400::mstore::backend {
namespace {

constexpr std::uint64_t to_open = 4u << 20;  // a segment, the index's files, the mark
constexpr std::uint64_t slices = 16;
constexpr std::uint64_t least_slice = 128u << 10;

std::string mebibytes(std::uint64_t octets) { return std::to_string(octets >> 20) + " MiB"; }

}  // namespace

Room::Room(Env& env, Path folder, std::uint64_t keep_free, std::uint64_t reserve)
    : env_(env),
      folder_(std::move(folder)),
      file_(folder_ / "reserve"),
      keep_free_(keep_free),
      reserve_(reserve) {}

void Room::open() {
  const std::lock_guard lock(mutex_);
  if (reserve_ == 0) return;
  const auto room = env_.room(folder_);
  if (room.ok() && *room < to_open) {
    const std::uint64_t wanted = to_open - *room, there = left();
    released_ = true;
    (void)shrink(there > wanted ? there - wanted : 0);
    return;
  }
  if (held()) return;
  released_ = true;
  look();
}

// Whole: one that was being made when the power went is made again.
bool Room::held() { return left() == reserve_; }

std::uint64_t Room::left() {
  const auto file = env_.open(file_, OpenMode::read);
  return file.ok() ? (*file)->size().value_or(0) : 0;
}

bool Room::shrink(std::uint64_t to) {
  if (to == 0) return env_.remove(file_).ok();
  const auto file = env_.open(file_, OpenMode::write);
  return file.ok() && (*file)->truncate(to).ok();
}

Status Room::take_up() {
  const std::uint64_t before = left();
  const Status made = [&]() -> Status {
    X400_TRY(file, env_.open(file_, OpenMode::create));
    return file->allocate(reserve_);
  }();
  if (!made.ok()) (void)shrink(before);  // part of it may have been taken
  return made;
}

void Room::look() {
  room_ = 0;
  const auto room = env_.room(folder_);
  // Where the system does not tell, only a write that fails does.
  const std::uint64_t found = room.ok() ? *room : ~std::uint64_t{0};
  const std::uint64_t wanted = keep_free_ + (released_ ? reserve_ : 0);
  if (found < wanted) return;
  if (released_ && !take_up().ok()) return;
  released_ = false;
  room_ = found - wanted;
}

Status Room::admits(std::uint64_t octets) {
  if (keep_free_ == 0 && reserve_ == 0) return Ok{};
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now >= next_look_ || released_ || std::max(octets, wanted_) > room_) {
    look();
    next_look_ = now + look_every;
  }
  // Who only asks is told what the last one was told who came with something.
  const std::uint64_t needed = octets != 0 ? octets : std::max<std::uint64_t>(wanted_, 1);
  if (needed <= room_ && !released_) {
    if (needed >= wanted_) wanted_ = 0;
    room_ -= octets;
    return Ok{};
  }
  wanted_ = std::max(wanted_, octets);
  return Error(ErrorKind::unavailable, "no room for new entries: the disk of " + folder_.string() +
                                           " has not " + mebibytes(keep_free_) + " left");
}

bool Room::make() {
  const std::lock_guard lock(mutex_);
  const std::uint64_t there = reserve_ == 0 ? 0 : left();
  const std::uint64_t slice = std::max(reserve_ / slices, least_slice);
  if (there == 0 || !shrink(there > slice ? there - slice : 0)) return false;
  released_ = true;
  return true;
}

}  // namespace x400::mstore::backend
