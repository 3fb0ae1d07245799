// FileDirectory: the directory made of the [[mailbox]] tables of the configuration. It never changes.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "config/config.hpp"
#include "directory/directory.hpp"

namespace x400::server {

/// The scrypt cost that most of the mailboxes' hashes have.
settings::PasswordHash::Cost usual_cost(const std::vector<MailboxConfig>& mailboxes);

class FileDirectory final : public Directory {
 public:
  /// `mailboxes` as read_config() made them: nothing doubled. `verifier` must outlive the directory.
  FileDirectory(const std::vector<MailboxConfig>& mailboxes, PasswordVerifier& verifier);

  UserPtr find_by_address(const asn1::ORAddress& address) const override;
  UserPtr find_by_id(std::string_view id) const override;
  std::vector<UserPtr> users() const override;
  bool of_another(const access::PeerCertificate& certificate, const UserPtr& user) const override;
  void authenticate(const UserPtr& user, settings::Secret password,
                    std::function<void(Verdict)> completion) override;

 private:
  PasswordVerifier& verifier_;
  std::map<std::string, UserPtr, std::less<>> by_address_, by_id_;
  std::set<std::string, std::less<>> certificates_;                                           // of all users
  std::map<std::string, std::shared_ptr<const settings::PasswordHash>, std::less<>> hashes_;  // by id
};

}  // namespace x400::server
