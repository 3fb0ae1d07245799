#include "x400/access/file_spool.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace x400::access {

class FileSpool::State {
 public:
  explicit State(Options o) : options(std::move(o)) {}

  /// errno says why. Not each PDU: who has too many open files has them for a while.
  void refused(const char* what) {
    const int error = errno;
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    auto told = told_.load();
    if (told != never && now - told < std::chrono::minutes(1)) return;
    if (!told_.compare_exchange_strong(told, now) || !options.trouble) return;
    options.trouble(std::string(what) + " in " + options.folder.string() + ": " + std::strerror(error));
  }

  const Options options;
  std::atomic<std::uint64_t> taken{0};  ///< octets of all files

 private:
  using Duration = std::chrono::steady_clock::duration;
  static constexpr Duration never{Duration::min()};
  std::atomic<Duration> told_{never};
};

namespace {

constexpr std::size_t room_step = 1u << 20;  // the disk is asked for its room once for so much
constexpr std::size_t first_mapped = 4u << 20;

class File final : public osi::SpooledOctets {
 public:
  File(int fd, std::shared_ptr<FileSpool::State> state) : fd_(fd), state_(std::move(state)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() override {
    if (mapping_ != nullptr) ::munmap(mapping_, mapped_);
    complete();
    state_->taken -= granted_;
  }

  View octets() const override { return {static_cast<const std::uint8_t*>(mapping_), size_}; }

  bool append(View octets) override {
    const std::size_t size = size_ + octets.size();
    if (!grant(size) || !map(size) || !write(octets)) return false;
    size_ = size;
    return true;
  }

  void cut(std::size_t size) override { size_ = size; }

  // The mapping keeps the file.
  void complete() override {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  bool grant(std::size_t size) {
    if (size <= granted_) return true;
    const std::size_t step = (size - granted_ + room_step - 1) / room_step * room_step;
    // Said before the disk is asked, or two at once would both count on the same room.
    const std::uint64_t taken = state_->taken += step;
    granted_ += step;
    struct statvfs st {};
    const bool room = ::fstatvfs(fd_, &st) == 0 &&
                      std::uint64_t{st.f_bavail} * st.f_frsize >= state_->options.keep_free + taken + step;
    if (!room) {
      granted_ -= step;
      state_->taken -= step;
    }
    return room;
  }

  // Read through, never written through: a write that finds no room must say so, which a mapping cannot. It
  // may reach beyond the end of the file, where nobody looks.
  bool map(std::size_t size) {
    if (size <= mapped_) return true;
    const std::size_t wanted = std::max({size, 2 * mapped_, first_mapped});
    void* mapping = mapping_ == nullptr ? ::mmap(nullptr, wanted, PROT_READ, MAP_SHARED, fd_, 0)
                                        : ::mremap(mapping_, mapped_, wanted, MREMAP_MAYMOVE);
    if (mapping == MAP_FAILED) {
      state_->refused("mapping a file without a name");
      return false;
    }
    mapping_ = mapping;
    mapped_ = wanted;
    return true;
  }

  bool write(View octets) {
    for (std::size_t at = size_; !octets.empty();) {
      const ssize_t n = ::pwrite(fd_, octets.data(), octets.size(), static_cast<off_t>(at));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        state_->refused("writing to a file without a name");
        return false;
      }
      at += static_cast<std::size_t>(n);
      octets = octets.subspan(static_cast<std::size_t>(n));
    }
    return true;
  }

  int fd_;  // -1: complete
  const std::shared_ptr<FileSpool::State> state_;
  std::size_t granted_ = 0;  // of all that is taken
  std::size_t size_ = 0;
  void* mapping_ = nullptr;
  std::size_t mapped_ = 0;
};

int open_nameless(const std::filesystem::path& folder) {
  return ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

}  // namespace

FileSpool::FileSpool(Options options)
    : Spool(options.from), state_(std::make_shared<State>(std::move(options))) {}

Result<std::shared_ptr<FileSpool>> FileSpool::open(Options options) {
  const int fd = open_nameless(options.folder);
  if (fd < 0)
    return Error(ErrorKind::io,
                 "a file without a name in " + options.folder.string() + ": " + std::strerror(errno));
  ::close(fd);
  return std::shared_ptr<FileSpool>(new FileSpool(std::move(options)));
}

std::unique_ptr<osi::SpooledOctets> FileSpool::open() {
  const int fd = open_nameless(state_->options.folder);
  if (fd >= 0) return std::make_unique<File>(fd, state_);
  state_->refused("a file without a name");
  return nullptr;
}

}  // namespace x400::access
