#include "x400/access/file_spool.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace x400::access {
namespace {

constexpr std::size_t room_step = 1u << 20;  // the disk is asked for its room once for so much
constexpr std::size_t first_mapped = 4u << 20;

class File final : public osi::SpooledOctets {
 public:
  File(int fd, std::uint64_t keep_free, std::shared_ptr<FileSpool::Taken> taken)
      : fd_(fd), keep_free_(keep_free), taken_(std::move(taken)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() override {
    if (mapping_ != nullptr) ::munmap(mapping_, mapped_);
    complete();
    *taken_ -= granted_;
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
    const std::uint64_t taken = *taken_ += step;
    granted_ += step;
    struct statvfs st {};
    const bool room =
        ::fstatvfs(fd_, &st) == 0 && std::uint64_t{st.f_bavail} * st.f_frsize >= keep_free_ + taken + step;
    if (!room) {
      granted_ -= step;
      *taken_ -= step;
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
    if (mapping == MAP_FAILED) return false;
    mapping_ = mapping;
    mapped_ = wanted;
    return true;
  }

  bool write(View octets) {
    for (std::size_t at = size_; !octets.empty();) {
      const ssize_t n = ::pwrite(fd_, octets.data(), octets.size(), static_cast<off_t>(at));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      at += static_cast<std::size_t>(n);
      octets = octets.subspan(static_cast<std::size_t>(n));
    }
    return true;
  }

  int fd_;  // -1: complete
  const std::uint64_t keep_free_;
  const std::shared_ptr<FileSpool::Taken> taken_;
  std::size_t granted_ = 0;  // of taken_
  std::size_t size_ = 0;
  void* mapping_ = nullptr;
  std::size_t mapped_ = 0;
};

int open_nameless(const std::filesystem::path& folder) {
  return ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

}  // namespace

Result<std::shared_ptr<FileSpool>> FileSpool::open(Options options) {
  const int fd = open_nameless(options.folder);
  if (fd < 0)
    return Error(ErrorKind::io,
                 "a file without a name in " + options.folder.string() + ": " + std::strerror(errno));
  ::close(fd);
  return std::shared_ptr<FileSpool>(new FileSpool(std::move(options)));
}

std::unique_ptr<osi::SpooledOctets> FileSpool::open() {
  const int fd = open_nameless(options_.folder);
  if (fd < 0) return nullptr;
  return std::make_unique<File>(fd, options_.keep_free, taken_);
}

}  // namespace x400::access
