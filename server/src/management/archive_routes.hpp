// What an administrator may ask of the archive: what was deleted and a hold keeps. docs/management.md is its
// manual. Each look into an entry is logged.
//
// Threads: as routes.hpp.
#pragma once

#include <vector>

#include "management/server.hpp"
#include "service/parts.hpp"

namespace x400::server {

/// `parts` outlives the routes.
std::vector<ManagementRoute> archive_routes(const Parts& parts);

}  // namespace x400::server
