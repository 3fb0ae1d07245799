#include "directory/bind_throttle.hpp"

#include <algorithm>
#include <utility>

#include "x400/access/admission.hpp"

namespace x400::server {
namespace {

// A name may be as long as a PDU before the bind; what differs only behind this is slowed together.
constexpr std::size_t longest_key = 256;
constexpr std::size_t most_trusted = 100'000;

std::string key(char kind, const std::string& text) { return kind + text.substr(0, longest_key); }

}  // namespace

std::string throttled_address(const std::string& peer) {
  std::string host = peer.substr(0, peer.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return access::counted_address(host);
}

// ---- Permit -------------------------------------------------------------------------------------------

BindThrottle::Permit& BindThrottle::Permit::operator=(Permit&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  state_ = std::exchange(other.state_, State::none);
  throttle_ = std::move(other.throttle_);
  accounts_ = std::move(other.accounts_);
  trust_ = std::move(other.trust_);
  return *this;
}

void BindThrottle::Permit::decided(bool right) {
  if (const auto throttle = std::exchange(throttle_, nullptr)) throttle->done(*this, right);
}

void BindThrottle::Permit::give_back() {
  if (const auto throttle = std::exchange(throttle_, nullptr)) throttle->done(*this, std::nullopt);
}

// ---- accounts -----------------------------------------------------------------------------------------

unsigned BindThrottle::limit(const std::string& account) const {
  return account.front() == 'a' ? limits_.per_address : limits_.per_user;
}

// With its failures as of now.
BindThrottle::Account& BindThrottle::account(const std::string& name, Clock::time_point now) {
  Account& a = accounts_[name];
  if (a.failures > 0) {
    const std::chrono::duration<double> passed = now - a.as_of;
    const std::chrono::duration<double> span = limits_.span;
    a.failures = std::max(0.0, a.failures - passed / span * limit(name));
  }
  a.as_of = now;
  if (a.failures < 1 && a.waiting == 0) a.told = false;
  return a;
}

bool BindThrottle::has_room(const std::vector<std::string>& accounts, Clock::time_point now) {
  return std::all_of(accounts.begin(), accounts.end(), [&](const std::string& name) {
    const Account& a = account(name, now);
    return a.failures + a.under_way + 1 <= limit(name);
  });
}

void BindThrottle::count(const std::vector<std::string>& accounts, int under_way, int waiting,
                         Clock::time_point now) {
  for (const std::string& name : accounts) {
    Account& a = account(name, now);
    a.under_way += static_cast<unsigned>(under_way);
    a.waiting += static_cast<unsigned>(waiting);
  }
}

void BindThrottle::forget_calm(Clock::time_point now) {
  if (accounts_.size() < forget_at_) return;
  for (auto i = accounts_.begin(); i != accounts_.end();) {
    const Account& a = account(i->first, now);
    i = a.failures == 0 && a.under_way == 0 && a.waiting == 0 ? accounts_.erase(i) : std::next(i);
  }
  forget_at_ = std::max<std::size_t>(1024, 2 * accounts_.size());
}

// ---- attempts -----------------------------------------------------------------------------------------

BindThrottle::Permit BindThrottle::enter(const std::string& address, const std::string& user, Later later) {
  const std::string of_user = key('u', user), of_address = key('a', address);
  const std::string trust = key('t', address + ' ' + user);
  Permit permit;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return Permit(Permit::State::refused);
    const auto now = hooks_.now();
    forget_calm(now);
    std::vector<std::string> accounts;
    if (trusted_.contains(trust)) {
      if (limits_.per_user != 0) accounts = {trust};
    } else {
      if (limits_.per_user != 0) accounts.push_back(of_user);
      if (limits_.per_address != 0) accounts.push_back(of_address);
    }
    // Those that wait already come first.
    const bool first = std::all_of(accounts.begin(), accounts.end(),
                                   [&](const auto& name) { return account(name, now).waiting == 0; });
    if (first && has_room(accounts, now)) {
      count(accounts, 1, 0, now);
      return Permit(Permit::State::granted, shared_from_this(), std::move(accounts), trust);
    }
    const bool crowded = queue_.size() >= limits_.waiting_in_all ||
                         std::any_of(accounts.begin(), accounts.end(), [&](const auto& name) {
                           return account(name, now).waiting >= limits_.waiting;
                         });
    if (crowded) {
      permit = Permit(Permit::State::refused);
    } else {
      count(accounts, 0, 1, now);
      queue_.push_back(Waiting{std::move(accounts), trust, now + limits_.wait, std::move(later)});
      permit = Permit(Permit::State::waiting);
    }
  }
  hooks_.changed();
  return permit;
}

void BindThrottle::done(Permit& permit, std::optional<bool> right) {
  std::vector<Ready> ready;
  std::vector<std::string> slowed;
  bool waiting = false;
  {
    const std::lock_guard lock(mutex_);
    const auto now = hooks_.now();
    count(permit.accounts_, -1, 0, now);
    if (right == false) {
      for (const std::string& name : permit.accounts_) {
        Account& a = account(name, now);
        a.failures += 1;
        if (a.failures + 1 > limit(name) && !std::exchange(a.told, true)) slowed.push_back(name);
      }
    } else if (right) {
      // Not the address: who has a password of his own could clear it between two guesses.
      if (!permit.accounts_.empty() && permit.accounts_.front().front() != 'a')
        account(permit.accounts_.front(), now).failures = 0;
      if (trusted_.size() >= most_trusted) trusted_.clear();
      trusted_.insert(permit.trust_);
    }
    ready = take_ready(now);
    waiting = !queue_.empty();
  }
  for (const std::string& name : slowed) hooks_.slowed(name.front() != 'a', name.substr(1));
  for (Ready& r : ready) r.later(std::move(r.permit));
  if (waiting) hooks_.changed();
}

// In the order in which they came.
std::vector<BindThrottle::Ready> BindThrottle::take_ready(Clock::time_point now) {
  std::vector<Ready> ready;
  for (auto i = queue_.begin(); i != queue_.end();) {
    const bool late = now >= i->until;
    if (!late && !has_room(i->accounts, now)) {
      ++i;
      continue;
    }
    count(i->accounts, late ? 0 : 1, -1, now);
    Permit permit = late ? Permit(Permit::State::refused)
                         : Permit(Permit::State::granted, shared_from_this(), std::move(i->accounts),
                                  std::move(i->trust));
    ready.push_back(Ready{std::move(i->later), std::move(permit)});
    i = queue_.erase(i);
  }
  return ready;
}

// ---- time ---------------------------------------------------------------------------------------------

// When it may go, if nothing but time passes.
std::optional<BindThrottle::Clock::time_point> BindThrottle::room_at(const Waiting& waiting) const {
  Clock::time_point at = Clock::time_point::min();
  for (const std::string& name : waiting.accounts) {
    const auto found = accounts_.find(name);
    if (found == accounts_.end()) continue;
    const Account& a = found->second;
    if (a.under_way + 1 > limit(name)) return std::nullopt;  // what is under way must end
    const double too_many = a.failures + a.under_way + 1 - limit(name);
    if (too_many <= 0) continue;
    const std::chrono::duration<double> span = limits_.span;
    // One more, so that what was rounded does not make it a moment too early.
    at = std::max(at, a.as_of + std::chrono::duration_cast<Clock::duration>(span * too_many / limit(name)) +
                          std::chrono::milliseconds(1));
  }
  return at;
}

std::optional<BindThrottle::Clock::time_point> BindThrottle::next() const {
  const std::lock_guard lock(mutex_);
  std::optional<Clock::time_point> next;
  for (const Waiting& waiting : queue_) {
    auto at = waiting.until;
    if (const auto room = room_at(waiting)) at = std::min(at, *room);
    if (!next || at < *next) next = at;
  }
  return next;
}

void BindThrottle::tick() {
  std::vector<Ready> ready;
  {
    const std::lock_guard lock(mutex_);
    ready = take_ready(hooks_.now());
  }
  for (Ready& r : ready) r.later(std::move(r.permit));
}

void BindThrottle::stop() {
  std::list<Waiting> left;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    left.swap(queue_);
    const auto now = hooks_.now();
    for (const Waiting& waiting : left) count(waiting.accounts, 0, -1, now);
  }
  for (Waiting& waiting : left) waiting.later(Permit(Permit::State::refused));
}

std::size_t BindThrottle::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

std::size_t BindThrottle::accounts() const {
  const std::lock_guard lock(mutex_);
  return accounts_.size();
}

}  // namespace x400::server
