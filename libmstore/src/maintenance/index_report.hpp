// How two indices differ, as the reports of maintenance say it.
#pragma once

#include "index/compare.hpp"
#include "index/loader.hpp"
#include "x400/mstore/maintenance.hpp"

namespace x400::mstore::maintenance {

using namespace storage;

/// Adds the differences to the report. Errors: the first cannot be read; closed: told to stop.
Status compare(Database& before, Database& after, Time horizon, const ProgressCall& progress,
               IndexReport& report);

/// Progress of the loader, as the public call wants it.
LoadWatch watch(const ProgressCall& progress);

/// Asks the call whether to stop; null where there is none.
std::function<bool()> stop_of(const ProgressCall& progress, Progress::Phase phase);

/// It was told to stop: no finding about what it read.
inline bool was_stopped(const Status& status) {
  return !status.ok() && status.error().kind() == ErrorKind::closed;
}

}  // namespace x400::mstore::maintenance
