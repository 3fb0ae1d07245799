// WalFrames: SQLite writes each frame of a write-ahead log by two calls, its head and its page. This puts a
// head aside until its page comes, so that the system is called once.
//
// A head is put aside only where it continues what was written last: SQLite also mends heads alone, each
// after a read of its frame, and of those none may stay here.
//
// Threads: those of the file, one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

namespace x400::mstore::storage {

class WalFrames {
 public:
  static constexpr int head_size = 24;
  static constexpr int page = 4096;

  /// True: put aside; it is to be written by frame() or, when anything else comes, by head().
  bool put_aside(const void* octets, int count, std::int64_t offset) {
    if (count != head_size || offset != end_) return false;
    std::memcpy(frame_.data(), octets, head_size);
    held_ = true;
    return true;
  }
  /// The head put aside belongs to this page: both, head_size + page octets for the place head_at().
  const std::uint8_t* frame(const void* octets, int count, std::int64_t offset) {
    if (!held_ || count != page || offset != end_ + head_size) return nullptr;
    std::memcpy(frame_.data() + head_size, octets, page);
    held_ = false;
    return frame_.data();
  }
  std::int64_t head_at() const { return end_; }
  /// The head, where one lies here; nobody else writes it any more.
  const std::uint8_t* head() {
    if (!held_) return nullptr;
    held_ = false;
    return frame_.data();
  }
  /// What was written ends here.
  void written(std::int64_t end) { end_ = end; }
  /// Something else was done with the file: the next head is written at once.
  void interrupted() { end_ = -1; }

 private:
  std::array<std::uint8_t, head_size + page> frame_;
  std::int64_t end_ = -1;
  bool held_ = false;
};

}  // namespace x400::mstore::storage
