// P7Sessions: the associations of each user: how many there are, and which of them to alert.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "x400/mstore/store.hpp"

namespace x400::server {

class P7Session;

/// All functions from any thread.
class P7Sessions : public std::enable_shared_from_this<P7Sessions> {
 public:
  /// `most`: associations of one mailbox at the same time.
  explicit P7Sessions(std::size_t most) : most_(most) {}

  /// One association's place; it goes with its session.
  class Place {
   public:
    Place(std::shared_ptr<P7Sessions> sessions, mstore::MailboxNumber mailbox)
        : sessions_(std::move(sessions)), mailbox_(mailbox) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { sessions_->leave(mailbox_); }

   private:
    std::shared_ptr<P7Sessions> sessions_;
    mstore::MailboxNumber mailbox_;
  };

  /// Null when the mailbox has as many associations as it may.
  std::unique_ptr<Place> enter(mstore::MailboxNumber mailbox);
  /// From now on alerts of the mailbox go to this session too, as long as it lives.
  void listen(mstore::MailboxNumber mailbox, std::weak_ptr<P7Session> session);
  /// To all sessions of the mailbox.
  void alert(const mstore::Alert& alert);

 private:
  void leave(mstore::MailboxNumber mailbox);

  const std::size_t most_;
  std::mutex mutex_;
  std::map<mstore::MailboxNumber, std::size_t> counts_;
  std::map<mstore::MailboxNumber, std::vector<std::weak_ptr<P7Session>>> listening_;
};

}  // namespace x400::server
