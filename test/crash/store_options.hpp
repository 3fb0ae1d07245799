// The store that is killed: small segments, so that every way of the log comes soon.
#pragma once

#include <string>

#include "backend/options.hpp"

namespace x400::mstore::crash {

inline constexpr std::size_t large_content = 128 * 1024;

inline backend::Options store_options(const std::string& folder) {
  backend::Options o;
  o.folder = folder + "/store";
  o.segment_size = 2u << 20;
  o.fill_ahead = 512 * 1024;
  o.large_content = large_content;
  o.unapplied_records = 256;
  o.checkpoint_octets = 1u << 20;
  return o;
}

}  // namespace x400::mstore::crash
