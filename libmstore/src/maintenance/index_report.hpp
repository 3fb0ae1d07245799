// How two indices differ, as the reports of maintenance say it.
#pragma once

#include "index/compare.hpp"
#include "index/loader.hpp"
#include "x400/mstore/maintenance.hpp"

namespace x400::mstore::maintenance {

using namespace storage;

/// Adds the differences to the report. Errors: the first cannot be read.
Status compare(Database& before, Database& after, Time horizon, IndexReport& report);

/// Progress of the loader, as the public call wants it.
LoadWatch watch(const ProgressCall& progress);

}  // namespace x400::mstore::maintenance
