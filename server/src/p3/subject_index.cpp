#include "p3/subject_index.hpp"

#include <set>
#include <vector>

namespace x400::server {

void SubjectIndex::remember(const asn1::mts::MTSIdentifier& identifier, mstore::MailboxNumber mailbox) {
  const std::lock_guard lock(mutex_);
  const auto [at, added] = mailboxes_.insert_or_assign(identifier.key(), mailbox);
  if (!added) return;
  order_.push_back(at);
  if (order_.size() <= most) return;
  mailboxes_.erase(order_.front());
  order_.pop_front();
}

std::optional<mstore::MailboxNumber> SubjectIndex::find(const asn1::mts::MTSIdentifier& identifier) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = mailboxes_.find(identifier.key()); known != mailboxes_.end()) return known->second;
  }
  const auto stored = store_.submitter_of(identifier.octets());
  if (!stored.ok() || !*stored) return std::nullopt;
  return **stored;
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
