// A Backend in memory: for tests of what stands above it, for the contract suite, and for programs that want
// a store without a disk. What it is told is gone with it; everything else is the contract of backend.hpp.
//
// Completions and events run on the committing thread, after the change is visible and outside of all locks;
// events of concurrent commits come in the order of the changes, from one thread at a time.
#pragma once

#include <functional>
#include <memory>

#include "backend/backend.hpp"

namespace x400::mstore::backend {

/// `clock`: milliseconds since 1970; the machine's if there is none. Creation times never fall, whatever it
/// says.
std::unique_ptr<Backend> open_memory(std::function<Time()> clock = {}, std::uint32_t duplicate_days = 30);

}  // namespace x400::mstore::backend
