// EngineStore: a store opened inside this program, with mailboxes, in a folder that goes with it.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "messages.hpp"
#include "x400/mstore/store.hpp"

namespace bench {

class EngineStore {
 public:
  static x400::Result<std::unique_ptr<EngineStore>> make(const std::filesystem::path& under,
                                                         unsigned mailboxes);
  ~EngineStore();

  x400::mstore::Store& store() { return *store_; }
  const std::filesystem::path& folder() const { return folder_; }
  /// Number `n` of all deliveries, which go to the mailboxes in turn.
  x400::mstore::MessageDelivery delivery(std::uint64_t n, const x400::osi::Slice& content) const;

 private:
  EngineStore() = default;
  std::filesystem::path folder_;
  std::unique_ptr<x400::mstore::Store> store_;
  std::vector<x400::mstore::MailboxNumber> mailboxes_;
  std::vector<Numbered> envelopes_;
};

}  // namespace bench
