#include "p3/subject_index.hpp"

#include <openssl/sha.h>

#include <algorithm>

namespace x400::server {

SubjectIndex::Key SubjectIndex::key_of(const asn1::mts::MTSIdentifier& identifier) {
  const std::string text = identifier.key();
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  Key key{};
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

void SubjectIndex::remember(const asn1::mts::MTSIdentifier& identifier, mstore::MailboxNumber mailbox) {
  const Key key = key_of(identifier);
  const std::lock_guard lock(mutex_);
  mailboxes_[key] = mailbox;
}

std::optional<mstore::MailboxNumber> SubjectIndex::look_up(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto found = mailboxes_.find(key);
  if (found == mailboxes_.end()) return std::nullopt;
  return found->second;
}

std::optional<mstore::MailboxNumber> SubjectIndex::find(const asn1::mts::MTSIdentifier& identifier) {
  const Key key = key_of(identifier);
  if (const auto known = look_up(key)) return known;
  std::call_once(filled_, [this] { fill(); });
  return look_up(key);
}

void SubjectIndex::fill() {
  for (const mstore::Mailbox& mailbox : store_.mailboxes()) {
    const auto submissions = store_.submissions(mailbox.number);
    if (!submissions.ok()) continue;
    for (const mstore::SubmissionInfo& info : *submissions) {
      if (info.identifier.empty()) continue;
      const auto identifier = asn1::mts::MTSIdentifier::decode(info.identifier);
      if (identifier.ok()) remember(*identifier, mailbox.number);
    }
  }
}

}  // namespace x400::server
