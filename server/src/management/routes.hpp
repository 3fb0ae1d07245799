// The management API: what an administrator may ask a running service. docs/management.md is its manual.
//
// Threads: handlers run on the management server's threads; what they use may be called from any.
#pragma once

#include <vector>

#include "management/server.hpp"
#include "service/parts.hpp"

namespace x400::server {

/// `parts` outlives the routes.
std::vector<ManagementRoute> management_routes(const Parts& parts);

}  // namespace x400::server
