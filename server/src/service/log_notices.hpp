// Notices of the store as log events.
#pragma once

#include "log/log.hpp"
#include "x400/mstore/store.hpp"

namespace x400::server {

void log_notice(Log& log, const mstore::Store& store, const mstore::Notice& notice);

}  // namespace x400::server
