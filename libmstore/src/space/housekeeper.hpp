// Housekeeper: the thread of a store that writes catalogues behind its sealed segments, cleans, removes large
// contents that only a follower held, and empties retired/.
//
// Nothing that it does is needed for the store to be right: what fails is tried again later. A full disk
// makes it empty retired/ before its time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "space/cataloguer.hpp"
#include "space/cleaner.hpp"

namespace x400::mstore::space {

class Housekeeper {
 public:
  /// All references outlive it.
  Housekeeper(Segments& segments, Index& index, const Followers& followers, RemovedSegments removed,
              Path removed_file, const backend::Options& options, Cleaner::Ports ports);
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;
  ~Housekeeper();

  /// Begins its thread; where Options::housekeeping is off there is none.
  void start();
  /// Ends it; what was begun is left as a crash would leave it.
  void stop();
  /// All there is to do, now, on the calling thread.
  Status run_once();
  /// Held by whoever must not see generations change: run_once() waits. `stop` is asked while it is waited
  /// for; closed: it said so. The housekeeper outlives it.
  struct Release {
    void operator()(Housekeeper* housekeeper) const { housekeeper->resume(); }
  };
  using Pause = std::unique_ptr<Housekeeper, Release>;
  Result<Pause> pause(const std::function<bool()>& stop = nullptr);
  CleaningTotals totals() const;

 private:
  void run();
  void resume();
  Status work();
  Status write_catalogues();
  bool wait(std::chrono::milliseconds time);

  Segments& segments_;
  const backend::Options& options_;
  const std::function<void()> remove_unused_contents_;
  Throttle throttle_;
  Cataloguer cataloguer_;
  Cleaner cleaner_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool busy_ = false;  // one works, or keeps it from working
  bool sealed_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace x400::mstore::space
