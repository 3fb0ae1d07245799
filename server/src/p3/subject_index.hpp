// SubjectIndex: which mailbox submitted what, by MTS-identifier. A report names its subject, not the user it
// is for, and an MTA may bring it on an association that is no user's in particular.
//
// Kept in memory, 16 octets of hash and a number an identifier; filled from the store when it is first
// asked for something it does not know, and by each submission.
//
// Threads: all functions from any thread. find() may read the store: call it on the engine pool.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

#include "x400/asn1/mts/identifier.hpp"
#include "x400/mstore/store.hpp"

namespace x400::server {

class SubjectIndex {
 public:
  explicit SubjectIndex(const mstore::Store& store) : store_(store) {}

  void remember(const asn1::mts::MTSIdentifier& identifier, mstore::MailboxNumber mailbox);
  std::optional<mstore::MailboxNumber> find(const asn1::mts::MTSIdentifier& identifier);

 private:
  using Key = std::array<std::uint8_t, 16>;
  static Key key_of(const asn1::mts::MTSIdentifier& identifier);
  std::optional<mstore::MailboxNumber> look_up(const Key& key);
  void fill();

  const mstore::Store& store_;
  std::once_flag filled_;
  std::mutex mutex_;
  std::map<Key, mstore::MailboxNumber> mailboxes_;
};

}  // namespace x400::server
