// What bare programs do with a file: appends with a sync, alone or many to one sync.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <utility>
#include <vector>

#include "x400/base/result.hpp"

namespace bench {

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd();
  int get() const { return fd_; }

 private:
  int fd_;
};

/// "what: why" of errno.
x400::Error failed(const char* what);

/// A file that goes with its object.
class BareFile {
 public:
  /// Written over with zeroes before (appends then need not change its size), or empty. Either holds
  /// `capacity` octets, then appends begin anew.
  static x400::Result<BareFile> make(const std::filesystem::path& folder, bool filled);
  static constexpr std::size_t capacity = std::size_t{512} << 20;
  BareFile(BareFile&&) noexcept = default;
  ~BareFile();

  /// Writes and syncs. One thread at a time.
  bool append(const std::vector<std::uint8_t>& octets);

 private:
  BareFile(std::filesystem::path path, Fd file, bool filled)
      : path_(std::move(path)), file_(std::move(file)), filled_(filled) {}
  std::filesystem::path path_;
  Fd file_;
  bool filled_;
  std::size_t offset_ = 0;
};

/// Bare group commit: the first to come writes and syncs for all that wait.
class GroupFile {
 public:
  explicit GroupFile(BareFile file) : file_(std::move(file)) {}
  bool append(const std::vector<std::uint8_t>& octets);

 private:
  void lead(std::unique_lock<std::mutex>& lock);

  BareFile file_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::vector<std::uint8_t> pending_;
  std::uint64_t queued_ = 0, synced_ = 0;
  bool syncing_ = false, ok_ = true;
};

}  // namespace bench
