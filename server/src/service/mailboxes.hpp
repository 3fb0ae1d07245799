// Mailboxes: which mailbox of the store belongs to which user of the directory.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "directory/directory.hpp"
#include "log/log.hpp"
#include "x400/mstore/store.hpp"

namespace x400::server {

/// Does not change once made; all functions from any thread.
class Mailboxes {
 public:
  /// Makes the mailboxes the store has not, gives the others the addresses of the directory, and logs both,
  /// as well as mailboxes nobody owns.
  static Result<Mailboxes> prepare(mstore::Store& store, const Directory& directory, Log& log);

  std::optional<mstore::MailboxNumber> number(const User& user) const;
  UserPtr user(mstore::MailboxNumber number) const;  ///< null: nobody's

 private:
  std::map<std::string, mstore::MailboxNumber, std::less<>> numbers_;
  std::map<mstore::MailboxNumber, UserPtr> users_;
};

}  // namespace x400::server
