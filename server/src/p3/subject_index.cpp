#include "p3/subject_index.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <set>
#include <vector>

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

// Shared with every UnderWay, some of which may outlive the index.
class SubjectIndex::Settling {
 public:
  std::uint64_t begin() {
    const std::lock_guard lock(mutex_);
    under_way_.insert(++begun_);
    return begun_;
  }

  void wait(std::function<void()> then) {
    {
      const std::lock_guard lock(mutex_);
      if (!under_way_.empty()) {
        waiters_.push_back({begun_, std::move(then)});
        return;
      }
    }
    then();
  }

  void settled(std::uint64_t number) {
    std::vector<std::function<void()>> ready;
    {
      const std::lock_guard lock(mutex_);
      under_way_.erase(number);
      std::erase_if(waiters_, [&](Waiter& w) {
        if (!under_way_.empty() && *under_way_.begin() <= w.upto) return false;
        ready.push_back(std::move(w.then));
        return true;
      });
    }
    for (auto& then : ready) then();
  }

 private:
  struct Waiter {
    std::uint64_t upto;  // submissions with a number up to this one must have ended
    std::function<void()> then;
  };

  std::mutex mutex_;
  std::uint64_t begun_ = 0;
  std::set<std::uint64_t> under_way_;
  std::vector<Waiter> waiters_;
};

SubjectIndex::SubjectIndex(const mstore::Store& store)
    : store_(store), settling_(std::make_shared<Settling>()) {}

SubjectIndex::UnderWay SubjectIndex::begin() {
  const std::uint64_t number = settling_->begin();
  return UnderWay(settling_.get(),
                  [settling = settling_, number](const void*) { settling->settled(number); });
}

void SubjectIndex::when_settled(std::function<void()> then) { settling_->wait(std::move(then)); }

}  // namespace x400::server
