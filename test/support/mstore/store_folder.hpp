// Options that make small stores, fast to open and with every way of the log in a few messages.
#pragma once

#include <filesystem>

#include "backend/options.hpp"
#include "x400_temp_folder.hpp"

namespace x400::mstore::test {

inline backend::Options small_store(const std::filesystem::path& folder) {
  backend::Options o;
  o.folder = folder / "store";
  o.segment_size = 1u << 20;
  o.fill_ahead = 256 * 1024;
  o.large_content = 128 * 1024;
  o.keep_free = o.reserve = 0;  // whatever the machine's disk has
  return o;
}

}  // namespace x400::mstore::test
