#include "measures.hpp"

#include "scale.hpp"

namespace bench {

std::vector<Measure> all_measures() {
  std::vector<Measure> all;
  for (const auto& some :
       {engine_measures(), delivery_measures(), retrieval_measures(), scale_wire_measures(),
        scale_search_measures(), scale_entry_measures(), scale_store_measures()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

}  // namespace bench
