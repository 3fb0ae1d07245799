// SubjectIndex: which mailbox submitted what, by MTS-identifier. A report names its subject, not the user it
// is for, and an MTA may bring it on an association that is no user's in particular.
//
// Kept in memory, 16 octets of hash and a number an identifier; filled from the store when it is first
// asked for something it does not know, and by each submission.
//
// A report may overtake the result of the submission it is about, as the two come on different associations:
// who does not find a subject waits with when_settled() until the submissions under way have ended.
//
// Threads: all functions from any thread. find() may read the store: call it on the engine pool.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "x400/asn1/mts/identifier.hpp"
#include "x400/mstore/store.hpp"

namespace x400::server {

class SubjectIndex {
 public:
  explicit SubjectIndex(const mstore::Store& store);

  void remember(const asn1::mts::MTSIdentifier& identifier, mstore::MailboxNumber mailbox);
  std::optional<mstore::MailboxNumber> find(const asn1::mts::MTSIdentifier& identifier);

  /// Held while a submission is with the MTA: its identifier is not known here yet. Ends when the last copy
  /// of the pointer goes, which may be after the index has.
  using UnderWay = std::shared_ptr<const void>;
  UnderWay begin();
  /// Runs `then` once: when every submission under way now has ended; at once if there is none. It runs on
  /// the thread that ends the last of them and must not block.
  void when_settled(std::function<void()> then);

 private:
  class Settling;

  using Key = std::array<std::uint8_t, 16>;
  static Key key_of(const asn1::mts::MTSIdentifier& identifier);
  std::optional<mstore::MailboxNumber> look_up(const Key& key);
  void fill();

  const mstore::Store& store_;
  std::once_flag filled_;
  std::mutex mutex_;
  std::map<Key, mstore::MailboxNumber> mailboxes_;
  const std::shared_ptr<Settling> settling_;
};

}  // namespace x400::server
