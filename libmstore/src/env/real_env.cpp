#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "env/env.hpp"

namespace x400::mstore {
namespace {

Error system_error(const char* what, const Path& path) {
  const int code = errno;
  ErrorKind kind = ErrorKind::io;
  if (code == ENOSPC || code == EDQUOT || code == EMFILE || code == ENFILE) kind = ErrorKind::unavailable;
  if (code == ENOENT) kind = ErrorKind::not_found;
  if (code == EEXIST) kind = ErrorKind::exists;
  return Error(kind, std::string(what) + " " + path.string() + ": " + std::strerror(code));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

class RealFile final : public File {
 public:
  RealFile(int fd, Path path) : fd_(fd), path_(std::move(path)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    std::size_t got = 0;
    while (got < into.size()) {
      const ssize_t n =
          ::pread(fd_.get(), into.data() + got, into.size() - got, static_cast<off_t>(offset + got));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return system_error("read", path_);
      if (n == 0) break;
      got += static_cast<std::size_t>(n);
    }
    return got;
  }

  Result<std::optional<std::size_t>> read_cached(std::uint64_t offset,
                                                 std::span<std::uint8_t> into) const override {
    const iovec io{into.data(), into.size()};
    const ssize_t n = ::preadv2(fd_.get(), &io, 1, static_cast<off_t>(offset), RWF_NOWAIT);
    // Less than all may be the end of the file or of what is in memory; file systems that cannot tell say so.
    if (n < 0 || static_cast<std::size_t>(n) < into.size()) return std::optional<std::size_t>();
    return std::optional(into.size());
  }

  Status write(std::uint64_t offset, std::span<const View> parts) override {
    std::size_t part = 0;
    std::size_t within = 0;
    while (part < parts.size()) {
      std::array<iovec, 64> io;
      int count = 0;
      std::size_t skip = within;
      for (std::size_t i = part; i < parts.size() && count < static_cast<int>(io.size()); ++i, skip = 0)
        io[static_cast<std::size_t>(count++)] = {const_cast<std::uint8_t*>(parts[i].data() + skip),
                                                 parts[i].size() - skip};
      const ssize_t n = ::pwritev(fd_.get(), io.data(), count, static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return system_error("write", path_);
      offset += static_cast<std::uint64_t>(n);
      std::size_t left = static_cast<std::size_t>(n);
      while (part < parts.size() && left >= parts[part].size() - within) {
        left -= parts[part].size() - within;
        within = 0;
        ++part;
      }
      within += left;
    }
    return Ok{};
  }

  Status sync() override {
    if (::fdatasync(fd_.get()) != 0) return system_error("sync", path_);
    return Ok{};
  }

  Result<std::uint64_t> size() const override {
    struct stat st {};
    if (::fstat(fd_.get(), &st) != 0) return system_error("stat", path_);
    return static_cast<std::uint64_t>(st.st_size);
  }

  Status truncate(std::uint64_t size) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) return system_error("truncate", path_);
    return Ok{};
  }

  Status allocate(std::uint64_t size) override {
    errno = ::posix_fallocate(fd_.get(), 0, static_cast<off_t>(size));
    if (errno != 0) return system_error("allocate", path_);
    return Ok{};
  }

 private:
  Descriptor fd_;
  Path path_;
};

class RealLock final : public Lock {
 public:
  explicit RealLock(int fd) : fd_(fd) {}

 private:
  Descriptor fd_;
};

class RealEnv final : public Env {
 public:
  Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) override {
    int flags = O_CLOEXEC;
    flags |= mode == OpenMode::read ? O_RDONLY : O_RDWR;
    if (mode == OpenMode::create) flags |= O_CREAT;
    if (mode == OpenMode::create_new) flags |= O_CREAT | O_EXCL;
    const int fd = ::open(path.c_str(), flags, 0600);
    if (fd < 0) return system_error("open", path);
    return std::unique_ptr<File>(std::make_unique<RealFile>(fd, path));
  }

  Result<std::vector<std::string>> list(const Path& folder) override {
    DIR* dir = ::opendir(folder.c_str());
    if (dir == nullptr) return system_error("list", folder);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(dir)) {
      struct stat st {};
      if (::fstatat(::dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
        names.emplace_back(entry->d_name);
      errno = 0;
    }
    const int code = errno;
    ::closedir(dir);
    errno = code;
    if (code != 0) return system_error("list", folder);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<bool> exists(const Path& path) override {
    struct stat st {};
    if (::stat(path.c_str(), &st) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return system_error("stat", path);
  }

  Status make_folder(const Path& path) override {
    if (::mkdir(path.c_str(), 0700) == 0) return Ok{};
    const int code = errno;
    struct stat st {};
    if (code == EEXIST && ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode)) return Ok{};
    errno = code;
    return system_error("make folder", path);
  }

  Status remove(const Path& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error("remove", path);
    return Ok{};
  }

  Status rename(const Path& from, const Path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_error("rename", from);
    return Ok{};
  }

  Status sync_folder(const Path& folder) override {
    const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) return system_error("open folder", folder);
    if (::fsync(fd.get()) != 0) return system_error("sync folder", folder);
    return Ok{};
  }

  Result<std::unique_ptr<Lock>> lock(const Path& path) override {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return system_error("open lock", path);
    auto held = std::make_unique<RealLock>(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return std::unique_ptr<Lock>(std::move(held));
    if (errno == EWOULDBLOCK)
      return Error(ErrorKind::unavailable, "in use by another opener: " + path.string());
    return system_error("lock", path);
  }

  Result<std::uint64_t> identity(const Path& path) override {
    struct stat st {};
    if (::stat(path.c_str(), &st) != 0) return system_error("stat", path);
    return static_cast<std::uint64_t>(st.st_ino);
  }

  Result<std::uint64_t> room(const Path& folder) override {
    struct statvfs st {};
    if (::statvfs(folder.c_str(), &st) != 0) return system_error("statvfs", folder);
    return std::uint64_t{st.f_bavail} * st.f_frsize;
  }

  std::int64_t now() override {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  }

  Status random(std::span<std::uint8_t> into) override {
    while (!into.empty()) {
      const ssize_t n = ::getrandom(into.data(), into.size(), 0);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return system_error("random", Path());
      into = into.subspan(static_cast<std::size_t>(n));
    }
    return Ok{};
  }
};

}  // namespace

Env& real_env() {
  static RealEnv env;
  return env;
}

}  // namespace x400::mstore
