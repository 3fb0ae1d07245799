// Env: the one seam to files, clocks, syncs, locks and randomness. The engine touches the system through
// nothing else (the index apart: SQLite brings its own, and is only a cache of the log).
//
// Errors: io with the system's text and the path; unavailable for a full disk or quota and for too many
// open files (later may succeed), not_found, exists.
//
// Threads: an Env and its Files may be used from any thread at any time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

namespace x400::mstore {

using Path = std::filesystem::path;

/// An open file; closed on destruction.
class File {
 public:
  virtual ~File() = default;
  /// Reads until `into` is full or the file ends; the count read.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) const = 0;
  /// read(), if the octets lie in memory; nothing: the disk would be waited for.
  virtual Result<std::optional<std::size_t>> read_cached(std::uint64_t offset,
                                                         std::span<std::uint8_t> into) const {
    X400_TRY(got, read(offset, into));
    return std::optional(got);
  }
  /// Writes all parts one behind the other, or fails (then any of it may be in the file).
  virtual Status write(std::uint64_t offset, std::span<const View> parts) = 0;
  /// Contents and size survive a power cut when it returns. After a failure nothing is known of what was
  /// written since the last success, and trying again proves nothing.
  virtual Status sync() = 0;
  virtual Result<std::uint64_t> size() const = 0;
  virtual Status truncate(std::uint64_t size) = 0;
  /// At least `size` octets long, with all its room taken from the disk; new octets are zero.
  virtual Status allocate(std::uint64_t size) = 0;

  Status write(std::uint64_t offset, View octets) { return write(offset, std::span(&octets, 1)); }
};

/// Held until destroyed.
class Lock {
 public:
  virtual ~Lock() = default;
};

enum class OpenMode : std::uint8_t {
  read,        ///< must exist
  write,       ///< must exist; reading and writing
  create,      ///< reading and writing, made when absent
  create_new,  ///< reading and writing; exists when it is there
};

class Env {
 public:
  virtual ~Env() = default;

  virtual Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) = 0;
  /// Names of the files (no folders) in a folder, sorted.
  virtual Result<std::vector<std::string>> list(const Path& folder) = 0;
  virtual Result<bool> exists(const Path& path) = 0;
  /// Success when it is there already.
  virtual Status make_folder(const Path& path) = 0;
  /// Success when it is not there.
  virtual Status remove(const Path& path) = 0;
  /// Takes the place of `to`.
  virtual Status rename(const Path& from, const Path& to) = 0;
  /// Names made, renamed and removed in the folder survive a power cut.
  virtual Status sync_folder(const Path& folder) = 0;
  /// unavailable: somebody, in this process or another, holds it.
  virtual Result<std::unique_ptr<Lock>> lock(const Path& path) = 0;
  /// Number of the file system object behind the path (another one after copying).
  virtual Result<std::uint64_t> identity(const Path& path) = 0;
  /// Octets that can still be written to the file system of the folder.
  virtual Result<std::uint64_t> room(const Path& folder) = 0;

  /// Milliseconds since 1970 UTC; may be set back.
  virtual std::int64_t now() = 0;
  /// Milliseconds that pass, whatever is done to the clock; from any beginning, also while the machine
  /// sleeps.
  virtual std::int64_t monotonic();
  /// Unpredictable octets.
  virtual Status random(std::span<std::uint8_t> into) = 0;
};

/// The operating system; lives as long as the process.
Env& real_env();

/// Whole file, at most `limit` octets (limit error beyond).
Result<Octets> read_file(Env& env, const Path& path, std::uint64_t limit);
/// Replaces a file so that after a power cut it is the old or the new one, whole.
Status replace_file(Env& env, const Path& path, View octets);

}  // namespace x400::mstore
