// The operating system with a clock of the test's own.
#pragma once

#include <atomic>

#include "env/env.hpp"

namespace x400::mstore::test {

class ClockEnv : public Env {
 public:
  /// Raised: time has passed.
  std::atomic<std::int64_t> milliseconds{1'767'225'600'000};  // 2026-01-01 00:00 UTC
  /// The clock is set ahead or (negative) back; no time passes.
  void leap(std::int64_t seconds) {
    leapt_ += seconds * 1000;
    milliseconds += seconds * 1000;
  }

  Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) override {
    return real().open(path, mode);
  }
  Result<std::vector<std::string>> list(const Path& folder) override { return real().list(folder); }
  Result<bool> exists(const Path& path) override { return real().exists(path); }
  Status make_folder(const Path& path) override { return real().make_folder(path); }
  Status remove(const Path& path) override { return real().remove(path); }
  Status rename(const Path& from, const Path& to) override { return real().rename(from, to); }
  Status sync_folder(const Path& folder) override { return real().sync_folder(folder); }
  Result<std::unique_ptr<Lock>> lock(const Path& path) override { return real().lock(path); }
  Result<std::uint64_t> identity(const Path& path) override { return real().identity(path); }
  Result<std::uint64_t> room(const Path& path) override { return real().room(path); }
  std::int64_t now() override { return milliseconds; }
  std::int64_t monotonic() override { return milliseconds - leapt_; }
  Status random(std::span<std::uint8_t> into) override { return real().random(into); }

 private:
  static Env& real() { return real_env(); }
  std::atomic<std::int64_t> leapt_{0};
};

}  // namespace x400::mstore::test
