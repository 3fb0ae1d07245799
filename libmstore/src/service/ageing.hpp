// Ageing: removes what is older than its mailbox keeps it, and what the archive need not keep any more.
//
// Creation times rise with the numbers of a mailbox, so each kind of entry has a mark: all up to it were
// looked at when they came of age. What was passed over then (new, and new ones stay) is looked at again
// when its status changes. A look with nothing due costs a comparison a mailbox and one query of due times.
//
// Threads: run() from any thread, one at a time; status_changed() from the backend's events.
#pragma once

#include <array>
#include <condition_variable>
#include <map>
#include <set>
#include <thread>

#include "service/engine.hpp"

namespace x400::mstore::service {

class Ageing {
 public:
  explicit Ageing(Engine& engine) : engine_(engine) {}
  ~Ageing() { stop(); }

  /// All that is due now.
  Result<Aged> run();
  void status_changed(const backend::Event& event);

  /// From now on by itself; the clock is looked at every `pause`.
  void start(std::chrono::milliseconds pause);
  /// Waits for the end of the step under way.
  void stop();

 private:
  enum class Kind : std::uint8_t { in_box, out_box, logs, action_log };
  static constexpr std::uint32_t step_size = 200;  // entries of a change set: others are served in between
  static constexpr std::array kinds{Kind::in_box, Kind::out_box, Kind::logs, Kind::action_log};
  struct Track {
    Retention rule;
    SequenceNumber mark = 0;
    backend::Time next = 0;  ///< before it nothing behind the mark is due
    bool looking = false;    ///< the mark moves: every change of status counts
    std::vector<backend::NumberRange> again;
  };
  struct Step;

  Status age(const MailboxPtr& mailbox, Kind kind, backend::Time now, Aged& sum);
  Status look_again(Step& step, std::vector<backend::NumberRange> again);
  Status look_on(Step& step);
  backend::CommitResult commit(backend::ChangeSet set);
  Status remove(Step& step, std::vector<backend::Row> rows);
  std::optional<Track> begin(const MailboxPtr& mailbox, Kind kind, backend::Time now);
  void end(const Step& step);

  Status purge(backend::Time now, Aged& sum);
  Status purge(const MailboxPtr& mailbox, const std::vector<backend::Item>& due, backend::Time now,
               Aged& sum);

  void tell_clock();
  Status keep_clock();
  bool in_use() const;

  Engine& engine_;
  std::mutex run_mutex_;
  std::optional<backend::Time> clock_kept_;
  std::mutex tracks_mutex_;
  std::map<MailboxNumber, std::array<Track, kinds.size()>> tracks_;

  std::mutex thread_mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

/// The clock as it stood when the store was last looked after.
Status load_clock(Engine& engine);

}  // namespace x400::mstore::service
