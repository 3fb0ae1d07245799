// Inject: messages and reports described by files, put into the queue as if another MTA had sent them.
#pragma once

#include <string>
#include <vector>

#include "config.hpp"
#include "queue.hpp"
#include "routing.hpp"

namespace mtasim {

/// Each path is a folder (its .toml files, in order of names) or one .toml file. Returns how many messages
/// and reports were taken; nothing of a file that is faulty. Errors: io, malformed, invalid.
x400::Result<std::size_t> inject_all(const std::vector<std::string>& paths, const Config& config,
                                     const Routing& routing, Queue& queue);

}  // namespace mtasim
