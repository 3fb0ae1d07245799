// Filler: writes zeroes ahead of the log's writer, so that its syncs need not change the file's size.
//
// Threads: own thread; before_write, after_write and forget are the writer's (one at a time).
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "env/env.hpp"

namespace x400::mstore::storage {

class Filler {
 public:
  /// `ahead` 0: does nothing. `failed` is called with what a sync of the filler gave: the file's other user
  /// would not be told. `spare`: asked before each piece whether the disk has room for it.
  Filler(std::uint64_t ahead, std::uint64_t segment_size, std::function<void(const Error&)> failed,
         std::function<bool()> spare = nullptr);
  Filler(const Filler&) = delete;
  Filler& operator=(const Filler&) = delete;
  ~Filler();

  /// Another file, filled up to `from`. Waits for what is being written to the old one.
  void use(std::shared_ptr<File> file, std::uint64_t from);
  /// The writer is going to write [begin, end): waits while the filler writes there, then keeps it out.
  void before_write(std::uint64_t begin, std::uint64_t end);
  /// Fills on behind `end`. Not called after large batches: what they are going to write need not be filled.
  void after_write(std::uint64_t end);

 private:
  void run();

  const std::uint64_t ahead_;
  const std::uint64_t segment_size_;
  const std::function<void(const Error&)> failed_;
  const std::function<bool()> spare_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<File> file_;
  std::uint64_t filled_ = 0;
  std::uint64_t target_ = 0;
  std::uint64_t busy_begin_ = 0;
  std::uint64_t busy_end_ = 0;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace x400::mstore::storage
