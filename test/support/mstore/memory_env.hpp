// MemoryEnv: a file system in memory that can lose power. FaultEnv: lets calls of another Env fail.
//
// MemoryEnv keeps what was synced apart from what was only written. power_cut() gives the file system as it
// may be found afterwards (memory_disk.hpp): what was synced is there, of the rest a random part.
// Threads: any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>

#include "env/env.hpp"

namespace x400::mstore::test {

class MemoryEnv final : public Env {
 public:
  MemoryEnv();
  ~MemoryEnv() override;

  Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) override;
  Result<std::vector<std::string>> list(const Path& folder) override;
  Result<bool> exists(const Path& path) override;
  Status make_folder(const Path& path) override;
  Status remove(const Path& path) override;
  Status rename(const Path& from, const Path& to) override;
  Status sync_folder(const Path& folder) override;
  Result<std::unique_ptr<Lock>> lock(const Path& path) override;
  Result<std::uint64_t> identity(const Path& path) override;
  Result<std::uint64_t> room(const Path& path) override;
  std::int64_t now() override;
  Status random(std::span<std::uint8_t> into) override;

  /// What a process killed now leaves behind: everything written.
  std::unique_ptr<MemoryEnv> kill() const;
  /// What a power cut now leaves behind. `keep`: the part of unsynced sectors and names that survives, 0..1.
  std::unique_ptr<MemoryEnv> power_cut(std::uint64_t seed, double keep) const;
  /// Power goes now: from now on every call fails, and left() is what is found afterwards.
  void cut_now(std::uint64_t seed, double keep);
  /// Power goes at the n-th sync from now on (files and folders), before it is done: from then on every call
  /// fails, and left() is what is found afterwards.
  void cut_at_sync(int n, std::uint64_t seed, double keep);
  /// The part of what is written that reaches the disk before any sync, 0..1.
  void set_leak(double part, std::uint64_t seed);
  std::unique_ptr<MemoryEnv> left();

  /// The octets of a file as they are now; for tests that look and damage.
  Octets octets(const Path& path) const;
  void set_octets(const Path& path, Octets octets);
  void set_clock(std::int64_t now);
  /// What room() tells; writes do not use it up.
  void set_room(std::uint64_t octets);

 private:
  struct State;
  class MemoryFile;
  class MemoryLock;
  std::shared_ptr<State> state_;
};

enum class Call : std::uint8_t {
  open,
  read,
  write,
  sync,
  size,
  truncate,
  allocate,
  list,
  exists,
  make_folder,
  remove,
  rename,
  sync_folder,
  lock,
  random
};

class FaultEnv final : public Env {
 public:
  explicit FaultEnv(Env& base) : base_(base) {}

  /// The n-th call from now on (of those `only` lets through; null: all) fails with `error`; a write has put
  /// half its octets into the file. `repeat`: all later ones too.
  void fail(int n, Error error, std::function<bool(Call)> only = nullptr, bool repeat = false);
  void heal();
  /// Calls counted since fail(), that `only` let through.
  int calls() const;

  Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) override;
  Result<std::vector<std::string>> list(const Path& folder) override;
  Result<bool> exists(const Path& path) override;
  Status make_folder(const Path& path) override;
  Status remove(const Path& path) override;
  Status rename(const Path& from, const Path& to) override;
  Status sync_folder(const Path& folder) override;
  Result<std::unique_ptr<Lock>> lock(const Path& path) override;
  Result<std::uint64_t> identity(const Path& path) override { return base_.identity(path); }
  Result<std::uint64_t> room(const Path& path) override { return base_.room(path); }
  std::int64_t now() override { return base_.now(); }
  Status random(std::span<std::uint8_t> into) override;

 private:
  friend class FaultFile;
  std::optional<Error> fault(Call call);

  Env& base_;
  mutable std::mutex mutex_;
  std::optional<Error> error_;
  std::function<bool(Call)> only_;
  int at_ = 0;
  int calls_ = 0;
  bool repeat_ = false;
};

}  // namespace x400::mstore::test
