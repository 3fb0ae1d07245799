#include "p7/credentials.hpp"

namespace x400::server {

void authenticate(const Parts& parts, const UserPtr& user, mstore::MailboxNumber mailbox,
                  settings::Secret password, std::function<void(Verdict)> completion) {
  if (!user) return parts.directory.authenticate(nullptr, std::move(password), std::move(completion));
  const auto changed = parts.store.credentials(mailbox);
  if (!changed.ok()) return completion(Verdict::failed);
  if (!*changed) return parts.directory.authenticate(user, std::move(password), std::move(completion));
  auto hash = settings::PasswordHash::parse(**changed);
  if (!hash.ok()) return completion(Verdict::failed);
  parts.verifier.verify(user->id, std::make_shared<const settings::PasswordHash>(std::move(*hash)),
                        std::move(password), std::move(completion));
}

}  // namespace x400::server
