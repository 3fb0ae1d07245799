// Runtime: the threads that serve associations.
//
// One or a few threads serve any number of associations; each association is served by one of them, the one
// it was given in turn when it began. What is called from here (Handler, Acceptor, Observer, Pending::then)
// runs on these threads and must not block.
#pragma once

#include <memory>

namespace x400::access {

class RuntimeState;

class Runtime {
 public:
  /// 0: as many as the machine has processors.
  explicit Runtime(unsigned threads = 1);
  /// Aborts the associations that are left, waits until each has told its handler, ends the threads. Call
  /// Listener::shutdown() and Association::close() before for an orderly end. Not from a thread of its own.
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  unsigned threads() const;
  /// Associations alive, also those that are just opening or closing.
  std::size_t associations() const;

  /// For the other headers of this folder.
  const std::shared_ptr<RuntimeState>& state() const { return state_; }

 private:
  std::shared_ptr<RuntimeState> state_;
};

}  // namespace x400::access
