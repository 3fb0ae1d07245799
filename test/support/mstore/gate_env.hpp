// An Env whose syncs of files stop at a gate: for tests that look while a writer stands in its sync.
#pragma once

#include <condition_variable>
#include <mutex>

#include "mstore/clock_env.hpp"

namespace x400::mstore::test {

class GateEnv final : public ClockEnv {
 public:
  void shut() {
    const std::lock_guard lock(gate_->mutex);
    gate_->open = false;
  }
  void open_gate() {
    const std::lock_guard lock(gate_->mutex);
    gate_->open = true;
    gate_->changed.notify_all();
  }
  /// Until a sync stands at the gate.
  void wait_for_one() {
    std::unique_lock lock(gate_->mutex);
    gate_->changed.wait(lock, [this] { return gate_->waiting > 0; });
  }

  Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) override {
    X400_TRY(file, ClockEnv::open(path, mode));
    return std::unique_ptr<File>(std::make_unique<GateFile>(std::move(file), gate_));
  }

 private:
  struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = true;
    int waiting = 0;
  };

  class GateFile final : public File {
   public:
    GateFile(std::unique_ptr<File> file, std::shared_ptr<Gate> gate)
        : file_(std::move(file)), gate_(std::move(gate)) {}
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) const override {
      return file_->read(offset, into);
    }
    Status write(std::uint64_t offset, std::span<const View> parts) override {
      return file_->write(offset, parts);
    }
    Status sync() override {
      {
        std::unique_lock lock(gate_->mutex);
        ++gate_->waiting;
        gate_->changed.notify_all();
        gate_->changed.wait(lock, [this] { return gate_->open; });
        --gate_->waiting;
      }
      return file_->sync();
    }
    Result<std::uint64_t> size() const override { return file_->size(); }
    Status truncate(std::uint64_t size) override { return file_->truncate(size); }
    Status allocate(std::uint64_t size) override { return file_->allocate(size); }

   private:
    std::unique_ptr<File> file_;
    std::shared_ptr<Gate> gate_;
  };

  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
};

}  // namespace x400::mstore::test
