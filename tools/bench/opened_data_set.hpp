// The data set, opened inside this program.
#pragma once

#include <memory>
#include <vector>

#include "measures.hpp"
#include "x400/mstore/store.hpp"

namespace bench {

struct OpenedDataSet {
  struct Box {
    x400::mstore::MailboxNumber number = 0;
    unsigned user = 0;
    std::uint64_t entries = 0;
  };
  std::unique_ptr<x400::mstore::Store> store;
  std::vector<Box> equal;  ///< those of the same size
  std::vector<Box> curve;  ///< growing; the last is the biggest

  x400::Result<std::unique_ptr<x400::mstore::Retrieval>> session(const Box& box) const;
};

x400::Result<OpenedDataSet> open_data_set(const Settings& settings);

/// Lets the system forget what it holds of the files below.
void cool(const std::filesystem::path& folder);

}  // namespace bench
