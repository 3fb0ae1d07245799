// The groups of measures on the data set, each in a file of its own.
#pragma once

#include "measures.hpp"

namespace bench {

std::vector<Measure> scale_wire_measures();
std::vector<Measure> scale_search_measures();
std::vector<Measure> scale_entry_measures();
std::vector<Measure> scale_store_measures();

}  // namespace bench
