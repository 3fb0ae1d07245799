// WorkerPool: threads for work that blocks (the engine's reads, scrypt), so that the threads which serve
// associations never do. SerialQueue: work of one association, done in order, one piece at a time.
//
// Threads: post() may be called from any thread, also from a worker. stop() once, from outside.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace x400::server {

/// A function that may own things which cannot be copied (replies). Called once.
template <class... Args>
class Job {
 public:
  Job() = default;
  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, Job>) Job(F&& work)
      : body_(std::make_unique<Body<std::decay_t<F>>>(std::forward<F>(work))) {}
  void operator()(Args... args) { body_->run(std::move(args)...); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void run(Args... args) = 0;
  };
  template <class F>
  struct Body final : Base {
    explicit Body(F f) : work(std::move(f)) {}
    void run(Args... args) override { work(std::move(args)...); }
    F work;
  };
  std::unique_ptr<Base> body_;
};

/// A piece of work for a pool.
using Task = Job<>;

class WorkerPool {
 public:
  /// `queue`: most pieces waiting, beyond those being worked on; 0: no bound.
  WorkerPool(unsigned threads, std::size_t queue);
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False when the queue is full or stop() was called; the task is then dropped unrun.
  [[nodiscard]] bool post(Task task);
  /// Takes nothing more, does what waits, ends the threads.
  void stop();
  std::size_t waiting() const;

 private:
  void run();

  const std::size_t queue_limit_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

class SerialQueue;

/// The right to be the one at work in a SerialQueue. The next piece begins when it goes: at the end of the
/// work, or later if the work hands it on to a completion.
class Turn {
 public:
  Turn() = default;
  explicit Turn(std::shared_ptr<SerialQueue> queue) : queue_(std::move(queue)) {}
  Turn(Turn&&) noexcept = default;
  Turn& operator=(Turn&& other) noexcept;
  ~Turn() { end(); }
  void end();

 private:
  std::shared_ptr<SerialQueue> queue_;
};

/// Pieces of work done one after another on a pool; each gets its Turn. Made with make(); the pool must
/// outlive it. What still waits when the pool stops is dropped: end the work before the pool.
class SerialQueue : public std::enable_shared_from_this<SerialQueue> {
 public:
  static constexpr std::size_t no_bound = static_cast<std::size_t>(-1);

  /// `most`: octets that results may hold (charge()); beyond it no further piece begins.
  static std::shared_ptr<SerialQueue> make(WorkerPool& pool, std::size_t most = no_bound) {
    return std::shared_ptr<SerialQueue>(new SerialQueue(pool, most));
  }
  /// False when the pool takes nothing more; the work is then dropped unrun.
  [[nodiscard]] bool post(Job<Turn> work);
  /// The turn, if nobody has it and nothing waits for it or for room: for short work done where the caller
  /// stands.
  std::optional<Turn> take_turn();
  /// What a piece has made holds so many octets, until release() is told the same number.
  void charge(std::size_t octets);
  void release(std::size_t octets);

 private:
  friend class Turn;
  SerialQueue(WorkerPool& pool, std::size_t most) : pool_(pool), most_(most) {}
  // With the lock: whether a piece may begin now. The caller must schedule() then.
  bool begins();
  bool schedule();
  void run_one();
  void turn_ended();

  WorkerPool& pool_;
  const std::size_t most_;
  std::mutex mutex_;
  std::deque<Job<Turn>> queue_;
  std::size_t charged_ = 0;
  bool running_ = false;  // somebody has the turn, or it is on the pool
};

}  // namespace x400::server
