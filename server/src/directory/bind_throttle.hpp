// BindThrottle: slows whoever guesses passwords, by the name guessed at and by the address it comes from.
//
// Each name and each address has an account of failures, which a success of that name clears and which
// otherwise forgets `limit` of them in each `span`. An attempt whose check is under way counts as a failure
// until it is decided, so that many at once gain nothing. An attempt that would pass a limit waits, before
// anything of it is checked: until an earlier one turned out right, or enough is forgotten. It waits at most
// `wait`, then it is refused unchecked. Names that nobody has are counted as others are, so that being slowed
// tells nothing.
//
// Who has once bound well from an address is trusted there: that name from that address has an account of its
// own, and neither other people's guesses at the name nor other people's failures at the address touch it.
//
// It knows neither sockets nor timers: its owner calls tick() when next() is due (ThrottleTimer does).
//
// Threads: all functions from any. Functions given are called without a lock held, by whoever called.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace x400::server {

class BindThrottle : public std::enable_shared_from_this<BindThrottle> {
 public:
  using Clock = std::chrono::steady_clock;

  struct Limits {
    unsigned per_user = 5;                   ///< failures for one name before attempts wait; 0: no limit
    unsigned per_address = 20;               ///< the same from one address (IPv6: one /64)
    std::chrono::milliseconds span{60'000};  ///< in which so many are forgotten; more than 0
    std::chrono::milliseconds wait{20'000};  ///< longest wait of an attempt
    std::size_t waiting = 256;               ///< most attempts waiting for one name or address
    std::size_t waiting_in_all = 1024;
  };

  struct Hooks {
    std::function<Clock::time_point()> now = [] { return Clock::now(); };
    /// An account is full of failures: its next attempts wait. Told once until it has calmed down. `of_user`:
    /// a name, or a name at an address where it is trusted; else an address.
    std::function<void(bool of_user, const std::string& who)> slowed = [](bool, const std::string&) {};
    /// next() may have become earlier.
    std::function<void()> changed = [] {};
  };

  /// The right to check one attempt, and the duty to tell the outcome. Dropped without, nothing is counted.
  class Permit {
   public:
    enum class State : std::uint8_t {
      none,
      granted,
      waiting,  ///< the function given to enter() will be called
      refused,  ///< too many wait, or it waited too long
    };
    Permit() = default;
    Permit(Permit&& other) noexcept { *this = std::move(other); }
    Permit& operator=(Permit&& other) noexcept;
    ~Permit() { give_back(); }

    State state() const { return state_; }
    /// The credentials were right, or wrong. Once.
    void decided(bool right);

   private:
    friend class BindThrottle;
    Permit(State state, std::shared_ptr<BindThrottle> throttle, std::vector<std::string> accounts,
           std::string trust)
        : state_(state),
          throttle_(std::move(throttle)),
          accounts_(std::move(accounts)),
          trust_(std::move(trust)) {}
    explicit Permit(State state) : state_(state) {}
    void give_back();

    State state_ = State::none;
    std::shared_ptr<BindThrottle> throttle_;  // null: nothing to tell
    std::vector<std::string> accounts_;       // the name's first
    std::string trust_;
  };
  using Later = std::function<void(Permit)>;

  static std::shared_ptr<BindThrottle> make(const Limits& limits, Hooks hooks) {
    return std::shared_ptr<BindThrottle>(new BindThrottle(limits, std::move(hooks)));
  }

  /// An attempt to bind as `user` from `address` (both any text). If the permit is waiting, `later` is called
  /// once, with one that is granted or refused.
  Permit enter(const std::string& address, const std::string& user, Later later);

  /// When tick() has something to do; nothing: not before something else changes.
  std::optional<Clock::time_point> next() const;
  /// Lets those go whose time has come.
  void tick();
  /// Refuses all that wait and all that come from now on: nobody would call tick() for them.
  void stop();

  std::size_t waiting() const;
  /// Accounts kept, for tests: calm ones are forgotten.
  std::size_t accounts() const;

 private:
  struct Account {
    double failures = 0;
    Clock::time_point as_of{};
    unsigned under_way = 0, waiting = 0;
    bool told = false;
  };
  struct Waiting {
    std::vector<std::string> accounts;
    std::string trust;
    Clock::time_point until;
    Later later;
  };
  struct Ready {
    Later later;
    Permit permit;
  };

  BindThrottle(const Limits& limits, Hooks hooks) : limits_(limits), hooks_(std::move(hooks)) {}

  unsigned limit(const std::string& account) const;
  Account& account(const std::string& name, Clock::time_point now);
  bool has_room(const std::vector<std::string>& accounts, Clock::time_point now);
  std::optional<Clock::time_point> room_at(const Waiting& waiting) const;
  void count(const std::vector<std::string>& accounts, int under_way, int waiting, Clock::time_point now);
  std::vector<Ready> take_ready(Clock::time_point now);
  void forget_calm(Clock::time_point now);
  void done(Permit& permit, std::optional<bool> right);

  const Limits limits_;
  const Hooks hooks_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Account> accounts_;
  std::set<std::string> trusted_;
  std::list<Waiting> queue_;
  std::size_t forget_at_ = 1024;
  bool stopped_ = false;
};

/// The address an attempt is counted by: of "192.0.2.7:40213" or "[2001:db8::7]:102", without the port, as
/// connections are counted (access::counted_address).
std::string throttled_address(const std::string& peer);

}  // namespace x400::server
