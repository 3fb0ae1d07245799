// DuplicateKeys: the duplicate keys of a whole log, and the place of each in the index's table.
//
// They are only gathered at first, and sorted once: a look-up for each as it comes would be a miss of the
// processor's caches, and it is these that take the time. About 40 octets and the key itself for each.
//
// Threads: one at a time; when settled, place_of() by any.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "index/schema.hpp"

namespace x400::mstore::storage {

/// A key stands at its duplicate_hash() or, where others do, behind them, less than so many places on.
inline constexpr std::uint64_t most_probes = 16;

class DuplicateKeys {
 public:
  /// Keys of entries made before `horizon` are left out.
  DuplicateKeys(const StoreId& store, Time horizon) : store_(store), horizon_(horizon) {}

  /// Of the same key that of the entry made last counts.
  void add(MailboxNumber mailbox, SequenceNumber number, Time created, View key);
  /// After the last add().
  void settle();

  struct Key {
    std::int64_t place = 0;  ///< before settle(): its hash
    Time created = 0;
    const std::uint8_t* octets = nullptr;
    std::uint32_t size = 0;
    MailboxNumber mailbox = 0;
    SequenceNumber number = 0;
    View view() const { return View(octets, size); }
  };
  /// Each once, in the order of their places.
  const std::vector<Key>& settled() const { return keys_; }
  /// Nothing: it is not remembered.
  std::optional<std::int64_t> place_of(MailboxNumber mailbox, View key) const;

 private:
  const std::uint8_t* keep(View key);

  const StoreId store_;
  const Time horizon_;
  std::vector<Key> keys_;
  std::vector<std::unique_ptr<std::uint8_t[]>> blocks_;
  std::uint8_t* free_ = nullptr;  // in the last block
  std::size_t left_ = 0;
};

}  // namespace x400::mstore::storage
