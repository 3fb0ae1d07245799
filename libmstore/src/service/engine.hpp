// Engine: what all parts of the service share: the backend, the mailboxes with what is known of them in
// memory, the ways out.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "backend/backend.hpp"
#include "env/env.hpp"
#include "service/notices.hpp"
#include "service/registrations.hpp"
#include "service/trusted_clock.hpp"
#include "x400/mstore/store.hpp"

namespace x400::mstore::service {

/// Tasks that go one after the other, each ending when it says so; no thread waits for another's turn.
class Sequencer {
 public:
  using Done = std::function<void()>;
  void post(std::function<void(Done)> task);

 private:
  void run();
  std::mutex mutex_;
  std::deque<std::function<void(Done)>> waiting_;
  bool busy_ = false;
};

/// Which soft quotas of a mailbox the operator was told of; by class, a bit for each measure.
class QuotaWatch {
 public:
  /// What is newer counts: by the change set it comes from, or only if nothing came since.
  struct Turn {
    std::uint64_t lsn = 0;
    std::optional<std::uint64_t> unless_later_than;
  };
  /// What it was before; nothing: there is newer.
  std::optional<std::uint8_t> change(backend::EntryClass c, std::uint8_t over, const Turn& turn);
  std::uint64_t last(backend::EntryClass c) const;
  std::uint8_t told(backend::EntryClass c) const;
  void load(backend::EntryClass c, std::uint8_t told);

 private:
  struct State {
    std::uint64_t lsn = 0;
    std::uint8_t told = 0;
  };
  mutable std::mutex mutex_;
  std::map<backend::EntryClass, State> states_;
};

/// One mailbox in memory.
class MailboxState {
 public:
  MailboxState(MailboxNumber n, MailboxSettings given)
      : number(n),
        settings_(std::make_shared<const MailboxSettings>(std::move(given))),
        registrations_(std::make_shared<const Registrations>()) {}

  const MailboxNumber number;
  Sequencer changes;  ///< of registrations
  std::mutex parts;   ///< read, change, write of an entry's processed body parts
  QuotaWatch quotas;

  /// Alerts the user was told of, while the note of it is on its way to disk.
  std::set<Octets> told() const;
  void set_told(const std::vector<Octets>& alerts, bool told);

  std::shared_ptr<const MailboxSettings> settings() const;
  void set(MailboxSettings settings);
  std::shared_ptr<const Registrations> registrations() const;
  void set(Registrations registrations);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const MailboxSettings> settings_;
  std::shared_ptr<const Registrations> registrations_;
  std::set<Octets> told_;
};
using MailboxPtr = std::shared_ptr<MailboxState>;

class Engine {
 public:
  Engine(std::unique_ptr<backend::Backend> below, Options given, Submitter* way_out, Env& world)
      : options(std::move(given)), submitter(way_out), env(world), clock(world), backend_(std::move(below)) {}

  const Options options;
  Submitter* const submitter;
  Env& env;
  TrustedClock clock;
  Notices notices;
  backend::Backend& backend() const { return *backend_; }

  // ---- mailboxes (mailboxes.cpp)
  Status load();
  MailboxPtr find(MailboxNumber number) const;  ///< null: none
  Result<MailboxNumber> create(const MailboxSettings& settings);
  Status configure(MailboxNumber mailbox, const MailboxSettings& settings);
  Result<MailboxNumber> by_address(View or_name) const;
  std::vector<MailboxPtr> all() const;
  /// What holds for it now.
  Policy policy(const MailboxState& mailbox) const;

  /// Raises the status, lazily or as Options::status_sync says. Numbers ascending or descending, in any form.
  void raise_status(MailboxNumber mailbox, std::vector<backend::NumberRange> ranges,
                    backend::RetrievalStatus status);

  // ---- ways out
  std::unique_ptr<Subscription> subscribe_alerts(std::function<void(const Alert&)> sink);
  void raise(const Alert& alert);
  /// Takes the notes of these alerts (keys of items::alert) away. Holds at once for this process; if it is
  /// lost by a crash the user is told once more.
  void alerts_told(const MailboxPtr& mailbox, std::vector<Octets> keys);
  bool alerts_wanted() const;

  /// Nothing new is to be sent.
  std::atomic<bool> closing{false};

  /// Ends the backend and its threads. Answers of the Submitter may come later still; they hold the engine,
  /// not the backend, so that it never ends on a thread of its own.
  void shut();
  /// Held while such an answer is written down; null: the backend is gone. One inside another is allowed.
  std::shared_ptr<void> use();

 private:
  class AlertSubscription;
  struct AlertSinks {
    std::shared_mutex mutex;
    std::map<std::uint64_t, std::function<void(const Alert&)>> sinks;
    std::uint64_t next = 1;
  };

  Result<std::vector<std::string>> keys_of(const MailboxSettings& settings) const;

  mutable std::shared_mutex mutex_;
  std::map<MailboxNumber, MailboxPtr> mailboxes_;
  std::unordered_map<std::string, MailboxNumber> addresses_;
  std::mutex administration_;  // one change of mailboxes at a time
  std::shared_ptr<AlertSinks> alert_sinks_ = std::make_shared<AlertSinks>();
  std::mutex life_;
  std::condition_variable unused_;
  int users_ = 0;
  bool shut_ = false;
  // Last: its completions use what stands above.
  std::unique_ptr<backend::Backend> backend_;
};

/// A Store on this backend; what Store::open() does with the local one. `env` outlives it; with
/// Options::ageing its clock is looked at every `pause`.
Result<std::unique_ptr<Store>> open_over(std::unique_ptr<backend::Backend> backend, const Options& options,
                                         Submitter* submitter, Env& env = real_env(),
                                         std::chrono::milliseconds pause = std::chrono::seconds(20));

// ---- failures

/// `where`: "mailbox alice: list".
Failure failure(ms::ServiceError error, std::string_view where, std::string_view detail = {});
/// From an error of the backend: service-error unavailable (busy for what passes), with its text for the log.
Failure failure(const Error& error, std::string_view where);
/// From a change set that was refused: as above, or that a quota is full.
Failure failure(const backend::Refusal& refusal, std::string_view where);
/// What is wrong with an argument; `problems` not none().
Failure failure(const Problems& problems, std::string_view where);

}  // namespace x400::mstore::service
