// Content: the octets of a message on their way into the store. They are kept exactly as they are.
//
//   Content::copy(view)                       small, caller's octets may go
//   Content::shared(view, owner)              no copy: `owner` keeps the view alive until it is stored
//   Content::spooled(*writer.finish())        large, already on disk
//
// Threads: values; a ContentWriter belongs to one thread at a time.
#pragma once

#include <memory>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

namespace x400::mstore {

/// Octets that a ContentWriter has put on disk. Dropped without becoming an entry: removed.
class SpooledContent;

/// Takes a content piece by piece without holding it in memory: Store::new_content().
class ContentWriter {
 public:
  virtual ~ContentWriter() = default;
  /// After an error the writer is of no more use. Errors: io, unavailable (disk full), limit, closed.
  virtual Status append(View octets) = 0;
  /// No append after it.
  virtual Result<std::shared_ptr<SpooledContent>> finish() = 0;
};

struct Content {
  View octets;
  std::shared_ptr<const void> owner;  ///< keeps `octets` alive
  std::shared_ptr<SpooledContent> spool;

  static Content copy(View octets) {
    auto kept = std::make_shared<const Octets>(to_octets(octets));
    return {View(*kept), kept, nullptr};
  }
  static Content own(Octets octets) {
    auto kept = std::make_shared<const Octets>(std::move(octets));
    return {View(*kept), kept, nullptr};
  }
  static Content shared(View octets, std::shared_ptr<const void> owner) {
    return {octets, std::move(owner), nullptr};
  }
  static Content spooled(std::shared_ptr<SpooledContent> spool) { return {{}, nullptr, std::move(spool)}; }
};

}  // namespace x400::mstore
