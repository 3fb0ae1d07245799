// mstorectl store: check, synchronise, rebuild and print a store: a closed one by its folder, or that of the
// running service.
#pragma once

#include <filesystem>
#include <string>

#include "service.hpp"

namespace x400::mstorectl {

struct StoreArguments {
  std::filesystem::path folder;  ///< empty: the running service is asked
  bool json = false;
  bool progress = false;  ///< to standard error, also where that is no terminal
};

// Each gives the exit status: 0, 1 failed, 4 problems were found.
int store_check(const Service& service, const StoreArguments& arguments);
int store_sync(const Service& service, const StoreArguments& arguments);
int store_rebuild(const Service& service, const StoreArguments& arguments);
int store_dump(const Service& service, const StoreArguments& arguments);

}  // namespace x400::mstorectl
