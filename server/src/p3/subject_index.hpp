// SubjectIndex: which mailbox submitted what, by MTS-identifier. A report names its subject, not the user it
// is for, and an MTA may bring it on an association that is no user's in particular.
//
// The store knows it, durably; here the last ones are remembered, so that reports find them before the store
// has written its note, and sooner.
//
// A report may overtake the result of the submission it is about, as the two come on different associations:
// who does not find a subject waits with when_settled() until the submissions under way have ended.
//
// Threads: all functions from any thread. find() may read the store: call it on the engine pool.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

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

  static constexpr std::size_t most = 10'000;  // about 2 MB

  const mstore::Store& store_;
  std::mutex mutex_;
  std::map<std::string, mstore::MailboxNumber> mailboxes_;
  std::deque<std::map<std::string, mstore::MailboxNumber>::iterator> order_;
  const std::shared_ptr<Settling> settling_;
};

}  // namespace x400::server
