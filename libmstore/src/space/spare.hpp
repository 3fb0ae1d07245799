// Whether there is room on the disk for work that can wait. Those who cannot wait find what is left: on a
// full disk a file that is written and given up again would take it from them meanwhile.
#pragma once

#include "env/env.hpp"

namespace x400::mstore::space {

inline constexpr std::uint64_t left_to_others = 1u << 20;

/// unavailable: not for so many octets. Ok where the system does not tell.
inline Status spare(Env& env, const Path& folder, std::uint64_t octets) {
  const auto room = env.room(folder);
  if (!room.ok() || *room >= octets + left_to_others) return Ok{};
  return Error(ErrorKind::unavailable, "no room to clean: the disk of " + folder.string() + " is full");
}

}  // namespace x400::mstore::space
