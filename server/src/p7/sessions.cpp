#include "p7/sessions.hpp"

#include "p7/session.hpp"

namespace x400::server {

std::unique_ptr<P7Sessions::Place> P7Sessions::enter(mstore::MailboxNumber mailbox) {
  {
    const std::lock_guard lock(mutex_);
    std::size_t& count = counts_[mailbox];
    if (count >= most_) return nullptr;
    ++count;
  }
  return std::make_unique<Place>(shared_from_this(), mailbox);
}

void P7Sessions::leave(mstore::MailboxNumber mailbox) {
  const std::lock_guard lock(mutex_);
  if (--counts_[mailbox] == 0) counts_.erase(mailbox);
  const auto list = listening_.find(mailbox);
  if (list == listening_.end()) return;
  std::erase_if(list->second, [](const auto& session) { return session.expired(); });
  if (list->second.empty()) listening_.erase(list);
}

void P7Sessions::listen(mstore::MailboxNumber mailbox, std::weak_ptr<P7Session> session) {
  const std::lock_guard lock(mutex_);
  listening_[mailbox].push_back(std::move(session));
}

void P7Sessions::alert(const mstore::Alert& alert) {
  std::vector<std::shared_ptr<P7Session>> sessions;
  {
    const std::lock_guard lock(mutex_);
    const auto list = listening_.find(alert.mailbox);
    if (list == listening_.end()) return;
    for (const auto& weak : list->second) {
      if (auto session = weak.lock()) sessions.push_back(std::move(session));
    }
  }
  mstore::Alert alert_88 = alert;
  alert_88.entry = alert.entry_88;
  for (const auto& session : sessions)
    session->alert(session->edition() == asn1::Edition::e1988 ? alert_88 : alert);
}

}  // namespace x400::server
